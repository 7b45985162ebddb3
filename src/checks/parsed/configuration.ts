/** The SMART configuration as found: from the well-known document, or from the CapabilityStatement of an older server. */
import { AppError } from '#src/errors.ts';
import { cacheLifetimeMs } from '#src/smart/cache-lifetime.ts';
import { capabilityEndpoints } from '#src/smart/fhir/capability-statement.ts';
import { type EndpointRules, readSmartConfiguration, type SmartConfiguration } from '#src/smart/smart-configuration.ts';
import { documentOf, type Evidence, isAbsent, type JsonObject } from './fetched.ts';

/** A configuration document, before and after it was judged by the rules of a launch. */
export interface ConfigurationFinding {
  source: 'smart-configuration' | 'CapabilityStatement';
  /** As served; every member untrusted. */
  document: JsonObject;
  /** undefined when a launch would refuse the document. */
  configuration: SmartConfiguration | undefined;
  /** Why a launch would refuse it: names the field. */
  refusal: string | undefined;
  freshForMs: number;
}

const BOUNDS = { defaultMs: 300_000, capMs: 3_600_000 };

/** @returns undefined when there is no document to speak of. The order is that of a launch (DI-18, DI-19, DI-22). */
export async function findConfiguration(from: {
  wellKnown: Promise<Evidence>;
  metadata: Promise<Evidence>;
  rules: EndpointRules;
}): Promise<ConfigurationFinding | undefined> {
  const wellKnown = await from.wellKnown;
  const document = documentOf(wellKnown);
  if (document) return judge('smart-configuration', document, wellKnown, from.rules);
  if (!isAbsent(wellKnown)) return undefined;
  const metadata = await from.metadata;
  const statement = documentOf(metadata);
  const endpoints = statement && oauthUris(statement);
  return endpoints && judge('CapabilityStatement', endpoints, metadata, from.rules);
}

function oauthUris(statement: JsonObject): JsonObject | undefined {
  try {
    return capabilityEndpoints(statement);
  } catch {
    return undefined;
  }
}

function judge(
  source: ConfigurationFinding['source'],
  document: JsonObject,
  evidence: Evidence,
  rules: EndpointRules,
): ConfigurationFinding {
  const cacheControl = evidence.kind === 'answer' ? evidence.cacheControl : undefined;
  const freshForMs = cacheLifetimeMs(cacheControl, BOUNDS);
  try {
    const configuration = readSmartConfiguration(document, rules);
    return { source, document, configuration, refusal: undefined, freshForMs };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { source, document, configuration: undefined, refusal: error.message, freshForMs };
  }
}

/** A member that is a non-empty text. */
export function textMember(document: JsonObject | undefined, name: string): string | undefined {
  const value = document?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The texts of a member that is a list; undefined when it is none. */
export function listMember(document: JsonObject | undefined, name: string): string[] | undefined {
  const value = document?.[name];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : undefined;
}
