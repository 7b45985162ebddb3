/** Faults of creating a request: refused, never arrived, done with the answer lost, or done and not to be read back (FH-17). */
import type { Call, Fault } from '#sandbox/fault.ts';
import { on } from './answers.ts';
import { refusal } from './fhir.ts';

const isCreate = (call: Call) => call.url.pathname.endsWith('/ServiceRequest') && call.method === 'POST';
const isReadBack = (call: Call) => /\/ServiceRequest\/[^/]+$/.test(call.url.pathname) && call.method === 'GET';

export const fhirCreateFaults = {
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
  'create-lost': {
    description: 'a request to create never arrives',
    request: on('fhir', (call) => (isCreate(call) ? refusal(503, 'transient', 'overloaded') : undefined)),
  },
} as const satisfies Record<string, Fault>;
