/** Reads the untrusted SMART configuration. SMART 2.2.0, "Conformance", "Metadata"; DI-03..05, DI-07..10, DI-24. */
import { z } from 'zod';
import type { JsonObject } from '#src/adapters/json-object.ts';
import { AppError } from '#src/errors.ts';
import { type EndpointRules, endpoint, LONGEST_URL, usableEndpoint } from './endpoint.ts';

/** Where the endpoints come from; `settings` means that an administrator entered them by hand (DI-23). */
const SOURCES = ['smart-configuration', 'CapabilityStatement', 'settings'] as const;

const storedSchema = z.object({
  /** All endpoints come from one source; two are never mixed (DI-22, DI-23). */
  source: z.enum(SOURCES),
  authorizationEndpoint: z.string(),
  /** The exact text used as POST target and as audience (CAJ-06). */
  tokenEndpoint: z.string(),
  revocationEndpoint: z.string().optional(),
  introspectionEndpoint: z.string().optional(),
  issuer: z.string().optional(),
  jwksUri: z.string().optional(),
  capabilities: z.array(z.string()),
  /** undefined: the server does not say. */
  tokenEndpointAuthMethods: z.array(z.string()).optional(),
  tokenEndpointAuthSigningAlgs: z.array(z.string()).optional(),
  /** RFC 9207: the server promises `iss` on the callback. */
  responseIssuerPromised: z.boolean(),
});

/** The endpoints and abilities of an EHR's authorization server. Endpoints are absolute, https and on allowed hosts. */
export type SmartConfiguration = z.infer<typeof storedSchema>;

/** A document that names endpoints, with the configuration or the error that a launch gets from it. */
export interface ParsedConfiguration {
  source: (typeof SOURCES)[number];
  /** Every member untrusted. */
  document: JsonObject;
  /** undefined when a launch refuses the document. */
  configuration: SmartConfiguration | undefined;
  refusal: AppError | undefined;
  freshForMs: number;
}

/** Checks a document by the rules of a launch. A refusal is returned, not thrown. */
export function parseConfiguration(
  given: Pick<ParsedConfiguration, 'source' | 'document' | 'freshForMs'>,
  rules: EndpointRules,
): ParsedConfiguration {
  try {
    const { source, document } = given;
    return { ...given, configuration: readSmartConfiguration(document, rules, source), refusal: undefined };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { ...given, configuration: undefined, refusal: error };
  }
}

/** Every launch in progress stores these lists, so their size is limited (MT-06). */
const MOST_ITEMS = 200;
const LONGEST_ITEM = 200;

const strings = z.array(z.unknown()).transform((items) => {
  const usable = items.filter((item) => typeof item === 'string' && item.length <= LONGEST_ITEM);
  return usable.slice(0, MOST_ITEMS) as string[];
});
// A field of an unexpected type counts as absent: only the two endpoints are required (DI-10).
const optionalStrings = strings.optional().catch(undefined);
const optionalText = z.string().regex(/\S/).max(LONGEST_URL).optional().catch(undefined);

const documentSchema = z.object({
  authorization_endpoint: z.string().min(1),
  token_endpoint: z.string().min(1),
  revocation_endpoint: optionalText,
  introspection_endpoint: optionalText,
  issuer: optionalText,
  jwks_uri: optionalText,
  capabilities: strings.catch([]).default([]),
  token_endpoint_auth_methods_supported: optionalStrings,
  token_endpoint_auth_signing_alg_values_supported: optionalStrings,
  authorization_response_iss_parameter_supported: z.boolean().catch(false).default(false),
});

const givenSchema = documentSchema.extend({
  issuer: z.string().min(1).max(LONGEST_URL),
  jwks_uri: z.string().min(1).max(LONGEST_URL),
});

