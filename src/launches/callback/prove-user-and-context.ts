/** Checks the permissions, identity and context of a token response, and makes the launch from them. */
import type { Clock } from '#src/adapters/clock.ts';
import { contextFacts, idTokenFacts, scopeFacts } from '#src/diagnostics/traces/redacted-facts.ts';
import type { StepFacts } from '#src/diagnostics/traces/trace.ts';
import type { LaunchTrace } from '#src/diagnostics/traces/trace-of-request.ts';
import { AppError } from '#src/errors.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import { endOf } from '#src/launches/session/launch-life.ts';
import { tokensOf } from '#src/launches/session/launch-record.ts';
import type { Transaction } from '#src/launches/session/transaction.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { IssuerToTrust } from '#src/smart/documents/issuer-keys.ts';
import { resolveFhirUser } from '#src/smart/id-token/fhir-user.ts';
import type { IssuerKeys } from '#src/smart/id-token/issuer-key-cache.ts';
import { type VerifiedIdentity, verifyIdToken } from '#src/smart/id-token/verify.ts';
import { readLaunchContext } from '#src/smart/launch-context.ts';
import { isEmptyGrant } from '#src/smart/scopes/after-refusal.ts';
import { grantedScopes, missingPermissions } from '#src/smart/scopes/granted.ts';
import type { TokenResponse } from '#src/smart/token-response.ts';

/** Without this permission there is no page to show (SCO-20). */
const NEEDED = [{ type: 'Patient', interaction: 'r' }] as const;

/** @throws AppError 'scope.…', 'identity.…' or 'context.…'; the caller then revokes the tokens. */
export async function proveTokenResponse(
  { issuerKeys, clock }: { issuerKeys: IssuerKeys; clock: Clock },
  organization: Organization,
  transaction: Transaction,
  received: {
    issuers: readonly IssuerToTrust[];
    authorizationServer: Launch['authorizationServer'];
    token: TokenResponse;
    trace: LaunchTrace;
    launchId: string;
  },
): Promise<Launch> {
  const { token, issuers, authorizationServer, trace } = received;
  // SCO-17: a response without `scope` grants the requested scope.
  const scope = token.scope ?? transaction.scope;
  const judgeScopes = () => assertGranted(scope, transaction.scope, token.idToken !== undefined);
  await trace.step('scopes', judgeScopes, scopeFacts(transaction.scope, token.scope, organization.showEhrOrders));
  const now = clock();
  const { fhirBase, nonce, clientId } = transaction;
  const { accessToken, idToken } = token;
  const nonceRequired = organization.nonce === 'required';
  const expectation = { expectedIssuers: issuers, clientId, nonce, nonceRequired, accessToken, now, keys: issuerKeys };
  const verify = () => verifyIdToken(idToken, expectation);
  const expected = issuers.map(({ issuer }) => issuer);
  const identity = await trace.step('id-token', verify, idTokenFacts(token.idToken, expected, now), userFacts);
  const resolved = resolveFhirUser(identity, new URL(fhirBase));
  const { iss, sub, name, authTime } = identity;
  const readContext = () => readLaunchContext(token.members);
  const context = await trace.step('context', readContext, {}, contextFacts);
  return {
    id: received.launchId,
    kind: transaction.kind,
    organizationId: organization.id,
    connectionVersion: organization.connectionVersion,
    fhirBase,
    authorizationServer,
    user: { iss, sub, name, fhirUser: resolved.ok ? resolved.user.reference : undefined },
    nonce,
    ...(authTime === undefined ? {} : { authTime }),
    // Outside the EHR no other page shows the patient, so the banner is always needed (LC-11).
    context: transaction.kind === 'standalone' ? { ...context, needPatientBanner: true } : context,
    scope,
    tokens: tokensOf(token, now),
    startedAt: now.toISOString(),
    traceId: trace.id,
    endsAt: endOf(token, now).toISOString(),
  };
}

/** Launches work without a fhirUser, but the user's name and role stay unknown. */
const userFacts = ({ fhirUser, profile }: VerifiedIdentity): StepFacts =>
  (fhirUser ?? profile) === undefined ? { rule: 'user.no-fhir-user', warning: 'the id_token has no fhirUser' } : {};

/**
 * A verified id_token proves that `openid` was granted: servers need not repeat it in `scope`, and Microsoft Entra ID
 * does not. So the scope is checked for `openid` only if there is no id_token, to explain why.
 */
function assertGranted(scope: string, requested: string, hasIdToken: boolean): void {
  const needed = hasIdToken ? NEEDED : (['openid', ...NEEDED] as const);
  const missing = missingPermissions(grantedScopes(scope), needed);
  if (missing.length === 0) return;
  const names = missing.join(', ');
  if (isEmptyGrant(requested, scope)) {
    throw new AppError('scope.none-granted', `no resource was granted; not granted: ${names}`, {
      rule: 'scope.nothing',
      shown: names,
    });
  }
  const rule = missing.some((name) => name.startsWith('patient/')) ? 'scope.patient-missing' : 'scope.openid-missing';
  throw new AppError('scope.missing', `not granted: ${names}`, { rule, shown: names });
}
