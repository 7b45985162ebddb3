/** What became of the last post of a form, kept for the page that the browser is sent to: reload and Back post nothing. */
import { createHash } from 'node:crypto';
import type { KeyStore } from '#src/adapters/redis.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import type { TypedRequest } from './new-request.ts';
import {
  DRAFT_LIFETIME_MS,
  type DraftOwner,
  type DraftTicket,
  isSameOwner,
  MOST_DRAFT_BYTES,
} from './request-drafts.ts';

/** A form as its page shows it again. */
export interface FormOutcome {
  ticket: DraftTicket;
  values: TypedRequest;
  /** ISO instant. */
  savedAt: string;
  /** By field, why nothing was sent. */
  problems?: Record<string, string>;
  /** Why it was not sent, or not confirmed: words for the clinician, and the support code of the post. */
  problem?: { text: string; supportCode: string };
  /** What became of the form before this one, which was too old to be posted, is not remembered. */
  isAfterExpired?: true;
}

/** One record per form in Redis, sealed, for an hour. Every method may throw AppError 'store.unavailable'. */
export interface FormOutcomes {
  /** @returns the name of the record, for a URL: it says nothing, and opens the record for its owner alone. */
  keep(outcome: FormOutcome): Promise<string>;
  /** @param name untrusted. @param owner of the launch that asks. @returns undefined unless it is this owner's. */
  find(name: string, owner: DraftOwner): Promise<FormOutcome | undefined>;
  discard(formId: string): Promise<void>;
}

/** See {@link FormOutcomes}. */
export function createFormOutcomes(redis: KeyStore, sealer: Sealer): FormOutcomes {
  const keyOf = (name: string) => `form-outcome:${name}`;
  // Not the form's id: a reader of that could test guesses of what was typed against the identifier in the EHR.
  const nameOf = (formId: string) => createHash('sha256').update(`form-outcome ${formId}`).digest('base64url');
  return {
    keep: async (outcome) => {
      const name = nameOf(outcome.ticket.id);
      await redis.set(keyOf(name), await sealer.seal(keyOf(name), outcome, MOST_DRAFT_BYTES), DRAFT_LIFETIME_MS);
      return name;
    },
    find: async (name, owner) => {
      if (!/^[\w-]{43}$/.test(name)) return undefined;
      const sealed = await redis.get(keyOf(name));
      if (sealed === undefined) return undefined;
      // Forged, or sealed by a secret that was retired: as good as none (ST-04, ST-08).
      const outcome = (await sealer.open(keyOf(name), sealed).catch(() => undefined)) as FormOutcome | undefined;
      return outcome && isSameOwner(outcome.ticket.owner, owner) ? outcome : undefined;
    },
    discard: (formId) => redis.delete(keyOf(nameOf(formId))),
  };
}
