/** The store of deliveries: no version is lost between windows, and in doubt a version counts as sent (FH-17). */
import { beforeEach, expect, test } from 'vitest';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { createMemoryStore } from '#src/adapters/redis/memory.ts';
import { createSealer } from '#src/adapters/seal.ts';
import { type Delivery, type DeliveryState, recentOf, versionsOf } from '#src/requests/delivery/deliveries.ts';
import { createDeliveryStore, type DeliveryStore } from '#src/requests/delivery/delivery-store.ts';
import { type FormOwner, ownerHash } from '#src/requests/form/form-ticket.ts';

const HOUR_MS = 60 * 60_000;
const owner: FormOwner = {
  organizationId: 'o',
  fhirBaseUrl: 'https://ehr.example/fhir',
  iss: 'https://ehr.example',
  sub: 'ada',
  patientId: '1',
};
const key = `deliveries:${ownerHash(owner)}`;
const form = (id: string) => ({ id, issuedAt: new Date(now).toISOString() });

let now: number;
let redis: KeyStore;
let store: DeliveryStore;
beforeEach(() => {
  now = Date.parse('2026-11-28T09:00:00Z');
  const clock = () => new Date(now);
  redis = createMemoryStore(clock);
  store = createDeliveryStore(redis, createSealer(['a-secret-that-is-long-enough-0123456789']), clock);
});

const delivery = (identifier: string, state: DeliveryState = 'sent'): Delivery => ({
  formId: 'f',
  identifier,
  likeness: 'l',
  state,
  at: new Date(now).toISOString(),
});
const add = (one: Delivery) => store.change(owner, (known) => [one, ...known]);
const statesOf = async () => (await store.of(owner)).map(({ identifier, state }) => `${identifier} ${state}`);

test('simultaneous changes of several windows are all kept', async () => {
  const names = Array.from({ length: 12 }, (_, index) => `id-${index}`);
  expect(await Promise.all(names.map((name) => add(delivery(name))))).toEqual(names.map(() => true));
  expect((await store.of(owner)).map(({ identifier }) => identifier).toSorted()).toEqual(names.toSorted());
});

test('of several windows exactly one is the first', async () => {
  const claim = () => store.change(owner, (known) => (known.length === 0 ? [delivery('a', 'posting')] : undefined));
  const claims = await Promise.all([claim(), claim(), claim()]);
  expect(claims.filter(Boolean)).toHaveLength(1);
});

test('a request that was under way for more than a minute has an unknown state', async () => {
  await add(delivery('a', 'posting'));
  now += 60_000;
  expect(await statesOf()).toEqual(['a posting']);
  now += 1;
  expect(await statesOf()).toEqual(['a unknown']);
});

test('is kept for three days after it was sent, regardless of the age of the record', async () => {
  await add(delivery('a'));
  now += 71 * HOUR_MS;
  await add(delivery('b'));
  expect(await statesOf()).toEqual(['b sent', 'a sent']);
  now += HOUR_MS;
  expect(await statesOf()).toEqual(['b sent']);
  now += 70 * HOUR_MS;
  expect(await statesOf()).toEqual(['b sent']);
  now += HOUR_MS;
  expect(await statesOf()).toEqual([]);
});

test('an unreadable record counts for every form of its time, and for no later one', async () => {
  await redis.set(key, 'sealed by a secret that is gone', HOUR_MS);
  const [before, known] = [form('before'), await store.of(owner)];
  expect(versionsOf(before, known).map(({ state }) => state)).toEqual(['unknown']);
  expect(recentOf(known, new Date(now))).toEqual([]);
  await add(delivery('a'));
  now += 1;
  expect(versionsOf(before, await store.of(owner))).toHaveLength(1);
  expect(versionsOf(form('later'), await store.of(owner))).toEqual([]);
});

test('MT-06: the hundred-and-first is refused, and the others stay', async () => {
  const id = `ServiceRequest/${'x'.repeat(128)}`;
  const many = Array.from({ length: 100 }, (_, index) => ({ ...delivery(`${index}`.padStart(43, 'x')), resource: id }));
  const long = many.map((one) => ({
    ...one,
    formId: 'f'.repeat(36),
    likeness: 'l'.repeat(43),
    state: 'unknown' as const,
  }));
  expect(await store.change(owner, () => long)).toBe(true);
  await expect(add(delivery('one more'))).rejects.toMatchObject({ code: 'request.too-many-forms' });
  expect(await store.of(owner)).toHaveLength(100);
});
