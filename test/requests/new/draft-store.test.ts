/** The store of drafts: bounded in number per user and patient, in size per organization, and in time. */
import { beforeEach, describe, expect, test } from 'vitest';
import { createMemoryStore } from '#src/adapters/redis/memory.ts';
import { createSealer } from '#src/adapters/seal.ts';
import { createDraftRoom } from '#src/requests/form/draft-bytes.ts';
import { createDraftStore, type Draft, type DraftStore, MOST_DRAFTS, nameOf } from '#src/requests/form/draft-store.ts';
import type { FormOwner } from '#src/requests/form/form-ticket.ts';
import { createChartStore } from '#src/requests/prefill/chart-store.ts';
import { emptyChart } from '#src/requests/prefill/facts.ts';

const HOUR_MS = 60 * 60_000;
const sealer = createSealer(['a-secret-that-is-long-enough-0123456789']);
const owner: FormOwner = {
  organizationId: 'o',
  fhirBaseUrl: 'https://ehr.example/fhir',
  iss: 'https://ehr.example',
  sub: 'ada',
  patientId: '1',
};
const clock = () => new Date(now);
let now: number;
let store: DraftStore;
beforeEach(() => {
  now = Date.parse('2026-11-28T09:00:00Z');
  store = createDraftStore(createMemoryStore(clock), sealer, clock);
});

const draft = (id: string, what = id): Draft => ({
  id,
  issuedAt: clock().toISOString(),
  savedAt: clock().toISOString(),
  values: { what },
});
const kept = async (of = owner) => (await store.of(of)).drafts.map(({ id }) => id);

test('simultaneous saves of different forms are all kept, and of one form the last counts', async () => {
  await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((id) => store.keep(owner, draft(id))));
  expect((await kept()).toSorted()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  await store.keep(owner, draft('c', 'later'));
  expect((await store.of(owner)).drafts[0]?.values).toEqual({ what: 'later' });
  expect(await kept()).toHaveLength(6);
});

test('MT-06: the eleventh draft replaces the one saved longest ago; ten drafts of the largest size fit', async () => {
  const long = 'x'.repeat(16_000);
  for (let index = 0; index <= MOST_DRAFTS; index += 1)
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await store.keep(owner, {
      ...draft(`f${index}`, long),
      problem: { text: 'y'.repeat(500), supportCode: 'ABCD-EFGH' },
    });
  expect(await kept()).toEqual(Array.from({ length: MOST_DRAFTS }, (_, index) => `f${MOST_DRAFTS - index}`));
});

test('MT-06: of drafts with pasted documents the oldest make room, and no user takes the room of the others', async () => {
  const long = 'x'.repeat(149_000);
  const keep = (of: FormOwner, id: string) => store.keep(of, draft(id, long));
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  for (const id of ['a', 'b', 'c', 'd', 'e']) await keep(owner, id);
  expect(await kept()).toEqual(['e', 'd', 'c']);
  await keep({ ...owner, patientId: '2' }, 'f');
  await keep({ ...owner, patientId: '3' }, 'g');
  await keep({ ...owner, patientId: '4' }, 'h');
  await keep({ ...owner, patientId: '5' }, 'i');
  await expect(keep({ ...owner, patientId: '6' }, 'j')).rejects.toMatchObject({ code: 'request.no-room' });
  await keep({ ...owner, sub: 'ben' }, 'k');
});

test('each draft expires 72 hours after it was saved last, regardless of other saves', async () => {
  await store.keep(owner, draft('old'));
  now += 71 * HOUR_MS;
  await store.keep(owner, draft('new'));
  expect(await kept()).toEqual(['new', 'old']);
  now += HOUR_MS;
  expect(await kept()).toEqual(['new']);
});

test.for<[string, Partial<FormOwner>]>([
  ['another user', { sub: 'ben' }],
  ['another patient', { patientId: '2' }],
  ['another organization', { organizationId: 'p' }],
  ['another EHR', { fhirBaseUrl: 'https://other.example/fhir' }],
  ['the same name at another issuer', { iss: 'https://other.example' }],
])('MT-02: %s finds no draft of it', async ([, change]) => {
  await store.keep(owner, draft('a'));
  expect(await kept({ ...owner, ...change })).toEqual([]);
});

test('a sent request is kept for the notice for a quarter of an hour, and is no longer a draft', async () => {
  await store.keep(owner, draft('a'));
  const sent = { identifier: 'i', at: clock().toISOString(), request: { resourceType: 'ServiceRequest' } };
  await store.noteSent(owner, draft('a'), sent);
  await store.noteSent(owner, draft('a'), { ...sent, resource: undefined });
  expect(await store.of(owner)).toEqual({ drafts: [], sent: [{ ...sent, form: nameOf({ id: 'a' }) }] });
  now += HOUR_MS / 4;
  expect((await store.of(owner)).sent).toEqual([]);
});

