/** Options and reads shared by all in-memory caches: maps and lru-cache. */
import type { Clock } from './clock.ts';

/** Options for an LRUCache with a `ttl`: entries age by the injected clock, so that tests can move time. */
export function agedBy(clock: Clock) {
  return { perf: { now: () => clock().getTime() }, ttlResolution: 0 };
}

/** For an LRUCache of at most `count` entries that grows as it fills; `max` would allocate all memory at once. */
export function atMost(count: number) {
  return { maxSize: count, sizeCalculation: () => 1 };
}

interface Cache<Key, Value> {
  get(key: Key): Value | undefined;
  set(key: Key, value: NoInfer<Value>): unknown;
}

/** The value of `key`, made at its first use. */
export function cached<Key, Value>(cache: Cache<Key, Value>, key: Key, make: () => Value): Value {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  cache.set(key, made);
  return made;
}

/** Runs `work` once for all callers that ask for the same key at the same time. */
export function shared<Result>(
  underWay: Map<string, Promise<Result>>,
  key: string,
  work: () => Promise<Result>,
): Promise<Result> {
  return cached(underWay, key, () => work().finally(() => underWay.delete(key)));
}
