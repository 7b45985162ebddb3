/** The batch writer writes rows in the background: in groups and on time; none is lost, and none blocks another. */
import { beforeEach, expect, test, vi } from 'vitest';
import { type BatchWriter, createBatchWriter } from '#src/adapters/database/batch-writer.ts';

interface Row {
  key: string;
  waitMs: number;
  parts: number;
}

let batches: string[][];
let lost: string[];
let refused: Set<string>;
let writer: BatchWriter<Row>;
/** While this is set, batches wait for it. */
let gate: Promise<void> | undefined;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  batches = [];
  lost = [];
  refused = new Set();
  gate = undefined;
  writer = createBatchWriter<Row>({
    size: 3,
    mostWaiting: 10,
    gatherMs: ({ waitMs }) => waitMs,
    write: async (rows) => {
      batches.push(rows.map(({ key, parts }) => `${key}${parts}`));
      await gate;
      if (rows.some(({ key }) => refused.has(key))) throw Object.assign(new Error('a value'), { code: '22P05' });
    },
    lost: (rows) => void lost.push(...rows.map(({ key }) => key)),
    merge: { keyOf: ({ key }) => key, combine: (known, added) => ({ ...added, parts: known.parts + added.parts }) },
  });
  return () => void vi.useRealTimers();
});

const add = (key: string, waitMs: number) => writer.add({ key, waitMs, parts: 1 });
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test('rows of one moment are written as one batch when their delay is over', async () => {
  add('a', 100);
  await pass(50);
  add('b', 50);
  await pass(49);
  expect(batches).toEqual([]);
  await pass(1);
  expect(batches).toEqual([['a1', 'b1']]);
});

test('a row that becomes final while it waits is written soon, once and complete', async () => {
  add('launch', 5_000);
  add('other', 5_000);
  await pass(1_000);
  add('launch', 100);
  await pass(100);
  expect(batches).toEqual([['launch2']]);
  await pass(3_900);
  expect(batches).toEqual([['launch2'], ['other1']]);
});

test('a row that keeps changing is not delayed again', async () => {
  add('launch', 1_000);
  await pass(900);
  add('launch', 1_000);
  await pass(100);
  expect(batches).toEqual([['launch2']]);
});

test('a row that arrives while a batch is written has a delay of its own length', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  gate = promise;
  add('a', 0);
  await pass(0);
  add('b', 200);
  gate = undefined;
  resolve();
  await pass(199);
  expect(batches).toEqual([['a1']]);
  await pass(1);
  expect(batches).toEqual([['a1'], ['b1']]);
});

test('at half of the capacity rows are written without delay; at full capacity a new row is refused', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  gate = promise;
  for (const key of 'abcdef') add(key, 60_000);
  await pass(0);
  expect(batches).toEqual([['a1', 'b1', 'c1']]);
  const taken = Array.from('ghijklmn', (key) => add(key, 60_000));
  expect(taken).toEqual([true, true, true, true, true, true, true, false]);
  gate = undefined;
  resolve();
  await pass(0);
  expect(batches.slice(1)).toEqual([
    ['d1', 'e1', 'f1'],
    ['g1', 'h1', 'i1'],
  ]);
  await writer.flush();
  expect(batches.flat()).toHaveLength(13);
});

test('flush writes each waiting row once, in batches', async () => {
  for (const key of 'abcd') add(key, 60_000);
  await Promise.all([writer.flush(), writer.flush()]);
  expect(batches).toEqual([['a1', 'b1', 'c1'], ['d1']]);
  await writer.flush();
  await pass(60_000);
  expect(batches).toHaveLength(2);
});

test('MT-06: a row that cannot be stored loses no other row', async () => {
  refused.add('b');
  for (const key of 'abc') add(key, 0);
  await writer.flush();
  expect(lost).toEqual(['b']);
  expect(batches).toEqual([['a1', 'b1', 'c1'], ['a1'], ['b1'], ['c1']]);
});
