/** The key store in memory, for development and tests, with the same behaviour as Redis. */
import type { Clock } from '#src/adapters/clock.ts';
import type { KeyStore } from './key-store.ts';

/** Its content is lost when the process ends. */
export function createMemoryStore(clock: Clock): KeyStore {
  const values = createAgeing<string>(clock);
  const rankings = createAgeing<ReadonlyMap<string, number>>(clock);
  const sweep = setInterval(() => {
    values.sweep();
    rankings.sweep();
  }, 60_000).unref();
  const ranked = (key: string, fromScore: number) =>
    [...(rankings.get(key)?.value ?? [])].filter(([, score]) => score >= fromScore).toSorted(([, a], [, b]) => b - a);
  return {
    client: undefined,
    get: async (key) => values.get(key)?.value,
    getMany: async (keys) => keys.map((key) => values.get(key)?.value),
    set: async (key, value, lifetimeMs) => values.set(key, value, lifetimeMs),
    setIfAbsent: async (key, value, lifetimeMs) => {
      if (values.get(key)) return false;
      values.set(key, value, lifetimeMs);
      return true;
    },
    getAndRenew: async (key, lifetimeMs) => {
      const value = values.get(key)?.value;
      if (value !== undefined) values.set(key, value, lifetimeMs);
      return value;
    },
    exchange: async (key, value) => {
      const entry = values.get(key);
      const was = entry?.value;
      if (entry) entry.value = value;
      return was;
    },
    replace: async (key, seen, value) => {
      const entry = values.get(key);
      if (entry?.value !== seen) return false;
      entry.value = value;
      return true;
    },
    renew: async (key, lifetimeMs) => {
      const entry = values.get(key);
      if (entry) values.set(key, entry.value, lifetimeMs);
      return entry !== undefined;
    },
    take: async (key) => {
      const value = values.get(key)?.value;
      values.delete(key);
      return value;
    },
    lifetimeLeftMs: async (key) => {
      const entry = values.get(key);
      return entry && entry.expiresAt - clock().getTime();
    },
    count: async (key, by, lifetimeMs) => {
      const entry = values.get(key);
      const total = Number(entry?.value ?? 0) + by;
      if (entry) entry.value = String(total);
      else values.set(key, String(total), lifetimeMs);
      return { total, leftMs: entry ? entry.expiresAt - clock().getTime() : lifetimeMs };
    },
    rank: async (key, member, { score, dropBelow = Number.NEGATIVE_INFINITY, lifetimeMs }) => {
      const all = new Map(rankings.get(key)?.value).set(member, score);
      rankings.set(key, new Map([...all].filter(([, other]) => other >= dropBelow)), lifetimeMs);
    },
    unrank: async (key, ...members) => {
      const entry = rankings.get(key);
      if (entry) entry.value = new Map([...entry.value].filter(([member]) => !members.includes(member)));
    },
    ranked: async (key, fromScore, most = Infinity, offset = 0) =>
      ranked(key, fromScore)
        .slice(offset, offset + most)
        .map(([member]) => member),
    countRanked: async (key, fromScore) => ranked(key, fromScore).length,
    delete: async (...keys) => {
      for (const key of keys) values.delete(key);
    },
    ping: async () => {},
    close: async () => {
      clearInterval(sweep);
      values.clear();
    },
  };
}

function createAgeing<Value>(clock: Clock) {
  const entries = new Map<string, { value: Value; expiresAt: number }>();
  const get = (key: string) => {
    const entry = entries.get(key);
    if (entry && entry.expiresAt > clock().getTime()) return entry;
    entries.delete(key);
    return undefined;
  };
  return {
    get,
    set: (key: string, value: Value, lifetimeMs: number) =>
      void entries.set(key, { value, expiresAt: clock().getTime() + lifetimeMs }),
    delete: (key: string) => void entries.delete(key),
    sweep: () => {
      for (const key of entries.keys()) get(key);
    },
    clear: () => entries.clear(),
  };
}
