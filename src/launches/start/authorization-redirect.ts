/** From the EHR's launch request to the redirect that asks its authorization server for a code. */
import type { EhrClient, Outbound } from '#src/adapters/ehr-http/client.ts';
import { OutboundError } from '#src/adapters/ehr-http/error.ts';
import { discoveryFacts, redirectFacts } from '#src/diagnostics/traces/facts.ts';
import type { LaunchTrace } from '#src/diagnostics/traces/launch-trace.ts';
import { AppError } from '#src/errors.ts';
import type { Transactions } from '#src/launches/session/transaction.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { redirectUriOf } from '#src/organizations/registration.ts';
import { issuersOf, type SmartConnections } from '#src/organizations/smart-connections.ts';
import type { IssuerKeys } from '#src/smart/id-token/keys.ts';
import { requestedScope } from '#src/smart/scopes/granted.ts';
import { standaloneScopes } from '#src/smart/scopes/standalone.ts';
import { chooseAssertionAlg, pinnedConfiguration, type SmartConfiguration } from '#src/smart/smart-configuration.ts';
import { isSameFhirBase, type LaunchRequest } from '#src/smart/step-2-launch-ehr.ts';
import {
  type AuthorizationRedirect,
  authorizationRedirect,
  createAttemptSecrets,
} from '#src/smart/step-4-authorization-code.ts';

/** What beginning a launch needs of the outside. */
export interface BeginLaunchDependencies {
  publicUrl: URL;
  connections: SmartConnections;
  issuerKeys: IssuerKeys;
  transactions: Transactions;
  outbound: Outbound;
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
  /** As requested. */
  scope: string;
}

/**
 * Is this EHR the organization's? Asked before any call leaves this server (LA-02, LA-08).
 *
 * @throws AppError 'launch.organization-disabled' or 'launch.unknown-issuer'
 */
export function assertLaunchAllowed(organization: Organization, request: LaunchRequest): void {
  if (!organization.enabled) throw new AppError('launch.organization-disabled', 'the organization is disabled');
  if (!isSameFhirBase(request.iss, organization.fhirBaseUrl)) {
    throw new AppError('launch.unknown-issuer', "iss is not the organization's FHIR URL");
  }
}

/**
 * May the browser show what this launch leads to? A frame that no EHR page may show stays empty to its end, which is no
 * launch: it stops before anything of the EHR's is spent (LA-11).
 *
 * @param isInFrame as the browser says; undefined when it does not.
 * @throws AppError 'launch.frame-not-allowed', whose page may be shown in any frame.
 */
export function assertShowable({ frameAncestors }: Organization, isInFrame: boolean | undefined): void {
  if (isInFrame === true && frameAncestors.length === 0)
    throw new AppError('launch.frame-not-allowed', 'opened in a frame, and frameAncestors is empty');
}

/**
 * Discovers, prepares and stores the transaction; only then is there anywhere to redirect to (AZ-21).
 *
 * @param start already allowed, for an EHR launch by {@link assertLaunchAllowed}.
 * @param browser with the secret of the transaction cookie it gets with this redirect.
 * @throws AppError 'discovery.…' or 'store.unavailable'
 */
export async function beginLaunch(
  dependencies: BeginLaunchDependencies,
  organization: Organization,
  start: LaunchStart,
  browser: LaunchingBrowser,
  trace: LaunchTrace,
): Promise<BegunLaunch> {
  const discovery = () => usableConfiguration(dependencies, organization);
  const configuration = await trace.step('discovery', discovery, {}, discoveryFacts);
  const assertionAlg = chooseAssertionAlg(configuration, organization.assertionAlg);
  const begun = () =>
    prepareRedirect(dependencies, organization, start, { browser, configuration, assertionAlg, trace });
  return trace.step('authorization-redirect', begun, {}, ({ redirect, scope }) =>
    redirectFacts(redirect, { scope, alg: assertionAlg }),
  );
}

async function usableConfiguration(
  { connections, outbound }: BeginLaunchDependencies,
  organization: Organization,
): Promise<SmartConfiguration> {
  const configuration = await connections.configurationOf(organization);
  const ehr = outbound.forOrganization(organization);
  for (const url of [configuration.tokenEndpoint, organization.fhirBaseUrl]) assertAnswering(ehr, new URL(url));
  return configuration;
}

/** Nobody is sent to an EHR that is down: a browser's own error page would be all they see, and the launch value spent. */
function assertAnswering(ehr: EhrClient, url: URL): void {
  try {
    ehr.assertAnswering(url);
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    throw new AppError('discovery.unavailable', error.message, { cause: error, ...error.retry });
  }
}

async function prepareRedirect(
  dependencies: BeginLaunchDependencies,
  organization: Organization,
  start: LaunchStart,
  attempt: {
    browser: LaunchingBrowser;
    configuration: SmartConfiguration;
    assertionAlg: 'RS384' | 'ES384';
    trace: LaunchTrace;
  },
): Promise<BegunLaunch> {
  const { browser, configuration, assertionAlg, trace } = attempt;
  const secrets = createAttemptSecrets();
  const { kind, iss } = start;
  const scope = scopeOf(organization, kind, configuration);
  const redirectUri = redirectUriOf(dependencies.publicUrl, organization);
  await dependencies.transactions.begin(
    { state: secrets.state, binding: browser.secret },
    {
      kind,
      organizationId: organization.id,
      connectionVersion: organization.connectionVersion,
      fhirBaseUrl: iss,
      configuration: pinnedConfiguration(configuration),
      clientId: organization.clientId,
      redirectUri,
      scope,
      nonce: secrets.nonce,
      codeVerifier: secrets.codeVerifier,
      assertionAlg,
      traceId: trace.id,
      ...(start.kind === 'ehr' ? { launch: start.launch } : {}),
    },
    browser,
  );
  prepareCallback(dependencies, organization, configuration.tokenEndpoint);
  for (const issuer of issuersOf(organization, configuration)) dependencies.issuerKeys.prefetch(issuer);
  const { clientId } = organization;
  const launch = start.kind === 'ehr' ? { launch: start.launch } : {};
  const authorization = { clientId, redirectUri, scope, aud: iss, ...launch };
  return { redirect: authorizationRedirect(configuration, authorization, secrets), state: secrets.state, scope };
}

/** What a launch asks for first, in the syntax its EHR understands (SCO-02). */
function scopeOf(
  { scopes, scopeVersion: version }: Organization,
  kind: LaunchStart['kind'],
  { capabilities }: SmartConfiguration,
): string {
  return requestedScope(kind === 'standalone' ? standaloneScopes(scopes) : scopes, { version, capabilities });
}

/** The browser will be at the authorization server for a moment: time enough to open the connections its return needs. */
function prepareCallback(
  { outbound }: BeginLaunchDependencies,
  organization: Organization,
  tokenEndpoint: string,
): void {
  const urls = { protocol: new URL(tokenEndpoint), fhir: new URL(organization.fhirBaseUrl) };
  outbound.forOrganization(organization).warm(urls);
}
