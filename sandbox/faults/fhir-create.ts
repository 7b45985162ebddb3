/**
 * Faults of creating a request: refused, never received, created but the answer lost, created but not readable, or
 * answered with a success that proves nothing (FH-17).
 */
import type { Answer, Call, Fault } from '#sandbox/fault-type.ts';
import { htmlAnswer, jsonAnswer, on } from './answers.ts';
import { refusal } from './fhir.ts';

const isCreate = (call: Call) => call.url.pathname.endsWith('/ServiceRequest') && call.method === 'POST';
const isReadBack = (call: Call) => /\/ServiceRequest\/[^/]+$/.test(call.url.pathname) && call.method === 'GET';

const fhirJson = { 'content-type': 'application/fhir+json; charset=utf-8' };
const request = { resourceType: 'ServiceRequest', status: 'active', intent: 'order' };

/** An answer in place of the real one. Only with the value `created` is the request created. */
function answeredWith(description: string, answer: Answer): Fault {
  return {
    description: `a request to create is answered with ${description}`,
    value: "'created' if the request is created anyway; by default, it is not",
    request: on('fhir', (call, value) => (isCreate(call) && value !== 'created' ? answer : undefined)),
    fhirAnswer: (real, _call, value) =>
      real.status === 201 && value === 'created' ? { ...real, raw: answer } : undefined,
  };
}

const COSIGN = {
  resourceType: 'OperationOutcome',
  issue: [
    { severity: 'warning', code: 'business-rule', diagnostics: 'This order needs a cosign before it is released' },
  ],
};

/** Success answers that do not prove a creation. */
const unprovedAnswers = {
  'create-200-error': answeredWith('200 and an OperationOutcome of an error', refusal(200, 'business-rule', 'no')),
  'create-200-fatal': answeredWith(
    '200 and an OperationOutcome of a fatal error',
    jsonAnswer(200, {
      resourceType: 'OperationOutcome',
      issue: [
        { severity: 'information', code: 'informational' },
        { severity: 'fatal', code: 'exception' },
      ],
    }),
  ),
  'create-200-information': answeredWith(
    '200 and an OperationOutcome that is no error',
    jsonAnswer(200, { resourceType: 'OperationOutcome', issue: [{ severity: 'information', code: 'informational' }] }),
  ),
  'create-201-error': answeredWith('201 and an OperationOutcome of an error', refusal(201, 'no-store', 'not stored')),
  'create-200-text': answeredWith('200 and plain text', {
    status: 200,
    headers: { 'content-type': 'text/plain' },
    body: 'Request received',
  }),
  'create-200-untyped': answeredWith('200 without a content type, from a firewall', {
    status: 200,
    headers: {},
    body: '',
  }),
  'create-200-empty-object': answeredWith('200 and {}', jsonAnswer(200, {})),
  'create-200-html': answeredWith('200 and a web page', htmlAnswer(200)),
  'create-200-array': answeredWith('200 and a list', { status: 200, headers: fhirJson, body: '[]' }),
  'create-200-bundle': answeredWith('200 and a Bundle', jsonAnswer(200, { resourceType: 'Bundle', type: 'searchset' })),
  'create-200-patient': answeredWith(
    '200 and a resource of another type',
    jsonAnswer(200, { resourceType: 'Patient', id: 'pat-ben' }),
  ),
  'create-200-other-identifier': answeredWith(
    '200 and another ServiceRequest',
    jsonAnswer(200, { ...request, id: 'sr-other', identifier: [{ system: 'urn:other', value: '1' }] }),
  ),
  'create-200-other-patient': answeredWith(
    '200 and the ServiceRequest of another patient',
    jsonAnswer(200, { ...request, id: 'sr-other', subject: { reference: 'Patient/pat-other' } }),
  ),
  'create-201-other-patient': answeredWith(
    '201 and the ServiceRequest of another patient',
    jsonAnswer(201, { ...request, id: 'sr-other', subject: { reference: 'Patient/pat-other' } }),
  ),
  'create-201-group-not-other-patient': answeredWith(
    '201 and the ServiceRequest of a group',
    jsonAnswer(201, { ...request, id: 'sr-other', subject: { reference: 'Group/1' } }),
  ),
  'create-201-name-only': answeredWith(
    '201 and a ServiceRequest of a patient without a reference',
    jsonAnswer(201, { ...request, id: 'sr-other', subject: { display: 'Ben Example' } }),
  ),
  'create-201-longer-id': answeredWith(
    '201 and a ServiceRequest of a patient in another form, whose id begins alike',
    jsonAnswer(201, { ...request, id: 'sr-other', subject: { reference: 'urn:Patient/pat-ben-2' } }),
  ),
  'create-201-earlier': answeredWith(
    '201 and an order of last year',
    jsonAnswer(201, {
      ...{ ...request, id: 'sr-other', subject: { reference: 'Patient/pat-ben' } },
      ...{ identifier: [{ system: 'urn:other', value: '1' }], authoredOn: '2025-01-31' },
    }),
  ),
  'create-201-other-server': answeredWith(
    '201 and a ServiceRequest of the patient with this id on another server',
    jsonAnswer(201, {
      ...{ ...request, id: 'sr-other' },
      subject: { reference: 'https://other.example/fhir/Patient/pat-ben' },
    }),
  ),
  'create-201-html': answeredWith('201 and a web page', htmlAnswer(201)),
  'create-201-task': answeredWith(
    '201 and a resource of another type',
    jsonAnswer(201, { resourceType: 'Task', id: 'task-1' }),
  ),
  'create-200-nameless': answeredWith('200 and a ServiceRequest without id and identifier', jsonAnswer(200, request)),
  'create-200-truncated': answeredWith('200 and half a ServiceRequest', {
    status: 200,
    headers: fhirJson,
    body: '{"resourceType":"ServiceRequest","id":"sr-1","ident',
  }),
  'create-200-oversize': answeredWith(
    '200 and 2 MB',
    jsonAnswer(200, { ...request, id: 'sr-1', note: [{ text: 'x'.repeat(2_000_000) }] }),
  ),
  'create-202': answeredWith('202: accepted, to be done later', { status: 202, headers: {}, body: '' }),
  'create-204': answeredWith('204', { status: 204, headers: {}, body: '' }),
  'create-206': answeredWith('206 and a ServiceRequest', jsonAnswer(206, { ...request, id: 'sr-1' })),
} as const satisfies Record<string, Fault>;

