/** From the authorization server's answer to a launch: token, identity, permissions and context, all proven, or nothing. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '#src/adapters/clock.ts';
import type { Outbound } from '#src/adapters/ehr-http/client.ts';
import {
  assertionFacts,
  callbackFacts,
  contextFacts,
  idTokenFacts,
  scopeFacts,
  tokenFacts,
} from '#src/diagnostics/traces/facts.ts';
import type { LaunchTrace } from '#src/diagnostics/traces/launch-trace.ts';
import { AppError } from '#src/errors.ts';
import type { KeyRing } from '#src/keys/key-ring.ts';
import type { KeyUses } from '#src/keys/key-use.ts';
import type { Revoker } from '#src/launches/ending/revoker.ts';
import { ABSOLUTE_LIMIT_MS, type Launch, type LaunchTokens } from '#src/launches/session/launch.ts';
import type { Transaction, TransactionKey, Transactions } from '#src/launches/session/transaction.ts';
import { assertShowable } from '#src/launches/start/authorization-redirect.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { issuersOf } from '#src/organizations/smart-connections.ts';
import type { IssuerToTrust } from '#src/smart/id-token/documents.ts';
import { resolveFhirUser } from '#src/smart/id-token/fhir-user.ts';
import type { IssuerKeys } from '#src/smart/id-token/keys.ts';
import { verifyIdToken } from '#src/smart/id-token/verify.ts';
import { readLaunchContext } from '#src/smart/launch-context.ts';
import { isEmptyGrant } from '#src/smart/scopes/fallback.ts';
import { grantedScopes, missingPermissions } from '#src/smart/scopes/granted.ts';
import { type CallbackParameters, judgeCallback } from '#src/smart/step-4-authorization-code.ts';
import { exchangeCode, type TokenResponse } from '#src/smart/step-5-access-token.ts';

/** What completing a launch needs of the outside. */
export interface CompleteLaunchDependencies {
  keyRing: KeyRing;
  keyUses: Pick<KeyUses, 'keyAccepted'>;
  revoker: Pick<Revoker, 'revoke'>;
  issuerKeys: IssuerKeys;
  outbound: Outbound;
  transactions: Transactions;
  clock: Clock;
}

/** Without it there is no page to show (SCO-20). */
const NEEDED = [{ type: 'Patient', interaction: 'r' }] as const;

/**
 * Judges the callback, exchanges the code and checks everything that came with the token (CB-21). The only network
 * calls are the token request and, beside it, the issuer's keys when they are not known yet. Tokens that came with
 * something unacceptable are given back (CB-22).
 *
 * @param organization as it is now; the transaction says what it was.
 * @param visit hears with `isCodeSent` when the code leaves.
 * @throws AppError; then nothing of the launch remains.
 */
export async function completeLaunch(
  dependencies: CompleteLaunchDependencies,
  organization: Organization,
  transaction: Transaction,
  visit: {
    callback: CallbackParameters;
    redirectUri: string;
    key: TransactionKey;
    isInFrame: boolean | undefined;
    isCodeSent?: boolean;
  },
  trace: LaunchTrace,
): Promise<Launch> {
  const { callback, redirectUri: arrivedAt, key: at } = visit;
  const issuers = issuersOf(organization, transaction.configuration);
  const judge = () => {
    assertUnchanged(organization, transaction);
    assertSameRedirectUri(transaction, arrivedAt);
    if (transaction.kind === 'ehr') assertShowable(organization, visit.isInFrame);
    return judgeCallback(callback, {
      issuers: issuers.map(({ issuer }) => issuer),
      issuerPromised: transaction.configuration.responseIssuerPromised,
    });
  };
  const validated = await trace.step('callback', judge, callbackFacts(callback));
  if (!(await dependencies.transactions.bindCode(at, validated.code)))
    throw new AppError('callback.invalid', 'the code came with another launch before');
  for (const issuer of issuers) dependencies.issuerKeys.prefetch(issuer);
  const authorizationServer = authorizationServerOf(organization, transaction, issuers);
  const key = dependencies.keyRing.signingKey(transaction.assertionAlg);
  const { redirectUri, codeVerifier } = transaction;
  const exchange = {
    ...authorizationServer,
    redirectUri,
    codeVerifier,
    key,
    assertionType: organization.assertionType,
    clientIdInBody: organization.clientIdInTokenBody,
    now: dependencies.clock(),
  };
  const ehr = dependencies.outbound.forOrganization(organization);
  const send = () => {
    visit.isCodeSent = true;
    return exchangeCode(validated, exchange, ehr);
  };
  const token = await trace.step('token', send, assertionFacts(exchange), tokenFacts);
  dependencies.keyUses.keyAccepted(organization.id, key.kid);
  // A good code is proof that the browser was there; anything less would let strangers spend the budget (MT-06).
  void ehr.countVisit();
  try {
    return await proveLaunch(dependencies, organization, transaction, { issuers, authorizationServer, token, trace });
  } catch (error) {
    dependencies.revoker.revoke({ authorizationServer, tokens: token }, organization);
    throw error;
  }
}

/** What of the authorization server the launch keeps, as it was discovered when the launch began (DI-06). */
function authorizationServerOf(
  organization: Organization,
  { configuration, clientId, assertionAlg }: Transaction,
  issuers: readonly IssuerToTrust[],
): Launch['authorizationServer'] {
  const { tokenEndpoint, revocationEndpoint, introspectionEndpoint, jwksUri } = configuration;
  const { assertionAudience, assertionType } = organization;
  const audience = assertionAudience === 'issuer' ? (issuers[0]?.issuer ?? tokenEndpoint) : tokenEndpoint;
  const endpoints = { tokenEndpoint, revocationEndpoint, introspectionEndpoint };
  return { ...endpoints, audience, clientId, assertionAlg, assertionType, jwksUri };
}

