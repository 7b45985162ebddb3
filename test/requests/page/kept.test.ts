/** The stored list of a launch, at its limits. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createMemoryStore } from '#src/adapters/redis/memory.ts';
import { createSealer } from '#src/adapters/seal.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { PatientSummary } from '#src/patients/patient.ts';
import { mayShowRequests } from '#src/requests/chart/patient-and-list-reads.ts';
import type { RequestList } from '#src/requests/list/list.ts';
import { createKeptLists } from '#src/requests/page/last-list-store.ts';
import { createSearchTexts } from '#src/requests/page/search-text-store.ts';
import { randomOf, randomRows, rowOf } from './rows.ts';

const sealer = createSealer(['a-secret-for-tests-that-is-long-enough-0123456789']);
const asOf = new Date('2026-11-22T14:00:00Z');
const ABC = { id: 'abc', organizationId: 'org' };
const patient = { id: 'pat-1', name: 'Stella Stub', cautions: [] } as unknown as PatientSummary;
const user = { name: 'Dr. Kim', role: undefined, isPending: false };
const listOf = (change: Partial<RequestList>): RequestList => ({
  open: [],
  closed: [],
  otherOrders: 0,
  notices: [],
  problem: undefined,
  ...change,
});

function open(mostBytes?: number) {
  let now = asOf;
  const redis = createMemoryStore(() => now);
  const lists = createKeptLists(redis, sealer, {
    publicSystem: 'urn:ours|',
    clock: () => now,
    ...(mostBytes ? { mostBytes } : {}),
  });
  return { redis, lists, pass: (ms: number) => (now = new Date(now.getTime() + ms)) };
}

test('500 rows with long texts are kept and read back unchanged', async () => {
  const { redis, lists } = open();
  const long = { reason: { first: 'x'.repeat(200), more: 3 }, sentTo: { names: ['y'.repeat(200)], more: 0 } };
  const rows = randomRows(500, randomOf(5)).map((row) => ({ ...row, ...long, needed: 'z'.repeat(200) }));
  const identifiers = new Map([
    ['urn:ours|1', '1'],
    ['urn:theirs|2', '2'],
    ['ServiceRequest/3', '3'],
  ]);
  await lists.keep(ABC, { asOf, patient, user, list: listOf({ open: rows, identifiers }) });
  const found = await lists.find('abc', asOf);
  expect(found?.list.open).toEqual(JSON.parse(JSON.stringify(rows)));
  expect(found?.list.identifiers).toEqual(
    new Map([
      ['urn:ours|1', '1'],
      ['ServiceRequest/3', '3'],
    ]),
  );
  expect([found?.asOf, found?.patient.name, found?.user.name]).toEqual([asOf, 'Stella Stub', 'Dr. Kim']);
  expect(((await redis.get('launch-list:abc')) ?? '').length).toBeLessThan(1_100_000);
});

test('a list that is too large is not kept, and the list that it replaces is deleted', async () => {
  const { redis, lists } = open();
  const keep = (rows: ReturnType<typeof rowOf>[]) =>
    lists.keep(ABC, { asOf, patient, user, list: listOf({ open: rows }) });
  await keep([rowOf()]);
  await keep(Array.from({ length: 500 }, () => rowOf({ service: 'x'.repeat(2_000) })));
  expect(await redis.get('launch-list:abc')).toBeUndefined();
});

test('no kept list is older than a minute', async () => {
  const { lists, pass } = open();
  await lists.keep(ABC, { asOf, patient, user, list: listOf({ open: [rowOf()] }) });
  expect(await lists.find('abc', pass(59_000))).toBeDefined();
  expect(await lists.find('abc', pass(2_000))).toBeUndefined();
});

test('the age of a slow reading counts from its beginning', async () => {
  const { lists } = open();
  await lists.keep(ABC, {
    asOf: new Date(asOf.getTime() - 50_000),
    patient,
    user,
    list: listOf({ open: [rowOf()] }),
  });
  expect(await lists.find('abc', new Date(asOf.getTime() + 11_000))).toBeUndefined();
});

test('if the store does not answer, the copy is lost and the page works', async () => {
  const { redis } = open();
  const down = { ...redis, get: () => Promise.reject(new Error('down')), set: () => Promise.reject(new Error('down')) };
  const lists = createKeptLists(down, sealer, { publicSystem: 'urn:ours|', clock: () => asOf });
  await lists.keep(ABC, { asOf, patient, user, list: listOf({ open: [rowOf()] }) });
  expect(await lists.find('abc', asOf)).toBeUndefined();
});

test('eight of the longest texts fit, and the ninth replaces the first', async () => {
  const texts = createSearchTexts(open().redis, sealer);
  const words = Array.from({ length: 9 }, (_, at) => `${at}${'\ud800'.repeat(199)}`);
  const names: string[] = [];
  // oxlint-disable-next-line no-await-in-loop -- in their order
  for (const text of words) names.push(await texts.keep('abc', text));
  expect(await texts.find('abc', names[0] ?? '')).toBeUndefined();
  expect(await texts.find('abc', names[1] ?? '')).toBe(words[1]);
  expect(await texts.find('abc', names[8] ?? '')).toBe(words[8]);
  expect(await texts.find('other', names[8] ?? '')).toBeUndefined();
});

test.for<[scope: string, narrowedScope: string | undefined, showEhrOrders: boolean, isShown: boolean]>([
  ['patient/*.read', undefined, true, true],
  ['patient/Patient.rs patient/ServiceRequest.rs', undefined, true, true],
  ['patient/*.read', undefined, false, false],
  ['patient/*.read', 'patient/Patient.read', true, false],
  ['patient/*.read', 'patient/ServiceRequest.read', true, false],
])(
  'a kept list is shown while reading it is permitted: %s, then %s, %s',
  ([scope, narrowedScope, showEhrOrders, isShown]) => {
    const launch = { scope, ...(narrowedScope === undefined ? {} : { narrowedScope }) } as Launch;
    expect(mayShowRequests(launch, { showEhrOrders } as Organization)).toBe(isShown);
  },
);

/** A text that compression does not make shorter. */
const longText = () => randomBytes(1_125).toString('base64');

test("MT-06: an organization's lists have a limit, and a newer list of a launch replaces the older one", async () => {
  const { lists, pass } = open(4_000);
  const keep = (id: string, organizationId: string, text: string) =>
    lists.keep({ id, organizationId }, { asOf, patient, user, list: listOf({ open: [rowOf({ service: text })] }) });
  await keep('one', 'org', 'first');
  await keep('one', 'org', 'second');
  await keep('two', 'org', longText());
  await keep('one', 'org', longText());
  await keep('other', 'elsewhere', longText());
  const found = await Promise.all(['one', 'two', 'other'].map((id) => lists.find(id, asOf)));
  expect(found.map((list) => list !== undefined)).toEqual([false, true, true]);
  pass(60_001);
  await keep('one', 'org', longText());
  expect(await lists.find('one', asOf)).toBeDefined();
});

test('a list beyond the limit is not kept; a later reading is kept if there is room', async () => {
  const { lists, pass } = open(4_000);
  const keep = (id: string) =>
    lists.keep(
      { id, organizationId: 'org' },
      { asOf, patient, user, list: listOf({ open: [rowOf({ service: longText() })] }) },
    );
  await keep('other');
  const sealed = await keep('abc');
  expect([sealed !== undefined, await lists.find('abc', asOf)]).toEqual([true, undefined]);
  const later = pass(60_001);
  await lists.again(ABC, sealed ?? '', later);
  expect((await lists.find('abc', later))?.asOf).toEqual(later);
});
