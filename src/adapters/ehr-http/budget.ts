/** How many calls a minute an EHR grants an organization, counted over all instances. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Metrics } from '#src/adapters/metrics.ts';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { createSharedCounter, type SharedCounter } from '#src/adapters/redis/shared-counter.ts';

/** An organization as far as its budget goes; 0 means no limit, and nothing is counted or sent to Redis. */
interface BudgetOwner {
  id: string;
  requestsPerMinute: number;
}

const WINDOW_SECONDS = 60;
const LONGEST_WAIT_MS = 2_000;

export type EhrBudgets = ReturnType<typeof createEhrBudgets>;

/** @param store Redis counts for all instances; without it, or while it is unavailable, each instance counts for itself. */
export function createEhrBudgets({ store, metrics }: { store: KeyStore; metrics?: Metrics | undefined }) {
  const counters = new Map<number, SharedCounter>();
  const counterOf = (points: number) => {
    const known = counters.get(points);
    const counter = known ?? createSharedCounter(store, { keyPrefix: 'ehr-budget', points, seconds: WINDOW_SECONDS });
    counters.set(points, counter);
    return counter;
  };
  return {
    /**
     * Spends one call; waits where the next minute begins in a moment.
     *
     * @returns seconds after which another try makes sense, or undefined when the call may go.
     */
    spend: async ({ id, requestsPerMinute }: BudgetOwner): Promise<number | undefined> => {
      if (requestsPerMinute === 0) return undefined;
      const counter = counterOf(requestsPerMinute);
      const waitMs = await counter.spend(id);
      if (waitMs === undefined) return undefined;
      if (waitMs > LONGEST_WAIT_MS) return Math.ceil(waitMs / 1_000);
      metrics?.budgetWaits.inc({ organization: id });
      // A little later than the window ends, and not all at once.
      await pause(waitMs + 10 + Math.random() * 90);
      const again = await counter.spend(id);
      return again === undefined ? undefined : Math.max(1, Math.ceil(again / 1_000));
    },
    /** Counts a call that was made anyhow. Never rejects. */
    count: async ({ id, requestsPerMinute }: BudgetOwner): Promise<void> => {
      if (requestsPerMinute > 0) await counterOf(requestsPerMinute).spend(id);
    },
  };
}
