/** A reload with the same answers of the EHR reuses what was read; any other change builds a new page. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { partOf } from '#src/http/compressed-part.ts';
import { createOrganizationStore } from '#src/organizations/store.ts';
import { createPageMemory, type RememberedPage } from '#src/requests/page/rendered-pages.ts';
import { steadyUntil } from '#src/smart/fhir/unchanged-until.ts';
import { type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { ehr, launch, launchUrl, newOrganization, useStubWorld } from '#test/helpers/stub-world.ts';
import { csrfOf, draftsOn, launchIdOf, sendForm, ticketOf } from '#test/helpers/visits.ts';

const { world } = useStubWorld();

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Tomorrow, three minutes before midnight. */
const LATE = (Math.floor(Date.now() / DAY) + 2) * DAY - 3 * MINUTE - 5_000;
const iso = (ms: number) => new Date(ms).toISOString();
const NETWORK = { privateNetworks: ['10.200.0.0/24'] };
const ZONE = { timeZone: 'UTC' };
const LIMITED = /lets this app read only a part of the requests: category transport/;
let authoredOn: string;
let word: string;
let browser: TestBrowser;

const searchset = () => {
  const coded = { status: 'active', intent: 'order', code: { text: word }, performer: [{ display: 'Northside' }] };
  const occurrenceDateTime = iso(LATE).slice(0, 10);
  const resource = { resourceType: 'ServiceRequest', id: 'r-1', subject: { reference: 'Patient/pat-1' }, authoredOn };
  const requester = { reference: 'Practitioner/prac-1' };
  return {
    body: {
      resourceType: 'Bundle',
      type: 'searchset',
      entry: [{ resource: { ...resource, ...coded, requester, occurrenceDateTime } }],
    },
  };
};
beforeEach(() => {
  vi.setSystemTime(LATE);
  [authoredOn, word] = [iso(LATE - 12 * DAY - 180 * MINUTE), 'Wound care'];
  browser = world().browser();
  ehr.on('requests', searchset);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const PATIENT = { resourceType: 'Patient', id: 'pat-1' };
const usual = () => ({ fhirBaseUrl: ehr.fhirBase, frameAncestors: [ehr.origin] });
const shown = ({ body }: Visit) => body.replaceAll(/name="csrf" value="[^"]+"/g, '');
/** The EHR's answers that were parsed during a visit. */
async function readingsOf(visit: () => Promise<Visit>): Promise<{ page: Visit; read: string[] }> {
  const parse = vi.spyOn(JSON, 'parse');
  const page = await visit();
  const texts = parse.mock.calls.map(([text]) => text).filter((text) => text.startsWith('{"resourceType":"'));
  parse.mockRestore();
  return { page, read: texts.map((text) => /"resourceType":"(\w+)"/.exec(text)?.[1] ?? '').toSorted() };
}

/** A first launch stores the EHR's documents a moment later, and the page depends on them as on every setting. */
async function untilStored(organizationId: string, open: () => Promise<Visit>): Promise<void> {
  const { database, directory } = world().dependencies;
  const store = createOrganizationStore(database.db);
  await vi.waitUntil(async () => (await store.find(organizationId))?.discovered, 10_000);
  await directory.refresh(organizationId);
  await vi.waitUntil(async () => (await readingsOf(open)).read.length === 0, 5_000);
}

test('the same answers are fetched but not parsed again; the page is the same, with a new form token', async () => {
  const organizationId = await newOrganization();
  const { url } = await browser.open(launchUrl(organizationId));
  await untilStored(organizationId, () => browser.open(url));
  const first = await browser.open(url);
  const asked = ehr.seen('requests').length;
  const { page, read } = await readingsOf(() => browser.open(url));
  expect([read, ehr.seen('requests').length]).toEqual([[], asked + 1]);
  expect(shown(page)).toBe(shown(first));
  expect(csrfOf(page)).not.toBe(csrfOf(first));
});

test('the list is kept again for its filters, with the time of the re-load', async () => {
  const first = await launch({}, browser);
  vi.setSystemTime(LATE + 2 * MINUTE);
  await browser.open(first.url);
  const asked = ehr.seen('requests').length;
  const filtered = await browser.open(`${first.url}?show=all`);
  expect(ehr.seen('requests')).toHaveLength(asked);
  expect(filtered.body).toContain(`datetime="${iso(LATE + 2 * MINUTE).slice(0, 19)}`);
  // A stored list of another moment or another launch is not used.
  const { redis } = world().dependencies;
  const key = `launch-list:${launchIdOf(first)}`;
  const kept = (await redis.get(key)) ?? '';
  await redis.set(key, kept.replace(/^\d+/, String(LATE + 3 * MINUTE)), 60_000);
  await browser.open(`${first.url}?show=all`);
  expect(ehr.seen('requests')).toHaveLength(asked + 1);
});

describe('a fresh page', () => {
  test.for<[what: string, change: (orgId: string) => unknown, expected: RegExp]>([
    ['one letter of a request', () => (word = 'Wound Care'), /Wound Care/],
    [
      'the patient',
      () => ehr.on('patient', () => ({ body: { ...PATIENT, name: [{ text: 'Stella Stab' }] } })),
      /Requests for Stella Stab/,
    ],
    [
      'a setting',
      (orgId) => world().setOrganization(orgId, { ...usual(), ...NETWORK, ...ZONE, otherStillDays: 3 }),
      /No movement for 12 days/,
    ],
    ['the day', () => vi.setSystemTime(LATE + 4 * MINUTE), /Overdue/],
  ])('changes when it has to: %s', async ([, change, expected]) => {
    const orgId = await newOrganization({ ...NETWORK, ...ZONE, otherStillDays: 20 });
    const first = await browser.open(launchUrl(orgId));
    await browser.open(first.url);
    expect(first.body).toContain('Wound care');
    expect(first.body).not.toMatch(expected);
    await change(orgId);
    await world().dependencies.directory.refresh(orgId);
    expect((await browser.open(first.url)).body).toMatch(expected);
  });

  test('for each minute of a recent request', async () => {
    authoredOn = iso(LATE - 25 * MINUTE - 30_000);
    const first = await launch({}, browser);
    expect(first.body).toContain('25 min');
    vi.setSystemTime(LATE + 29_000);
    expect((await browser.open(first.url)).body).toContain('25 min');
    vi.setSystemTime(LATE + 31_000);
    expect((await browser.open(first.url)).body).toContain('26 min');
  });

  test('for another user, and for another browser', async () => {
    const orgId = await newOrganization();
    const first = await browser.open(launchUrl(orgId));
    ehr.signsIn('user-2');
    const { page, read } = await readingsOf(() => world().browser().open(launchUrl(orgId)));
    expect(titleOf(page)).toBe(titleOf(first));
    expect(read).toContain('Bundle');
    const stranger = await world().browser().open(first.url);
    expect([stranger.status, stranger.body.includes('Stella')]).toEqual([401, false]);
  });
});

describe('with an unchanged list', () => {
  const SCOPE = 'launch launch/patient openid fhirUser patient/*.read patient/ServiceRequest.write';
  const VAN = { service: 'transport', what: 'Van', neededOn: iso(LATE + 20 * DAY).slice(0, 10), priority: 'routine' };
  let list: Visit;
  const openList = () => browser.open(list.url);
  const formUrl = () => `${world().url}/launches/${launchIdOf(list)}/requests/new`;
  const send = async (typed: Record<string, string>) =>
    sendForm(browser, formUrl(), { ...ticketOf(await browser.visit(formUrl())), ...typed });
  beforeEach(async () => {
    ehr.change('token', { scope: SCOPE });
    const organizationId = await newOrganization({ createRequests: true, scopes: SCOPE });
    list = await browser.open(launchUrl(organizationId));
    await untilStored(organizationId, openList);
    expect((await readingsOf(openList)).read).toEqual([]);
  });

  test('a draft appears and disappears', async () => {
    const draft = await send({ ...VAN, what: '' });
    const [form = ''] = draftsOn(await openList());
    expect(draftsOn(await openList())).toEqual([form]);
    await browser.open(`${formUrl()}/discard`, { form: { csrf: csrfOf(draft), form } });
    expect(draftsOn(await openList())).toEqual([]);
  });

  test('a sent request that is not listed yet is marked while it is new', async () => {
    ehr.on('requests', ({ method, body }) =>
      method === 'POST' ? { status: 201, body: { ...JSON.parse(body), id: 'sr-1' } } : searchset(),
    );
    await send(VAN);
    const mark = /<mark>Saved [^<]*; the EHR does not list it yet<\/mark>/;
    for (let again = 0; again < 2; again += 1) expect((await openList()).body).toMatch(mark);
    vi.setSystemTime(LATE + 16 * MINUTE);
    for (let again = 0; again < 2; again += 1) expect((await openList()).body).not.toMatch(mark);
  });
});

test('RF-09: a refresh that narrows the scope is reported, although the EHR’s answers are unchanged', async () => {
  const scope = 'launch launch/patient openid fhirUser patient/Patient.rs patient/ServiceRequest.rs';
  ehr.change('token', { scope, refresh_token: 'first' });
  const first = await browser.open(launchUrl(await newOrganization({ scopes: scope })));
  await browser.open(first.url);
  const narrowed = scope.replace('ServiceRequest.rs', 'ServiceRequest.rs?category=transport');
  const renewed = { refresh_token: 'second', id_token: undefined, access_token: 'renewed' };
  ehr.change('token', { ...renewed, scope: narrowed });
  ehr.on('requests', ({ headers }) =>
    headers.authorization === 'Bearer renewed' ? searchset() : { status: 401, body: {} },
  );
  await browser.open(first.url);
  const page = await browser.open(first.url);
  expect(page.body).toContain('Wound care');
  expect(page.body).toMatch(LIMITED);
  expect(first.body).not.toMatch(LIMITED);
});

test('no remembered page of another patient is shown', async () => {
  const first = await launch({}, browser);
  await browser.open(first.url);
  ehr.on('patient', () => ({ body: { ...PATIENT, id: 'pat-2', name: [{ text: 'Other' }] } }));
  const page = await browser.open(first.url);
  expect([page.status, /Wound|Other/.test(page.body)]).toEqual([502, false]);
});

test('an ended launch has no remembered page', async () => {
  const first = await launch({}, browser);
  await browser.open(`${first.url.replace(/requests.*/, '')}sign-out`, { form: { csrf: csrfOf(first) } });
  const page = await browser.open(first.url);
  expect([page.status, /Wound|Stella/.test(page.body)]).toEqual([401, false]);
});

describe('the memory of pages', () => {
  const NOON = Date.UTC(2026, 5, 1, 12, 0, 5);
  const endsAt = new Date(NOON + 3_600_000).toISOString();
  const owner = (id: string, organizationId = 'org') => ({ id, organizationId, endsAt });
  const pageOf = (bytes: number): RememberedPage => {
    const list = { otherOrders: 0, notices: [], problem: undefined };
    return { key: 'key', readAt: new Date(NOON), list, sealed: 'x'.repeat(bytes), end: partOf('', ['mark']) };
  };
  const always = () => Infinity;
  const memory = (now: () => number) => createPageMemory({ clock: () => new Date(now()), mostBytes: 10_000 });

  test("MT-06: has a limit for each organization, which drops its own oldest page and no other organization's", () => {
    const pages = memory(() => NOON);
    pages.keep(owner('other', 'elsewhere'), pageOf(8_000));
    for (const id of ['one', 'two', 'three']) pages.keep(owner(id), pageOf(3_000));
    pages.keep(owner('large'), pageOf(11_000));
    const known = ['one', 'two', 'three', 'large'].filter((id) => pages.find(owner(id), 'key', always));
    expect([known, pages.find(owner('other', 'elsewhere'), 'key', always) !== undefined]).toEqual([
      ['two', 'three'],
      true,
    ]);
  });

  test('forgets a page after ten minutes, with its launch, and for another key', () => {
    let now = NOON;
    const pages = memory(() => now);
    pages.keep(owner('one'), pageOf(10));
    pages.keep({ ...owner('short'), endsAt: new Date(NOON + 60_000).toISOString() }, pageOf(10));
    expect(pages.find(owner('one'), 'other key', always)).toBeUndefined();
    now += 61_000;
    expect([pages.find(owner('one'), 'key', always) !== undefined, pages.find(owner('short'), 'key', always)]).toEqual([
      true,
      undefined,
    ]);
    now += 10 * 60_000;
    expect(pages.find(owner('one'), 'key', always)).toBeUndefined();
  });

  test.for<[instant: string, seconds: number]>([
    ['2026-06-01T11:40:00Z', 55],
    ['2026-06-01T12:30:05Z', 60],
    ['2026-06-01T06:10:00+00:00', 595],
    ['2026-05-20T12:01:00.5Z', 55.5],
    ['2026-05-20T12:01:00', 55],
    ['2026-05-20', 600],
    ['no instant', 600],
  ])('is unchanged with %s for %d seconds', ([instant, seconds]) => {
    expect(steadyUntil(`{"at":"${instant}"}`, new Date(NOON)) - NOON).toBe(seconds * 1_000);
  });
});
