/** Faults of the FHIR server's HTTP answers (FH-04 to FH-07, FH-12, FH-14). */
import type { Call, Fault } from '#sandbox/fault-type.ts';
import { htmlAnswer, jsonAnswer, on, slow, withMembers } from './answers.ts';

/** A FHIR refusal with an OperationOutcome. */
export function refusal(status: number, code: string, text: string, headers: Record<string, string> = {}) {
  const issue = [{ severity: 'error', code, diagnostics: text }];
  return jsonAnswer(
    status,
    { resourceType: 'OperationOutcome', issue },
    {
      'content-type': 'application/fhir+json; charset=utf-8',
      ...headers,
    },
  );
}

const isRequestSearch = (call: Call) => call.url.pathname.includes('/ServiceRequest');

export const fhirFaults = {
  'slow-fhir': { description: 'FHIR answers late', value: 'milliseconds, default 60000', request: slow('fhir') },
  'slow-requests': {
    description: 'only ServiceRequest answers late',
    value: 'milliseconds, default 60000',
    request: (call, value) => (isRequestSearch(call) ? slow('fhir')(call, value) : undefined),
  },
  'fhir-401': {
    description: 'FHIR no longer accepts the access token',
    request: on('fhir', () =>
      refusal(401, 'login', 'token not active', { 'www-authenticate': 'Bearer error="invalid_token"' }),
    ),
  },
  'fhir-403': { description: 'FHIR refuses everything', request: on('fhir', () => refusal(403, 'forbidden', 'no')) },
  'fhir-403-requests': {
    description: 'FHIR refuses ServiceRequest only',
    request: on('fhir', (call) => (isRequestSearch(call) ? refusal(403, 'forbidden', 'not for this app') : undefined)),
  },
  'fhir-429': {
    description: 'FHIR asks to slow down',
    value: 'Retry-After in seconds, default 2',
    request: on('fhir', (_call, value) => refusal(429, 'throttled', 'busy', { 'retry-after': String(value ?? 2) })),
  },
  'fhir-500': {
    description: 'FHIR answers 500',
    request: on('fhir', () => refusal(500, 'exception', 'database down')),
  },
  'search-500': {
    description: 'searches of ServiceRequest answer 500',
    request: on('fhir', (call) =>
      isRequestSearch(call) && call.method === 'GET' ? refusal(500, 'exception', 'database down') : undefined,
    ),
  },
  'patient-refused': {
    description: 'reading the Patient is refused',
    value: 'the status, default 404',
    request: on('fhir', (call, value) =>
      call.url.pathname.includes('/Patient/')
        ? refusal(Number(value ?? 404), 'not-found', 'no such Patient')
        : undefined,
    ),
  },
  'search-refused': {
    description: 'searches of ServiceRequest are refused',
    value: 'the status, default 400',
    request: on('fhir', (call, value) =>
      isRequestSearch(call) && call.method === 'GET' ? refusal(Number(value ?? 400), 'invalid', 'not so') : undefined,
    ),
  },
  'short-pages': {
    description: 'a search with a _count over 100 is refused',
    request: on('fhir', ({ url }) =>
      Number(url.searchParams.get('_count')) > 100 ? refusal(400, 'too-long', '_count is at most 100') : undefined,
    ),
  },
  'fhir-xml': {
    description: 'FHIR answers in XML, whatever was asked for',
    request: on('fhir', () => ({
      status: 200,
      headers: { 'content-type': 'application/fhir+xml' },
      body: '<Patient xmlns="http://hl7.org/fhir"/>',
    })),
  },
  'fhir-html': { description: 'FHIR answers 200 with a login page', request: on('fhir', () => htmlAnswer(200)) },
  'fhir-truncated': {
    description: 'FHIR JSON breaks off in the middle',
    request: on('fhir', () => ({
      ...refusal(200, 'informational', ''),
      body: '{"resourceType":"Bundle","type":"searchset","entry":[{"resource":{"resou',
    })),
  },
  'fhir-redirect': {
    description: 'FHIR redirects to a foreign host',
    value: 'the URL, default https://elsewhere.example/fhir',
    request: on('fhir', (_call, value) => ({
      ...refusal(302, 'informational', '', { location: String(value ?? 'https://elsewhere.example/fhir') }),
    })),
  },
  'fhir-user-404': {
    description: 'the Practitioner behind fhirUser cannot be read',
    request: on('fhir', (call) =>
      call.url.pathname.includes('/Practitioner/') ? refusal(404, 'not-found', 'no such Practitioner') : undefined,
    ),
  },
  'search-needs-ah-practice': {
    description: 'FHIR refuses searches that do not name the practice (ah-practice), as athenahealth may',
    request: on('fhir', ({ url }) =>
      url.searchParams.has('patient') && !url.searchParams.has('ah-practice')
        ? refusal(403, 'forbidden', 'ah-practice is required')
        : undefined,
    ),
  },
  'metadata-500': {
    description: 'the CapabilityStatement answers 500 (harmless)',
    value: 'another status',
    request: on('metadata', (_call, value) => refusal(Number(value ?? 500), 'exception', 'no statement today')),
  },
  'metadata-xml': {
    description: 'the CapabilityStatement comes in XML, whatever was asked for',
    request: on('metadata', () => ({
      status: 200,
      headers: { 'content-type': 'application/fhir+xml' },
      body: '<CapabilityStatement xmlns="http://hl7.org/fhir"/>',
    })),
  },
  'metadata-other-version': {
    description: 'the server is one of another version of FHIR',
    value: 'the version, default 3.0.2; 1.0.2 has a Conformance in place of a CapabilityStatement',
    request: on('metadata', (_call, value = '3.0.2') => {
      const resourceType = String(value).startsWith('1.') ? 'Conformance' : 'CapabilityStatement';
      return jsonAnswer(200, { resourceType, fhirVersion: value, rest: [{ mode: 'server', resource: [] }] });
    }),
  },
  'metadata-members': {
    description: 'the CapabilityStatement is a short one with other members',
    value: 'the members as JSON',
    request: on('metadata', (_call, value) => {
      const resource = ['Patient', 'ServiceRequest'].map((type) => ({ type, interaction: [] }));
      const rest = [{ mode: 'server', resource }];
      return jsonAnswer(200, withMembers({ resourceType: 'CapabilityStatement', fhirVersion: '4.0.1', rest }, value));
    }),
  },
  'metadata-resources': {
    description: 'the CapabilityStatement offers other resources',
    value: 'the types, separated by spaces; default: Practitioner alone',
    request: on('metadata', (_call, value = 'Practitioner') => {
      const resource = String(value)
        .split(' ')
        .map((type) => ({ type, interaction: [{ code: 'read' }] }));
      return jsonAnswer(200, {
        resourceType: 'CapabilityStatement',
        fhirVersion: '4.0.1',
        rest: [{ mode: 'server', resource }],
      });
    }),
  },
} as const satisfies Record<string, Fault>;
