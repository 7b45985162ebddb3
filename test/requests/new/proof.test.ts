/** The app says "Sent" only for a request that the EHR proves, whatever answers a create with a success (FH-17). */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { unprovedCreateFaults } from '#sandbox/faults/fhir-create.ts';
import { type CreateProof, proofOf } from '#src/requests/delivery/create-proof.ts';
import { postOnce } from '#src/requests/delivery/post-and-confirm.ts';
import type { TestBrowser, Visit } from '#test/helpers/browser.ts';
import { dayFromNow } from '#test/helpers/days.ts';
import { csrfOf, draftsOn, isShownAgain, launchIdOf, sendForm, ticketOf } from '#test/helpers/visits.ts';
import { useWorldWithFakeDate } from '#test/helpers/world.ts';
import { startFhirServer } from '#test/requests/fhir-server.ts';

const SCOPES =
  'launch launch/patient openid fhirUser profile online_access patient/*.read patient/ServiceRequest.write';
const TYPED = {
  ...{ service: 'transport', what: 'Wheelchair van to dialysis', neededOn: dayFromNow(20) },
  ...{ priority: 'urgent', reason: 'Next dialysis', note: 'Two steps at the door' },
};
const SENT = 'The request was sent to the EHR.';
const UNCONFIRMED = 'The EHR did not confirm the request';
const ABSENT = 'The EHR does not show this request now.';
/** Who has to check what, after an answer about another patient; before and after a search that finds nothing. */
const OTHER =
  /may have saved this request for another patient\. This app sent it for the patient named at the top\. But .* give your help desk the support code/;
const isOther = (name: string) => name.endsWith('other-patient');
const denied = unprovedCreateFaults.filter((name) => /-(?:error|fatal)$/.test(name));
const silent = unprovedCreateFaults.filter((name) => !denied.includes(name));

const world = useWorldWithFakeDate({ settings: { createRequests: true, scopes: SCOPES } });
let browser: TestBrowser;
let list: Visit;
/** A launch serves the cases of three hours. */
let launchedAt = 0;

beforeEach(async () => {
  // Requests of earlier cases are then no longer recent.
  vi.setSystemTime(Date.now() + 16 * 60_000);
  if (Date.now() - launchedAt > 180 * 60_000) {
    [browser, launchedAt] = [world.browser(), Date.now()];
    list = await world.launch('pat-ben', browser);
  }
  world.sandbox.requests.clear();
});
afterEach(async () => {
  world.sandbox.faults.clear();
  const page = await browser.visit(list.url);
  for (const form of draftsOn(page)) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await browser.visit(`${formUrl()}/discard`, { form: { csrf: csrfOf(page), form } });
  }
});

const formUrl = () => `${world.url}/launches/${launchIdOf(list)}/requests/new`;
const press = (page: Visit, intent: Record<string, string> = {}, typed: Record<string, string> = TYPED) =>
  sendForm(browser, formUrl(), { ...ticketOf(page), ...typed, ...intent });
const send = async (typed: Record<string, string> = TYPED) => press(await browser.visit(formUrl()), {}, typed);
const calls = (method: string) =>
  world.sandbox.requests.filter((one) => one.method === method && /\/ServiceRequest($|\?)/.test(one.path)).length;

describe('nothing was created', () => {
  test.for(silent)(
    '%s: not confirmed, with the unchanged form and a button that searches without sending',
    async (name) => {
      world.sandbox.faults.set(name);
      const page = await send();
      expect([isShownAgain(page), page.body.includes(SENT)]).toEqual([true, false]);
      expect(page.body).toMatch(isOther(name) ? OTHER : new RegExp(UNCONFIRMED));
      expect(page.body).not.toContain('pat-other');
      expect(page.body).toContain('value="Wheelchair van to dialysis"');
      expect(page.body).toContain('Two steps at the door');
      expect(page.body).toContain('name="intent" value="look"');
      expect(calls('GET')).toBeGreaterThan(0);
      const [asked, posted] = [calls('GET'), calls('POST')];
      const looked = await press(page, { intent: 'look' });
      expect(looked.body).not.toContain(SENT);
      expect(looked.body).toMatch(isOther(name) ? OTHER : new RegExp(ABSENT));
      expect([calls('GET') > asked, calls('POST')]).toEqual([true, posted]);
      expect(looked.body).toContain('value="Wheelchair van to dialysis"');
      world.sandbox.faults.clear();
      // Before it is sent again, the app looks for it once more.
      expect((await press(looked)).body).toContain(SENT);
      expect(calls('POST')).toBe(2);
    },
  );

  test.for(denied)(
    '%s: the EHR answered with an error and does not have the request, so it was not sent',
    async (name) => {
      world.sandbox.faults.set(name);
      const page = await send();
      expect(page.body).toContain('Not sent. The EHR did not accept this request.');
      expect(page.body).not.toContain(SENT);
      expect(calls('GET')).toBeGreaterThan(0);
    },
  );

  test.for(denied)('%s: if the EHR cannot be searched, the error alone is no proof', async (name) => {
    world.sandbox.faults.set(name);
    world.sandbox.faults.set('search-500');
    expect((await send()).body).toContain(UNCONFIRMED);
  });
});

test.for(unprovedCreateFaults)('%s: the EHR has the request, found by its identifier, so it was sent', async (name) => {
  world.sandbox.faults.set(name, 'created');
  const page = await send({ ...TYPED, what: `Van for ${name}` });
  expect(page.body).toContain(SENT);
  expect(page.body).toContain(`Van for ${name}`);
  expect(calls('POST')).toBe(1);
});

