/** From the EHR's launch request to the redirect that asks its authorization server for a code. */
import type { Outbound } from '#src/adapters/ehr-http/client.ts';
import { OutboundError } from '#src/adapters/ehr-http/error.ts';
import { ruleOfFailure } from '#src/adapters/ehr-http/failure-rule.ts';
import { discoveryFacts, redirectFacts } from '#src/diagnostics/traces/facts.ts';
import type { LaunchTrace } from '#src/diagnostics/traces/launch-trace.ts';
import { AppError } from '#src/errors.ts';
import type { KeyRing } from '#src/keys/key-ring.ts';
import type { Transaction } from '#src/launches/session/transaction.ts';
import type { Transactions } from '#src/launches/session/transactions.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { redirectUriOf } from '#src/organizations/registration.ts';
import { issuersOf, type SmartConnections } from '#src/organizations/smart-connections.ts';
import {
  chooseAssertionAlg,
  pinnedConfiguration,
  type SmartConfiguration,
} from '#src/smart/documents/smart-configuration.ts';
import type { IssuerKeys } from '#src/smart/id-token/issuer-key-cache.ts';
import { requestedScope } from '#src/smart/scopes/granted.ts';
import { standaloneScopes } from '#src/smart/scopes/standalone.ts';
import type { LaunchRequest } from '#src/smart/step-2-launch-ehr.ts';
import {
  type AuthorizationRedirect,
  authorizationRedirect,
  createAttemptSecrets,
} from '#src/smart/step-4-authorization-code.ts';

export interface BeginLaunchDependencies {
  publicUrl: URL;
  connections: SmartConnections;
  issuerKeys: IssuerKeys;
  transactions: Transactions;
  outbound: Outbound;
  keyRing: Pick<KeyRing, 'signingKey'>;
}

/** What a launch begins with: what the EHR sent, or for a standalone launch the registered FHIR base alone (AZ-04, AZ-05). */
export type LaunchStart = ({ kind: 'ehr' } & LaunchRequest) | { kind: 'standalone'; iss: string };

/** The browser that launches, as its cookies say. */
export interface LaunchingBrowser {
  secret: string;
  /** It launched here before. */
  isKnown: boolean;
}

/** A launch under way: where to send the browser, and the state its transaction cookie is for. */
export interface BegunLaunch {
  redirect: AuthorizationRedirect;
  state: string;
}

/**
 * Discovers, prepares and stores the transaction; only then is there anywhere to redirect to (AZ-21).
 *
 * @param start of this organization, already allowed.
 * @throws AppError 'discovery.…' or 'store.unavailable'
 */
export async function beginLaunch(
  dependencies: BeginLaunchDependencies,
  organization: Organization,
  start: LaunchStart,
  browser: LaunchingBrowser,
  trace: LaunchTrace,
): Promise<BegunLaunch> {
  const discover = async () => {
    const usable = await usableConfiguration(dependencies, organization);
    // Here already, so that a document without an algorithm of ours is seen to fail.
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
    const launch = start.kind === 'ehr' ? { launch: start.launch } : {};
    const authorization = { clientId, redirectUri, scope, aud: start.iss, ...launch };
    return { redirect: authorizationRedirect(configuration, authorization, secrets), state };
  };
  // The key is not sent yet; an EHR team that looks at its registration wants to see it already.
  return trace.step('authorization-redirect', begin, {}, ({ redirect }) => ({
    ...redirectFacts(redirect, { scope, alg: assertionAlg }),
    kid: dependencies.keyRing.signingKey(assertionAlg).kid,
  }));
}

/** No browser is sent to an EHR that is down: it would show its own error page, and the launch value would be spent. */
async function usableConfiguration(
  { connections, outbound }: BeginLaunchDependencies,
  organization: Organization,
): Promise<SmartConfiguration> {
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

/** What is fixed at launch, but for the secrets of this one attempt. */
function transactionOf(
  { publicUrl }: BeginLaunchDependencies,
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

/** The user is at the authorization server for a moment: time to open the connections and fetch the keys of the return. */
function prepareCallback(
  { outbound, issuerKeys }: BeginLaunchDependencies,
  organization: Organization,
  configuration: SmartConfiguration,
): void {
  const urls = { protocol: new URL(configuration.tokenEndpoint), fhir: new URL(organization.fhirBaseUrl) };
  outbound.forOrganization(organization).warm(urls);
  for (const issuer of issuersOf(organization, configuration)) issuerKeys.prefetch(issuer);
}
