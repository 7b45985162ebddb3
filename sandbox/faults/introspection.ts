/** Faults of the introspection endpoint (RV-06, RV-07). */
import type { Fault } from '#sandbox/fault-type.ts';
import { htmlAnswer, jsonAnswer, on } from './answers.ts';

export const introspectionFaults = {
  'introspection-inactive': {
    description: 'introspection says that no token is active',
    request: on('introspect', () => jsonAnswer(200, { active: false })),
  },
  'introspection-string-true': {
    description: 'introspection says the string "true" instead of true',
    request: on('introspect', () => jsonAnswer(200, { active: 'true' })),
  },
  'introspection-empty': {
    description: 'introspection answers with an empty object',
    request: on('introspect', () => jsonAnswer(200, {})),
  },
  'introspection-html': {
    description: 'introspection answers 200 with a portal page',
    request: on('introspect', () => htmlAnswer(200)),
  },
  'introspection-500': {
    description: 'the introspection endpoint answers 500',
    request: on('introspect', () => htmlAnswer(500)),
  },
  'introspection-401': {
    description: 'the introspection endpoint does not accept our client authentication',
    request: on('introspect', () => jsonAnswer(401, { error: 'invalid_client' })),
  },
  'introspection-other-client': {
    description: 'introspection names another client_id',
    request: on('introspect', () => jsonAnswer(200, { active: true, client_id: 'another-client' })),
  },
  'introspection-other-patient': {
    description: 'introspection names another patient',
    value: 'the member patient as JSON, default "pat-ben"',
    request: on('introspect', (_call, value) =>
      jsonAnswer(200, { active: true, patient: JSON.parse(String(value ?? '"pat-ben"')) }),
    ),
  },
} as const satisfies Record<string, Fault>;
