/** Vendor profiles: the differences of real EHRs, as overrides of the generic, strict profile. */
import { generic, type VendorProfile } from './generic-profile.ts';

export type VendorProfileName =
  | 'generic'
  | 'epic-like'
  | 'oracle-like'
  | 'meditech-like'
  | 'ecw-like'
  | 'athenahealth-like'
  | 'nextgen-enterprise-like'
  | 'nextgen-office-like'
  | 'veradigm-like'
  | 'helseid-like'
  | 'ereferral-like';

export type { VendorProfile } from './generic-profile.ts';

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
    sendsTasksAlong: false,
  },
  'oracle-like': {
    ...generic,
    sendsResponseIssuer: false,
    description:
      'Wildcards and launch/patient trimmed in silence, 570-second tokens, id_token issued elsewhere, no OIDC document, no _include, no status search, refresh tokens that end without active user presence',
    accessTokenSeconds: 570,
    activeTtlSeconds: 1_200,
    idTokenIssuer: '{origin}/tenants/ec2458f2/oidc/idsps/ec2458f2/',
    openidConfiguration: 'none',
    smartConfiguration: { grant_types_supported: ['authorization_code', 'client_credentials'] },
    refusesScope: (scope) => isClinicalWildcard(scope) || scope.startsWith('launch/'),
    serviceRequestSearch: ['patient', 'subject', 'code', 'category'],
    serviceRequestIncludes: [],
    hasPractitionerRole: false,
    createsRequests: false,
    hasTask: false,
    sendsTasksAlong: false,
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
    description:
      'Only .r and .read scopes with `patient/*.r` for all, no online_access, no OIDC document, RS384 only, XML unless asked for JSON, 250 requests a minute',
    openidConfiguration: 'none',
    smartConfigurationIsXml: true,
    requestsPerMinute: 250,
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
    createsRequests: false,
    hasTask: false,
    sendsTasksAlong: false,
  },
  'nextgen-enterprise-like': {
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
    createsRequests: false,
    hasTask: false,
    sendsTasksAlong: false,
  },
  'nextgen-office-like': {
    ...generic,
    description:
      'Keycloak: the OIDC document is at the realm, no scopes in smart-configuration, a refresh must name client_id',
    issuerPath: '/auth/realms/office',
    smartConfiguration: { scopes_supported: undefined },
    refreshNeedsClientId: true,
  },
  'athenahealth-like': {
    ...generic,
    sendsResponseIssuer: false,
    description:
      'Issuer and OIDC document on another host than the endpoints, no scopes advertised, wildcards trimmed, a frame without top navigation and storage access',
    issuerOnOtherHost: true,
    smartConfiguration: {
      scopes_supported: undefined,
      grant_types_supported: ['authorization_code', 'client_credentials'],
    },
    refusesScope: isClinicalWildcard,
    serviceRequestSearch: [...generic.serviceRequestSearch, 'ah-practice', 'ah-chart-sharing-group'],
    iframeSandbox:
      'allow-forms allow-modals allow-pointer-lock allow-popups allow-popups-to-escape-sandbox allow-same-origin allow-scripts allow-downloads',
  },
  'veradigm-like': {
    ...generic,
    sendsResponseIssuer: false,
    description:
      'Issuer on another host and no OIDC document, authentication methods under a non-standard name and without private_key_jwt, no launch/encounter',
    issuerOnOtherHost: true,
    openidConfiguration: 'none',
    smartConfiguration: {
      token_endpoint_auth_methods_supported: undefined,
      token_endpoint_auth_methods: ['client_secret_basic', 'client_secret_post'],
      token_endpoint_auth_signing_alg_values_supported: undefined,
    },
    refusesScope: (scope) => scope === 'launch/encounter',
  },
  'helseid-like': {
    ...generic,
    description:
      'The client assertion is addressed to the issuer and typed client-authentication+jwt (FAPI 2, RFC 7523bis)',
    assertionType: 'client-authentication+jwt',
    assertionAudience: 'issuer',
  },
  'ereferral-like': {
    ...generic,
    description:
      'Every document answers 404, smart-configuration, openid-configuration and CapabilityStatement: endpoints and issuer are entered in the app by hand (Canadian eReferral guide)',
    publishesMetadata: false,
    openidConfiguration: 'none',
    serviceRequestIncludes: [],
    sendsTasksAlong: false,
  },
};
