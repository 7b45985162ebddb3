/** Says what the list shows of requests sent in the last quarter of an hour, even before the EHR lists them. */
import type { Request } from 'express';
import { openLaunchOf } from '#src/launches/pages/guard.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { PartyReference } from '#src/patients/party.ts';
import { businessIdentifier, identifierOf } from '#src/requests/delivery/deliveries.ts';
import { systemAndValue } from '#src/requests/delivery/look-button.ts';
import type { FormSending } from '#src/requests/delivery/sending.ts';
import type { Sent } from '#src/requests/form/draft-store.ts';
import type { FormTicket } from '#src/requests/form/form-ticket.ts';
import { NOTHING_CHOSEN } from '#src/requests/form/from-chart.ts';
import { offerOf } from '#src/requests/form/offered.ts';
import { writeRequest } from '#src/requests/form/to-service-request.ts';
import type { NewRequest } from '#src/requests/form/typed-request.ts';
import type { RequestList } from '#src/requests/list/list.ts';
import { NOT_AVAILABLE } from '#src/requests/list/names.ts';
import { type ReadAt, type RequestRow, toRow } from '#src/requests/list/row.ts';
import { readServiceRequest } from '#src/requests/list/service-request.ts';
import { receiversIn } from '#src/settings/receivers.ts';
import type { FhirResource } from '#src/smart/fhir/fhir-answer.ts';
import { age } from '#views/instant.ts';
import type { SentNotice } from '#views/requests/sent-notice.ts';
import { changesIn, otherIn } from './saved-otherwise.ts';

interface Place {
  launch: Launch;
  organization: Organization;
  publicUrl: URL;
  now: Date;
  /** When the list was read. */
  asOf: Date;
}

export interface FreshRows {
  /** The mark at each row, by the row's id. */
  readonly marks: ReadonlyMap<string, string>;
  /** The requests that the EHR does not list, as they were written. */
  readonly unlisted: readonly RequestRow[];
}

/** After this time only its row says that a request was sent, unless something has to be looked at. */
const SAID_MS = 2 * 60_000;

/** The notice about the last request that was sent; undefined where none was sent recently. */
export function sentNotice(
  [last]: readonly Sent[],
  { timeZone, receivers, showEhrOrders }: Organization,
  launch: Launch,
  asOf: Date,
): SentNotice | undefined {
  if (!last) return undefined;
  const isOld = asOf.getTime() - Date.parse(last.at) > SAID_MS;
  if (isOld && showEhrOrders && !hasCaution(last)) return undefined;
  const at = { base: new URL(launch.fhirBase), now: new Date(last.at), timeZone };
  const { service, needed, performers } = readServiceRequest(last.request, at);
  const provider = performers[0]?.display;
  const { telephone } = receiversIn(receivers).find(({ name }) => name === provider) ?? {};
  return {
    what: service,
    needed,
    at: at.now,
    number: last.number ?? idOf(last),
    id: idOf(last),
    provider,
    telephone: telephone === '' ? undefined : telephone,
    replaced: last.replaced,
    said: last.said,
    differs: last.differs,
  };
}

const hasCaution = ({ said = [], differs = [], replaced }: Sent) =>
  said.length + differs.length > 0 || ![undefined, 'cancelled', 'over'].includes(replaced?.end);

/** @param sent the recently sent requests, the latest first. */
export function freshRows(sent: readonly Sent[], list: RequestList, place: Place): FreshRows {
  if (list.isUnread) return { marks: new Map(), unlisted: [] };
  const rows = new Map([...list.open, ...list.closed].map((row) => [row.id, row]));
  const found = sent.map((one) => {
    const id = list.identifiers?.get(systemAndValue(place.publicUrl, one.identifier)) ?? idOf(one);
    const listed = id === undefined ? undefined : rows.get(id);
    const isLeftOut = id !== undefined && list.leftOut?.includes(id) === true;
    const isRead = id !== undefined && list.identifiers?.has(`ServiceRequest/${id}`) === true;
    return { one, id, listed, isLeftOut, isRead };
  });
  // A request that was read, and was not left out, but has no row of its own is shown with another order.
  const unlisted = found.filter(({ listed, isLeftOut, isRead }) => !listed && (isLeftOut || !isRead));
  const isWhole = list.identifiers !== undefined && !list.problem;
  return {
    marks: new Map([
      ...found.flatMap(({ one, id, listed }) =>
        listed && id !== undefined
          ? [[id, `Just sent${otherText(otherIn(listed, rowOf(one, id, place)))}`] as const]
          : [],
      ),
      ...unlisted.map(({ one, id, isLeftOut }) => {
        const saved = `Saved ${age(new Date(one.at), place.now)} ago`;
        const isMissing = isWhole && Date.parse(one.at) <= place.asOf.getTime();
        const lack = isLeftOut ? IN_ERROR : isMissing ? '; the EHR does not list it yet' : '';
        return [id ?? one.form, `${saved}${otherwiseText(one)}${lack}`] as const;
      }),
    ]),
    unlisted: unlisted.map(({ one, id, isLeftOut }) =>
      rowOf(isLeftOut ? { ...one, request: { ...one.request, status: 'unknown' } } : one, id, place),
    ),
  };
}

