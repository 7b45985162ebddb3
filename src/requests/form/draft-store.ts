/**
 * Keeps what was typed into forms and is not known to be sent, for three days and beyond the launch in which it was
 * typed. It also keeps what was sent, for a quarter of an hour, so that the list can show it.
 */
import { hash } from 'node:crypto';
import type { Clock } from '#src/adapters/clock.ts';
import { createSealedRecords } from '#src/adapters/redis/compare-and-set.ts';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import type { FhirResource } from '#src/smart/fhir/fhir-answer.ts';
import { FORMS_KEPT } from '#views/kept-for.ts';
import { createDraftRoom } from './draft-bytes.ts';
import { type Form, type FormOwner, type FormTicket, ownerHash } from './form-ticket.ts';
import type { TypedRequest } from './typed-request.ts';

/** One form: what it holds, and the outcome of its last post. */
export interface Draft extends Form, Pick<FormTicket, 'disclosed' | 'reviewed'> {
  values: TypedRequest;
  /** ISO instant. */
  savedAt: string;
  /** By field: why nothing was sent. */
  problems?: Record<string, string> | undefined;
  /** Why it was not sent, or not confirmed: a text for the clinician, and the support code of the post. */
  problem?: { text: string; supportCode: string } | undefined;
  /** The form before this one was too old to be posted, and its deliveries are forgotten. */
  isAfterExpired?: true;
  /** It shows everything that would be sent, and the button that sends it. */
  isReview?: boolean | undefined;
  /** What a correction takes over besides its fields, until its form has shown the chart. */
  taken?: TakenOver | undefined;
  /** Its launch ended, or was about to end, while it was open: the next launch leads to it. */
  isLeftOpen?: true;
}

/** What was read back from a request that is being corrected, and is in no field of the form. */
export interface TakenOver {
  /** `Type/id` of the resources that it took from the chart. */
  references: readonly string[];
  /** Its texts for which the form has no field. */
  lost: readonly string[];
}

/** A request that was sent recently, with what the list says of it, whether or not the EHR lists it. */
export interface Sent {
  identifier: string;
  /** The name of its form, see {@link nameOf}. */
  form: string;
  /** ISO instant. */
  at: string;
  /** The request as it was written, without its longer texts. */
  request: FhirResource;
  /** `ServiceRequest/id`, and the number that the EHR itself gave it, where the EHR has returned them. */
  resource?: string | undefined;
  number?: string | undefined;
  /** What the EHR's answer says in words, and what it has saved in another way. */
  said?: readonly string[] | undefined;
  differs?: readonly string[] | undefined;
  /** The request that it replaced, and what became of that one. */
  replaced?: { id: string; what: string; end: OriginalEnd } | undefined;
}

/**
 * `kept`: the app cannot cancel here, so the old request is still open. `over`: it had ended before. `waits`: it is open,
 * because the new one is not carried out yet. `same`: the EHR has written the new one over it.
 */
export type OriginalEnd = 'cancelled' | 'over' | 'waits' | 'same' | 'changed' | 'refused' | 'unknown' | 'kept';

/** The records of one owner, the latest first. */
export interface Kept {
  readonly drafts: readonly Draft[];
  readonly sent: readonly Sent[];
}

/** Says whether `other` was sent before, and is over because `sent` took its place. */
function isEndedBy({ replaced }: Pick<Sent, 'replaced'>, other: Sent): boolean {
  const isOver = replaced && ['cancelled', 'over', 'same'].includes(replaced.end);
  return isOver === true && other.resource === `ServiceRequest/${replaced.id}`;
}

const NOTHING: Kept = { drafts: [], sent: [] };

export type DraftStore = ReturnType<typeof createDraftStore>;

/** The most drafts of one user for one patient; those that were saved longest ago are dropped, as are those without room. */
export const MOST_DRAFTS = 10;
const MOST_SENT = 10;
const SENT_LIFETIME_MS = 15 * 60_000;
/** Room for one form at its longest, or for ten usual ones, with their pages' messages, and for what was sent. */
const MOST_BYTES = 655_360;
const MOST_BYTES_OF_DRAFTS = MOST_BYTES - 65_536;
// These names differ from those of an earlier version, whose records of deliveries are not read here: nothing is sent
// from its forms.
const TICKET = 'form-ticket';

/**
 * One sealed record per owner. The last write wins, because only older typing can be lost; deliveries.ts has other
 * rules. Throws AppError 'store.unavailable'; functions that keep something also throw 'request.no-room'.
 */
