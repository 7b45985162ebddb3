/** What every cache in memory (lru-cache) shares: it ages by the injected clock, so that tests can move its time. */
import type { Clock } from './clock.ts';

/** Options for an LRUCache with a `ttl`. */
export function agedBy(clock: Clock) {
  return { perf: { now: () => clock().getTime() }, ttlResolution: 0 };
}

/**
 * Options for an LRUCache of at most `count` entries that grows as it fills. Its `max` would take the memory for all of
 * them at once.
 */
export function atMost(count: number) {
  return { maxSize: count, sizeCalculation: () => 1 };
}
