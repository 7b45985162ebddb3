/** Vendor profiles: what real EHRs do differently, as overrides of the generic, strict server (ehr-behaviour.md §3.1). */
import type { JsonObject } from './fault.ts';

export type VendorProfileName =
  | 'generic'
  | 'epic-like'
  | 'oracle-like'
  | 'meditech-like'
  | 'ecw-like'
  | 'nextgen-like'
  | 'keycloak-like'
  | 'helseid-like';

export interface VendorProfile {
  /** One line for the faults page. */
  description: string;
  /** Path of the issuer; everything of the authorization server hangs below it. */
  issuerPath: '/auth' | '/auth/';
  accessTokenSeconds: number;
  /** The id_token's `iss`, where it differs from the issuer. `{origin}` and `{fhirBase}` are filled in. */
  idTokenIssuer?: string;
  /** Whether the redirect carries `iss` and the metadata says so (RFC 9207); most EHRs do not. */
  sendsResponseIssuer: boolean;
  /** Where openid-configuration is served: at the issuer, at the FHIR base (with that as issuer), or nowhere. */
  openidConfiguration: 'issuer' | 'fhir-base' | 'none';
  /** Members laid over smart-configuration; undefined removes one. */
  smartConfiguration: JsonObject;
  /** Scopes the server does not grant although asked; trimmed in silence. */
  refusesScope: (scope: string) => boolean;
  /** Header `typ` and `aud` a client assertion must have. */
  assertionType: 'JWT' | 'client-authentication+jwt';
  assertionAudience: 'endpoint' | 'issuer';
  /** Whether a refresh must name `client_id` in its body (otherwise SMART's omission is enforced). */
  refreshNeedsClientId: boolean;
  /** Search parameters of ServiceRequest beside `_id` and `_count`. */
  serviceRequestSearch: readonly string[];
  serviceRequestIncludes: readonly string[];
  hasPractitionerRole: boolean;
  /** Whether ServiceRequest may be created: Epic's newest and Veradigm, few others. */
  createsRequests: boolean;
  hasTask: boolean;
  /** The `sandbox` attribute of the chart's iframe, if the vendor sets one. */
  iframeSandbox?: string;
}

const generic: VendorProfile = {
  description: 'As strict as SMART App Launch 2.2 allows; supports everything',
  issuerPath: '/auth',
  accessTokenSeconds: 3600,
  sendsResponseIssuer: true,
  openidConfiguration: 'issuer',
  smartConfiguration: {},
  refusesScope: () => false,
  assertionType: 'JWT',
  assertionAudience: 'endpoint',
  refreshNeedsClientId: false,
  serviceRequestSearch: ['patient', 'subject', 'status', 'category', 'encounter'],
  serviceRequestIncludes: ['ServiceRequest:requester', 'ServiceRequest:performer'],
  hasPractitionerRole: true,
  createsRequests: true,
  hasTask: true,
};

const isClinicalWildcard = (scope: string) => /^(patient|user)\/\*\./.test(scope);

export const profiles: Record<VendorProfileName, VendorProfile> = {
  generic,
  'epic-like': {
    ...generic,
    sendsResponseIssuer: false,
    description:
      'Issuer differs from the FHIR base, five scopes advertised, no revocation or introspection, 5-minute tokens',
    accessTokenSeconds: 300,
    smartConfiguration: {
      scopes_supported: ['fhirUser', 'launch', 'openid', 'profile', 'epic.scanning.dmsscan.dmsapi'],
      revocation_endpoint: undefined,
      introspection_endpoint: undefined,
    },
    serviceRequestSearch: ['patient', 'subject', 'status', 'category', 'encounter'],
    serviceRequestIncludes: ['ServiceRequest:requester', 'ServiceRequest:performer', '*'],
  },
  'oracle-like': {
    ...generic,
    sendsResponseIssuer: false,
    description:
      'Wildcards and launch/patient trimmed in silence, 570-second tokens, id_token issued elsewhere, no OIDC document, no _include, no status search',
    accessTokenSeconds: 570,
    idTokenIssuer: '{origin}/tenants/ec2458f2/oidc/idsps/ec2458f2/',
    openidConfiguration: 'none',
    smartConfiguration: { grant_types_supported: ['authorization_code', 'client_credentials'] },
    refusesScope: (scope) => isClinicalWildcard(scope) || scope.startsWith('launch/'),
    serviceRequestSearch: ['patient', 'subject', 'code', 'category'],
    serviceRequestIncludes: [],
    hasPractitionerRole: false,
    createsRequests: false,
    hasTask: false,
  },
  'meditech-like': {
    ...generic,
    sendsResponseIssuer: false,
    description: 'Issuer with a trailing slash, only RSA client keys, client assertions RS384',
    issuerPath: '/auth/',
    smartConfiguration: { token_endpoint_auth_signing_alg_values_supported: ['RS256', 'RS384', 'RS512'] },
  },
  'ecw-like': {
    ...generic,
    sendsResponseIssuer: false,
    description: 'Only .r and .read scopes with `patient/*.r` for all, no online_access, no OIDC document, RS384 only',
    openidConfiguration: 'none',
    smartConfiguration: {
      scopes_supported: [
        'openid',
        'fhirUser',
        'profile',
        'launch',
        'launch/patient',
        'offline_access',
        'patient/*.r',
        'patient/*.*',
        'patient/ServiceRequest.r',
      ],
      token_endpoint_auth_signing_alg_values_supported: ['RS384'],
    },
    refusesScope: (scope) => scope === 'online_access' || scope === 'launch/encounter',
    serviceRequestIncludes: ['*'],
    hasTask: false,
  },
  'nextgen-like': {
    ...generic,
    sendsResponseIssuer: false,
    description:
      'The OIDC document sits at the FHIR base with that as its issuer; auth methods not advertised; few scopes listed',
    openidConfiguration: 'fhir-base',
    idTokenIssuer: '{fhirBase}',
    smartConfiguration: {
      scopes_supported: [
        'openid',
        'launch',
        'launch/patient',
        'launch/encounter',
        'offline_access',
        'patient/*.*',
        'user/*.*',
      ],
      token_endpoint_auth_methods_supported: undefined,
      token_endpoint_auth_signing_alg_values_supported: undefined,
    },
    refusesScope: (scope) => scope === 'online_access',
    serviceRequestSearch: ['patient', 'category', 'code'],
    serviceRequestIncludes: [],
    hasTask: false,
  },
  'keycloak-like': {
    ...generic,
    description: 'No scopes in smart-configuration; a refresh must name client_id',
    smartConfiguration: { scopes_supported: undefined },
    refreshNeedsClientId: true,
  },
  'helseid-like': {
    ...generic,
    description:
      'The client assertion is addressed to the issuer and typed client-authentication+jwt (FAPI 2, RFC 7523bis)',
    assertionType: 'client-authentication+jwt',
    assertionAudience: 'issuer',
  },
};
