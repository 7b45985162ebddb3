/** Launches under way in Redis, sealed: of many callbacks with one `state` one claims its transaction. */
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { type Sealer, TooLargeError } from '#src/adapters/seal.ts';
import { AppError } from '#src/errors.ts';
import type { PendingBytes } from './pending-bytes.ts';
import type { StoreRetries } from './store-retries.ts';
import {
  type Completion,
  TRANSACTION_LIFETIME_MS,
  type Transaction,
  type TransactionKey,
  transactionName,
} from './transaction.ts';

/** What a `state` from this browser stands for. */
export type Claim = { kind: 'transaction'; transaction: Transaction } | { kind: 'completed'; completion: Completion };

const COMPLETION_LIFETIME_MS = 60_000;
/** In place of a transaction, with who has it. */
const TAKEN = 'taken';
/** A place in the bulkhead, the budget's minute, the token, the issuer's keys and the user: each has its own deadline. */
const LONGEST_CALLBACK_MS = 20_000;
const ASK_AGAIN_MS = 150;

/** Transactions in Redis, sealed. Every method may throw AppError 'store.unavailable'. */
export interface Transactions {
  /**
   * Before the browser is sent onward; if it fails, it is not sent (AZ-21).
   *
   * @throws AppError 'discovery.invalid' when the EHR's addresses make it too large; 'request.too-many' when the
   *   organization's unfinished launches take all the room they may (MT-06).
   */
  begin(key: TransactionKey, transaction: Transaction, browser?: { isKnown?: boolean }): Promise<void>;
  /**
   * Takes a transaction out: of many callers one gets it (CB-04, CB-06). The others wait, as long as a callback may take,
   * for what it was completed with (CB-19), or until it is put back.
   *
   * @returns undefined when unknown, expired, or begun in another browser, or when the callback that has it gave up or died;
   *   the caller cannot tell which, and neither can an attacker.
   * @throws AppError 'store.unavailable'; what may have been taken then is put back.
   */
  claim(key: TransactionKey): Promise<Claim | undefined>;
  complete(key: TransactionKey, completion: Completion): Promise<void>;
  /**
   * A code belongs to the first transaction it comes with. Codes are sent to one token endpoint once, so a code
   * that was stolen there can only come here again, with another `state` of ours (MT-04, RFC 9700 section 4.4 and 4.5).
   *
   * @returns false when it came with another transaction before.
   */
  bindCode(key: TransactionKey, code: string): Promise<boolean>;
  abandon(key: TransactionKey): Promise<void>;
}

export function createTransactions(
  redis: KeyStore,
  sealer: Sealer,
  retries: Pick<StoreRetries, 'insist'>,
  pending: PendingBytes,
): Transactions {
  const take = async (name: string, stored: string): Promise<boolean> => {
    const taken = `${TAKEN} ${randomUUID()}`;
    try {
      return await redis.replace(name, stored, taken);
    } catch (error) {
      // Done or not, now or later: nothing has come of it.
      retries.insist(() => redis.replace(name, taken, stored));
      throw error;
    }
  };
  return {
    begin: async (key, transaction, { isKnown = false } = {}) => {
      const name = transactionName(key);
      const sealed = await sealTransaction(name, transaction, sealer);
      pending.take(transaction.organizationId, name, { bytes: sealed.length, isKnown });
      await redis.set(name, sealed, TRANSACTION_LIFETIME_MS);
    },
    claim: async (key) => {
      const name = transactionName(key);
      const deadline = performance.now() + LONGEST_CALLBACK_MS;
      /* oxlint-disable no-await-in-loop -- asking again is what this is for */
      while (performance.now() < deadline) {
        const stored = await redis.get(name);
        if (stored === undefined) return undefined;
        if (!stored.startsWith(TAKEN)) {
          const opened = await openClaim(name, stored, sealer);
          if (opened?.kind !== 'transaction' || (await take(name, stored))) return opened;
        }
        await setTimeout(ASK_AGAIN_MS);
      }
      /* oxlint-enable no-await-in-loop */
      return undefined;
    },
    complete: async (key, completion) => {
      const name = transactionName(key);
      await redis.set(name, await sealer.seal(name, { completion }), COMPLETION_LIFETIME_MS);
      pending.release(name);
    },
    bindCode: async (key, code) => {
      const mark = `code:${createHash('sha256').update(code).digest('base64url')}`;
      const name = transactionName(key);
      // As long as any transaction that was under way when the code came.
      const isFirst = await redis.setIfAbsent(mark, name, TRANSACTION_LIFETIME_MS);
      return isFirst || (await redis.get(mark)) === name;
    },
    abandon: async (key) => {
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

interface Stored {
  transaction?: Transaction;
  completion?: Completion;
}

async function openClaim(name: string, stored: string, sealer: Sealer): Promise<Claim | undefined> {
  try {
    const { transaction, completion } = (await sealer.open(name, stored)) as Stored;
    if (transaction) return { kind: 'transaction', transaction };
    return completion && { kind: 'completed', completion };
  } catch {
    return undefined;
  }
}