const IN_ERROR = ', but the EHR shows it as an error, or as a step of another order. Look in the chart.';
function otherText(differ: readonly string[]): string {
  return differ.length === 0 ? '' : `, but the EHR shows another ${differ.join(', ')}. Check it.`;
}

/** The row shows what was sent, so its mark says what the EHR answered. */
function otherwiseText({ differs = [] }: Sent): string {
  return differs.length === 0 ? '' : ` with differences (${differs.join(', ')}): check it`;
}

const NOT_GIVEN = { resource: undefined, number: undefined, said: undefined, saved: undefined };

function idOf({ resource }: Sent): string | undefined {
  return resource?.split('/')[1];
}

/** The row of a sent request. Without an id from the EHR, the request has no page of its own. */
function rowOf(
  { request, form }: Pick<Sent, 'request' | 'form'>,
  id: string | undefined,
  { launch, organization, now }: Pick<Place, 'launch' | 'organization' | 'now'>,
): RequestRow {
  const { timeZone } = organization;
  const read = readServiceRequest(request, { base: new URL(launch.fhirBase), now, timeZone });
  const isUser = ({ local }: PartyReference) => local !== undefined && local === launch.user.fhirUser;
  const nameOf = (party: PartyReference) => party.display ?? (isUser(party) ? 'you' : NOT_AVAILABLE);
  const visit = launch.context.encounter;
  const encounter = visit === undefined ? undefined : `Encounter/${visit}`;
  // Nothing says yet what a provider has answered.
  const at: ReadAt = { now, timeZone, isUser, encounter, isUnheard: true };
  return { ...toRow(read, nameOf, at), id: id ?? form };
}

/** @param sending ended in `sent`. An earlier one has no `written`: it is written anew, without the chart. */
export function sentOf(
  posted: { publicUrl: URL; request: Request; ticket: FormTicket; now: Date; replaced?: Sent['replaced'] },
  typed: NewRequest,
  { end, written }: FormSending & { written?: FhirResource | undefined },
): Omit<Sent, 'form'> {
  const { launch, organization } = openLaunchOf(posted.request);
  const { now } = posted;
  const identifier = identifierOf(posted.ticket.id, typed);
  const by = {
    launch,
    corrects: posted.ticket.corrects,
    identifier: businessIdentifier(posted.publicUrl, identifier),
    patientId: launch.context.patient,
    userName: launch.user.name,
    now,
    timeZone: organization.timeZone,
  };
  const whole = written ?? writeRequest(typed, NOTHING_CHOSEN, offerOf(organization), by).resource;
  const { note: _note, orderDetail: _detail, supportingInfo: _info, insurance: _insurance, ...request } = whole;
  const { resource, number, said, saved } = { ...NOT_GIVEN, ...end };
  const at = { launch, organization, now };
  return {
    ...{ identifier, at: now.toISOString(), request, resource, number, said, replaced: posted.replaced },
    // An answer without what FHIR requires is only a part of the request.
    differs: saved?.['status'] && saved['intent'] ? differencesIn(saved, whole, at) : undefined,
  };
}

function differencesIn(saved: FhirResource, sent: FhirResource, at: Pick<Place, 'launch' | 'organization' | 'now'>) {
  const rowIn = (request: FhirResource) => rowOf({ request, form: '' }, undefined, at);
  const known = otherIn(rowIn(saved), rowIn(sent));
  return [...known.map((word) => `another ${word}`), ...changesIn(saved, sent, known)];
}
