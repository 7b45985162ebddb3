/** Names the providers of a request in the words of its row: those of its Task, and those that it names itself. */
import type { PartyReference } from '#src/patients/party.ts';
import { nameKey } from '#src/requests/progress/owner.ts';
import type { Task } from '#src/requests/progress/task.ts';
import type { ServiceRequest } from './service-request.ts';

const MOST_NAMED = 2;

/** `counted` are the names for which the row has no room. */
export function sentTo(
  { performers, performerType }: ServiceRequest,
  { hasProvider, icon }: ServiceRequest['status'],
  nameOf: (party: PartyReference) => string,
  task: Task | undefined,
) {
  const owner = task?.owner;
  const isNamed = (party: PartyReference) => ![nameOf(NAMELESS), party.number].includes(nameOf(party));
  // A provider that declined leaves the others that the request names, and one without a name those with one.
  const isAsked = (party: PartyReference) =>
    owner === undefined ||
    (icon === 'declined' ? nameKey(party) !== nameKey(owner) : isNamed(party) && !isNamed(owner));
  const parties = [...(owner ? [owner] : []), ...performers.filter(isAsked)];
  const [first, ...others] = parties;
  if (first && others.length === 0) return { shown: { names: [nameOf(first)], more: 0 }, counted: [] };
  const byName = Map.groupBy(parties, nameOf);
  const names = [...byName.keys()];
  const counted = names.slice(MOST_NAMED);
  if (names.length === 0) {
    const kind = performerType === undefined ? hasProvider && nameOf(NAMELESS) : `Any: ${performerType}`;
    return { shown: kind === false ? undefined : { names: [kind], more: 0 }, counted };
  }
  // Several providers without a name, or of one name, have the same words, but each of them counts.
  const all = [...byName].map(([name, alike]) => (name === nameOf(NAMELESS) ? alike.length : countLocals(alike)));
  const more = all.reduce((sum, count) => sum + count) - Math.min(MOST_NAMED, names.length);
  return { shown: { names: names.slice(0, MOST_NAMED), more }, counted };
}

/** How many providers these are by their references, or else their numbers; one, where two types, such as a person and a role, may be the same. */
function countLocals(parties: readonly PartyReference[]): number {
  const locals = new Set(parties.flatMap(({ local }) => local ?? []));
  if (locals.size === 0) return new Set(parties.map(nameKey)).size;
  return new Set([...locals].map((local) => local.split('/')[0])).size === 1 ? locals.size : 1;
}

/** A provider without a name. */
export const NAMELESS: PartyReference = { display: undefined, local: undefined, contained: undefined };

/** What a row says of a provider who has the request: they may be on their way. */
export function takenBy(
  row:
    | { status: Pick<ServiceRequest['status'], 'icon' | 'word'>; sentTo?: { names: readonly string[] } | undefined }
    | undefined,
): string | undefined {
  if (!row || !TAKEN.has(row.status.icon)) return undefined;
  return [row.status.word, ...(row.sentTo?.names ?? [])].join(' · ');
}

const TAKEN = new Set<ServiceRequest['status']['icon']>(['received', 'accepted', 'booked', 'under-way', 'question']);
