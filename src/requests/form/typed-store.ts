/** What was typed into forms and is not known to be sent, kept for an hour, also beyond the launch it was typed in. */
import { createHash } from 'node:crypto';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { createPostOutcomes } from '#src/http/post-outcomes.ts';
import { type Form, type FormOwner, type FormTicket, ownerHash } from './form.ts';
import type { TypedRequest } from './typed-request.ts';

/** What a form holds. */
export interface Draft extends Form {
  values: TypedRequest;
  /** ISO instant. */
  savedAt: string;
}

/** The page that a post leads to, so that reload and Back post nothing. */
export interface FormPage extends Pick<Draft, 'values' | 'savedAt'> {
  ticket: FormTicket;
  /** By field, why nothing was sent. */
  problems?: Record<string, string>;
  /** Why it was not sent, or not confirmed: words for the clinician, and the support code of the post. */
  problem?: { text: string; supportCode: string };
  /** The form before this one was too old to be posted, and its deliveries are forgotten. */
  isAfterExpired?: true;
  /** It shows all that would be sent, and the button that sends it. */
  isReview?: boolean;
}

/** See {@link createTypedStore}. */
export type TypedStore = ReturnType<typeof createTypedStore>;

/** What was typed, bounded where it is read, with what a page says of it. */
const BOUNDS = { lifetimeMs: 60 * 60_000, mostBytes: 32_768 };
// Not the names of the version before: what it knew of its forms' deliveries is not read here, so nothing of them is sent.
const TICKET = 'form-ticket';

/**
 * One draft per owner, and one page per form, sealed, in Redis. The last write counts, as there is nothing to lose but
 * older typing; deliveries.ts, where a lost write could send twice, is a record of its own with other rules and another
 * lifetime. Every method may throw AppError 'store.unavailable'.
 */
export function createTypedStore(redis: KeyStore, sealer: Sealer) {
  const pages = createPostOutcomes(redis, sealer);
  const keyOf = (owner: FormOwner) => `typed:${ownerHash(owner)}`;
  // Not the form's id: a reader of that could test guesses of what was typed against the identifier in the EHR.
  const nameOf = (formId: string) => createHash('sha256').update(`form-outcome ${formId}`).digest('base64url');
  // Forged, or sealed by a secret that was retired: as good as none (ST-04, ST-08).
  const open = async <Value>(name: string, sealed: string | undefined) =>
    (await (sealed && sealer.open(name, sealed).catch(() => undefined))) as Value | undefined;
  const draft = async (owner: FormOwner) => open<Draft>(keyOf(owner), await redis.get(keyOf(owner)));
  return {
    draft,
    keepDraft: async ({ owner, id, issuedAt }: FormTicket, values: TypedRequest, now: Date): Promise<void> => {
      const kept: Draft = { id, issuedAt, values, savedAt: now.toISOString() };
      await redis.set(keyOf(owner), await sealer.seal(keyOf(owner), kept, BOUNDS.mostBytes), BOUNDS.lifetimeMs);
    },
    /** What this form holds goes; what was typed into another one since stays. */
    discardDraft: async (owner: FormOwner, formId: string): Promise<void> => {
      if ((await draft(owner))?.id === formId) await redis.delete(keyOf(owner));
    },
    /** The draft goes, whichever form it is of, and the page of that form. */
    discardAll: async (owner: FormOwner): Promise<void> => {
      const id = (await draft(owner))?.id;
      if (id !== undefined) await pages.discard(nameOf(id), ownerHash(owner));
      await redis.delete(keyOf(owner));
    },
    /** @returns the page's name, for a URL: it says nothing, and opens the page for its owner alone. */
    keepPage: async (page: FormPage): Promise<string> => {
      const { id, owner } = page.ticket;
      await pages.keep(nameOf(id), ownerHash(owner), page, BOUNDS);
      return nameOf(id);
    },
    /** @param name untrusted. @returns undefined unless it is this owner's. */
    page: async (name: string, owner: FormOwner) => (await pages.find(name, ownerHash(owner))) as FormPage | undefined,
    /** For a form's page: its holder may keep a draft for the owner until {@link mayKeep} says no. It opens nothing. */
    issueTicket: (ticket: FormTicket, now: Date): Promise<string> =>
      sealer.seal(TICKET, { ...ticket, shownAt: now.toISOString() }),
    /** @param ticket untrusted. @returns undefined for one that was not sealed here; it may be of an expired form. */
    readTicket: (ticket: string) => open<FormTicket>(TICKET, ticket || undefined),
  };
}
