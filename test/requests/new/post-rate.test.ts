/** How much posts of the New request form may store, per user and per organization (MT-06). */
import { expect, test, vi } from 'vitest';
import { createMemoryStore } from '#src/adapters/redis/memory.ts';
import { createFormLimit } from '#src/requests/form/post-rate.ts';
import type { Visit } from '#test/helpers/browser.ts';
import { ehr, launch, outcomeOf, useStubWorld } from '#test/helpers/stub-world.ts';
import { csrfOf } from '#test/helpers/visits.ts';

const SCOPE = 'launch openid fhirUser patient/*.read patient/ServiceRequest.write';
const { world } = useStubWorld();

async function openForm() {
  const browser = world().browser();
  ehr.change('token', { scope: SCOPE });
  const list = await launch({ createRequests: true, scopes: `${SCOPE} launch/patient` }, browser);
  const url = `${list.url}/new`;
  const form = await browser.visit(url);
  return { browser, url, fields: { csrf: csrfOf(form), ticket: ticketOf(form) } };
}

const ticketOf = (page: Visit) => /name="ticket" value="([^"]+)"/.exec(page.body)?.[1] ?? '';

test('a user who posts too often has to wait, whether the page is left or sent, and can still open the list', async () => {
  const { browser, url, fields } = await openForm();
  const form = { ...fields, what: 'Van' };
  const set = vi.spyOn(world().dependencies.redis, 'replace');
  for (let index = 0; index < 60; index += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other, as a page is left again and again
    expect((await browser.visit(`${url}/keep`, { form })).status).toBe(204);
  }
  const kept = set.mock.calls.length;
  for (const path of [`${url}/keep`, url]) {
    // oxlint-disable-next-line no-await-in-loop -- the same
    const refused = await browser.visit(path, { form });
    expect(outcomeOf(refused)).toEqual({ status: 429, code: 'request.too-many-forms' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  }
  expect([kept > 0, set.mock.calls.length]).toEqual([true, kept]);
  set.mockRestore();
  expect((await browser.visit(url.replace('/new', ''))).status).toBe(200);
});

test('users and organizations are counted separately, and an organization has one limit for all its users', async () => {
  const limit = createFormLimit(createMemoryStore(() => new Date()));
  const by = (organizationId: string, sub: string) =>
    limit.take({
      organizationId,
      fhirBaseUrl: 'https://ehr.example/fhir',
      iss: 'https://ehr.example',
      sub,
      patientId: '1',
    });
  for (let index = 0; index < 60; index += 1) await by('busy', 'ada');
  await expect(by('busy', 'ada')).rejects.toMatchObject({ code: 'request.too-many-forms' });
  for (let index = 0; index < 940; index += 1) await by('busy', `user-${index}`);
  await expect(by('busy', 'one more')).rejects.toMatchObject({ code: 'request.too-many-forms' });
  await expect(by('quiet', 'ada')).resolves.toBeUndefined();
});

test('fields that are too long together are refused before they are saved', async () => {
  const { browser, url, fields } = await openForm();
  const set = vi.spyOn(world().dependencies.redis, 'replace');
  const long = '"'.repeat(60_000);
  const refused = await browser.visit(url, { form: { ...fields, what: long, reason: long, note: long } });
  expect(outcomeOf(refused)).toEqual({ status: 400, code: 'request.field-too-long' });
  expect(set).not.toHaveBeenCalled();
  set.mockRestore();
});
