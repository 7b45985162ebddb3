/**
 * What was typed into forms and is not known to be sent, kept for three days, also beyond the launch it was typed in; and for
 * a quarter of an hour what was sent, so that the list can say it.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '#src/adapters/clock.ts';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { createSealedRecords } from '#src/adapters/redis/sealed-records.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import type { FhirResource } from '#src/smart/fhir/fhir-answer.ts';
import { createDraftRoom } from './draft-bytes.ts';
import { FORM_LIFETIME_MS, type Form, type FormOwner, type FormTicket, ownerHash } from './form-ticket.ts';
import type { TypedRequest } from './typed-request.ts';

/** One form: what it holds, and what came of its last post. */
export interface Draft extends Form, Pick<FormTicket, 'disclosed' | 'reviewed'> {
  values: TypedRequest;
  /** ISO instant. */
  savedAt: string;
  /** By field, why nothing was sent. */
  problems?: Record<string, string>;
  /** Why it was not sent, or not confirmed: words for the clinician, and the support code of the post. */
  problem?: { text: string; supportCode: string };
  /** The form before this one was too old to be posted, and its deliveries are forgotten. */
  isAfterExpired?: true;
  /** It shows all that would be sent, and the button that sends it. */
  isReview?: boolean;
  /** What a correction takes over beside its fields, until its form has shown the chart. */
  taken?: TakenOver;
  /** Its launch ended, or was about to, while it was open: the next launch leads to it. */
  isLeftOpen?: true;
}

/** What was read back from a request that is corrected, and stands in no field. */
export interface TakenOver {
  /** `Type/id` of what it took from the chart. */
  references: readonly string[];
  /** What it says for which the form has no place. */
  lost: readonly string[];
}

/** One request that was sent lately: what the list says of it, whether or not the EHR lists it. */
export interface Sent {
  /** Of the request in the EHR. */
  identifier: string;
  /** Of its form, see {@link nameOf}. */
  form: string;
  /** ISO instant. */
  at: string;
  /** As it was written, without its longer texts. */
  request: FhirResource;
  /** `ServiceRequest/id`, and the number that the EHR itself gave it, where it has said them. */
  resource?: string | undefined;
  number?: string | undefined;
  /** The request that it has taken the place of, and what became of that one. */
  replaced?: { id: string; what: string; end: OriginalEnd } | undefined;
}

/** `kept`: the app cannot cancel requests at this EHR, so it still stands there. `over`: it had ended before. */
export type OriginalEnd = 'cancelled' | 'over' | 'changed' | 'refused' | 'unknown' | 'kept';

/** Of one owner, the latest first. */
export interface Kept {
  readonly drafts: readonly Draft[];
  readonly sent: readonly Sent[];
}

const NOTHING: Kept = { drafts: [], sent: [] };

/** See {@link createDraftStore}. */
export type DraftStore = ReturnType<typeof createDraftStore>;

/** Of one user for one patient: the one that was saved longest ago gives way. */
export const MOST_DRAFTS = 10;
const MOST_SENT = 10;
const SENT_LIFETIME_MS = 15 * 60_000;
/** Ten forms at their longest, with what their pages say, and what was sent. */
const MOST_BYTES = 327_680;
// Not the names of the version before: what it knew of its forms' deliveries is not read here, so nothing of them is sent.
const TICKET = 'form-ticket';

/**
 * One record per owner, sealed, in Redis. Of one form the last write counts, as there is nothing to lose but older typing;
 * deliveries.ts, where a lost write could send twice, is a record of its own with other rules. Every method may throw
 * AppError 'store.unavailable'; those that keep something also 'request.too-many-forms'.
 */
