/** An EHR whose endpoints or issuer move while their old document is still cached (DI-13): one launch fails, the next works. */
import { expect, test, vi } from 'vitest';
import { titleOf } from '#test/helpers/browser.ts';
import type { Script } from '#test/helpers/servers/stub-ehr.ts';
import { ehr, LIST, launchUrl, newOrganization, outcomeOf, useStubWorld } from '#test/helpers/stub-world.ts';

const { world } = useStubWorld();
const gone: Script = () => ({ status: 410 });

test('a token endpoint', async () => {
  const id = await newOrganization();
  const open = () => world().browser().open(launchUrl(id));
  expect(titleOf(await open())).toBe(LIST);
  const documents = () => ehr.seen('smart-configuration').length;
  const before = documents();
  ehr.on('token', gone);
  ehr.on('/auth/token-2', (request) => ehr.standard({ ...request, route: 'token' }));
  ehr.change('smart-configuration', { token_endpoint: `${ehr.origin}/auth/token-2` });
  expect(outcomeOf(await open()).code).toBe('token.refused');
  await vi.waitFor(() => expect(documents()).toBe(before + 1));
  expect(titleOf(await open())).toBe(LIST);
});

test('documents are read again at most once a minute, however many launches fail', async () => {
  const id = await newOrganization();
  const open = () => world().browser().open(launchUrl(id));
  await open();
  const before = ehr.seen('smart-configuration').length;
  ehr.on('token', gone);
  // oxlint-disable-next-line no-await-in-loop -- one launch after the other
  for (let time = 0; time < 3; time += 1) expect(outcomeOf(await open()).code).toBe('token.refused');
  expect(ehr.seen('smart-configuration').length).toBeLessThanOrEqual(before + 1);
});

test('a code that is refused reads nothing again', async () => {
  const id = await newOrganization();
  const open = () => world().browser().open(launchUrl(id));
  await open();
  const documents = ehr.seen('smart-configuration').length;
  ehr.on('token', () => ({ status: 400, body: { error: 'invalid_grant' } }));
  expect(outcomeOf(await open()).code).toBe('token.invalid-grant');
  expect(ehr.seen('smart-configuration')).toHaveLength(documents);
});
