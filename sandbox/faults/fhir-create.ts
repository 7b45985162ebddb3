/** Faults of creating a request: refused, never arrived, or done with the answer lost (FH-17). */
import type { Call, Fault } from '#sandbox/fault.ts';
import { on } from './answers.ts';
import { refusal } from './fhir.ts';

const isCreate = (call: Call) => call.url.pathname.endsWith('/ServiceRequest') && call.method === 'POST';

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
  'create-lost': {
    description: 'a request to create never arrives',
    request: on('fhir', (call) => (isCreate(call) ? refusal(503, 'transient', 'overloaded') : undefined)),
  },
} as const satisfies Record<string, Fault>;
