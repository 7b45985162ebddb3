/** A completed launch that lacks something is explained from its trace. */
import { expect, test } from 'vitest';
import { explanationOf } from '#src/diagnostics/inspector/causes.ts';

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