test('a look finds a request that arrived late, which then counts as sent', async () => {
  world.sandbox.faults.set('create-202', 'created');
  world.sandbox.faults.set('search-500');
  const page = await send();
  expect(page.body).toContain(UNCONFIRMED);
  expect((await press(page, { intent: 'look' })).body).toContain(UNCONFIRMED);
  world.sandbox.faults.clear('search-500');
  const found = await press(page, { intent: 'look' });
  expect(found.body).toContain(SENT);
  expect(found.body).toMatch(/FHIR id <code>sr-/);
  expect((await press(page)).body).toContain(SENT);
  expect(calls('POST')).toBe(1);
});

test('a look after a change of the form says that the earlier version was sent, and keeps the change', async () => {
  world.sandbox.faults.set('create-204', 'created');
  world.sandbox.faults.set('search-500');
  const page = await send();
  world.sandbox.faults.clear();
  const looked = await press(page, { intent: 'look' }, { ...TYPED, what: 'Van with a lift' });
  expect(looked.body).toContain('An earlier version of this request was sent and is in the EHR.');
  expect(looked.body).toContain('value="Van with a lift"');
  expect(calls('POST')).toBe(1);
});

const own = { system: 'urn:app', value: 'a' };
const THEIRS = { identifier: [{ system: 'urn:other', value: '7' }] };

test.for<[name: string, saved: object, proof: CreateProof, status?: number]>([
  ['the day of a hospital in the west, where it is evening', { ...THEIRS, authoredOn: '2026-11-30' }, 'created'],
  ['such a day as a moment', { ...THEIRS, authoredOn: '2026-11-30T00:00:00-05:00' }, 'created'],
  ['a moment without a zone', { ...THEIRS, authoredOn: '2026-11-30T20:30:00' }, 'created'],
  ['a clock that is slow', { ...THEIRS, authoredOn: '2026-12-01T01:21:00Z' }, 'created'],
  ['an hour before', { ...THEIRS, authoredOn: '2026-11-30T19:30:00.000-05:00' }, 'unproved'],
  ['two days before', { ...THEIRS, authoredOn: '2026-11-29' }, 'unproved'],
  ['our number and a day of its own', { identifier: [own], authoredOn: '2026-01-01' }, 'created'],
  ['no date', THEIRS, 'created'],
  ['no date, with 200', THEIRS, 'unproved', 200],
  ['an id alone, with 200', {}, 'created', 200],
  ['its number beside ours, with 200', { identifier: [own, ...THEIRS.identifier] }, 'created', 200],
  ['an address with a word of FHIR', { subject: { reference: 'https://a.example/Group/fhir/Patient/1' } }, 'created'],
  [
    'the patient of this id on another server',
    { subject: { reference: 'https://b.example/fhir/Patient/1' } },
    'unproved',
  ],
  ['the patient in a version', { subject: { reference: 'Patient/1/_history/2' } }, 'created'],
  ['another number of this app', { identifier: [{ system: 'urn:app', value: 'b' }] }, 'unproved'],
  ['another patient there', { subject: { reference: 'https://a.example/Group/fhir/Patient/2' } }, 'unproved'],
  ['another patient of a longer id', { subject: { reference: 'Patient/12' } }, 'unproved'],
  ['a group', { subject: { reference: 'Group/1' } }, 'unproved'],
  ['a number of the patient', { subject: { identifier: { value: '1' } } }, 'unproved'],
])('an order that comes back with %s', ([, saved, proof, status = 201]) => {
  const sent = { resourceType: 'ServiceRequest', identifier: [own], authoredOn: '2026-12-01T01:30:00.000Z' };
  const body = { resourceType: 'ServiceRequest', id: 'sr-1', ...saved };
  const base = new URL('https://a.example/Group/fhir');
  expect(proofOf({ status, body }, sent, { patientId: '1', base })).toBe(proof);
});

test.for([
  [true, 2],
  [false, 1],
] as const)('what only a Location names is read if the scopes allow it: %s', async ([mayRead, count]) => {
  const made = { resourceType: 'ServiceRequest', id: 'a', subject: { reference: 'Patient/1' } };
  await using server = await startFhirServer((call) =>
    call.startsWith('POST') ? { status: 201, headers: { location: '/fhir/ServiceRequest/a' } } : made,
  );
  const limits = { patientId: '1', searchParameters: [], mayLook: true, mayRead, seesAll: true, timeZone: 'UTC' };
  const end = await postOnce(server.api, made, { ...limits, attempted: false, begunAt: '', claim: async () => true });
  expect([end.kind, server.calls.length]).toEqual(['sent', count]);
});

describe('after an unconfirmed create', () => {
  test('the list that contains it shows no draft, and says that the request is there', async () => {
    world.sandbox.faults.set('create-202', 'created');
    world.sandbox.faults.set('search-500');
    expect((await send({ ...TYPED, what: 'Van that arrived late' })).body).toContain(UNCONFIRMED);
    world.sandbox.faults.clear();
    const page = await browser.visit(list.url);
    expect(page.body).toContain('Van that arrived late');
    expect(page.body).toContain('The request that the EHR had not confirmed is in the EHR now.');
    expect(draftsOn(page)).toEqual([]);
    expect(page.body).toContain('New request');
    expect((await browser.visit(list.url)).body).not.toContain('had not confirmed');
    expect((await browser.visit(formUrl())).body).not.toContain('Van that arrived late');
  });

  test('the list that does not contain it does not call it unsent', async () => {
    world.sandbox.faults.set('create-204');
    await send();
    world.sandbox.faults.clear();
    const page = await browser.visit(list.url);
    expect(draftsOn(page)).toHaveLength(1);
    expect(page.body).toContain('The EHR did not confirm this request: it may be in the EHR already');
  });
});
