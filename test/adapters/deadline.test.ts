/** A deadline leaves nothing behind once the work has settled, so that a process can end. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TimeoutError, within } from '#src/adapters/deadline.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate'] }));
afterEach(() => vi.useRealTimers());

const settled = <T>(work: Promise<T>) => work.catch((error: unknown) => error);

test.for<[string, () => Promise<unknown>, unknown]>([
  ['succeeds', () => Promise.resolve('found'), 'found'],
  ['fails', () => Promise.reject(new Error('gone')), new Error('gone')],
])('work that %s leaves no timer running', async ([, work, result]) => {
  expect(await settled(within(60_000, work()))).toEqual(result);
  expect(vi.getTimerCount()).toBe(0);
});

test('work that does not settle is given up at the deadline', async () => {
  const given = settled(within(60_000, new Promise(() => {})));
  await vi.advanceTimersByTimeAsync(60_001);
  expect(await given).toBeInstanceOf(TimeoutError);
  expect(vi.getTimerCount()).toBe(0);
});

test('an answer that came while this process was busy is no late one', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { promise, resolve } = Promise.withResolvers<string>();
  const given = settled(within(60_000, promise));
  vi.advanceTimersByTime(60_001);
  resolve('found');
  expect(await given).toBe('found');
});
