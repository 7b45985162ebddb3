/** A New request form, in however many windows and launches it is shown, and whose it is. */
import { createHash, randomUUID } from 'node:crypto';
import { ABSOLUTE_LIMIT_MS, type Launch } from '#src/launches/session/launch.ts';

/** What a form sends is known by the form's id (FH-17). */
export interface Form {
  id: string;
  /** ISO instant of its first page. */
  issuedAt: string;
  /** The request in the EHR whose place it takes. */
  corrects?: Corrected;
}

/** A request that is corrected, as it was when the form was filled in from it. */
export interface Corrected {
  /** Its id in the EHR. */
  id: string;
  /** In the words of the list. */
  what: string;
  needed?: string;
  /** The version that the user has seen; undefined where the EHR gives none. */
  version?: string;
  /** It had ended by then, and the user knows. */
  isOver?: true;
  /** Those of its identifiers that this app has given to it. */
  identifiers: readonly string[];
}

/** The same user at the same patient of the same EHR, in whatever launch (MT-02, LC-19). */
export interface FormOwner {
  organizationId: string;
  fhirBaseUrl: string;
  iss: string;
  sub: string;
  patientId: string;
}

/** Sealed into a form's page. */
export interface FormTicket extends Form {
  owner: FormOwner;
  /** ISO instant of this page. */
  shownAt?: string;
  /** Identifiers of earlier versions, and of requests just like it, that the page speaks of: sending it means one more. */
  disclosed?: readonly string[];
  /** Mark of the version that a review has shown whole: only that may carry values from the chart. */
  reviewed?: string;
}

/** How long what is typed into a form, and what has left of it, is remembered: a request may be resumed days later. */
export const FORM_LIFETIME_MS = 72 * 60 * 60_000;

/** A form that no page has shown yet. */
export function newForm(now: Date, corrects?: Corrected): Form {
  return { id: randomUUID(), issuedAt: now.toISOString(), ...(corrects && { corrects }) };
}

/** Is the form older than what is remembered of it? Nothing is sent from it any more. */
export function isExpired({ issuedAt }: Form, now: Date): boolean {
  return !isYoung(issuedAt, now, FORM_LIFETIME_MS);
}

/** Is the ticket's page young enough to be one of an open launch, or of one that ended meanwhile? */
export function mayKeep({ shownAt = '' }: FormTicket, now: Date): boolean {
  return isYoung(shownAt, now, ABSOLUTE_LIMIT_MS);
}

function isYoung(since: string, now: Date, lifetimeMs: number): boolean {
  return now.getTime() - Date.parse(since) < lifetimeMs;
}

/** Whose forms a launch's pages show. */
export function ownerOf({ organizationId, fhirBase: fhirBaseUrl, user, context }: Launch): FormOwner {
  return { organizationId, fhirBaseUrl, iss: user.iss, sub: user.sub, patientId: context.patient };
}

/** The owner in the name of a stored record: says nothing of who it is. */
export function ownerHash({ organizationId, fhirBaseUrl, iss, sub, patientId }: FormOwner): string {
  const owner = JSON.stringify([organizationId, fhirBaseUrl.replace(/\/$/, ''), iss, sub, patientId]);
  return createHash('sha256').update(owner).digest('base64url');
}
