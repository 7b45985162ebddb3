/** Searches the EHR for the unconfirmed versions of a form, and sends nothing (FH-17). */
import type { FormOwner, FormTicket } from '#src/requests/form/form-ticket.ts';
import type { NewRequest } from '#src/requests/form/typed-request.ts';
import { writeOccurrence } from '#src/requests/timing/write-occurrence.ts';
import { namesIn, requestIn } from './create-proof.ts';
import { businessIdentifier, identifierOf, UNREADABLE, unconfirmedOf, versionsOf } from './deliveries.ts';
import { findSent, unseenBy } from './search-sent.ts';
import { type FormSending, type SendingDependencies, type SendingLaunch, searchOf, storeSoon } from './sending.ts';

/** @param ticket not expired, of this patient and user. @param request undefined if it cannot be sent as it is. */
export async function lookAgain(
  deps: SendingDependencies,
  sendingLaunch: SendingLaunch,
  ticket: FormTicket,
  request: NewRequest | undefined,
): Promise<FormSending> {
  const known = await deps.deliveries.of(ticket.owner);
  const versions = versionsOf(ticket, known);
  const own = request && identifierOf(ticket.id, request);
  const sent = versions.find(({ identifier, state }) => identifier === own && state === 'sent');
  if (sent) return { end: { kind: 'sent', resource: sent.resource }, newlyFound: 0 };
  if (versions.some(({ state }) => state === 'posting')) return { end: { kind: 'elsewhere' }, newlyFound: 0 };

  const unconfirmed = unconfirmedOf(ticket, known);
  const nameOf = (identifier: string) => systemAndValue(deps.publicUrl, identifier);
  const { api, patient } = sendingLaunch.open();
  await patient;
  const search = searchOf(sendingLaunch);
  const like = request && {
    code: { text: request.what },
    authoredOn: ticket.issuedAt,
    ...writeOccurrence({ day: request.neededOn, ...request.time }, search.timeZone),
  };
  const { found, isComplete, isAlike } = await findSent(api, unconfirmed.map(nameOf), search, like);
  const arrived = unconfirmed.filter((identifier) => found.has(nameOf(identifier)));
  const newlyFound = await markSent(deps, ticket.owner, arrived);
  if (own !== undefined && arrived.includes(own)) {
    const one = found.get(nameOf(own));
    const names = namesIn(one, { identifier: [businessIdentifier(deps.publicUrl, own)] });
    return { end: { kind: 'sent', ...names, saved: requestIn(one) }, newlyFound };
  }
  const disclosed = versions.map(({ identifier }) => identifier);
  if (arrived.length > 0) return { end: { kind: 'changed', isEarlierSent: true, disclosed }, newlyFound };
  const isAbsent = isComplete && !isAlike && !disclosed.includes(UNREADABLE);
  const isOther = versions.some((one) => one.isOther && one.state === 'unknown');
  return {
    end: isAbsent
      ? { kind: 'absent', isOther }
      : { kind: 'unknown', unseen: isAlike ? 'alike' : unseenBy(search), isOther },
    newlyFound,
  };
}

/** The identifier as `system|value`, the form that searches and lists use. */
export function systemAndValue(publicUrl: URL, identifier: string): string {
  const { system, value } = businessIdentifier(publicUrl, identifier);
  return `${system}|${value}`;
}

/** Records that requests were found in the EHR. @returns for how many of them this is news. */
export async function markSent(
  deps: Pick<SendingDependencies, 'deliveries' | 'retries'>,
  owner: FormOwner,
  identifiers: readonly string[],
): Promise<number> {
  let count = identifiers.length;
  if (count === 0) return 0;
  await storeSoon(deps, () =>
    deps.deliveries.change(owner, (known) => {
      const isNews = ({ identifier, state }: (typeof known)[number]) =>
        identifiers.includes(identifier) && state !== 'sent';
      count = known.filter(isNews).length;
      return count === 0 ? undefined : known.map((one) => (isNews(one) ? { ...one, state: 'sent' } : one));
    }),
  );
  return count;
}