/** @param document untrusted. @param source for `settings`, every address must be usable. @throws 'discovery.…' */
export function readSmartConfiguration(
  document: unknown,
  rules: EndpointRules,
  source: SmartConfiguration['source'] = 'smart-configuration',
): SmartConfiguration {
  const schema = source === 'settings' ? givenSchema : documentSchema;
  const parsed = schema.safeParse(document);
  if (!parsed.success) {
    const fields = parsed.error.issues.map((issue) => issue.path.join('.') || 'the document').join(', ');
    const detail = `${source}: ${fields} is missing or of the wrong type`;
    throw new AppError('discovery.invalid', detail, 'discovery.endpoint-missing');
  }
  const fields = parsed.data;
  // An unusable optional endpoint of an EHR is left out (RV-05); one that an administrator entered is an error.
  const isGiven = source === 'settings';
  const other = (field: 'revocation_endpoint' | 'introspection_endpoint' | 'jwks_uri') => {
    const text = fields[field];
    return isGiven && text !== undefined ? endpoint(field, text, rules) : usableEndpoint(text, rules);
  };
  return {
    source,
    authorizationEndpoint: endpoint('authorization_endpoint', fields.authorization_endpoint, rules),
    tokenEndpoint: endpoint('token_endpoint', fields.token_endpoint, rules),
    revocationEndpoint: other('revocation_endpoint'),
    introspectionEndpoint: other('introspection_endpoint'),
    issuer: fields.issuer,
    jwksUri: isGiven ? other('jwks_uri') : fields.jwks_uri,
    capabilities: fields.capabilities,
    tokenEndpointAuthMethods: fields.token_endpoint_auth_methods_supported,
    tokenEndpointAuthSigningAlgs: fields.token_endpoint_auth_signing_alg_values_supported,
    responseIssuerPromised: fields.authorization_response_iss_parameter_supported,
  };
}

/** The capabilities that decide something after the launch request: scope syntax, and a POST to the authorization endpoint. */
const CAPABILITIES_USED = new Set(['permission-v1', 'permission-v2', 'authorize-post']);

/** What a launch stores and uses after its start (DI-06), without lists of unbounded content. */
export function pinnedConfiguration(configuration: SmartConfiguration): SmartConfiguration {
  const { tokenEndpointAuthMethods: _methods, tokenEndpointAuthSigningAlgs: _algs, ...pinned } = configuration;
  const capabilities = configuration.capabilities.filter((name) => CAPABILITIES_USED.has(name));
  return { ...pinned, capabilities: [...new Set(capabilities)] };
}

/** Reads a stored configuration; undefined when another version of the app wrote it in another form. */
export function readStoredConfiguration(stored: unknown): SmartConfiguration | undefined {
  const { success, data } = storedSchema.safeParse(stored);
  return success ? data : undefined;
}

/** May a launch begin with it (DI-08, DI-09, DI-14)? A refused one is not cached. @throws AppError 'discovery.no-client-authentication' */
export function assertUsable(configuration: SmartConfiguration): void {
  const detail = 'the token endpoint does not list private_key_jwt';
  if (!acceptsPrivateKeyJwt(configuration))
    throw new AppError('discovery.no-client-authentication', detail, 'discovery.no-private-key-jwt');
  chooseAssertionAlg(configuration, 'RS384');
}

/** Like {@link assertUsable}, but as a question, for a configuration that is already stored. */
export function isUsable(configuration: SmartConfiguration): boolean {
  return acceptsPrivateKeyJwt(configuration) && commonAlg(configuration, 'RS384') !== undefined;
}

/** Is private_key_jwt accepted? A list without it means no. No list means yes: some name the capability only (DI-08). */
export function acceptsPrivateKeyJwt(configuration: SmartConfiguration): boolean {
  return configuration.tokenEndpointAuthMethods?.includes('private_key_jwt') ?? true;
}

/** The organization's algorithm if accepted, else our other one (DI-09). @throws 'discovery.no-client-authentication' */
export function chooseAssertionAlg(configuration: SmartConfiguration, preferred: AssertionAlg): AssertionAlg {
  const chosen = commonAlg(configuration, preferred);
  if (chosen) return chosen;
  const detail = 'the server accepts neither RS384 nor ES384 assertions';
  throw new AppError('discovery.no-client-authentication', detail, 'discovery.no-common-algorithm');
}

type AssertionAlg = 'RS384' | 'ES384';

/** @returns undefined when the server accepts neither of our algorithms. */
export function commonAlg(
  { tokenEndpointAuthSigningAlgs: accepted }: Pick<SmartConfiguration, 'tokenEndpointAuthSigningAlgs'>,
  preferred: AssertionAlg,
): AssertionAlg | undefined {
  return ([preferred, 'RS384', 'ES384'] as const).find((alg) => accepted?.includes(alg) ?? true);
}
