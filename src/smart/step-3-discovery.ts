/**
 * Step 3: learn where this EHR's authorization server is.
 *
 * SMART App Launch 2.2.0, "Retrieve .well-known/smart-configuration"; the deprecated CapabilityStatement only where that
 * does not exist. Rules DI-01..02, DI-15..25.
 */
import type { EhrClient, OutboundResponse } from '#src/adapters/ehr-http/client.ts';
import { OutboundError } from '#src/adapters/ehr-http/error.ts';
import { AppError } from '#src/errors.ts';
import { capabilityEndpoints } from '#src/smart/fhir/capability-statement.ts';
import { cacheLifetimeMs } from './cache-lifetime.ts';
import { type EndpointRules, readSmartConfiguration, type SmartConfiguration } from './smart-configuration.ts';

/** What discovery found, and for how long it may be used. */
export interface Discovery {
  configuration: SmartConfiguration;
  /** Milliseconds from now; 0 when the server forbids keeping it. */
  freshForMs: number;
}

/** An EHR as far as the organization's settings describe it. */
export interface Ehr {
  /** The registered FHIR base, as the administrator wrote it. */
  fhirBaseUrl: string;
  allowedHosts: readonly string[];
}

const BOUNDS = { defaultMs: 300_000, capMs: 3_600_000 };

/**
 * Reads the EHR's SMART configuration. Sends no credential and follows no redirect.
 *
 * @throws AppError 'discovery.…' or 'connection.untrusted'. A server error is never a reason to fall back (DI-19).
 */
export async function discover(ehr: Ehr, outbound: EhrClient): Promise<Discovery> {
  const rules: EndpointRules = {
    fhirBase: new URL(ehr.fhirBaseUrl),
    allowedHosts: ehr.allowedHosts,
    accepts: (url) => outbound.accepts(url),
  };
  const response = await get(ehr, '.well-known/smart-configuration', 'application/json', outbound);
  if (response.status === 404 || response.status === 410) return discoverFromCapability(ehr, rules, outbound);
  return judge(response, (document) => readSmartConfiguration(document, rules));
}

/** DI-18..22: only reached when the well-known document does not exist; its endpoints obey the same rules. */
async function discoverFromCapability(ehr: Ehr, rules: EndpointRules, outbound: EhrClient): Promise<Discovery> {
  const response = await get(ehr, 'metadata', 'application/fhir+json', outbound);
  return judge(response, (document) => readSmartConfiguration(capabilityEndpoints(document), rules));
}

async function get(ehr: Ehr, path: string, accept: string, outbound: EhrClient): Promise<OutboundResponse> {
  // Appended, not resolved: a FHIR base usually has a path of its own.
  const url = new URL(`${ehr.fhirBaseUrl.replace(/\/$/, '')}/${path}`);
  try {
    return await outbound.request(url, { headers: { accept }, kind: 'discovery' });
  } catch (error) {
    throw toDiscoveryError(error);
  }
}

function judge(response: OutboundResponse, read: (document: unknown) => SmartConfiguration): Discovery {
  const answered = { upstreamStatus: response.status };
  if (response.status >= 500 || response.status === 429) {
    throw new AppError('discovery.unavailable', `discovery answered ${response.status}`, answered);
  }
  if (response.status !== 200)
    throw new AppError('discovery.invalid', `discovery answered ${response.status}`, answered);
  const configuration = read(parseObject(response));
  return { configuration, freshForMs: cacheLifetimeMs(response.headers['cache-control'], BOUNDS) };
}

function parseObject(response: OutboundResponse): unknown {
  try {
    return JSON.parse(response.text);
  } catch {
    throw new AppError('discovery.invalid', `discovery is not JSON (${response.contentType || 'no content type'})`);
  }
}

function toDiscoveryError(error: unknown): unknown {
  if (!(error instanceof OutboundError)) return error;
  switch (error.failure) {
    case 'timeout':
      return new AppError('discovery.timeout', error.message, { cause: error });
    case 'address-refused':
      return new AppError('discovery.endpoint-refused', error.message, { cause: error });
    case 'too-large':
      return new AppError('discovery.invalid', error.message, { cause: error });
    case 'tls':
      return new AppError('connection.untrusted', error.message, { cause: error });
    case 'network':
    case 'busy':
    case 'circuit-open':
      return new AppError('discovery.unavailable', error.message, { cause: error, ...error.retry });
  }
}
