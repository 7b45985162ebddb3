/** Every way a launch can fail has an explanation, for the inspector and for the guide's table. */
import { expect, test } from 'vitest';
import { causesByCode, explanationOf } from '#src/diagnostics/inspector/causes.ts';
import { errorCodes } from '#src/errors.ts';

/** Codes of pages that are no part of a launch. */
const NOT_OF_A_LAUNCH = /^(request\.(?!too-many)|admin\.|settings\.|checks\.)/;

test.for(errorCodes.filter((code) => !NOT_OF_A_LAUNCH.test(code)))(
  '%s says why, whose job it is and what to do',
  (code) => {
    expect(causesByCode[code]?.causes.length).toBeGreaterThan(0);
    expect(causesByCode[code]?.whatToDo).toMatch(/[.!]$/);
    for (const cause of causesByCode[code]?.causes ?? []) expect(cause).not.toMatch(/\.$/);
  },
);

const step = { at: '2026-01-01T00:00:00.000Z', durationMs: 1 };

test.for([
  ['refused', 'EHR team'],
  ['unknown', 'EHR team'],
  ['absent', 'EHR team'],
  ['sent', undefined],
])('a create that ended %s is explained for: %s', ([ended, owner]) => {
  const create = { ...step, name: 'create', outcome: 'warning', facts: { 'how it ended': ended } } as const;
  expect(explanationOf({ outcome: 'completed', steps: [create] })?.owner).toBe(owner);
});
