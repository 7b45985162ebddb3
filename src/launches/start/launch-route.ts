/** `GET /smart/launch`: the EHR opens the app here, usually in an iframe. */
import type { Request, RequestHandler, Response } from 'express';
import { isLoopbackHost } from '#src/adapters/ehr-http/loopback-host.ts';
import type { LaunchTraces } from '#src/diagnostics/traces/recorder.ts';
import { FRAMING_PAGE, launchFacts } from '#src/diagnostics/traces/redacted-facts.ts';
import type { StepFacts } from '#src/diagnostics/traces/trace.ts';
import { traceOf } from '#src/diagnostics/traces/trace-of-request.ts';
import type { Rule } from '#src/errors/rules/table.ts';
import { AppError } from '#src/errors.ts';
import { framingOrigin, isFramed } from '#src/http/framed.ts';
import { contextOf } from '#src/http/request-context.ts';
import { pathPartOf, queryOf } from '#src/http/request-values.ts';
import { setPagePolicy } from '#src/http/security-headers.ts';
import type { LaunchCookies } from '#src/launches/session/cookies.ts';
import { assertFrameAllowed, prepareErrorPage } from '#src/launches/session/fit-page.ts';
import { assertConnected, assertEnabled, type Organization } from '#src/organizations/organization.ts';
import type { OrganizationDirectory } from '#src/organizations/organization-directory.ts';
import type { SmartConnections } from '#src/organizations/smart-connections.ts';
import { mayFrame } from '#src/settings/addresses.ts';
import { isInsideAddress } from '#src/smart/documents/endpoint.ts';
import { readStoredConfiguration } from '#src/smart/documents/smart-configuration.ts';
import { bareBase, isSameFhirBase, type LaunchRequest, readLaunchRequest } from '#src/smart/step-2-launch-ehr.ts';
import { type CookieProbeDependencies, isPrefetch, startLaunch } from './cookie-probe.ts';

export interface LaunchRouteDependencies extends CookieProbeDependencies {
  directory: OrganizationDirectory;
  traces: LaunchTraces;
}

/** Checks organization and EHR before any outbound request, then probes cookies (LA-12), then begins the launch. */
export function launchRoute(dependencies: LaunchRouteDependencies): RequestHandler {
  return async (request, response) => {
    if (isPrefetch(request)) return void response.status(503).end();
    const facts = launchFactsOf(request);
    await dependencies.traces.follow({ request, step: 'launch', facts }, async () => {
      const check = () => checkLaunch(dependencies, request, response);
      const { organization, launchRequest } = await traceOf(request).step('launch', check, facts, (checked) =>
        frameFacts(checked.organization, facts[FRAMING_PAGE]),
      );
      await startLaunch(dependencies, { request, response }, organization, { kind: 'ehr', ...launchRequest });
    });
  };
}

/** Finds the organization and the EHR of this launch, before this server sends any request. */
async function checkLaunch(
  { directory, connections, launchCookies }: LaunchRouteDependencies,
  request: Request,
  response: Response,
): Promise<{ organization: Organization; launchRequest: LaunchRequest }> {
  const query = queryOf(request);
  const organization = await findOrganization(directory, request, query);
  noteOrganization(request, organization, launchCookies);
  setPagePolicy(response, { frameAncestors: organization.frameAncestors });
  assertFrameAllowed(organization, isFramed(request));
  const launchRequest = readLaunchRequest(query);
  assertLaunchAllowed(connections, organization, launchRequest);
  return { organization, launchRequest };
}

/** Names the organization in log and trace, and its help desk on the error page. */
export function noteOrganization(request: Request, organization: Organization, cookies: LaunchCookies): void {
  contextOf(request).facts.organizationId = organization.id;
  traceOf(request).know({ organizationId: organization.id });
  prepareErrorPage(request, organization, cookies.launches(request));
}

function launchFactsOf(request: Request): StepFacts {
  const facts = launchFacts(queryOf(request), request.params['orgId'] === undefined ? 'query' : 'path');
  return { ...facts, [FRAMING_PAGE]: framingOrigin(request) };
}

/** Warns that the embedding page may not frame the app. It is not a refusal, because only the browser can be sure. */
function frameFacts({ frameAncestors }: Organization, page: StepFacts[string]): StepFacts {
  const isOther = typeof page === 'string' && frameAncestors.length > 0 && !mayFrame(frameAncestors, page);
  return isOther ? { rule: 'launch.other-frame', warning: 'framed by a page that may not show the app' } : {};
}

