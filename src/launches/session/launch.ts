/** A launch: one clinician, one patient and one EHR's token, separate from every other launch. */
import type { Organization } from '#src/organizations/organization.ts';
import type { AssertionType } from '#src/smart/client-authentication.ts';
import type { LaunchContext } from '#src/smart/launch-context.ts';
import { type GrantedScopes, grantedScopes, limitsOf, mayAsk, touches } from '#src/smart/scopes/granted.ts';
import type { Permission } from '#src/smart/scopes/reach.ts';

export interface LaunchTokens {
  accessToken: string;
  /** Single use; absent when the EHR gave none, and during a refresh (RF-04). */
  refreshToken: string | undefined;
  /** ISO instants; `expiresAt` is undefined when the EHR did not say. */
  issuedAt: string;
  expiresAt: string | undefined;
  /** The refresh token expires now unless the EHR hears of user activity before (Oracle's Active User Presence). */
  activeUntil?: string | undefined;
}

export type RefreshState =
  | { kind: 'under-way'; since: string }
  /** The id_token of the refresh is not verified, because the keys are unavailable. The token is not used (ID-22). */
  | { kind: 'unproven'; idToken: string; until: string; failures: number }
  /** No refresh before `until`: the EHR was busy or unavailable, or with `isRefused`, it refuses the app lastingly. */
  | { kind: 'put-off'; until: string; failures: number; isRefused?: boolean };

/** `ehr`: launched from a chart. `standalone`: launched at our own address, with the patient picked at the EHR. */
export type LaunchKind = 'ehr' | 'standalone';

/** A completed launch. It is stored in Redis only, sealed. */
export interface Launch {
  /** 128 random bits, in URLs; selects the launch and proves nothing. */
  id: string;
  kind: LaunchKind;
  organizationId: string;
  /** The organization's value when the launch began; the launch ends when the organization's value changes (MT-05). */
  connectionVersion: number;
  /** The `aud` of the launch, and the only server that receives its token. */
  fhirBase: string;
  /** How the tokens are renewed and revoked, pinned at launch (DI-06). */
  authorizationServer: {
    tokenEndpoint: string;
    revocationEndpoint: string | undefined;
    introspectionEndpoint?: string | undefined;
    /** The audience of assertions for the token endpoint (CAJ-06). */
    audience: string;
    clientId: string;
    assertionAlg: 'RS384' | 'ES384';
    assertionType: AssertionType;
    jwksUri: string | undefined;
    /** The keys are at `jwksUri`, whatever the issuer's documents say (DI-23). */
    isGivenByHand?: boolean;
  };
  /** Identity key is (organization, iss, sub); the name is for display (ID-18). */
  user: { iss: string; sub: string; name: string | undefined; fhirUser: string | undefined };
  /** The associated clinician; undefined while the association is pending or could not be recorded (FU-07). */
  clinicianId?: string;
  /** From the id_token; a refreshed one must repeat it or omit it (RF-10). */
  nonce: string;
  /** From the id_token, if present. A refresh must not change it, because it is not a new sign-in (RF-10). */
  authTime?: number;
  context: LaunchContext;
  /** As granted, whole (SCO-15). */
  scope: string;
  /** The smaller scope of a refresh; from then on `scope` and this must both permit a call (RF-09). */
  narrowedScope?: string;
  tokens: LaunchTokens;
  refresh?: RefreshState | undefined;
  /** When the token was last refreshed. If it is refused soon after, another refresh does not help (FH-05). */
  refreshedAt?: string;
  startedAt: string;
  /** The launch trace its first page continues. */
  traceId?: string;
  /** The absolute limit, or the token's expiry when nothing can renew it: a launch never outlives its token (RF-14). */
  endsAt: string;
}

export interface InLaunch {
  launch: Launch;
  organization: Organization;
}

/**
 * May its token be used for this? What a refresh removed stays removed; what it added is ignored (RF-09). A scope limited
 * by a search is enough to read, but not to write; see {@link limitsOn}.
 */
export function mayUse(launch: Launch, permission: Permission): boolean {
  return grantsOf(launch).every((granted) => mayAsk(granted, permission));
}

/** The searches, as `name=value&…`, that limit this permission of the launch's token; empty when there are none. */
export function limitsOn(launch: Launch, permission: Permission): readonly string[] {
  const limits = grantsOf(launch).map((granted) => limitsOf(granted, permission) ?? []);
  return limits.findLast(({ length }) => length > 0) ?? [];
}

function grantsOf({ scope, narrowedScope }: Launch): GrantedScopes[] {
  return [scope, narrowedScope].filter((one) => one !== undefined).map(grantedScopes);
}

/** Has a refresh removed this permission (RF-09)? @param permission undefined when unknown: then any removal counts. */
export function isTakenAway(before: Launch, now: Launch, permission: Permission | undefined): boolean {
  if (before.narrowedScope === now.narrowedScope) return false;
  const [held, holds] = [grantsOf(before), grantsOf(now)];
  const covers = (grants: readonly GrantedScopes[], wanted: Permission) =>
    grants.every((granted) => touches(granted, wanted));
  if (permission) return covers(held, permission) && !covers(holds, permission);
  const resources = held.at(-1)?.resources ?? [];
  return resources.some(({ type, interactions }) =>
    interactions.split('').some((interaction) => !covers(holds, { type, interaction } as Permission)),
  );
}

/** Do both launches belong to one user? The identity key is (organization, iss, sub) (ID-18). */
export function isSameUser(
  a: Pick<Launch, 'organizationId' | 'user'>,
  b: Pick<Launch, 'organizationId' | 'user'>,
): boolean {
  return a.organizationId === b.organizationId && a.user.iss === b.user.iss && a.user.sub === b.user.sub;
}

/** CAJ-13: the audience is never the address of another endpoint, because another server could claim that address. */
export function audienceAt(
  endpoint: string,
  { audience, tokenEndpoint }: Pick<Launch['authorizationServer'], 'audience' | 'tokenEndpoint'>,
): string {
  return audience === tokenEndpoint ? endpoint : audience;
}
