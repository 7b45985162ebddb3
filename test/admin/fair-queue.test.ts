/**
 * The queue of password hashing: few run, few wait, visitors take turns, and known browsers have a queue of their own.
 */
import { expect, test } from 'vitest';
import { createFairQueue } from '#src/admin/fair-queue.ts';

/** Starts a queue whose work ends when the test says so. */
function startQueue(mostWaiting = 4) {
  const inTurn = createFairQueue({ atOnce: 1, mostWaiting, refusal: () => new Error('full') });
  const served: string[] = [];
  const refused: string[] = [];
  const ends: (() => void)[] = [];
  const ask = (name: string, isKnown = false) => {
    const [visitor = ''] = name.split(' ');
    inTurn({ visitor, isKnown }, () => {
      served.push(name);
      return new Promise<void>((resolve) => ends.push(resolve));
    }).catch(() => refused.push(name));
  };
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
  const finishAll = async () => {
    await settled();
    for (let end = ends.shift(); end; end = ends.shift()) {
      end();
      // oxlint-disable-next-line no-await-in-loop -- one after the other is what is tested
      await settled();
    }
  };
  return { ask, served, refused, finishAll };
}

test('visitors take turns, however much work one of them adds', async () => {
  const { ask, served, finishAll } = startQueue(10);
  for (const name of ['a 1', 'a 2', 'a 3', 'a 4', 'b 1', 'b 2', 'c 1']) ask(name);
  await finishAll();
  expect(served).toEqual(['a 1', 'a 2', 'b 1', 'c 1', 'a 3', 'b 2', 'a 4']);
});

test('work that finds no place is refused at once', async () => {
  const { ask, served, refused, finishAll } = startQueue(2);
  for (const name of ['a 1', 'b 1', 'c 1', 'd 1']) ask(name);
  await finishAll();
  expect(refused).toEqual(['d 1']);
  expect(served).toEqual(['a 1', 'b 1', 'c 1']);
});

test('in a full queue the visitor with the most waiting work loses a place to one with less', async () => {
  const { ask, served, refused, finishAll } = startQueue(3);
  for (const name of ['a 1', 'a 2', 'a 3', 'a 4', 'b 1', 'b 2', 'a 5']) ask(name);
  await finishAll();
  expect(refused.toSorted()).toEqual(['a 4', 'a 5', 'b 2']);
  expect(served).toEqual(['a 1', 'a 2', 'b 1', 'a 3']);
});

test('known visitors have separate places and take turns with strangers', async () => {
  const { ask, served, refused, finishAll } = startQueue(2);
  for (const name of ['a 1', 'b 1', 'c 1', 'd 1']) ask(name);
  for (const name of ['owner 1', 'colleague 1', 'third 1']) ask(name, true);
  await finishAll();
  expect(refused.toSorted()).toEqual(['d 1', 'third 1']);
  expect(served).toEqual(['a 1', 'owner 1', 'b 1', 'colleague 1', 'c 1']);
});

test('work that fails frees its place', async () => {
  const inTurn = createFairQueue({ atOnce: 1, mostWaiting: 1, refusal: () => new Error('full') });
  const turn = { visitor: 'a', isKnown: false };
  await expect(inTurn(turn, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  await expect(inTurn(turn, () => Promise.resolve('well'))).resolves.toBe('well');
});