async function findOrganization(directory: OrganizationDirectory, request: Request, query: URLSearchParams) {
  const named = request.params['orgId'] === undefined ? query.getAll('orgId') : [pathPartOf(request, 'orgId')];
  const [orgId] = named;
  if (!orgId || named.length > 1)
    throw new AppError('launch.unknown-organization', 'orgId is missing or repeated', 'launch.org-id-missing');
  const organization = await directory.find(orgId);
  if (!organization)
    throw new AppError('launch.unknown-organization', 'no organization has this orgId', {
      // The ID may be right: the EHR appended `?iss=…` to a URL that already has a question mark.
      rule: /\?iss=/.test(orgId) ? 'launch.parameters-in-org-id' : 'launch.org-id-unknown',
    });
  return organization;
}

/** LA-02, LA-08. @throws 'launch.organization-disabled', 'launch.not-connected' or 'launch.unknown-issuer' */
function assertLaunchAllowed(connections: SmartConnections, organization: Organization, request: LaunchRequest): void {
  assertEnabled(organization);
  assertConnected(organization);
  if (!isSameFhirBase(request.iss, organization.fhirBaseUrl)) {
    const rule = ruleOfOtherEhr(connections, organization, request.iss);
    // The `iss` is quoted only if it is the FHIR URL of the setting in another form.
    const iss = SAME_BASE.includes(rule) ? { iss: request.iss } : {};
    const seen = { ...iss, 'FHIR URL in Settings': organization.fhirBaseUrl };
    throw new AppError('launch.unknown-issuer', "iss is not the organization's FHIR URL", { rule, seen });
  }
}

const SAME_BASE: readonly Rule[] = ['launch.iss-written-differently', 'launch.iss-not-enterable'];

/** A FHIR URL that has answered is probably right, even if the `iss` of a launch differs. */
function ruleOfOtherEhr(connections: SmartConnections, organization: Organization, iss: string): Rule {
  const { fhirBaseUrl } = organization;
  if (bareBase(iss) === bareBase(fhirBaseUrl))
    return isEnterable(iss, fhirBaseUrl) ? 'launch.iss-written-differently' : 'launch.iss-not-enterable';
  if (isOtherAddress(organization, iss)) return 'launch.iss-not-the-base';
  const isLocal = isLoopbackHost(new URL(iss).hostname);
  if (!isLocal && isInsideAddress(new URL(iss), { fhirBase: new URL(fhirBaseUrl) })) return 'launch.iss-inside';
  if (isOtherVersion(iss, fhirBaseUrl)) return 'launch.other-version';
  if (isOtherVersion(fhirBaseUrl, iss)) return 'launch.settings-other-version';
  if (!connections.hasAnswered(organization)) return 'launch.fhir-url-unproven';
  const isAbove = bareBase(fhirBaseUrl).startsWith(`${bareBase(iss)}/`);
  return isAbove ? 'launch.iss-not-the-base' : 'launch.other-environment';
}

/** Whether the settings can store this `iss`: they accept no plain http, default port, capital in the host, or slashes at the end. */
function isEnterable(iss: string, fhirBaseUrl: string): boolean {
  const { origin, protocol } = new URL(iss);
  const isAccepted = protocol === 'https:' || fhirBaseUrl.startsWith('http:');
  return isAccepted && `${iss}/`.startsWith(`${origin}/`) && !iss.endsWith('//');
}

const OTHER_VERSIONS = new Set(['dstu2', 'stu3', 'r2', 'r3', 'r4b', 'r5']);

/** Whether a URL is the R4 one but for the name of its version. */
function isOtherVersion(url: string, r4Url: string): boolean {
  const [came, set] = [url, r4Url].map((one) => bareBase(one).toLowerCase().split('/'));
  const differs = came?.flatMap((part, index) => (part === set?.[index] ? [] : [[part, set?.[index]]])) ?? [];
  const [[part = '', instead = ''] = []] = differs;
  return differs.length === 1 && OTHER_VERSIONS.has(part) && !OTHER_VERSIONS.has(instead);
}

/** Whether `iss` is another URL of the right server: a document below the FHIR base, or the EHR's issuer. */
function isOtherAddress({ fhirBaseUrl, discovered }: Organization, iss: string): boolean {
  const { issuer } = readStoredConfiguration(discovered?.configuration) ?? {};
  const below = iss.startsWith(fhirBaseUrl) ? iss.slice(fhirBaseUrl.length) : '';
  const isIssuer = issuer !== undefined && bareBase(iss) === bareBase(issuer);
  return isIssuer || /^\/(?:metadata|\.well-known\/|Patient)/.test(below);
}
