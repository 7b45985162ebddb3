/** A completed launch that lacks something is explained from its trace. */
import { expect, test } from 'vitest';
import { explanationOf } from '#src/diagnostics/inspector/causes.ts';
import { diagnose } from '#src/diagnostics/inspector/diagnosis.ts';

const step = { at: '2026-01-01T00:00:00.000Z', durationMs: 1 };

test.for([
  ['fhir.create-refused', 'EHR team'],
  [undefined, undefined],
] as const)('a create with the rule %s is explained for: %s', ([rule, owner]) => {
  const create = { ...step, name: 'create', outcome: 'warning', facts: {}, rule } as const;
  expect(explanationOf({ outcome: 'completed', steps: [create] })?.owner).toBe(owner);
});

test.for([
  ['fhir.failing', 'active', undefined],
  ['refresh.not-confirmed', 'status 401', 'refresh.not-confirmed'],
] as const)('of a list with %s, a reload that asks for no token leaves %s: %s', ([rule, answer, left]) => {
  const list = {
    ...step,
    name: 'requests',
    outcome: 'warning',
    facts: { 'introspection answer': answer },
    rule,
  } as const;
  const reload = { ...step, name: 'requests', outcome: 'passed', facts: {} } as const;
  expect(explanationOf({ outcome: 'completed', steps: [list, reload] })?.rule).toBe(left);
});

test.for([
  ['https://ehr.example/fhir/stu3', 'fhir.version'],
  ['https://ehr.example/DSTU2/tenant', 'fhir.version'],
  ['https://ehr.example/r4', 'fhir.search-absent'],
  [undefined, 'fhir.search-absent'],
] as const)('a search that is not there at %s is explained by %s', ([aud, rule]) => {
  const list = { ...step, name: 'requests', outcome: 'warning', facts: {}, rule: 'fhir.search-absent' } as const;
  const sent = { ...step, name: 'authorization-redirect', outcome: 'passed', facts: aud ? { aud } : {} } as const;
  expect(explanationOf({ outcome: 'completed', steps: [sent, list] })?.rule).toBe(rule);
});

test('a step before one that happened is not called unreached, although its part of the trace is missing', () => {
  const token = { ...step, name: 'token', outcome: 'passed', facts: {} } as const;
  const failed = { ...step, name: 'context', outcome: 'failed', code: 'context.invalid', facts: {} } as const;
  const startedAt = new Date(step.at);
  const trace = {
    ...{ id: 'a', organizationId: 'b', startedAt, outcome: 'context.invalid' as const, supportCodes: [] },
    ...{ userHash: null, patientHash: null, framed: null, cookieMode: null, steps: [token, failed] },
  };
  const { steps } = diagnose(trace, startedAt);
  const stateOf = (wanted: string) => steps.find(({ name }) => name === wanted)?.state;
  expect(['launch', 'token', 'context', 'patient'].map(stateOf)).toEqual([
    'not recorded',
    'passed',
    'failed',
    'not reached',
  ]);
});
