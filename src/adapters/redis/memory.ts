/** The key store in memory, for development and tests: the same promises as Redis. */
import type { Clock } from '#src/adapters/clock.ts';
import type { KeyStore } from './key-store.ts';

/** The in-memory equal for development and tests: the same promises, gone with the process. */
export function createMemoryStore(clock: Clock): KeyStore {
  const entries = new Map<string, { value: string; expiresAt: number }>();
  const live = (key: string) => {
    const entry = entries.get(key);
    if (entry && entry.expiresAt > clock().getTime()) return entry;
    entries.delete(key);
    return undefined;
  };
  const rankings = createMemoryRankings(clock);
  const sweep = setInterval(() => {
    for (const key of entries.keys()) live(key);
    rankings.sweep();
  }, 60_000).unref();

  return {
    client: undefined,
    get: async (key) => live(key)?.value,
    getMany: async (keys) => keys.map((key) => live(key)?.value),
    set: async (key, value, lifetimeMs) => {
      entries.set(key, { value, expiresAt: clock().getTime() + lifetimeMs });
    },
    setIfAbsent: async (key, value, lifetimeMs) => {
      if (live(key)) return false;
      entries.set(key, { value, expiresAt: clock().getTime() + lifetimeMs });
      return true;
    },
    replace: async (key, seen, value) => {
      const entry = live(key);
      if (entry?.value !== seen) return false;
      entry.value = value;
      return true;
    },
    renew: async (key, lifetimeMs) => {
      const entry = live(key);
      if (entry) entry.expiresAt = clock().getTime() + lifetimeMs;
      return entry !== undefined;
    },
    take: async (key) => {
      const value = live(key)?.value;
      entries.delete(key);
      return value;
    },
    lifetimeLeftMs: async (key) => {
      const entry = live(key);
      return entry && entry.expiresAt - clock().getTime();
    },
    ...rankings.commands,
    delete: async (...keys) => {
      for (const key of keys) entries.delete(key);
    },
    ping: async () => {},
    close: async () => {
      clearInterval(sweep);
      entries.clear();
    },
  };
}

/** The commands with their equal of Redis's own sweeping. */
interface MemoryRankings {
  commands: Pick<KeyStore, 'rank' | 'unrank' | 'ranked' | 'countRanked'>;
  /** Lets go of rankings whose lifetime is over. */
  sweep(): void;
}

/** What Redis keeps as sorted sets. */
function createMemoryRankings(clock: Clock): MemoryRankings {
  const rankings = new Map<string, { scores: Map<string, number>; expiresAt: number }>();
  const live = (key: string): Map<string, number> => {
    const ranking = rankings.get(key);
    if (ranking && ranking.expiresAt > clock().getTime()) return ranking.scores;
    rankings.delete(key);
    return new Map();
  };
  const from = (key: string, fromScore: number) =>
    [...live(key)].filter(([, score]) => score >= fromScore).toSorted(([, a], [, b]) => b - a);
  return {
    commands: {
      rank: async (key, member, { score, dropBelow, lifetimeMs }) => {
        const kept = [...live(key).set(member, score)].filter(([, other]) => other >= dropBelow);
        rankings.set(key, { scores: new Map(kept), expiresAt: clock().getTime() + lifetimeMs });
      },
      unrank: async (key, ...members) => {
        for (const member of members) live(key).delete(member);
      },
      ranked: async (key, fromScore, most) =>
        from(key, fromScore)
          .slice(0, most)
          .map(([member]) => member),
      countRanked: async (key, fromScore) => from(key, fromScore).length,
    },
    sweep: () => {
      for (const key of rankings.keys()) live(key);
    },
  };
}
