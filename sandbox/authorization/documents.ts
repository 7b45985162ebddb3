/** The two discovery documents of the mock EHR, by vendor profile. */
import type { Facts } from '#sandbox/facts.ts';
import type { JsonObject } from '#sandbox/fault-type.ts';
import type { VendorProfile } from '#sandbox/profiles.ts';

/** Algorithms a client assertion may be signed with: what the profile advertises, or SMART's two. */
export function assertionAlgorithms(profile: VendorProfile): string[] {
  const advertised = profile.smartConfiguration.token_endpoint_auth_signing_alg_values_supported;
  return Array.isArray(advertised) ? advertised : ['RS384', 'ES384'];
}

/** The addresses of the authorization server. */
export function endpoints({ origin }: Pick<Facts, 'origin'>) {
  const base = `${origin}/auth`;
  return {
    authorization_endpoint: `${base}/authorize`,
    token_endpoint: `${base}/token`,
    revocation_endpoint: `${base}/revoke`,
    introspection_endpoint: `${base}/introspect`,
    jwks_uri: `${base}/jwks`,
  };
}

const scopes = [
  ...['openid', 'fhirUser', 'profile', 'launch', 'launch/patient', 'launch/encounter', 'online_access'],
  ...['offline_access', 'patient/*.read', 'patient/*.rs', 'user/*.read'],
];

const capabilities = [
  ...['launch-ehr', 'launch-standalone', 'authorize-post', 'client-confidential-asymmetric', 'sso-openid-connect'],
  ...['context-banner', 'context-style', 'context-ehr-patient', 'context-ehr-encounter'],
  ...['context-standalone-patient', 'context-standalone-encounter', 'permission-offline', 'permission-online'],
  ...['permission-patient', 'permission-user', 'permission-v1', 'permission-v2'],
];

/** SMART App Launch 2.2, conformance: `.well-known/smart-configuration`. */
export function smartConfiguration(facts: Facts, profile: VendorProfile): JsonObject {
  return {
    issuer: facts.issuer,
    ...endpoints(facts),
    grant_types_supported: ['authorization_code', 'refresh_token'],
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms(profile),
    scopes_supported: scopes,
    capabilities,
    ...(profile.sendsResponseIssuer && { authorization_response_iss_parameter_supported: true }),
    ...profile.smartConfiguration,
  };
}

/** OpenID Connect Discovery 1.0; at the issuer or, in one profile, at the FHIR base, which is then the issuer. */
export function openidConfiguration(facts: Facts, profile: VendorProfile): JsonObject {
  return {
    issuer: profile.openidConfiguration === 'fhir-base' ? facts.fhirBase : facts.issuer,
    ...endpoints(facts),
    // A separate identity provider serves its own keys.
    jwks_uri: `${profile.issuerOnOtherHost ? `${new URL(facts.issuer).origin}/auth` : facts.authorizationBase}/jwks`,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms(profile),
    scopes_supported: scopes,
    claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'nonce', 'at_hash', 'fhirUser', 'name'],
    ...(profile.sendsResponseIssuer && { authorization_response_iss_parameter_supported: true }),
  };
}