/** Scopes, identity and context, each proven or refused. */
async function proveLaunch(
  { issuerKeys, clock }: CompleteLaunchDependencies,
  organization: Organization,
  transaction: Transaction,
  came: {
    issuers: readonly IssuerToTrust[];
    authorizationServer: Launch['authorizationServer'];
    token: TokenResponse;
    trace: LaunchTrace;
  },
): Promise<Launch> {
  const { token, issuers, authorizationServer, trace } = came;
  // SCO-17: a response without scope means the scope we asked for.
  const scope = token.scope ?? transaction.scope;
  const judgeScopes = () => assertGranted(scope, transaction.scope, token.idToken !== undefined);
  await trace.step('scopes', judgeScopes, scopeFacts(transaction.scope, token.scope));
  const now = clock();
  const { fhirBaseUrl, nonce, clientId } = transaction;
  const verify = () =>
    verifyIdToken(token.idToken, {
      expectedIssuers: issuers,
      clientId,
      nonce,
      nonceRequired: organization.nonce === 'required',
      accessToken: token.accessToken,
      now,
      keys: issuerKeys,
    });
  const expected = issuers.map(({ issuer }) => issuer);
  const identity = await trace.step('id-token', verify, idTokenFacts(token.idToken, expected));
  const resolved = resolveFhirUser(identity, new URL(fhirBaseUrl));
  const { iss, sub, name, authTime } = identity;
  const readContext = () => readLaunchContext(token.members, { patientRequired: true });
  const context = await trace.step('context', readContext, {}, contextFacts);
  return {
    id: randomBytes(16).toString('base64url'),
    kind: transaction.kind,
    organizationId: organization.id,
    connectionVersion: organization.connectionVersion,
    fhirBaseUrl,
    authorizationServer,
    user: { iss, sub, name, fhirUser: resolved.ok ? resolved.user.reference : undefined },
    nonce,
    ...(authTime === undefined ? {} : { authTime }),
    // Outside the EHR nobody else shows who the patient is, whatever the EHR says (LC-11).
    context: transaction.kind === 'standalone' ? { ...context, needPatientBanner: true } : context,
    scope,
    tokens: tokensOf(token, now),
    startedAt: now.toISOString(),
    traceId: trace.id,
    endsAt: endOf(token, now).toISOString(),
  };
}

/** REG-11, MT-05: what an administrator changed while the browser was away counts. */
function assertUnchanged(organization: Organization, transaction: Transaction): void {
  if (!organization.enabled) throw new AppError('launch.organization-disabled', 'the organization is disabled');
  if (organization.connectionVersion !== transaction.connectionVersion) {
    throw new AppError('callback.invalid', "the organization's connection was changed during the launch");
  }
  if (transaction.kind === 'standalone' && !organization.standalone) {
    throw new AppError('launch.standalone-off', 'standalone was switched off during the launch');
  }
}

/** MT-04: with a redirect URI of its own, an organization's answers come there and nobody else's do (CB-12). */
function assertSameRedirectUri({ redirectUri }: Transaction, arrivedAt: string): void {
  if (redirectUri !== arrivedAt) {
    throw new AppError('callback.wrong-issuer', "the answer came to another organization's redirect URI");
  }
}

/**
 * An id_token is the proof that `openid` was granted, once it is verified: servers need not repeat it in `scope`, and
 * Microsoft Entra ID does not. Only where none came, what the scope says of `openid` tells why.
 */
function assertGranted(scope: string, requested: string, hasIdToken: boolean): void {
  const needed = hasIdToken ? NEEDED : (['openid', ...NEEDED] as const);
  const missing = missingPermissions(grantedScopes(scope), needed);
  if (missing.length === 0) return;
  const names = missing.join(', ');
  if (isEmptyGrant(requested, scope)) {
    throw new AppError('scope.none-granted', `no resource was granted; not granted: ${names}`, { shown: names });
  }
  throw new AppError('scope.missing', `not granted: ${names}`, { shown: names });
}

/** The tokens of a response with their life in instants. */
export function tokensOf(token: TokenResponse, now: Date): LaunchTokens {
  const { accessToken, refreshToken, expiresInSeconds, activeTtlSeconds } = token;
  const expiresAt =
    expiresInSeconds === undefined ? undefined : new Date(now.getTime() + expiresInSeconds * 1_000).toISOString();
  const activeUntil =
    activeTtlSeconds === undefined ? undefined : new Date(now.getTime() + activeTtlSeconds * 1_000).toISOString();
  return { accessToken, refreshToken, issuedAt: now.toISOString(), expiresAt, activeUntil };
}

/** RF-12, RF-14: what cannot be renewed ends the launch with it. */
function endOf(token: TokenResponse, now: Date): Date {
  const isRenewable = token.refreshToken !== undefined || token.expiresInSeconds === undefined;
  const lifetimeMs = isRenewable ? ABSOLUTE_LIMIT_MS : (token.expiresInSeconds ?? 0) * 1_000;
  return new Date(now.getTime() + Math.min(lifetimeMs, ABSOLUTE_LIMIT_MS));
}
