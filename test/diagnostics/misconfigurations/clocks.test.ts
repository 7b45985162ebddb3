/** A wrong clock is named as the cause, instead of what it makes look wrong (CAJ-17). */
import { describe, expect, test } from 'vitest';
import { expectRow, expectSaid, useSeededWorld } from './seeded-world.ts';

describe.for([
  ['ahead of', -599],
  ['behind', 599],
] as const)('the clock of the EHR is ten minutes %s the app’s', ([words, ourSeconds]) => {
  const { checkWith, launchWith } = useSeededWorld({
    clock: () => new Date(Date.now() + ourSeconds * 1_000),
    sandbox: { now: () => new Date() },
  });

  test('the refused launch names the clock as the cause', async () => {
    const said = await launchWith({});
    expectSaid(said, 'token', 'clock.ehr');
    expect(said.words).toMatch(new RegExp(`(598|599|600) s ${words} ours`));
  });

  test('the checks name the same cause', async () => {
    const { open } = await checkWith({});
    expectRow(open, 'clock', 'clock.ehr');
  });
});
