/**
 * Records which versions of one user's forms for one patient were sent, so that none is sent twice and none is called sent
 * that was not (FH-17). A version is the content of a form at the time of sending; its identifier names it.
 *
 *     never left ──claim──▶ posting ──201, or found in the EHR──▶ sent
 *         ▲                  │ │ ▲                                 ▲
 *         └─────refused──────┘ │ └─claim, after the EHR was asked─┐│found in the EHR
 *                              └──no proof, or no end in a minute──▶ unknown
 *
 * A version that was unknown before a refusal stays unknown.
 */
import { hash } from 'node:crypto';
import { type Form, isExpired } from '#src/requests/form/form-ticket.ts';
import { asTyped, type NewRequest, type TypedRequest } from '#src/requests/form/typed-request.ts';

/** `posting`: it is being sent at this moment. `unknown`: the EHR may have it or not. */
export type DeliveryState = 'posting' | 'unknown' | 'sent';

/** One version of a form that was sent. */
export interface Delivery {
  formId: string;
  identifier: string;
  /** Requests for the same thing on the same day have the same likeness. */
  likeness: string;
  state: DeliveryState;
  /** ISO instant at which it was sent last. */
  at: string;
  /** `ServiceRequest/id`, if the EHR has named it. */
  resource?: string | undefined;
  /** The EHR answered it with a request of another patient. */
  isOther?: true;
  /** It was sent, and the user has cancelled it since. */
  isCancelled?: true;
}

/** All sent versions of one owner, the latest first. */
export type Deliveries = readonly Delivery[];

/** Stands for records under a retired secret, which cannot be read: each may be a version of any form of that time. */
export const UNREADABLE = 'unreadable';

/** Long enough to catch a repetition from a second window, short enough not to ask about the next day's order. */
const RECENT_MS = 15 * 60_000;
const MOST_RECENT = 20;

/**
 * The request's identifier in the EHR. It is a hash of the form's id and content, so finding it proves that exactly this
 * content was sent. It is the same for every attempt and launch, and discloses nothing to a reader without the form.
 */
export function identifierOf(formId: string, request: NewRequest): string {
  return hashOf([formId, request]);
}

/** A hash that is equal for the same service, the same words (ignoring case and spaces) and the same day. */
export function likenessOf({ service, what, neededOn }: NewRequest): string {
  return hashOf([service, what.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim(), neededOn]);
}

function hashOf(parts: readonly unknown[]): string {
  return hash('sha256', JSON.stringify(parts), 'base64url');
}

/** The system of the identifiers of this deployment's requests. */
export function ownSystemOf(publicUrl: URL): string {
  return new URL('/requests', publicUrl).href;
}

/** The identifier in the form that the resource has it. */
export function businessIdentifier(publicUrl: URL, identifier: string): { system: string; value: string } {
  return { system: ownSystemOf(publicUrl), value: identifier };
}

/** The versions of one form that were sent. */
export function versionsOf({ id, issuedAt }: Form, known: Deliveries): Deliveries {
  return known.filter((one) => one.formId === id || (one.formId === UNREADABLE && issuedAt <= one.at));
}

/** The identifiers of a form's versions whose state is unknown, so that the EHR can be searched for them. */
export function unconfirmedOf(form: Form, known: Deliveries): string[] {
  return known.filter((one) => one.formId === form.id && one.state === 'unknown').map(({ identifier }) => identifier);
}

/** The state of a form's present content, valid or not; undefined if that content was certainly never sent. */
export function stateOf(form: Form, values: TypedRequest, known: Deliveries, now: Date): DeliveryState | undefined {
  if (isExpired(form, now)) return 'unknown';
  // The content is not validated here: a needed day that has passed since does not undo the sending.
  const identifier = identifierOf(form.id, asTyped(values));
  return known.find((one) => one.identifier === identifier)?.state;
}

/** The versions that were sent in the last quarter of an hour, from any form. */
export function recentOf(known: Deliveries, now: Date): Deliveries {
  const oldest = now.getTime() - RECENT_MS;
  return known.filter((one) => one.formId !== UNREADABLE && Date.parse(one.at) > oldest).slice(0, MOST_RECENT);
}

/** Records a cancellation. @param identifiers of the cancelled request. @returns undefined if it is not among `known`. */
export function withCancelled(known: Deliveries, identifiers: readonly string[]): Deliveries | undefined {
  const isIt = ({ identifier }: Delivery) => identifiers.includes(identifier);
  return known.some(isIt) ? known.map((one) => (isIt(one) ? { ...one, isCancelled: true } : one)) : undefined;
}
