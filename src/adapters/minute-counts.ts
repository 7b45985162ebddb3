/** Counts events of the current minute by key, in the memory of this process. */
import type { Clock } from './clock.ts';

/** @returns a function that counts one event for `key` and returns the key's total in this minute. */
export function createMinuteCounts(clock: Clock): (key: string) => number {
  const counts = new Map<string, number>();
  let minute = 0;
  return (key) => {
    const now = Math.floor(clock().getTime() / 60_000);
    if (now !== minute) counts.clear();
    minute = now;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count;
  };
}
