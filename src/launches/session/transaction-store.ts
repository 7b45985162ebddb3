/** Stores transactions in Redis, sealed. Of many callbacks with one `state`, only one claims the transaction. */
import { hash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { type Sealer, TooLargeError } from '#src/adapters/seal.ts';
import type { Adapters } from '#src/adapters.ts';
import { AppError } from '#src/errors.ts';
import { TRANSACTION_LIFETIME_MS } from './launch-life.ts';
import type { PendingBytes } from './pending-bytes.ts';
import type { LaunchStore } from './store.ts';
import type { StoreRetries } from './store-retries.ts';
import {
  type Completion,
  completionsOf,
  type Transaction,
  type TransactionKey,
  transactionName,
} from './transaction.ts';

/** What a `state` of this browser refers to. */
export type Claim = { kind: 'transaction'; transaction: Transaction } | { kind: 'completed'; completion: Completion };

/** How long a reloaded callback leads to its launch. */
const COMPLETION_LIFETIME_MS = 60_000;
const TAKEN = 'taken';
/** Covers the bulkhead, the budget, the token request, the issuer's keys and the user, each with its own deadline. */
const LONGEST_CALLBACK_MS = 20_000;
const ASK_AGAIN_MS = 150;

export type Transactions = ReturnType<typeof createTransactions>;

/** Transactions in Redis, sealed. Every method may throw AppError 'store.unavailable'. */
export function createTransactions(
  dependencies: Pick<Adapters, 'clock' | 'redis' | 'sealer'> & {
    retries: Pick<StoreRetries, 'insist'>;
    pending: PendingBytes;
    launches: Pick<LaunchStore, 'peek' | 'whyEnded'>;
  },
) {
  const { redis, sealer, retries, pending, launches, clock } = dependencies;
  /** Called only by the holder of the transaction, so comparing with the mark is enough. */
  const putBack = (name: string, transaction: string): Promise<void> => {
    const put = () => redis.replace(name, TAKEN, transaction);
    return put().then(
      () => undefined,
      () => retries.insist(put),
    );
  };
  /** The outcome of a taken transaction: its launch, nothing, or undefined while it is undecided. */
  const outcomeOf = async (key: TransactionKey): Promise<Claim | 'nothing' | undefined> => {
    const now = clock();
    for (const completion of completionsOf(key, sealer)) {
      const cookie = { id: completion.launchId, secret: completion.secret, issuedAt: now.getTime() };
      // oxlint-disable-next-line no-await-in-loop -- nearly always one
      const [[launch], reason] = await Promise.all([launches.peek([cookie]), launches.whyEnded(cookie, now)]);
      const isLate = launch && now.getTime() - Date.parse(launch.startedAt) >= COMPLETION_LIFETIME_MS;
      if (isLate || reason === 'not-stored') return 'nothing';
      // If the launch has ended meanwhile, its page shows that.
      if (launch || reason !== undefined) return { kind: 'completed', completion };
    }
    return undefined;
  };
  return {
    /** If it fails, nothing is sent (AZ-21). @throws 'discovery.invalid' (too long), 'request.too-many' (MT-06) */
    begin: async (
      key: TransactionKey,
      transaction: Transaction,
      { isKnown = false }: { isKnown?: boolean } = {},
    ): Promise<void> => {
      const name = transactionName(key);
      const sealed = await sealTransaction(name, transaction, sealer);
      pending.take(transaction.organizationId, name, { bytes: sealed.length, isKnown });
      await redis.set(name, sealed, TRANSACTION_LIFETIME_MS);
    },
    /**
     * Takes a transaction; of many callers one gets it (CB-04, CB-06), the others wait until it is completed (CB-19) or
     * back. @returns undefined when unknown, expired, another browser's, or given up; no caller can tell which.
     * @throws AppError 'store.unavailable'; if the store answers late, the transaction is put back.
     */
    claim: async (key: TransactionKey): Promise<Claim | undefined> => {
      const name = transactionName(key);
      const deadline = performance.now() + LONGEST_CALLBACK_MS;
      const late = (was: string) => void (was !== TAKEN && putBack(name, was));
      /* oxlint-disable no-await-in-loop -- asking again is what this is for */
      while (performance.now() < deadline) {
        const stored = await redis.exchange(name, TAKEN, late);
        if (stored === undefined) return undefined;
        if (stored !== TAKEN) {
          const transaction = await openTransaction(name, stored, sealer);
          if (transaction) return { kind: 'transaction', transaction };
          await putBack(name, stored);
          return undefined;
        }
        const outcome = await outcomeOf(key);
        if (outcome) return outcome === 'nothing' ? undefined : outcome;
        await setTimeout(ASK_AGAIN_MS);
      }
      /* oxlint-enable no-await-in-loop */
      return undefined;
    },
    /** Called when the launch of {@link completionsOf} is stored. */
    completed: (key: TransactionKey): void => pending.release(transactionName(key)),
    /** A code belongs to the `state` it came with first (MT-04, RFC 9700 4.4, 4.5). @returns false if to another. */
    bindCode: async (key: TransactionKey, code: string): Promise<boolean> => {
      const mark = `code:${hash('sha256', code, 'base64url')}`;
      const name = transactionName(key);
      // The mark lives as long as any transaction that was open when the code came.
      const isFirst = await redis.setIfAbsent(mark, name, TRANSACTION_LIFETIME_MS);
      return isFirst || (await redis.get(mark)) === name;
    },
    abandon: async (key: TransactionKey): Promise<void> => {
      const name = transactionName(key);
      await redis.delete(name);
      pending.release(name);
    },
  };
}

async function sealTransaction(name: string, transaction: Transaction, sealer: Sealer): Promise<string> {
  try {
    return await sealer.seal(name, { transaction });
  } catch (error) {
    if (!(error instanceof TooLargeError)) throw error;
    throw new AppError('discovery.invalid', `a launch under way is too large to keep: ${error.message}`);
  }
}

/** @returns undefined if forged, moved from another key, or sealed by a secret or in a form that is unknown here. */
async function openTransaction(name: string, stored: string, sealer: Sealer): Promise<Transaction | undefined> {
  const opened = await sealer.open(name, stored).catch(() => undefined);
  return (opened as { transaction?: Transaction } | undefined)?.transaction;
}
