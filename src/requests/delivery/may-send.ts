/** Finds the reason not to send a form now: it was sent, or the user has to know of another request first. */
import type { FormTicket } from '#src/requests/form/form-ticket.ts';
import type { NewRequest } from '#src/requests/form/typed-request.ts';
import { type Deliveries, type Delivery, identifierOf, likenessOf, recentOf, versionsOf } from './deliveries.ts';

export type Hindrance =
  | { kind: 'sent'; resource?: string | undefined }
  /** Another window is sending it. */
  | { kind: 'elsewhere' }
  /** Another version of the form was sent before, and the form's page did not mention it. */
  | { kind: 'changed'; isEarlierSent: boolean; disclosed: readonly string[] }
  /** Another form sent the same request a short time ago, and the page did not mention it. */
  | {
      kind: 'alike';
      at: Date;
      isConfirmed: boolean;
      isCancelled: boolean;
      disclosed: readonly string[];
      /** The other request; its `resource` is `ServiceRequest/id`, if the EHR has named it. */
      like: Pick<Delivery, 'identifier' | 'resource'>;
    };

/** The reason not to send the form's present content; undefined if there is none. */
export function hindranceIn(
  known: Deliveries,
  ticket: FormTicket,
  request: NewRequest,
  now: Date,
): Hindrance | undefined {
  const identifier = identifierOf(ticket.id, request);
  const versions = versionsOf(ticket, known);
  const own = versions.find((one) => one.identifier === identifier);
  if (own?.state === 'sent') return { kind: 'sent', resource: own.resource };
  if (versions.some(({ state }) => state === 'posting')) return { kind: 'elsewhere' };
  const others = versions.filter((one) => one !== own);
  const likeness = likenessOf(request);
  // A correction resembles the request that it replaces.
  const expected = [identifier, ...(ticket.corrects?.identifiers ?? [])];
  const alike = recentOf(known, now).filter((one) => one.likeness === likeness && !expected.includes(one.identifier));
  const disclosed = [...new Set([...others, ...alike].map((one) => one.identifier))];
  const isUndisclosed = (one: Delivery) => ticket.disclosed?.includes(one.identifier) !== true;
  const earlier = others.filter(isUndisclosed);
  if (!own && earlier.length > 0) {
    return { kind: 'changed', isEarlierSent: earlier.every(({ state }) => state === 'sent'), disclosed };
  }
  const latest = alike.find(isUndisclosed);
  if (!latest) return undefined;
  const { at, state, isCancelled = false } = latest;
  const isConfirmed = state === 'sent' || isCancelled;
  return { kind: 'alike', at: new Date(at), isConfirmed, isCancelled, disclosed, like: latest };
}