export function createDraftStore(redis: KeyStore, sealer: Sealer, clock: Clock) {
  const keyOf = (owner: FormOwner) => `drafts:${ownerHash(owner)}`;
  const isYoung = (instant: string, lifetimeMs: number) => clock().getTime() - Date.parse(instant) < lifetimeMs;
  const records = createSealedRecords<Kept>(redis, sealer, {
    mostBytes: MOST_BYTES,
    lifetimeMs: ({ drafts }) => (drafts.length > 0 ? FORM_LIFETIME_MS : SENT_LIFETIME_MS),
    read: (stored = NOTHING) => {
      const { drafts, sent } = stored as Kept;
      return {
        drafts: drafts.filter(({ savedAt }) => isYoung(savedAt, FORM_LIFETIME_MS)),
        sent: sent.filter(({ at }) => isYoung(at, SENT_LIFETIME_MS)),
      };
    },
    unreadable: () => NOTHING,
  });
  const room = createDraftRoom(redis, clock);
  const change = (owner: FormOwner, by: (kept: Kept) => Partial<Kept> | undefined): Promise<boolean> => {
    const reserved = room.reservation(owner.organizationId);
    return records.change(keyOf(owner), async (kept) => {
      const changed = by(kept);
      const next = changed && { ...kept, ...changed };
      if (next) await reserved.take(kept.drafts, next.drafts);
      return next;
    });
  };
  return {
    of: (owner: FormOwner): Promise<Kept> => records.of(keyOf(owner)),
    /** In place of what was kept of the same form. @returns its name, for a URL: it says nothing, and opens it for its owner alone. */
    keep: async (owner: FormOwner, draft: Draft): Promise<string> => {
      await change(owner, ({ drafts }) => ({
        drafts: [draft, ...drafts.filter(({ id }) => id !== draft.id)].slice(0, MOST_DRAFTS),
      }));
      return nameOf(draft);
    },
    /** What these forms hold goes; what was typed into others stays. @param which by the form's id or its name. */
    discard: (owner: FormOwner, which: (draft: Draft) => boolean): Promise<boolean> =>
      change(owner, ({ drafts }) => (drafts.some(which) ? { drafts: drafts.filter((one) => !which(one)) } : undefined)),
    /** The form that was sent holds nothing any more, and the list says what was sent. */
    noteSent: (owner: FormOwner, { id }: Form, sent: Omit<Sent, 'form'>): Promise<boolean> =>
      change(owner, (kept) => {
        const earlier = kept.sent.find(({ identifier }) => identifier === sent.identifier);
        const others = kept.sent.filter((one) => one !== earlier);
        return {
          drafts: kept.drafts.filter((draft) => draft.id !== id),
          sent: [{ ...(earlier ?? { ...sent, form: nameOf({ id }) }), replaced: sent.replaced }, ...others].slice(
            0,
            MOST_SENT,
          ),
        };
      }),
    /**
     * A request was cancelled since: the list says neither that it was just sent nor that it is still open.
     *
     * @param requestId its id in the EHR. @param names of its identifiers.
     */
    noteCancelled: (owner: FormOwner, requestId: string, names: readonly string[]): Promise<boolean> =>
      change(owner, ({ sent }) => ({
        sent: sent
          .filter(({ identifier }) => !names.includes(identifier))
          .map(({ replaced, ...one }) => ({
            ...one,
            replaced: replaced?.id === requestId ? { ...replaced, end: 'cancelled' as const } : replaced,
          })),
      })),
    /** The form that corrects a request is the same one however often it is begun, so that it is sent once (FH-17). */
    correctionOf: (owner: FormOwner, requestId: string): string =>
      sealer.fingerprint(`correction ${ownerHash(owner)} ${requestId}`),
    /** @param isLeftOpen whether the next launch is to lead to this form; to no other one then. */
    leave: (owner: FormOwner, formId: string | undefined): Promise<boolean> =>
      change(owner, ({ drafts }) => ({
        drafts: drafts.map(({ isLeftOpen: _was, ...one }) => (one.id === formId ? { ...one, isLeftOpen: true } : one)),
      })),
    /** For a form's page: its holder may keep a draft for the owner until {@link mayKeep} says no. It opens nothing. */
    issueTicket: (ticket: FormTicket, now: Date): Promise<string> =>
      sealer.seal(TICKET, { ...ticket, shownAt: now.toISOString() }),
    /** @param ticket untrusted. @returns undefined for one that was not sealed here; it may be of an expired form. */
    readTicket: async (ticket: string): Promise<FormTicket | undefined> =>
      ticket === ''
        ? undefined
        : ((await sealer.open(TICKET, ticket).catch(() => undefined)) as FormTicket | undefined),
  };
}

/** Of a form in URLs. Not its id: a reader of that could test guesses of what was typed against the identifier in the EHR. */
export function nameOf({ id }: Pick<Form, 'id'>): string {
  return createHash('sha256').update(`form-outcome ${id}`).digest('base64url');
}