describe('MT-06: the drafts of a day have a limit', () => {
  type Stored = { savedAt: string; values: object }[];
  const of = (bytes: number): Stored => [{ savedAt: clock().toISOString(), values: { what: 'x'.repeat(bytes) } }];
  const by = (organizationId: string, sub: string) => ({ ...owner, organizationId, sub });
  const worldOf = (most: { organization: number; user: number }) => {
    const redis = createMemoryStore(clock);
    const [room, otherInstance] = [createDraftRoom(redis, clock, most), createDraftRoom(redis, clock, most)];
    const take = (who: FormOwner, before: Stored, after: Stored, at = room) =>
      at(who, async (reserve) => {
        await reserve(before, after);
        return true;
      });
    return { room, otherInstance, take };
  };
  const full = (whose: string) => ({
    ...{ code: 'request.no-room', retryAfterSeconds: 15 * 3_600 },
    shown: `The room for ${whose} is full. There is room again in 15 hours.`,
  });
  const LARGE = 1_000_000;

  test.for([
    ['user', { organization: LARGE, user: 2_000 }, by('o', 'ada'), by('o', 'ben'), 'your unsent requests'],
    [
      'organization',
      { organization: 2_000, user: LARGE },
      by('o', 'ben'),
      by('p', 'ada'),
      "your organization's unsent requests",
    ],
  ] as const)(
    'of a %s, over all instances; what is discarded no longer counts',
    async ([, most, same, other, whose]) => {
      const { take, otherInstance } = worldOf(most);
      await take(by('o', 'ada'), [], of(900));
      await expect(take(same, [], of(900), otherInstance)).rejects.toMatchObject(full(whose));
      await take(other, [], of(900));
      await take(by('o', 'ada'), of(900), []);
      await take(same, [], of(900));
      await expect(take(same, [], of(900))).rejects.toMatchObject(full(whose));
      // The next day, by UTC.
      now += 15 * HOUR_MS;
      await take(same, [], of(900));
    },
  );

  test.for<[string, Parameters<ReturnType<typeof createDraftRoom>>[1]]>([
    ['is refused by the organization', (reserve) => reserve([], of(LARGE)).then(() => true)],
    ['does not happen', (reserve) => reserve([], of(1_000)).then(() => false)],
    ['fails', (reserve) => reserve([], of(1_000)).then(() => Promise.reject(new Error('no store')))],
    ['gives room back, and then does not happen', (reserve) => reserve(of(1_000), []).then(() => false)],
    [
      'is tried again',
      (reserve) =>
        reserve([], of(200))
          .then(() => reserve(of(200), of(200)))
          .then(() => true),
    ],
  ])('a change that %s takes no room and gives none', async ([, change]) => {
    const { room, take } = worldOf({ organization: 2_000, user: 2_000 });
    await room(owner, change).catch(() => undefined);
    await take(owner, [], of(1_400));
    await expect(take(owner, [], of(10))).rejects.toMatchObject({ code: 'request.no-room' });
  });

  test('what gives room back is not refused, however full it is', async () => {
    const redis = createMemoryStore(clock);
    const change = (limit: number, before: Stored, after: Stored) =>
      createDraftRoom(redis, clock, { organization: limit, user: limit })(owner, (reserve) =>
        reserve(before, after).then(() => true),
      );
    await change(LARGE, [], of(900));
    await expect(change(100, of(900), of(500))).resolves.toBe(true);
  });

  test('the outcome of a post never lacks room, because a request may have been sent', async () => {
    const { take } = worldOf({ organization: 2_000, user: 2_000 });
    const outcome = of(1_400).map((one) => ({ ...one, problem: { text: 'y'.repeat(2_000) } }));
    await take(owner, [], of(1_400));
    await take(owner, of(1_400), outcome);
  });
});

test("MT-06: an organization's charts have a limit, and a newer reading replaces an older one", async () => {
  const charts = createChartStore(createMemoryStore(clock), sealer, { clock, mostBytes: 4_000 });
  const chart = (bytes: number) => emptyChart('x'.repeat(bytes));
  await charts.keep('o', 'ada', chart(10));
  await charts.keep('o', 'ben', chart(180));
  await charts.keep('o', 'ada', chart(180));
  await charts.keep('p', 'eve', chart(180));
  const found = await Promise.all(['ada', 'ben', 'eve'].map((one) => charts.of(one)));
  expect(found.map((one) => one !== undefined)).toEqual([false, true, true]);
  now += HOUR_MS + 1;
  await charts.keep('o', 'ada', chart(180));
  expect(await charts.of('ada')).toBeDefined();
});
