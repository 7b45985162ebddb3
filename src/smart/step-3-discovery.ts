/** Step 3: discovery. SMART App Launch 2.2.0, "Retrieve .well-known/smart-configuration"; DI-01..02, DI-15..25. */
import type { EhrClient } from '#src/adapters/ehr-http/client.ts';
import type { OutboundFailure } from '#src/adapters/ehr-http/error.ts';
import type { JsonObject } from '#src/adapters/json-object.ts';
import type { Rule } from '#src/errors/rules/table.ts';
import { AppError, type ErrorCode } from '#src/errors.ts';
import { isOtherVersion, parseCapability } from './documents/capability-statement.ts';
import { isFhirBase, ruleOfConfiguration } from './documents/configuration-rule.ts';
import type { EndpointRules } from './documents/endpoint.ts';
import { documentOf, type Fetched, fetchDocument, isAbsent } from './documents/fetched.ts';
import {
  type ParsedConfiguration,
  parseConfiguration,
  type SmartConfiguration,
} from './documents/smart-configuration.ts';

export interface Discovery {
  configuration: SmartConfiguration;
  /** Milliseconds from now; 0 when the server forbids caching. */
  freshForMs: number;
}

/** The settings that describe an organization's EHR. */
export interface Ehr {
  fhirBaseUrl: string;
  allowedHosts: readonly string[];
}

/** Reads the configuration, without credential or redirect. @throws 'discovery.…', 'connection.untrusted' (DI-19). */
export async function discover(ehr: Ehr, outbound: EhrClient): Promise<Discovery> {
  const see = (path: string, accept: string) =>
    fetchDocument(new URL(documentBelow(ehr.fhirBaseUrl, path)), outbound, { accept, kind: 'discovery' });
  const { wellKnown, fetched, parsed } = await findConfiguration({
    wellKnown: () => see(WELL_KNOWN, 'application/json'),
    metadata: () => see('metadata', 'application/fhir+json'),
    rules: endpointRules(ehr, outbound),
  });
  if (!parsed?.configuration) {
    if (parsed?.refusal) throw parsed.refusal;
    // The EHR itself names this base. It is suspect only if the CapabilityStatement below it is missing too.
    throw fetchProblem(fetched, ruleOfConfiguration(wellKnown, fetched === wellKnown || isFhirBase(fetched)));
  }
  return { configuration: parsed.configuration, freshForMs: parsed.freshForMs };
}

/** A server that does not say its version within three seconds passes. @throws AppError 'discovery.invalid' */
export async function assertR4({ fhirBaseUrl }: Pick<Ehr, 'fhirBaseUrl'>, outbound: EhrClient): Promise<void> {
  const how = { accept: 'application/fhir+json', kind: 'discovery', deadlineMs: 3_000 } as const;
  const document = documentOf(await fetchDocument(new URL(documentBelow(fhirBaseUrl, 'metadata')), outbound, how));
  if (isOtherVersion(document)) throw new AppError('discovery.invalid', 'the server is not R4', 'fhir.version');
}

/** The rules for the endpoints of an EHR, whether discovered or given by hand. */
export function endpointRules({ fhirBaseUrl, allowedHosts }: Ehr, outbound: Pick<EhrClient, 'accepts'>): EndpointRules {
  return { fhirBase: new URL(fhirBaseUrl), allowedHosts, accepts: (url) => outbound.accepts(url) };
}

export const WELL_KNOWN = '.well-known/smart-configuration';

/** Appended, not resolved: a FHIR base usually has a path of its own (DI-01). */
export function documentBelow(fhirBaseUrl: string, path: string): string {
  return `${fhirBaseUrl.replace(/\/$/, '')}/${path}`;
}

/** The well-known document, or if absent the CapabilityStatement (DI-18..22). @returns `parsed` undefined for none. */
export async function findConfiguration(from: {
  wellKnown(): Promise<Fetched>;
  metadata(): Promise<Fetched>;
  rules: EndpointRules;
}): Promise<{ wellKnown: Fetched; fetched: Fetched; parsed: ParsedConfiguration | undefined }> {
  const wellKnown = await from.wellKnown();
  const isOld = isAbsent(wellKnown);
  const fetched = isOld ? await from.metadata() : wellKnown;
  const document = isOld ? parseCapability(documentOf(fetched))?.endpoints : documentOf(fetched);
  if (!document || fetched.kind === 'none' || (!isOld && !isConfiguration(document)))
    return { wellKnown, fetched, parsed: undefined };
  const source = isOld ? 'CapabilityStatement' : 'smart-configuration';
  const parsed = parseConfiguration({ source, document, freshForMs: fetched.freshForMs }, from.rules);
  return { wellKnown, fetched, parsed };
}

/** A gateway's error with status 200 has none of the members that a SMART configuration is about. */
function isConfiguration(document: JsonObject): boolean {
  const members = ['authorization_endpoint', 'token_endpoint', 'capabilities', 'issuer', 'jwks_uri'];
  return members.some((name) => Object.hasOwn(document, name));
}

const CODE_BY_FAILURE: Record<OutboundFailure, ErrorCode> = {
  timeout: 'discovery.timeout',
  'address-refused': 'discovery.endpoint-refused',
  'too-large': 'discovery.invalid',
  tls: 'connection.untrusted',
  network: 'discovery.unavailable',
  busy: 'discovery.unavailable',
  'circuit-open': 'discovery.unavailable',
};

function fetchProblem(fetched: Fetched, rule: Rule): AppError {
  if (fetched.kind === 'none') {
    const { error } = fetched;
    return new AppError(CODE_BY_FAILURE[error.failure], error.message, { rule, cause: error, ...error.retry });
  }
  const { status, contentType, document, retryAfterSeconds } = fetched;
  const isDown = status >= 500 || status === 429;
  if (status !== 200) {
    const code = isDown ? 'discovery.unavailable' : 'discovery.invalid';
    return new AppError(code, `discovery answered ${status}`, { rule, upstreamStatus: status, retryAfterSeconds });
  }
  const problem = document
    ? 'no smart-configuration, and no CapabilityStatement that names OAuth endpoints'
    : `discovery is not a JSON object (${contentType || 'no content type'})`;
  return new AppError('discovery.invalid', problem, rule);
}
