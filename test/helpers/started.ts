/** What a test file needs from its first test to its last. */
import { afterAll, beforeAll } from 'vitest';

/** Starts it before the first test of the file or group, and closes it after the last; what is used later closes first. */
export function useStarted<Started extends { close(): Promise<unknown> | void }>(
  start: () => Promise<Started>,
): Started {
  let started: Started | undefined;
  beforeAll(async () => {
    started = await start();
  });
  afterAll(() => started?.close());
  const it = () => {
    if (!started) throw new Error('it starts before the first test, not before its file');
    return started;
  };
  // It does not exist yet when the file names it.
  return new Proxy({} as Started, {
    get: (_none, name) => Reflect.get(it(), name) as unknown,
    set: (_none, name, value) => Reflect.set(it(), name, value),
  });
}
