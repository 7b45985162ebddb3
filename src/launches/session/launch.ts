/** A launch: one clinician, one patient, one EHR's token, and nothing of any other launch. */
import type { AssertionType } from '#src/smart/client-authentication.ts';
import type { PatientLaunchContext } from '#src/smart/launch-context.ts';
import {
  type GrantedScopes,
  grantedScopes,
  limitsOf,
  mayAsk,
  type Permission,
  touches,
} from '#src/smart/scopes/granted.ts';

/** The tokens of a launch and what is known of their life. */
export interface LaunchTokens {
  accessToken: string;
  /** Single use; absent when the EHR gave none, and while a refresh is spending it (RF-04). */
  refreshToken: string | undefined;
  /** ISO instants; without `expiresAt` the EHR did not say. */
  issuedAt: string;
  expiresAt: string | undefined;
  /** The refresh token ends here unless the EHR hears of the user before (Oracle's Active User Presence). */
  activeUntil?: string | undefined;
}

/** A refresh under way or put off. */
export type RefreshState =
  | { kind: 'under-way'; since: string }
  /** Renewed, but whose it is cannot be verified yet: the issuer's keys are unavailable. Not to be used (ID-22). */
  | { kind: 'unproven'; idToken: string; until: string; failures: number }
  /** The EHR was busy or unavailable: not before this instant. */
  | { kind: 'put-off'; until: string; failures: number };

/** Where a launch began: in a chart of the EHR, or at our own address, with the patient picked at the EHR. */
export type LaunchKind = 'ehr' | 'standalone';

/** What one completed launch may do and for whom. Exists in Redis only, sealed. */
export interface Launch {
  /** 128 random bits, in URLs; selects the launch and proves nothing. */
  id: string;
  kind: LaunchKind;
  organizationId: string;
  /** Of the organization when the launch began; when the organization's has moved on, the launch has ended (MT-05). */
  connectionVersion: number;
  /** The `aud` of the launch and the only place its token goes to. */
  fhirBase: string;
  /** Where and how its tokens are renewed and revoked, pinned at launch (DI-06). */
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
    /** Its keys are at `jwksUri`, whatever a document of the issuer says (DI-23). */
    isGivenByHand?: boolean;
  };
  /** Identity key is (organization, iss, sub); the name is for display (ID-18). */
  user: { iss: string; sub: string; name: string | undefined; fhirUser: string | undefined };
  /** Who that is here; undefined while the association is awaited or could not be recorded (FU-07). */
  clinicianId?: string;
  /** Of the id_token; a refreshed one must repeat it or leave it out (RF-10). */
  nonce: string;
  /** Of the id_token, where it had one: a refresh is no new sign-in (RF-10). */
  authTime?: number;
  context: PatientLaunchContext;
  /** As granted, whole (SCO-15). */
  scope: string;
  /** A refresh granted less: both must permit from then on (RF-09). */
  narrowedScope?: string;
  tokens: LaunchTokens;
  refresh?: RefreshState | undefined;
  /** When a refresh last brought a token; one refused soon after is not cured by another (FH-05). */
  refreshedAt?: string;
  startedAt: string;
  /** The launch trace its first page continues. */
  traceId?: string;
  /** The absolute limit, or the token's expiry when nothing can renew it: a launch never outlives its token (RF-14). */
  endsAt: string;
}

/** Without a visit for this long a launch ends. */
export const IDLE_LIMIT_MS = 60 * 60_000;
/** No launch is longer than a long shift. */
export const ABSOLUTE_LIMIT_MS = 12 * 60 * 60_000;
/** More open charts than a person has in mind; the oldest gives way. */
export const MOST_LAUNCHES_PER_BROWSER = 20;

/**
 * May the launch's token be used for this? What a refresh took away stays away, what it added does not count (RF-09). A
 * scope limited by a search is enough to read, not to write; {@link limitsOn} says which part it covers.
 */
export function mayUse(launch: Launch, permission: Permission): boolean {
  return grantsOf(launch).every((granted) => mayAsk(granted, permission));
}

/** The searches that limit what the launch's token covers of this, as `name=value&…`; empty when nothing limits it. */
export function limitsOn(launch: Launch, permission: Permission): readonly string[] {
  const limits = grantsOf(launch).map((granted) => limitsOf(granted, permission) ?? []);
  return limits.findLast(({ length }) => length > 0) ?? [];
}

function grantsOf({ scope, narrowedScope }: Launch): GrantedScopes[] {
  return [scope, narrowedScope].filter((one) => one !== undefined).map(grantedScopes);
}

/**
 * Has a refresh taken this away since (RF-09)? What was not granted before either is not taken away: such a call, as that
 * for `fhirUser`, has another reason. A scope limited by a search counts as a scope.
 *
 * @param permission undefined when it is not known what a call needs: then anything less is too little.
 */
export function isTakenAway(before: Launch, now: Launch, permission: Permission | undefined): boolean {
  if (before.narrowedScope === now.narrowedScope) return false;
  const tokens = ({ scope, narrowedScope }: Launch) => [scope, narrowedScope].filter((one) => one !== undefined);
  const covers = (launch: Launch, wanted: Permission) =>
    tokens(launch).every((scope) => touches(grantedScopes(scope), wanted));
  if (permission) return covers(before, permission) && !covers(now, permission);
  return grantedScopes(before.narrowedScope ?? before.scope).resources.some(({ type, interactions }) =>
    interactions.split('').some((interaction) => !covers(now, { type, interaction } as Permission)),
  );
}

/** Launches of one person: identity key is (organization, iss, sub) (ID-18). */
export function isSameUser(
  a: Pick<Launch, 'organizationId' | 'user'>,
  b: Pick<Launch, 'organizationId' | 'user'>,
): boolean {
  return a.organizationId === b.organizationId && a.user.iss === b.user.iss && a.user.sub === b.user.sub;
}

/** CAJ-13: never the address of another endpoint, which another server could have named as its own. */
export function audienceAt(
  endpoint: string,
  { audience, tokenEndpoint }: Pick<Launch['authorizationServer'], 'audience' | 'tokenEndpoint'>,
): string {
  return audience === tokenEndpoint ? endpoint : audience;
}
