/** The stub EHR's answers, made once: discovery documents, a patient, and a Bundle of requests of a busy chart. */

const REQUESTS = 40;
export const CLIENT_ID = 'bench-client';
/** Placeholder for the patient's id, which is in the name and in every request, so that a foreign page is noticed. */
const PATIENT = 'p.t.PATIENT';
const USER = 'bench-userUSER';

/** The patient of a launch with this value, of letters and digits. */
export function patientOf(launch: string): string {
  return `p.t.${launch}`;
}

/** The user of a launch; numbered launches use a hundred clinicians in turn. */
export function userOf(launch: string): string {
  return `bench-user${Number(/\d*$/.exec(launch)?.[0]) % 100}`;
}

/** Returns every JSON answer by its path without the id, and the id. */
export function stubDocuments(origin: string, jwk: object): (path: string, id: string) => string | undefined {
  const documents: Record<string, unknown> = {
    '/fhir/.well-known/smart-configuration': smartConfiguration(origin),
    '/auth/.well-known/openid-configuration': openidConfiguration(origin),
    '/auth/jwks': { keys: [jwk] },
    '/fhir/metadata': { resourceType: 'CapabilityStatement', status: 'active', kind: 'instance', fhirVersion: '4.0.1' },
    '/fhir/Patient': patient,
    '/fhir/ServiceRequest': bundle(origin),
    '/fhir/Practitioner': {
      resourceType: 'Practitioner',
      id: USER,
      name: [{ family: 'Okonkwo', given: ['Nkechi'] }],
    },
  };
  const texts = new Map(Object.entries(documents).map(([path, document]) => [path, JSON.stringify(document)]));
  return (path, id) => texts.get(path)?.replaceAll(path === '/fhir/Practitioner' ? USER : PATIENT, id);
}

function smartConfiguration(origin: string) {
  return {
    issuer: `${origin}/auth`,
    jwks_uri: `${origin}/auth/jwks`,
    authorization_endpoint: `${origin}/auth/authorize`,
    token_endpoint: `${origin}/auth/token`,
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: ['RS384', 'ES384'],
    grant_types_supported: ['authorization_code'],
    code_challenge_methods_supported: ['S256'],
    capabilities: [
      'launch-ehr',
      'client-confidential-asymmetric',
      'sso-openid-connect',
      'context-ehr-patient',
      'permission-patient',
      'permission-v1',
    ],
  };
}

function openidConfiguration(origin: string) {
  return {
    issuer: `${origin}/auth`,
    jwks_uri: `${origin}/auth/jwks`,
    authorization_endpoint: `${origin}/auth/authorize`,
    token_endpoint: `${origin}/auth/token`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  };
}

const patient = {
  resourceType: 'Patient',
  id: PATIENT,
  identifier: [
    {
      type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }] },
      system: 'urn:oid:1.2.36.146.595.217.0.1',
      value: PATIENT,
    },
  ],
  name: [{ use: 'official', family: `Benchmark ${PATIENT}`, given: ['Belle'] }],
  gender: 'female',
  birthDate: '1961-04-12',
};

function bundle(origin: string) {
  const entry = Array.from({ length: REQUESTS }, (_, index) => ({
    fullUrl: `${origin}/fhir/ServiceRequest/request-${index}`,
    resource: serviceRequest(index),
    search: { mode: 'match' },
  }));
  return { resourceType: 'Bundle', type: 'searchset', total: REQUESTS, entry };
}

function serviceRequest(index: number) {
  const day = String(1 + (index % 28)).padStart(2, '0');
  return {
    resourceType: 'ServiceRequest',
    id: `request-${index}`,
    status: index % 3 === 0 ? 'completed' : 'active',
    intent: 'order',
    priority: index % 5 === 0 ? 'urgent' : 'routine',
    category: [{ coding: [{ system: 'http://snomed.info/sct', code: '409073007', display: 'Education' }] }],
    code: {
      coding: [{ system: 'http://snomed.info/sct', code: '714812005', display: 'Wheelchair van transport' }],
      text: `Wheelchair van transport ${index} ${PATIENT}`,
    },
    subject: { reference: `Patient/${PATIENT}` },
    occurrenceDateTime: `2026-03-${day}T09:30:00-05:00`,
    authoredOn: `2026-02-${day}T08:00:00-05:00`,
    requester: { reference: 'Practitioner/bench-user0', display: 'Dr. Nkechi Okonkwo' },
    performer: [{ reference: 'Organization/rides', display: 'Bay Area Medical Rides' }],
    reasonCode: [{ text: 'Dialysis three times a week' }],
    note: [{ text: 'Needs a ramp. Companion rides along. Door on the north side of the building.' }],
  };
}
