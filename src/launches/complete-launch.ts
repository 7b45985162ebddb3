/** From the authorization server's answer to a launch: token, identity, permissions and context, all proven, or nothing. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '#src/adapters/clock.ts';
import type { Outbound } from '#src/adapters/outbound.ts';
import { AppError } from '#src/errors.ts';
import type { KeyRing } from '#src/keys/key-ring.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { issuersOf } from '#src/organizations/smart-connections.ts';
import { resolveFhirUser } from '#src/smart/fhir-user.ts';
import { verifyIdToken } from '#src/smart/id-token.ts';
import type { IssuerKeys } from '#src/smart/issuer-keys.ts';
import { readLaunchContext } from '#src/smart/launch-context.ts';
import { grantedScopes, missingPermissions } from '#src/smart/scopes.ts';
import { type CallbackParameters, judgeCallback } from '#src/smart/step-4-authorization-code.ts';
import { exchangeCode, type TokenResponse } from '#src/smart/step-5-access-token.ts';
import { ABSOLUTE_LIMIT_MS, type Launch } from './launch.ts';
import type { Transaction } from './transaction.ts';

/** What completing a launch needs of the outside. */
export interface CompleteLaunchDependencies {
  keyRing: KeyRing;
  issuerKeys: IssuerKeys;
  outbound: Outbound;
  clock: Clock;
}

/** Without these there is no page to show: who is asking, and who the patient is (SCO-20). */
const NEEDED = ['openid', { type: 'Patient', interaction: 'r' }] as const;

/**
 * Judges the callback, exchanges the code and checks everything that came with the token (CB-21). The only network
 * calls are the token request and, beside it, the issuer's keys when they are not known yet.
 *
 * @param organization as it is now; the transaction says what it was.
 * @throws AppError; then nothing of the launch remains.
 */
export async function completeLaunch(
  dependencies: CompleteLaunchDependencies,
  organization: Organization,
  transaction: Transaction,
  callback: CallbackParameters,
): Promise<Launch> {
  assertUnchanged(organization, transaction);
  const issuers = issuersOf(organization, transaction.configuration);
  const validated = judgeCallback(callback, {
    issuers: issuers.map(({ issuer }) => issuer),
    issuerPromised: transaction.configuration.responseIssuerPromised,
  });
  for (const issuer of issuers) dependencies.issuerKeys.prefetch(issuer);
  const { clientId, redirectUri, codeVerifier, configuration } = transaction;
  const { tokenEndpoint } = configuration;
  const token = await exchangeCode(
    validated,
    {
      tokenEndpoint,
      clientId,
      redirectUri,
      codeVerifier,
      audience: organization.assertionAudience === 'issuer' ? (issuers[0]?.issuer ?? tokenEndpoint) : tokenEndpoint,
      key: dependencies.keyRing.signingKey(transaction.assertionAlg),
      clientIdInBody: organization.clientIdInTokenBody,
      allowPrivate: organization.privateNetworks,
      now: dependencies.clock(),
    },
    dependencies.outbound,
  );
  // SCO-17: a response without scope means the scope we asked for.
  const scope = token.scope ?? transaction.scope;
  assertGranted(scope);
  const now = dependencies.clock();
  const identity = await verifyIdToken(token.idToken, {
    expectedIssuers: issuers,
    clientId,
    nonce: transaction.nonce,
    nonceRequired: organization.nonce === 'required',
    accessToken: token.accessToken,
    now,
    keys: dependencies.issuerKeys,
  });
  const fhirUser = resolveFhirUser(identity, new URL(transaction.fhirBaseUrl));
  return {
    id: randomBytes(16).toString('base64url'),
    organizationId: organization.id,
    connectionVersion: organization.connectionVersion,
    fhirBaseUrl: transaction.fhirBaseUrl,
    user: {
      iss: identity.iss,
      sub: identity.sub,
      name: identity.name,
      fhirUser: fhirUser.ok ? fhirUser.user.reference : undefined,
    },
    context: readLaunchContext(token.members, { patientRequired: true }),
    scope,
    tokens: { accessToken: token.accessToken, refreshToken: token.refreshToken },
    startedAt: now.toISOString(),
    endsAt: endOf(token, now).toISOString(),
  };
}

/** REG-11, MT-05: what an administrator changed while the browser was away counts. */
function assertUnchanged(organization: Organization, transaction: Transaction): void {
  if (!organization.enabled) throw new AppError('launch.organization-disabled', 'the organization is disabled');
  if (organization.connectionVersion !== transaction.connectionVersion) {
    throw new AppError('callback.invalid', "the organization's connection was changed during the launch");
  }
}

function assertGranted(scope: string): void {
  const missing = missingPermissions(grantedScopes(scope), NEEDED);
  if (missing.length === 0) return;
  const names = missing.join(', ');
  throw new AppError('scope.missing', `not granted: ${names}`, { shown: names });
}

function endOf(token: TokenResponse, now: Date): Date {
  const lifetimeMs = token.expiresInSeconds === undefined ? ABSOLUTE_LIMIT_MS : token.expiresInSeconds * 1_000;
  return new Date(now.getTime() + Math.min(lifetimeMs, ABSOLUTE_LIMIT_MS));
}
