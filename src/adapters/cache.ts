/** Options shared by all in-memory caches (lru-cache). */
import type { Clock } from './clock.ts';

/** Options for an LRUCache with a `ttl`: entries age by the injected clock, so that tests can move time. */
export function agedBy(clock: Clock) {
  return { perf: { now: () => clock().getTime() }, ttlResolution: 0 };
}

/**
 * Options for an LRUCache of at most `count` entries. Its memory grows as it fills; `max` would allocate all of it at
 * once.
 */
export function atMost(count: number) {
  return { maxSize: count, sizeCalculation: () => 1 };
}
