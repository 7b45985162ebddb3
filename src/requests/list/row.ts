/** Turns a parsed request into the words of its row. */
import { dayText } from '#src/patients/fhir-date.ts';
import { elapsedText } from '#src/requests/timing/how-long-ago.ts';
import type { PartyReference, ServiceRequest } from './service-request.ts';

const MOST_NAMED = 2;

/** One row of the list; plain texts, which the view escapes. */
export type RequestRow = ReturnType<typeof toRow>;

/** When and where a page is read; `timeZone` is the organization's. */
interface ReadAt {
  readonly now: Date;
  readonly timeZone: string;
}

/** @param nameOf the name of a party of this request, as `resolveNames` found it. */
export function toRow(request: ServiceRequest, nameOf: (party: PartyReference) => string, at: ReadAt) {
  const { id, service, detail, category, caution, source, priority, needed, requester } = request;
  const [first, ...others] = request.reasons;
  return {
    id,
    service,
    detail,
    category,
    caution,
    status: { ...request.status, sinceText: sinceText(request, at) },
    source,
    priority,
    needed,
    sentTo: sentTo(request, nameOf),
    requested: { on: dayText(request.authoredOn, at.timeZone), by: requester && nameOf(requester) },
    reason: first === undefined ? undefined : { first, more: others.length },
  };
}

/** An order or draft began when it was written; when any other state began the EHR does not say, only when it last changed. */
function sinceText({ status, authoredOn, lastUpdated }: ServiceRequest, at: ReadAt): string | undefined {
  if (status.icon === 'ordered' || status.icon === 'draft') return elapsedText(authoredOn, at);
  const elapsed = elapsedText(lastUpdated, at);
  return elapsed && `changed ${elapsed === 'today' ? elapsed : `${elapsed} ago`}`;
}

function sentTo({ performers, performerType }: ServiceRequest, nameOf: (party: PartyReference) => string) {
  const names = [...new Set(performers.map(nameOf))];
  const kind = performerType === undefined ? undefined : { names: [`Any: ${performerType}`], more: 0 };
  return names.length === 0
    ? kind
    : { names: names.slice(0, MOST_NAMED), more: Math.max(0, names.length - MOST_NAMED) };
}
