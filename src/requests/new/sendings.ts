/** What has left of a form and what became of it, so that nothing leaves twice and nothing is called sent that was not (FH-17). */
import { createHash } from 'node:crypto';
import type { Clock } from '#src/adapters/clock.ts';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { type Sealer, TooLargeError } from '#src/adapters/seal.ts';
import { AppError } from '#src/errors.ts';
import { FORM_LIFETIME_MS } from './drafts.ts';
import type { NewRequest } from './new-request.ts';

/** `posting`: on its way this moment. `unknown`: it may be in the EHR or not. */
export type SendingState = 'posting' | 'unknown' | 'sent';

/** A form's record as it was read. */
export interface FormRecord {
  formId: string;
  /** By the identifier of what left: see {@link identifierOf}. */
  states: Readonly<Record<string, SendingState>>;
  /** As stored; undefined when nothing has left. */
  sealed: string | undefined;
}

/** One record per form in Redis, sealed, for as long as the form can be posted. May throw AppError 'store.unavailable'. */
export interface RequestSendings {
  read(formId: string): Promise<FormRecord>;
  /**
   * Takes down what becomes of one version of the form; undefined for one that certainly never arrived.
   *
   * @returns the record as it is now, or undefined when somebody else has changed it since it was read: then nothing is.
   */
  change(record: FormRecord, identifier: string, state: SendingState | undefined): Promise<FormRecord | undefined>;
}

/**
 * The request's identifier in the EHR: of this form and of what it says, so that finding it proves that exactly this was
 * sent. The same however often it is sent, and in whatever launch; it tells nothing of what it says to who has not the form.
 */
export function identifierOf(formId: string, request: NewRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([formId, request]))
    .digest('base64url');
}

/** The identifier as the resource carries it. */
export function businessIdentifier(publicUrl: URL, identifier: string): { system: string; value: string } {
  return { system: new URL('/requests', publicUrl).href, value: identifier };
}

/** Longer than a POST can take with its renewed token: what is older was left by a process that ended. */
const LONGEST_POSTING_MS = 60_000;

type Stored = Record<string, { state: SendingState; at: string }>;

/** Stands for whatever left of a form whose record cannot be opened: its secret was retired. */
export const UNREADABLE = 'unreadable';
const UNREADABLE_RECORD: Stored = { [UNREADABLE]: { state: 'unknown', at: new Date(0).toISOString() } };

/** See {@link RequestSendings}. */
export function createRequestSendings(redis: KeyStore, sealer: Sealer, clock: Clock): RequestSendings {
  const keyOf = (formId: string) => `draft-sending:${formId}`;
  const open = async (formId: string, sealed: string): Promise<Stored> =>
    // Sealed by a secret that was retired: something left, and nobody can say what.
    (await sealer.open(keyOf(formId), sealed).catch(() => UNREADABLE_RECORD)) as Stored;
  const asRead = (formId: string, sealed: string, stored: Stored): FormRecord => {
    const oldest = clock().getTime() - LONGEST_POSTING_MS;
    const states = Object.entries(stored).map(([identifier, { state, at }]): [string, SendingState] => [
      identifier,
      state === 'posting' && Date.parse(at) < oldest ? 'unknown' : state,
    ]);
    return { formId, sealed, states: Object.fromEntries(states) };
  };
  const sealAll = async (key: string, stored: Stored): Promise<string> => {
    try {
      return await sealer.seal(key, stored);
    } catch (error) {
      if (!(error instanceof TooLargeError)) throw error;
      // Before anything leaves: a form of which so many versions were sent is no longer a form.
      throw new AppError('request.too-many-forms', 'too many versions of one form', { cause: error });
    }
  };
  return {
    read: async (formId) => {
      const sealed = await redis.get(keyOf(formId));
      if (sealed === undefined) return { formId, sealed, states: {} };
      return asRead(formId, sealed, await open(formId, sealed));
    },
    change: async ({ formId, sealed }, identifier, state) => {
      const { [identifier]: _, ...others } = sealed === undefined ? {} : await open(formId, sealed);
      const stored = {
        ...others,
        ...(state === undefined ? {} : { [identifier]: { state, at: clock().toISOString() } }),
      };
      const next = await sealAll(keyOf(formId), stored);
      const isChanged =
        sealed === undefined
          ? await redis.setIfAbsent(keyOf(formId), next, FORM_LIFETIME_MS)
          : await redis.replace(keyOf(formId), sealed, next);
      return isChanged ? asRead(formId, next, stored) : undefined;
    },
  };
}
