/**
 * The old way to name OAuth endpoints: an extension of the FHIR server's CapabilityStatement.
 *
 * SMART App Launch 2.2.0, "Conformance" (deprecated mechanism); rules DI-18, DI-21.
 */
import { AppError } from '#src/errors.ts';

const OAUTH_URIS = 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris';

/**
 * Finds the oauth-uris extension and returns its endpoints under the names a smart-configuration uses, so that both
 * documents pass the same reader. The order of extensions and other `rest` entries do not matter, and an entry that is
 * not what it should be is as good as absent: it hides no other. The first usable address of a name counts.
 *
 * @param statement parsed JSON, untrusted.
 * @throws AppError 'discovery.invalid' when this is not a SMART server.
 */
export function capabilityEndpoints(statement: unknown): Record<string, string | undefined> {
  const uris = isObject(statement) && statement['resourceType'] === 'CapabilityStatement' ? oauthUris(statement) : [];
  const uri = (name: string) => uris.find(({ url }) => url === name)?.valueUri;
  const endpoints = {
    authorization_endpoint: uri('authorize'),
    token_endpoint: uri('token'),
    revocation_endpoint: uri('revoke'),
    introspection_endpoint: uri('introspect'),
  };
  if (Object.values(endpoints).some((endpoint) => endpoint !== undefined)) return endpoints;
  throw new AppError(
    'discovery.invalid',
    'no smart-configuration, and the CapabilityStatement names no OAuth endpoints',
  );
}

function oauthUris(statement: JsonObject): { url: unknown; valueUri: string }[] {
  return objectsOf(statement['rest'])
    .filter((rest) => rest['mode'] === 'server')
    .flatMap((rest) => (isObject(rest['security']) ? objectsOf(rest['security']['extension']) : []))
    .filter((extension) => extension['url'] === OAUTH_URIS)
    .flatMap((extension) => objectsOf(extension['extension']))
    .flatMap(({ url, valueUri }) => (typeof valueUri === 'string' && /\S/.test(valueUri) ? [{ url, valueUri }] : []));
}

type JsonObject = Record<string, unknown>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null;
}

function objectsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
