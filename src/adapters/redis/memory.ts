/** Rankings in memory: what Redis keeps as sorted sets, for development and tests. */
import type { Clock } from '#src/adapters/clock.ts';
import type { KeyStore } from './key-store.ts';

/** The commands with their equal of Redis's own sweeping. */
export interface MemoryRankings {
  commands: Pick<KeyStore, 'rank' | 'unrank' | 'ranked' | 'countRanked'>;
  /** Lets go of rankings whose lifetime is over. */
  sweep(): void;
}

/** Gone with the process, like everything of the memory store. */
export function createMemoryRankings(clock: Clock): MemoryRankings {
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
