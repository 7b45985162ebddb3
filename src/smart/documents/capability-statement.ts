/** Reads an untrusted CapabilityStatement and keeps only the parts that the app uses. */
import { isJsonObject, type JsonObject, listMember, objectsOf, textMember } from '#src/adapters/json-object.ts';

const OAUTH_URIS = 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris';

/** The `_revinclude` that adds the Tasks of ServiceRequests: a Task says how far the provider has come. */
export const TASKS_ALONG = 'Task:focus';

/** Three times the resource types of FHIR R5. */
const MOST_RESOURCES = 500;

export interface CapabilityResource {
  interactions: string[];
  searchParameters: string[];
  searchIncludes: string[];
  searchRevIncludes: string[];
  /** Canonical URLs, with or without a version. */
  profiles: string[];
}

export interface ParsedCapability {
  fhirVersion: string | undefined;
  /** The FHIR base as the server itself writes it. */
  baseUrl: string | undefined;
  resources: Map<string, CapabilityResource>;
  /** Of the oauth-uris extension, named as in a smart-configuration (SMART 2.2.0, deprecated; DI-18, DI-21). */
  endpoints: JsonObject | undefined;
}

/** Reads each entry on its own, in any order. @param document untrusted. @returns undefined for another document. */
export function parseCapability(document: unknown): ParsedCapability | undefined {
  if (!isJsonObject(document) || document['resourceType'] !== 'CapabilityStatement') return undefined;
  const rest = objectsOf(document['rest']);
  const isServer = ({ mode }: JsonObject) => typeof mode !== 'string' || mode === 'server';
  const resources: ParsedCapability['resources'] = new Map();
  const named = rest.filter(isServer).flatMap((one) => objectsOf(one['resource']));
  for (const resource of named.slice(0, MOST_RESOURCES)) {
    const type = textMember(resource, 'type');
    if (type === undefined) continue;
    resources.set(type, {
      interactions: textsOf(resource['interaction'], 'code'),
      searchParameters: textsOf(resource['searchParam'], 'name'),
      searchIncludes: listMember(resource, 'searchInclude') ?? [],
      searchRevIncludes: listMember(resource, 'searchRevInclude') ?? [],
      profiles: [...(listMember(resource, 'supportedProfile') ?? []), textMember(resource, 'profile') ?? []].flat(),
    });
  }
  return {
    fhirVersion: textMember(document, 'fhirVersion'),
    baseUrl: isJsonObject(document['implementation']) ? textMember(document['implementation'], 'url') : undefined,
    resources,
    endpoints: oauthEndpoints(rest.filter(({ mode }) => mode === 'server')),
  };
}

/** Is this certainly the statement of a server with another version of FHIR than R4? DSTU2 calls it Conformance. */
export function isOtherVersion(document: JsonObject | undefined): boolean {
  const version = parseCapability(document)?.fhirVersion;
  return document?.['resourceType'] === 'Conformance' || /^[0-35-9]\./.test(version ?? '');
}

/** Does the server declare that ServiceRequests can be updated? @returns undefined without a CapabilityStatement. */
export function offersRequestUpdates(capability: ParsedCapability | undefined): boolean | undefined {
  return capability && capability.resources.get('ServiceRequest')?.interactions.includes('update') === true;
}

function textsOf(list: unknown, name: string): string[] {
  return objectsOf(list).flatMap((entry) => textMember(entry, name) ?? []);
}

/** If a name occurs more than once, its first usable address counts. */
function oauthEndpoints(rest: readonly JsonObject[]): JsonObject | undefined {
  const uris = rest
    .flatMap(({ security }) => (isJsonObject(security) ? objectsOf(security['extension']) : []))
    .filter(({ url }) => url === OAUTH_URIS)
    .flatMap(({ extension }) => objectsOf(extension));
  const uri = (name: string) =>
    uris.find(({ url, valueUri }) => url === name && typeof valueUri === 'string' && /\S/.test(valueUri))?.['valueUri'];
  const endpoints = {
    authorization_endpoint: uri('authorize'),
    token_endpoint: uri('token'),
    revocation_endpoint: uri('revoke'),
    introspection_endpoint: uri('introspect'),
  };
  return Object.values(endpoints).some((endpoint) => endpoint !== undefined) ? endpoints : undefined;
}
