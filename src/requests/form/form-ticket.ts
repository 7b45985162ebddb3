/** A New request form, in any number of windows and launches, and its owner. */
import { hash, randomUUID } from 'node:crypto';
import type { Launch } from '#src/launches/session/launch.ts';
import { ABSOLUTE_LIMIT_MS } from '#src/launches/session/launch-life.ts';
import { FORMS_KEPT } from '#views/kept-for.ts';

/** A form. What it sends is identified by the form's id (FH-17). */
export interface Form {
  id: string;
  /** ISO instant at which its first page was made. */
  issuedAt: string;
  /** The request in the EHR that it replaces. */
  corrects?: Corrected | undefined;
}

/** A request that is being corrected, as it was when the form was filled in from it. */
export interface Corrected {
  id: string;
  /** The request in the words of the list. */
  what: string;
  needed?: string | undefined;
  /** The version that the user has seen; undefined where the EHR gives none. */
  version?: string | undefined;
  /** It had ended by then, and the user knows it. */
  isOver?: true | undefined;
  /** The identifiers that this app has given to it. */
  identifiers: readonly string[];
}

/** The same user at the same patient of the same EHR, in any launch (MT-02, LC-19). */
export interface FormOwner {
  organizationId: string;
  fhirBaseUrl: string;
  iss: string;
  sub: string;
  patientId: string;
}

/** A form as it is sealed into its page. */
export interface FormTicket extends Form {
  owner: FormOwner;
  /** ISO instant at which this page was made. */
  shownAt?: string;
  /** Identifiers that the page mentions, of earlier or equal requests: sending then means one more. */
  disclosed?: readonly string[] | undefined;
  /** The mark of the patient's identity, as the page shows it. */
  patientSeen?: string | undefined;
  /** On a review, the mark of the chart that it was compared with. */
  chartSeen?: string | undefined;
  /** The mark of the version that a review has shown in full: only that version may carry values from the chart. */
  reviewed?: string | undefined;
}

/** A form that no page has shown yet. */
export function newForm(now: Date, corrects?: Corrected): Form {
  return { id: randomUUID(), issuedAt: now.toISOString(), corrects };
}

/** Whether the form is older than anything that is remembered of it. Nothing is sent from it any more. */
export function isExpired({ issuedAt }: Form, now: Date): boolean {
  return !isYoung(issuedAt, now, FORMS_KEPT.ms);
}

/** Whether the ticket's page is recent enough to belong to an open launch, or to one that ended meanwhile. */
export function mayKeep({ shownAt = '' }: FormTicket, now: Date): boolean {
  return isYoung(shownAt, now, ABSOLUTE_LIMIT_MS);
}

function isYoung(since: string, now: Date, lifetimeMs: number): boolean {
  return now.getTime() - Date.parse(since) < lifetimeMs;
}

/** The owner of the forms that a launch's pages show. */
export function ownerOf({ organizationId, fhirBase: fhirBaseUrl, user, context }: Launch): FormOwner {
  return { organizationId, fhirBaseUrl, iss: user.iss, sub: user.sub, patientId: context.patient };
}

/** The owner in the name of a stored record; a hash, so that it does not reveal who it is. */
export function ownerHash({ organizationId, fhirBaseUrl, iss, sub, patientId }: FormOwner): string {
  const owner = JSON.stringify([organizationId, fhirBaseUrl.replace(/\/$/, ''), iss, sub, patientId]);
  return hash('sha256', owner, 'base64url');
}
