/** Turns a launch request into the redirect that asks the authorization server for a code. */
import type { Outbound } from '#src/adapters/ehr-http/client.ts';
import { OutboundError } from '#src/adapters/ehr-http/error.ts';
import { ruleOfFailure } from '#src/adapters/ehr-http/failure-rule.ts';
import { discoveryFacts, redirectFacts } from '#src/diagnostics/traces/redacted-facts.ts';
import type { LaunchTrace } from '#src/diagnostics/traces/trace-of-request.ts';
import { AppError } from '#src/errors.ts';
import type { KeyRing } from '#src/keys/key-ring.ts';
import type { Transaction } from '#src/launches/session/transaction.ts';
import type { Transactions } from '#src/launches/session/transaction-store.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { redirectUriOf } from '#src/organizations/registration.ts';
import { issuersOf, type SmartConnections } from '#src/organizations/smart-connections.ts';
import {
  chooseAssertionAlg,
  pinnedConfiguration,
  type SmartConfiguration,
} from '#src/smart/documents/smart-configuration.ts';
import type { IssuerKeys } from '#src/smart/id-token/issuer-key-cache.ts';
import { requestedScope, standaloneScopes } from '#src/smart/scopes/requested.ts';
import type { LaunchRequest } from '#src/smart/step-2-launch-ehr.ts';
import {
  type AuthorizationRedirect,
  authorizationRedirect,
  createAttemptSecrets,
} from '#src/smart/step-4-authorization-code.ts';

export interface AuthorizationDependencies {
  publicUrl: URL;
  connections: SmartConnections;
  issuerKeys: IssuerKeys;
  transactions: Transactions;
  outbound: Outbound;
  keyRing: Pick<KeyRing, 'signingKey'>;
}

/** The start of a launch: the EHR's parameters, or in a standalone launch the registered FHIR base (AZ-04, AZ-05). */
export type LaunchStart = ({ kind: 'ehr' } & LaunchRequest) | { kind: 'standalone'; iss: string };

export interface LaunchingBrowser {
  secret: string;
  isKnown: boolean;
}

/** Stores the transaction before the browser leaves (AZ-21). @throws AppError 'discovery.…', 'store.unavailable' */
export async function beginAuthorization(
  dependencies: AuthorizationDependencies,
  organization: Organization,
  start: LaunchStart,
  browser: LaunchingBrowser,
  trace: LaunchTrace,
): Promise<{ redirect: AuthorizationRedirect; state: string }> {
  const discover = async () => {
    const usable = await usableConfiguration(dependencies, organization);
    // Called inside this step, so that the trace shows that discovery failed for want of an algorithm.
    chooseAssertionAlg(usable, organization.assertionAlg);
    return usable;
  };
  const configuration = await trace.step('discovery', discover, {}, discoveryFacts);
  const transaction = transactionOf(dependencies, organization, start, configuration);
  const { scope, redirectUri, clientId, assertionAlg } = transaction;
  const begin = async () => {
    const secrets = createAttemptSecrets();
    const { state, nonce, codeVerifier } = secrets;
    const begun = { ...transaction, nonce, codeVerifier, traceId: trace.id };
    await dependencies.transactions.begin({ state, secret: browser.secret }, begun, browser);
    prepareCallback(dependencies, organization, configuration);
    if (configuration.source !== 'settings') dependencies.connections.sent(organization);
    const launch = start.kind === 'ehr' ? { launch: start.launch } : {};
    const authorization = { clientId, redirectUri, scope, aud: start.iss, ...launch };
    return { redirect: authorizationRedirect(configuration, authorization, secrets), state };
  };
  // The key is not used yet, but its id in the trace helps an EHR team to check its registration.
  return trace.step('authorization-redirect', begin, {}, ({ redirect }) => ({
    ...redirectFacts(redirect, { scope, alg: assertionAlg }),
    kid: dependencies.keyRing.signingKey(assertionAlg).kid,
  }));
}

/** Sends no browser to an EHR that is down, which would show its own error page and spend the launch value. */
async function usableConfiguration({ connections, outbound }: AuthorizationDependencies, organization: Organization) {
  const configuration = await connections.configurationOf(organization);
  const ehr = outbound.forOrganization(organization);
  try {
    for (const url of [configuration.tokenEndpoint, organization.fhirBaseUrl]) ehr.assertAnswering(new URL(url));
    return configuration;
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    const rule = ruleOfFailure(error, 'FHIR URL');
    throw new AppError('discovery.unavailable', error.message, { rule, cause: error, ...error.retry });
  }
}

function transactionOf(
  { publicUrl }: AuthorizationDependencies,
  organization: Organization,
  start: LaunchStart,
  configuration: SmartConfiguration,
): Omit<Transaction, 'nonce' | 'codeVerifier'> {
  const { id: organizationId, connectionVersion, clientId, scopes, scopeVersion: version } = organization;
  const wanted = start.kind === 'standalone' ? standaloneScopes(scopes) : scopes;
  return {
    kind: start.kind,
    organizationId,
    connectionVersion,
    fhirBase: start.iss,
    configuration: pinnedConfiguration(configuration),
    clientId,
    redirectUri: redirectUriOf(publicUrl, organization),
    // In the syntax the EHR understands (SCO-02).
    scope: requestedScope(wanted, { version, capabilities: configuration.capabilities }),
    assertionAlg: chooseAssertionAlg(configuration, organization.assertionAlg),
    ...(start.kind === 'ehr' ? { launch: start.launch } : {}),
  };
}

/** Opens connections and fetches keys for the callback while the user is at the authorization server. */
function prepareCallback(
  { outbound, issuerKeys }: AuthorizationDependencies,
  organization: Organization,
  configuration: SmartConfiguration,
): void {
  const urls = { protocol: new URL(configuration.tokenEndpoint), fhir: new URL(organization.fhirBaseUrl) };
  outbound.forOrganization(organization).warm(urls);
  for (const issuer of issuersOf(organization, configuration)) issuerKeys.prefetch(issuer);
}
