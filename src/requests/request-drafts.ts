/** What a clinician has typed and not sent, kept for an hour: it survives the end of the launch it was typed in. */
import { createHash, randomUUID } from 'node:crypto';
import type { KeyStore } from '#src/adapters/redis.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import type { Launch } from '#src/launches/launch.ts';
import type { TypedRequest } from './new-request.ts';

/** A request on its way. */
export interface Draft {
  /** The request's own identifier, the same however often it is sent (FH-17). */
  id: string;
  values: TypedRequest;
  /** ISO instant. */
  savedAt: string;
  /** It was sent once and nobody knows whether it arrived. */
  attempted: boolean;
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
  /** Keeps what was typed for another hour, under the identifier of the form it was typed in. */
  keep(ticket: DraftTicket, values: TypedRequest, now: Date): Promise<Draft>;
  replace(owner: DraftOwner, draft: Draft): Promise<void>;
  discard(owner: DraftOwner): Promise<void>;
  /** Of two sendings at once one gets true; ends by itself. */
  claimSending(draft: Draft): Promise<boolean>;
  releaseSending(draft: Draft): Promise<void>;
  /** From now on the same form, posted again, is the same request and is not sent again (FH-17). */
  markSent(draft: Draft): Promise<void>;
  wasSent(draft: Draft): Promise<boolean>;
  /**
   * A ticket for the form's page: whoever posts it may keep a draft for this owner, also when the launch has ended
   * meanwhile. It opens nothing and reads nothing.
   */
  issueTicket(ticket: DraftTicket): Promise<string>;
  /** @param ticket untrusted. @returns undefined for whatever we have not sealed. */
  readTicket(ticket: string): Promise<DraftTicket | undefined>;
}

/** One form: for whom it was made, and the identifier its request will have. */
export interface DraftTicket {
  owner: DraftOwner;
  id: string;
}

/** The ticket of a form: of the draft that it continues, or of a new one. */
export function ticketFor(owner: DraftOwner, draft: Draft | undefined): DraftTicket {
  return { owner, id: draft?.id ?? randomUUID() };
}

const LIFETIME_MS = 60 * 60_000;
const SENDING_MS = 30_000;
const TICKET = 'draft-ticket';
const SENT = 'sent';

/** Whose drafts a launch's pages are about. */
export function draftOwner({ organizationId, fhirBaseUrl, user, context }: Launch): DraftOwner {
  return { organizationId, fhirBaseUrl, iss: user.iss, sub: user.sub, patientId: context.patient };
}

/** Are these the same user at the same patient? */
export function isSameOwner(one: DraftOwner, other: DraftOwner): boolean {
  return keyOf(one) === keyOf(other);
}

function keyOf({ organizationId, fhirBaseUrl, iss, sub, patientId }: DraftOwner): string {
  const owner = JSON.stringify([organizationId, fhirBaseUrl.replace(/\/$/, ''), iss, sub, patientId]);
  return `draft:${createHash('sha256').update(owner).digest('base64url')}`;
}

/** See {@link RequestDrafts}. */
export function createRequestDrafts(redis: KeyStore, sealer: Sealer): RequestDrafts {
  const find = async (owner: DraftOwner): Promise<Draft | undefined> => {
    const key = keyOf(owner);
    const sealed = await redis.get(key);
    // Forged, or sealed by a secret that was retired: as good as none (ST-04, ST-08).
    return sealed === undefined ? undefined : ((await sealer.open(key, sealed).catch(() => undefined)) as Draft);
  };
  const replace = async (owner: DraftOwner, draft: Draft) =>
    redis.set(keyOf(owner), await sealer.seal(keyOf(owner), draft), LIFETIME_MS);
  return {
    find,
    replace,
    keep: async ({ owner, id }, values, now) => {
      const known = await find(owner);
      const savedAt = now.toISOString();
      const draft = { id, values, savedAt, attempted: known?.id === id && known.attempted };
      await replace(owner, draft);
      return draft;
    },
    discard: (owner) => redis.delete(keyOf(owner)),
    claimSending: ({ id }) => redis.setIfAbsent(`draft-sending:${id}`, 'sending', SENDING_MS),
    releaseSending: ({ id }) => redis.delete(`draft-sending:${id}`),
    markSent: ({ id }) => redis.set(`draft-sending:${id}`, SENT, LIFETIME_MS),
    wasSent: async ({ id }) => (await redis.get(`draft-sending:${id}`)) === SENT,
    issueTicket: (ticket) => sealer.seal(TICKET, ticket),
    readTicket: async (ticket) => {
      if (ticket === '') return undefined;
      return (await sealer.open(TICKET, ticket).catch(() => undefined)) as DraftTicket | undefined;
    },
  };
}