export const fhirCreateFaults = {
  ...unprovedAnswers,
  'create-refused': {
    description: 'FHIR refuses to create a request',
    request: on('fhir', (call) => (isCreate(call) ? refusal(403, 'forbidden', 'not for this app') : undefined)),
  },
  'create-unconfirmed': {
    description: 'a request is created, and the answer is lost',
    fhirAnswer: (answer) =>
      answer.status === 201 ? { status: 500, body: { resourceType: 'OperationOutcome' } } : undefined,
  },
  'create-empty-201': {
    description: 'a request is created with an empty 201, and what its Location names cannot be read (harmless)',
    value: 'the status of reading it, default 404',
    fhirAnswer: (answer, { facts }) => {
      const location = `${facts.fhirBase}/ServiceRequest/${String(answer.body['id'])}`;
      return answer.status === 201 ? { ...answer, headers: { location }, isEmpty: true } : undefined;
    },
    request: on('fhir', (call, value) =>
      isReadBack(call) ? refusal(Number(value ?? 404), 'not-found', 'not to be read yet') : undefined,
    ),
  },
  'create-warning': {
    description: 'a request is created, and answered with 201 and an OperationOutcome of a warning (harmless)',
    fhirAnswer: (answer) => (answer.status === 201 ? { ...answer, raw: jsonAnswer(201, COSIGN) } : undefined),
  },
  'create-lost': {
    description: 'a request to create never arrives',
    request: on('fhir', (call) => (isCreate(call) ? refusal(503, 'transient', 'overloaded') : undefined)),
  },
} as const satisfies Record<string, Fault>;

/** The names of these faults. Only with the value `created` is the request in the EHR. */
export const unprovedCreateFaults = Object.keys(unprovedAnswers) as (keyof typeof unprovedAnswers)[];
