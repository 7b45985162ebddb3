/** What became of the last post of a form, kept for the page that the browser is sent to: reload and Back post nothing. */
import { createHash } from 'node:crypto';
import type { PostOutcomes } from '#src/http/post-outcomes.ts';
import { DRAFT_LIFETIME_MS, type DraftOwner, type DraftTicket, MOST_DRAFT_BYTES, ownerHash } from './drafts.ts';
import type { TypedRequest } from './new-request.ts';

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
  discard(form: Pick<DraftTicket, 'id' | 'owner'>): Promise<void>;
}

const BOUNDS = { lifetimeMs: DRAFT_LIFETIME_MS, mostBytes: MOST_DRAFT_BYTES };

/** See {@link FormOutcomes}. */
export function createFormOutcomes(outcomes: PostOutcomes): FormOutcomes {
  // Not the form's id: a reader of that could test guesses of what was typed against the identifier in the EHR.
  const nameOf = (formId: string) => createHash('sha256').update(`form-outcome ${formId}`).digest('base64url');
  return {
    keep: async (outcome) => {
      const { id, owner } = outcome.ticket;
      await outcomes.keep(nameOf(id), ownerHash(owner), outcome, BOUNDS);
      return nameOf(id);
    },
    find: async (name, owner) => (await outcomes.find(name, ownerHash(owner))) as FormOutcome | undefined,
    discard: ({ id, owner }) => outcomes.discard(nameOf(id), ownerHash(owner)),
  };
}