export function createDraftStore(redis: KeyStore, sealer: Sealer, clock: Clock) {
  const keyOf = (owner: FormOwner) => `drafts:${ownerHash(owner)}`;
  const isYoung = (instant: string, lifetimeMs: number) => clock().getTime() - Date.parse(instant) < lifetimeMs;
  const records = createSealedRecords<Kept>(redis, sealer, {
    mostBytes: MOST_BYTES,
    lifetimeMs: ({ drafts }) => (drafts.length > 0 ? FORMS_KEPT.ms : SENT_LIFETIME_MS),
    read: (stored = NOTHING) => {
      const { drafts, sent } = stored as Kept;
      return {
        drafts: drafts.filter(({ savedAt }) => isYoung(savedAt, FORMS_KEPT.ms)),
        sent: sent.filter(({ at }) => isYoung(at, SENT_LIFETIME_MS)),
      };
    },
    unreadable: () => NOTHING,
  });
  const withRoom = createDraftRoom(redis, clock);
  const change = (owner: FormOwner, by: (kept: Kept) => Partial<Kept> | undefined): Promise<boolean> =>
    withRoom(owner, (take) =>
      records.change(keyOf(owner), async (kept) => {
        const changed = by(kept);
        if (!changed) return undefined;
        await take(kept.drafts, changed.drafts ?? kept.drafts);
        return { ...kept, ...changed };
      }),
    );
  return {
    of: (owner: FormOwner): Promise<Kept> => records.of(keyOf(owner)),
    /** Replaces what was kept of the form. @returns its name for a URL, which opens it only for its owner. */
    keep: async (owner: FormOwner, draft: Draft): Promise<string> => {
      await change(owner, (kept) => {
        const drafts = [draft, ...kept.drafts.filter(({ id }) => id !== draft.id)].slice(0, MOST_DRAFTS);
        while (drafts.length > 1 && Buffer.byteLength(JSON.stringify(drafts)) > MOST_BYTES_OF_DRAFTS) drafts.pop();
        return { drafts };
      });
      return nameOf(draft);
    },
    /** Deletes what these forms hold; other forms stay. @param which selects by the form's id or its name. */
    discard: (owner: FormOwner, which: (draft: Draft) => boolean): Promise<boolean> =>
      change(owner, ({ drafts }) => (drafts.some(which) ? { drafts: drafts.filter((one) => !which(one)) } : undefined)),
    /** Deletes the sent draft and records what was sent, in place of a request that it replaced. */
    noteSent: (owner: FormOwner, { id }: Form, sent: Omit<Sent, 'form'>): Promise<boolean> =>
      change(owner, (kept) => {
        const earlier = kept.sent.find(({ identifier }) => identifier === sent.identifier);
        const others = kept.sent.filter((one) => one !== earlier && !isEndedBy(sent, one));
        return {
          drafts: kept.drafts.filter((draft) => draft.id !== id),
          sent: [{ ...(earlier ?? { ...sent, form: nameOf({ id }) }), replaced: sent.replaced }, ...others].slice(
            0,
            MOST_SENT,
          ),
        };
      }),
    /** Records that a request was cancelled: the list says no longer that it was just sent or is still open. */
    noteCancelled: (owner: FormOwner, requestId: string, names: readonly string[]): Promise<boolean> =>
      change(owner, ({ sent }) => ({
        sent: sent
          .filter(({ identifier }) => !names.includes(identifier))
          .map(({ replaced, ...one }) => ({
            ...one,
            replaced: replaced?.id === requestId ? { ...replaced, end: 'cancelled' as const } : replaced,
          })),
      })),
    /** The same id for each correction of a request, so that the correction is sent once (FH-17). */
    correctionOf: (owner: FormOwner, requestId: string): string =>
      sealer.fingerprint(`correction ${ownerHash(owner)} ${requestId}`),
    /** Marks the form to which the next launch leads, and unmarks all others. @param formId undefined for none. */
    leave: (owner: FormOwner, formId: string | undefined): Promise<boolean> =>
      change(owner, ({ drafts }) => ({
        drafts: drafts.map(({ isLeftOpen: _was, ...one }) => (one.id === formId ? { ...one, isLeftOpen: true } : one)),
      })),
    /** The ticket of a form's page: its holder may keep a draft until {@link mayKeep} says no, and open nothing. */
    issueTicket: (ticket: FormTicket, now: Date): Promise<string> =>
      sealer.seal(TICKET, { ...ticket, shownAt: now.toISOString() }),
    /** @param ticket untrusted. @returns undefined for one that this app did not seal; it may be of an expired form. */
    readTicket: async (ticket: string): Promise<FormTicket | undefined> =>
      ticket === ''
        ? undefined
        : ((await sealer.open(TICKET, ticket).catch(() => undefined)) as FormTicket | undefined),
  };
}

/** The name of a form in URLs. It hides the id, by which a reader of the URL could test a guess of what was typed. */
export function nameOf({ id }: Pick<Form, 'id'>): string {
  return hash('sha256', `form-outcome ${id}`, 'base64url');
}
