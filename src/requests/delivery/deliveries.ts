/**
 * What has left of one user's forms for one patient, version by version, so that nothing leaves twice and nothing is
 * called sent that was not (FH-17). A version is what a form said when it was sent; it is known by its identifier.
 *
 *     never left ──claim──▶ posting ──201, or found in the EHR──▶ sent
 *         ▲                  │ │ ▲                                 ▲
 *         └─────refused──────┘ │ └─claim, after the EHR was asked─┐│found in the EHR
 *                              └──no proof, or no end in a minute──▶ unknown
 *
 * A refusal of a version that was unknown before leaves it unknown.
 */
import { createHash } from 'node:crypto';
import { type Form, isExpired } from '#src/requests/form/form-ticket.ts';
import { asTyped, type NewRequest, type TypedRequest } from '#src/requests/form/typed-request.ts';

/** `posting`: on its way this moment. `unknown`: it may be in the EHR or not. */
export type DeliveryState = 'posting' | 'unknown' | 'sent';

/** One version of a form that has left. */
export interface Delivery {
  formId: string;
  /** Of the request in the EHR. */
  identifier: string;
  /** Equal for requests for the same thing on the same day. */
  likeness: string;
  state: DeliveryState;
  /** ISO instant at which it left, the last time. */
  at: string;
  /** `ServiceRequest/id` where the EHR has said it. */
  resource?: string | undefined;
}

/** Of one owner, the latest first. */
export type Deliveries = readonly Delivery[];

/** Stands for what left under a secret that was retired: for all that is known, a version of any form of that time. */
export const UNREADABLE = 'unreadable';

/** Long enough for second thoughts and a second window, and short enough not to ask about the next day's order. */
const RECENT_MS = 15 * 60_000;
const MOST_RECENT = 20;

/**
 * The request's identifier in the EHR: of this form and of what it says, so that finding it proves that exactly this was
 * sent. The same however often it is sent, in whatever launch; it discloses nothing to a reader who has not the form.
 */
export function identifierOf(formId: string, request: NewRequest): string {
  return hashOf([formId, request]);
}

/** Same service, same words but for case and space, same day. */
export function likenessOf({ service, what, neededOn }: NewRequest): string {
  return hashOf([service, what.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim(), neededOn]);
}

function hashOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

/** The identifier as the resource carries it. */
export function businessIdentifier(publicUrl: URL, identifier: string): { system: string; value: string } {
  return { system: new URL('/requests', publicUrl).href, value: identifier };
}

/** The versions of one form that have left. */
export function versionsOf({ id, issuedAt }: Form, known: Deliveries): Deliveries {
  return known.filter((one) => one.formId === id || (one.formId === UNREADABLE && issuedAt <= one.at));
}

/** Of a form: what may be in the EHR or not, and can be looked for. */
export function unconfirmedOf(form: Form, known: Deliveries): string[] {
  const unconfirmed = known.filter((one) => one.formId === form.id && one.state === 'unknown');
  return unconfirmed.map(({ identifier }) => identifier);
}

/** The state of what a form says, judged or not; undefined when that certainly never left. */
export function stateOf(form: Form, values: TypedRequest, known: Deliveries, now: Date): DeliveryState | undefined {
  if (isExpired(form, now)) return 'unknown';
  // Unjudged: a day that has passed since does not take back what left.
  const identifier = identifierOf(form.id, asTyped(values));
  return known.find((one) => one.identifier === identifier)?.state;
}

/** What left in the last quarter of an hour, of any form. */
export function recentOf(known: Deliveries, now: Date): Deliveries {
  const oldest = now.getTime() - RECENT_MS;
  return known.filter((one) => one.formId !== UNREADABLE && Date.parse(one.at) > oldest).slice(0, MOST_RECENT);
}
