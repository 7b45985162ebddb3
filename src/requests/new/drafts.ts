/** What a clinician has typed and not sent, kept for an hour: it survives the end of the launch it was typed in. */
import { createHash, randomUUID } from 'node:crypto';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { ABSOLUTE_LIMIT_MS, type Launch } from '#src/launches/session/launch.ts';
import type { TypedRequest } from './new-request.ts';

/** One form, in however many windows and launches it is shown: what it sends is known by it (FH-17). */
export interface Form {
  id: string;
  /** ISO instant of its first page. */
  issuedAt: string;
}

/** What a form holds. */
export interface Draft extends Form {
  values: TypedRequest;
  /** ISO instant. */
  savedAt: string;
}

/** The same user at the same patient of the same EHR: whose draft it is, in whatever launch (MT-02, LC-19). */
export interface DraftOwner {
  organizationId: string;
  fhirBaseUrl: string;
  iss: string;
  sub: string;
  patientId: string;
}

/** Drafts in Redis, sealed; one per owner. Every method may throw AppError 'store.unavailable'. */
export interface RequestDrafts {
  find(owner: DraftOwner): Promise<Draft | undefined>;
  /** Keeps what was typed for another hour, as what this form holds. */
  keep(ticket: DraftTicket, values: TypedRequest, now: Date): Promise<void>;
  /** @param formId given: only what this form holds; what was typed into another one since stays. */
  discard(owner: DraftOwner, formId?: string): Promise<void>;
  /**
   * A ticket for the form's page: whoever posts it may keep a draft for this owner, also when the launch has ended
   * meanwhile. It opens nothing and reads nothing, and keeps nothing once {@link mayKeep} says no.
   */
  issueTicket(ticket: DraftTicket, now: Date): Promise<string>;
  /** @param ticket untrusted. @returns undefined for whatever we have not sealed; it may be of an expired form. */
  readTicket(ticket: string): Promise<DraftTicket | undefined>;
}

/** A form's page: for whom it was made. */
export interface DraftTicket extends Form {
  owner: DraftOwner;
  /** ISO instant of this page. */
  shownAt?: string;
  /** Identifiers of earlier versions, and of requests just like it, that the page speaks of: sending it means one more. */
  told?: readonly string[];
}

/** A form that nobody has seen yet. */
export function newForm(now: Date): Form {
  return { id: randomUUID(), issuedAt: now.toISOString() };
}

/** Is the form older than what is remembered of it? Nothing is sent from it any more. */
export function isExpired({ issuedAt }: Form, now: Date): boolean {
  return !(now.getTime() - Date.parse(issuedAt) < FORM_LIFETIME_MS);
}

/** Is the page that the ticket stands on young enough to be one of an open launch, or of one that ended meanwhile? */
export function mayKeep({ shownAt = '' }: DraftTicket, now: Date): boolean {
  return now.getTime() - Date.parse(shownAt) < FORM_LIFETIME_MS;
}

/** As long as the longest launch, and so longer than any page that can still be posted. */
export const FORM_LIFETIME_MS = ABSOLUTE_LIMIT_MS;
/** What was typed is kept for an hour, in a draft and in what a page says of it. */
export const DRAFT_LIFETIME_MS = 60 * 60_000;
/** What was typed, bounded where it is read, with what a page says of it. */
export const MOST_DRAFT_BYTES = 32_768;
const TICKET = 'draft-ticket';

/** Whose drafts a launch's pages are about. */
export function draftOwner({ organizationId, fhirBase: fhirBaseUrl, user, context }: Launch): DraftOwner {
  return { organizationId, fhirBaseUrl, iss: user.iss, sub: user.sub, patientId: context.patient };
}

/** Are these the same user at the same patient? */
export function isSameOwner(one: DraftOwner, other: DraftOwner): boolean {
  return ownerHash(one) === ownerHash(other);
}

/** The owner in the name of a stored record: says nothing of who it is. */
export function ownerHash({ organizationId, fhirBaseUrl, iss, sub, patientId }: DraftOwner): string {
  const owner = JSON.stringify([organizationId, fhirBaseUrl.replace(/\/$/, ''), iss, sub, patientId]);
  return createHash('sha256').update(owner).digest('base64url');
}

const keyOf = (owner: DraftOwner) => `draft:${ownerHash(owner)}`;

/** See {@link RequestDrafts}. */
export function createRequestDrafts(redis: KeyStore, sealer: Sealer): RequestDrafts {
  const find = async (owner: DraftOwner): Promise<Draft | undefined> => {
    const key = keyOf(owner);
    const sealed = await redis.get(key);
    // Forged, or sealed by a secret that was retired: as good as none (ST-04, ST-08).
    return sealed === undefined ? undefined : ((await sealer.open(key, sealed).catch(() => undefined)) as Draft);
  };
  return {
    find,
    keep: async ({ owner, id, issuedAt }, values, now) => {
      const draft: Draft = { id, issuedAt, values, savedAt: now.toISOString() };
      await redis.set(keyOf(owner), await sealer.seal(keyOf(owner), draft, MOST_DRAFT_BYTES), DRAFT_LIFETIME_MS);
    },
    discard: async (owner, formId) => {
      if (formId === undefined || (await find(owner))?.id === formId) await redis.delete(keyOf(owner));
    },
    issueTicket: (ticket, now) => sealer.seal(TICKET, { ...ticket, shownAt: now.toISOString() }),
    readTicket: async (ticket) => {
      if (ticket === '') return undefined;
      return (await sealer.open(TICKET, ticket).catch(() => undefined)) as DraftTicket | undefined;
    },
  };
}
