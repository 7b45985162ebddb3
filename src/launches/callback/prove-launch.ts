/** Turns the authorization response into a launch, if token, identity, permissions and context are all proven. */
import type { Adapters } from '#src/adapters.ts';
import { callbackFacts } from '#src/diagnostics/traces/callback-facts.ts';
import { assertionFacts, tokenFacts } from '#src/diagnostics/traces/redacted-facts.ts';
import type { LaunchTrace } from '#src/diagnostics/traces/trace-of-request.ts';
import { AppError } from '#src/errors.ts';
import type { KeyRing } from '#src/keys/key-ring.ts';
import type { KeyUses } from '#src/keys/key-use.ts';
import type { Revoker } from '#src/launches/ending/revoker.ts';
import type { LaunchCookie } from '#src/launches/session/cookies.ts';
import { assertFrameAllowed } from '#src/launches/session/fit-page.ts';
import type { Launch, LaunchKind } from '#src/launches/session/launch.ts';
import type { Transaction, TransactionKey } from '#src/launches/session/transaction.ts';
import type { Transactions } from '#src/launches/session/transaction-store.ts';
import { assertEnabled, type Organization } from '#src/organizations/organization.ts';
import { issuersOf } from '#src/organizations/smart-connections.ts';
import type { IssuerToTrust } from '#src/smart/documents/issuer-keys.ts';
import type { IssuerKeys } from '#src/smart/id-token/issuer-key-cache.ts';
import { explainRefusedAssertion } from '#src/smart/refused-assertion.ts';
import { type CallbackParameters, judgeCallback } from '#src/smart/step-4-authorization-code.ts';
import { exchangeCode } from '#src/smart/step-5-access-token.ts';
import { proveTokenResponse } from './prove-user-and-context.ts';

export interface ProveLaunchDependencies extends Pick<Adapters, 'clock' | 'outbound'> {
  keyRing: KeyRing;
  keyUses: Pick<KeyUses, 'keyAccepted' | 'acceptedKids' | 'fetchesSeen'>;
  revoker: Pick<Revoker, 'revoke'>;
  issuerKeys: IssuerKeys;
  transactions: Transactions;
}

/**
 * Checks callback, token, identity and context (CB-21). If a check of the token response fails, its tokens are revoked
 * (CB-22). @param organization as it is now. @throws AppError; then no part of the launch is stored.
 */
export async function proveLaunch(
  dependencies: ProveLaunchDependencies,
  organization: Organization,
  transaction: Transaction,
  visit: CallbackVisit & { onCodeSent(): void; launchId: string },
): Promise<Launch> {
  const { transactions, issuerKeys, keyRing, outbound, keyUses, revoker, clock } = dependencies;
  const { callback, trace, onCodeSent, launchId } = visit;
  const issuers = issuersOf(organization, transaction.configuration);
  const judge = () => {
    assertUnchanged(organization, transaction);
    assertSameRedirectUri(transaction, visit.redirectUri);
    if (transaction.kind === 'ehr') assertFrameAllowed(organization, visit.isInFrame);
    const issuerPromised = transaction.configuration.responseIssuerPromised;
    return judgeCallback(callback, { issuers: issuers.map(({ issuer }) => issuer), issuerPromised });
  };
  const validated = await trace.step('callback', judge, callbackFacts(callback, transaction.scope));
  if (!(await transactions.bindCode(visit.key, validated.code)))
    throw new AppError('callback.invalid', 'the code came with another launch before', 'callback.code-reused');
  for (const issuer of issuers) issuerKeys.prefetch(issuer);
  const authorizationServer = authorizationServerOf(organization, transaction, issuers);
  const key = keyRing.signingKey(transaction.assertionAlg);
  const { redirectUri, codeVerifier } = transaction;
  const { clientIdInTokenBody: clientIdInBody } = organization;
  const exchange = { ...authorizationServer, redirectUri, codeVerifier, key, clientIdInBody, now: clock() };
  const ehr = outbound.forOrganization(organization);
  const send = () => {
    onCodeSent();
    const fetchesBefore = keyUses.fetchesSeen();
    return exchangeCode(validated, exchange, ehr).catch(async (error: unknown) => {
      const isJwksFetched = keyUses.fetchesSeen() > fetchesBefore;
      const acceptedKids = () => keyUses.acceptedKids(organization.id);
      throw await explainRefusedAssertion(error, { ...exchange, kid: key.kid, isJwksFetched, acceptedKids });
    });
  };
  const token = await trace.step('token', send, assertionFacts(exchange), (response) =>
    tokenFacts(response, transaction.scope),
  );
  keyUses.keyAccepted(organization.id, key.kid);
  // Only a valid code proves that a browser was at the EHR. Without that proof, anyone could spend the budget (MT-06).
  void ehr.countVisit();
  try {
    const received = { issuers, authorizationServer, token, trace, launchId };
    return await proveTokenResponse(dependencies, organization, transaction, received);
  } catch (error) {
    revoker.revoke({ authorizationServer, tokens: token }, organization);
    throw error;
  }
}

/** The data of the authorization server that the launch keeps, as discovered when it began (DI-06). */
function authorizationServerOf(
  organization: Organization,
  { configuration, clientId, assertionAlg }: Transaction,
  issuers: readonly IssuerToTrust[],
): Launch['authorizationServer'] {
  const { tokenEndpoint, revocationEndpoint, introspectionEndpoint, jwksUri, source } = configuration;
  const { assertionAudience, assertionType } = organization;
  const audience = assertionAudience === 'issuer' ? (issuers[0]?.issuer ?? tokenEndpoint) : tokenEndpoint;
  const endpoints = { tokenEndpoint, revocationEndpoint, introspectionEndpoint };
  const isGivenByHand = source === 'settings';
  return { ...endpoints, audience, clientId, assertionAlg, assertionType, jwksUri, isGivenByHand };
}

/** REG-11, MT-05: a change that an administrator made while the user signed in takes effect. */
function assertUnchanged(organization: Organization, transaction: Transaction): void {
  assertEnabled(organization);
  const changed = "the organization's connection was changed during the launch";
  if (organization.connectionVersion !== transaction.connectionVersion)
    throw new AppError('callback.invalid', changed, 'callback.settings-changed');
  if (transaction.kind === 'standalone' && !organization.standalone)
    throw new AppError('launch.standalone-off', 'standalone was switched off during the launch');
}

/** MT-04: an organization's own redirect URI accepts only this organization's authorization responses (CB-12). */
function assertSameRedirectUri({ redirectUri }: Transaction, arrivedAt: string): void {
  const detail = "the answer came to another organization's redirect URI";
  if (redirectUri !== arrivedAt) throw new AppError('callback.wrong-issuer', detail, 'callback.other-redirect-uri');
}

export interface CallbackVisit {
  callback: CallbackParameters;
  redirectUri: string;
  key: TransactionKey;
  kind: LaunchKind;
  /** As the browser reports; undefined when it does not. */
  isInFrame: boolean | undefined;
  /** Its launch cookies, oldest first. */
  cookies: readonly LaunchCookie[];
  supportCode: string;
  address: string | undefined;
  trace: LaunchTrace;
}
