/** A stub EHR on which every check passes, so that a test can break one thing and see one row change. */
import { type StubEhr, startStubEhr } from '#test/helpers/servers/stub-ehr.ts';

export interface HealthyEhr extends StubEhr {
  /** Restores every healthy document after a test. */
  heal(): void;
}

const NAMES = [
  'Practitioner',
  'PractitionerRole',
  'Organization',
  'Location',
  'Encounter',
  'Coverage',
  'Condition',
  'AllergyIntolerance',
  'Observation',
];
const resource = (type: string) => ({
  type,
  interaction: [{ code: 'read' }, { code: 'search-type' }],
  searchParam: [{ name: 'patient' }],
});

/** A CapabilityStatement of FHIR R4 with everything that the app uses. */
export const statement = {
  resourceType: 'CapabilityStatement',
  fhirVersion: '4.0.1',
  rest: [{ mode: 'server', resource: ['Patient', 'ServiceRequest', ...NAMES].map(resource) }],
};

export const scopes = 'launch openid fhirUser patient/Patient.read patient/ServiceRequest.read';

export async function startHealthyEhr(): Promise<HealthyEhr> {
  const ehr = await startStubEhr();
  const heal = () => {
    ehr.reset();
    alter(healthy, 'smart-configuration', {});
    ehr.on('/fhir/.well-known/openid-configuration', () => ({
      body: { issuer: ehr.fhirBase, jwks_uri: `${ehr.origin}/auth/jwks` },
    }));
    ehr.on('metadata', () => ({ headers: { 'content-type': 'application/fhir+json' }, body: statement }));
  };
  const healthy = { ...ehr, heal };
  heal();
  return healthy;
}

/** Changes members of a healthy JSON document; undefined removes one. */
export function alter(ehr: HealthyEhr, route: string, members: Record<string, unknown>): void {
  const healthy = healthyDocument(ehr, route);
  ehr.on(route, () => ({ body: { ...healthy, ...members } }));
}

/** The document that a healthy server serves at a route. */
export function healthyDocument(ehr: HealthyEhr, route: string): Record<string, unknown> {
  if (route === 'metadata') return statement;
  if (route !== 'smart-configuration') return { issuer: ehr.fhirBase, jwks_uri: `${ehr.origin}/auth/jwks` };
  return {
    issuer: ehr.fhirBase,
    jwks_uri: `${ehr.origin}/auth/jwks`,
    authorization_endpoint: `${ehr.origin}/auth/authorize`,
    token_endpoint: `${ehr.origin}/auth/token`,
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: ['RS384', 'ES384'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    grant_types_supported: ['authorization_code'],
    scopes_supported: scopes.split(' '),
    capabilities: [
      'launch-ehr',
      'client-confidential-asymmetric',
      'sso-openid-connect',
      'permission-v1',
      'authorize-post',
    ],
  };
}
