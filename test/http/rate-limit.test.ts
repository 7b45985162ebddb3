/** LA-15: a flood of launches that never arrive is stopped; other hospitals and finished launches are not. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLaunchLimit } from '#src/http/rate-limit.ts';
import { titleOf } from '#test/helpers/browser.ts';
import { startWorld, type World } from '#test/helpers/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await world.setOrganization('neighbour');
});
afterAll(() => world.close());

test('MT-06: five hundred launches from one address: some are told to wait, another organization is not', async () => {
  const browser = world.browser();
  await browser.visit(world.sandbox.launch('pat-ada'));
  const launchUrl = world.sandbox.launch('pat-ada');
  const answers = await Promise.all(Array.from({ length: 500 }, () => browser.visit(launchUrl)));
  const refused = answers.filter(({ status }) => status === 429);
  expect(answers.filter(({ status }) => status === 303)).toHaveLength(300);
  expect(refused).toHaveLength(200);
  expect(titleOf(refused[0] ?? { body: '' })).toBe('Too many launches at once');
  for (const { headers } of refused) expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  expect(Number(refused[0]?.headers['retry-after'])).toBeLessThanOrEqual(60);
  const neighbour = world.sandbox.launch('pat-ada').replace('orgId=st-elsewhere', 'orgId=neighbour');
  expect(titleOf(await world.browser().open(neighbour))).toBe('Requests for Ada Moreno');
});

test('launches that arrive give their place back', async () => {
  const limit = createLaunchLimit();
  for (let launch = 0; launch < 1_000; launch += 1) {
    await limit.begin('busy', '192.0.2.1');
    await limit.finish('busy', '192.0.2.1');
  }
  await expect(limit.begin('busy', '192.0.2.1')).resolves.toBeUndefined();
});

test('many addresses together are bounded as well, per organization', async () => {
  const limit = createLaunchLimit();
  const begun = Array.from({ length: 3_100 }, (_unused, index) => limit.begin('flooded', `2001:db8::${index}`));
  const refused = (await Promise.allSettled(begun)).filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(100);
  await expect(limit.begin('flooded', '192.0.2.9')).rejects.toMatchObject({ code: 'request.too-many' });
  await expect(limit.begin('quiet', '192.0.2.9')).resolves.toBeUndefined();
});
