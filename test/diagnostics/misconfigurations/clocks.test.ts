/** A wrong clock is named as the cause, and whose it is, instead of what it makes look wrong (CAJ-17). */
import { describe, expect, test } from 'vitest';
import { type Rule, ruleRows } from '#src/errors/rules/table.ts';
import { expectRow, expectSaid } from './seeding/expectations.ts';
import { useSeededWorld } from './seeding/seeded-world.ts';

describe.for<[name: string, seconds: { ours: number; theirs: number }, step: string, rule: Rule, says: RegExp]>([
  ['the EHR is ten minutes ahead', { ours: 0, theirs: 600 }, 'id-token', 'clock.ehr', /(599|600) s ahead of ours/],
  ['the EHR is two hours behind', { ours: 0, theirs: -7200 }, 'token', 'clock.ehr', /(7199|7200|7201) s behind ours/],
  [
    'ours is ten minutes ahead',
    { ours: 600, theirs: 0 },
    'token',
    'clock.ours',
    /60\d s ahead of that of our database/,
  ],
  ['ours is ten minutes behind', { ours: -600, theirs: 0 }, 'token', 'clock.ours', /(599|600) s behind that of our/],
  ['both are off', { ours: 400, theirs: -400 }, 'token', 'clock.ours', /40\d s ahead of.*(799|80\d) s behind ours/],
])('%s', ([, { ours, theirs }, step, rule, says]) => {
  const shifted = (seconds: number) => () => new Date(Date.now() + seconds * 1_000);
  const { checkWith, launchWith, prepare, proofWith } = useSeededWorld({
    clock: shifted(ours),
    sandbox: { now: shifted(theirs) },
  });

  test('the refused launch names the clock as the cause', async () => {
    const said = await launchWith({});
    expectSaid(said, step, rule);
    expect(said.words).toMatch(says);
  });

  test('the key proof has the same owner, if the clock matters to it', async () => {
    const { outcome, owner } = await proofWith((await prepare({})).id);
    if (step === 'token') expect(owner).toBe(ruleRows[rule].owner);
    else expect(outcome).toBe('proven');
  });

  test('the checks name the same cause', async () => {
    const { open } = await checkWith({});
    expectRow(open, 'clock', rule);
    expect(open[0]?.found).toMatch(says);
  });
});
