/** The PostgreSQL statements of a launch and a reload: none while the visitor waits, and few afterwards. */
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, expect, type MockInstance, test, vi } from 'vitest';
import { titleOf } from '#test/helpers/browser.ts';
import { startWorld, testStores, type World } from '#test/helpers/world.ts';

interface Statement {
  text: string;
  name?: string;
}

let world: World;
let queries: MockInstance<(config: string | Statement) => unknown>;

beforeAll(async () => {
  expect(await testStores()).toContain('real Redis and PostgreSQL');
  // Statements that a process makes every second, such as for the dates of its keys, do not run here.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  world = await startWorld({ stores: 'real Redis and PostgreSQL', clock: () => NOW });
  vi.useRealTimers();
  queries = vi.spyOn(Client.prototype, 'query');
});
afterEach(() => void vi.useRealTimers());
afterAll(async () => {
  queries.mockRestore();
  await world.close();
});

/** The clock stands still, so that no cache expires while a slow machine works. */
const NOW = new Date();

const flush = async () => {
  const { audit, traces, clinicians, keyUses } = world.dependencies;
  await Promise.all([audit.flush(), traces.flush(), clinicians.flush(), keyUses.flush()]);
};

const asked = (): Statement[] =>
  queries.mock.calls.map(([config]) => (typeof config === 'string' ? { text: config } : config));

/** The statements that `work` caused, up to its answer and after it. */
async function statementsOf(work: () => Promise<void>) {
  await flush();
  queries.mockClear();
  // Batched writes wait until the flush, however slow the machine is.
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  await work();
  vi.useRealTimers();
  const before = asked();
  queries.mockClear();
  await flush();
  return { before, later: asked() };
}

/** A launch writes its trace, its audit row, the clinician's launch time and the key's use; a reload the first two. */
const BUDGET = [
  ['a warm launch', 0, 4],
  ['a re-load', 0, 2],
] as const;

test.for(BUDGET)('%s waits for %i statements and causes %i later ones', async ([what, most, mostLater]) => {
  const browser = world.browser();
  const first = await world.launch('pat-ada', browser);
  expect(titleOf(first)).toBe('Requests for Ada Moreno');
  const { before, later } = await statementsOf(async () => {
    const visit = what === 'a re-load' ? await browser.visit(first.url) : await world.launch('pat-ada');
    expect(titleOf(visit)).toBe('Requests for Ada Moreno');
  });
  const texts = (statements: Statement[]) => statements.map(({ text }) => text);
  expect(texts(before)).toHaveLength(most);
  expect(texts(later)).toHaveLength(mostLater);
  expect(later.filter(({ name }) => name === undefined)).toEqual([]);
});
