/** Limits an organization's calls to its EHR per minute, counted over all instances. */
import { setTimeout as pause } from 'node:timers/promises';
import { cached } from '#src/adapters/cache.ts';
import type { Metrics } from '#src/adapters/metrics.ts';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { createSharedCounter, type SharedCounter } from '#src/adapters/redis/shared-counter.ts';

/** An organization's budget. With 0 there is no limit, and nothing is counted or sent to Redis. */
export interface BudgetOwner {
  id: string;
  requestsPerMinute: number;
}

const WINDOW_SECONDS = 60;
const LONGEST_WAIT_MS = 2_000;

export type EhrBudgets = ReturnType<typeof createEhrBudgets>;

/** @param store counts for all instances; while Redis is unavailable, each instance counts alone. */
export function createEhrBudgets({ store, metrics }: { store: KeyStore; metrics?: Metrics | undefined }) {
  const counters = new Map<number, SharedCounter>();
  const counterOf = (points: number) => {
    const allowance = { keyPrefix: 'ehr-budget', points, seconds: WINDOW_SECONDS };
    return cached(counters, points, () => createSharedCounter(store, allowance));
  };
  return {
    /** Spends one call. Waits if the next minute begins within two seconds. @returns seconds to wait, or undefined. */
    spend: async ({ id, requestsPerMinute }: BudgetOwner): Promise<number | undefined> => {
      if (requestsPerMinute === 0) return undefined;
      const counter = counterOf(requestsPerMinute);
      const waitMs = await counter.spend(id);
      if (waitMs === undefined) return undefined;
      if (waitMs > LONGEST_WAIT_MS) return Math.ceil(waitMs / 1_000);
      metrics?.budgetWaits.inc({ organization: id });
      // The wait ends a little after the window, at a random moment, so that the calls do not resume all at once.
      await pause(waitMs + 10 + Math.random() * 90);
      const again = await counter.spend(id);
      return again === undefined ? undefined : Math.max(1, Math.ceil(again / 1_000));
    },
    /** Counts a call that is made whatever the budget says. Never rejects. */
    count: async ({ id, requestsPerMinute }: BudgetOwner): Promise<void> => {
      if (requestsPerMinute > 0) await counterOf(requestsPerMinute).spend(id);
    },
  };
}
