/** Turns a request, with the resources that were read for it, into the props of its page. */
import { readNamedResource } from '#src/patients/named-resource.ts';
import { type PartyReference, readParty } from '#src/patients/party.ts';
import { numbersOf } from '#src/patients/patient-of-resource.ts';
import { codedReasons, REASON_ELSEWHERE } from '#src/requests/list/concepts.ts';
import { fillersIn } from '#src/requests/list/fillers.ts';
import { isNewerVersion } from '#src/requests/list/left-out.ts';
import { type Naming, NOT_AVAILABLE, resolveNames } from '#src/requests/list/names.ts';
import { withNumbers } from '#src/requests/list/replaced-orders.ts';
import { type ReadAt, type RequestRow, toRow } from '#src/requests/list/row.ts';
import { gatherTasks, tasksFor } from '#src/requests/list/search-tasks.ts';
import { NAMELESS } from '#src/requests/list/sent-to.ts';
import { readServiceRequest, type ServiceRequest } from '#src/requests/list/service-request.ts';
import { replacingIn, withReplaced } from '#src/requests/progress/replacing.ts';
import { recordsNamed } from '#src/requests/progress/reported.ts';
import { done, doneInDoubt } from '#src/requests/progress/task-words.ts';
import { withLaterElements } from '#src/requests/timing/later-elements.ts';
import { asLongConceptText, asRecord, asRecords, asWritten, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { displayOf, localReference } from '#src/smart/fhir/reference.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import type { DetailFrame, DetailProps } from '#views/requests/detail-page.ts';
import { isAsked, isHeld, isMissedVisit, isToCome, namesProvider } from './appointments.ts';
import { readFacts } from './facts.ts';
import { readNumbers } from './numbers.ts';
import type { ReadDetail } from './read-detail.ts';
import type { Place } from './referred.ts';
import { relatedRequests } from './related.ts';
import { resourceJson } from './resource-json.ts';
import { readTimeline } from './timeline.ts';

const CHECK = { text: 'Check it in the EHR', isAction: true };
const SEE_APPOINTMENT = { text: 'Check the appointment', isAction: true };

/** What a later appointment that did not take place puts in doubt. */
const GOES_ON = new Set(['accepted', 'under-way']);

/** Makes no call to the EHR: it uses only names that came with the request. @param rows the rows of the kept list. */
export async function describeDetail(
  api: FhirApi,
  { resource, referred, events: came, siblings, isAlone, isPartial }: ReadDetail,
  rows: readonly RequestRow[],
  place: Place & Pick<Naming, 'patientId' | 'user'> & Pick<ReadAt, 'limits'> & { readonly ownSystem: string },
): Promise<Omit<DetailProps, keyof DetailFrame | 'cancelHref' | 'correct'>> {
  const { base, now, timeZone, patientId, user, limits } = place;
  const [asRead, ...others] = withNumbers(
    [resource, ...siblings.filter(({ id }) => id !== resource.id)].map((one) => readServiceRequest(one, place)),
  ).filter((one, at) => at === 0 || !one.isEnteredInError);
  const fillers = others.filter(({ isDerivedOrder }) => isDerivedOrder);
  const request = fillersIn(fillers).withFiller(asRead ?? readServiceRequest(resource, place));
  const events = came.map((event) => withRecords(event, referred, base));
  const gathered = gatherTasks({ base, patientId, now });
  for (const event of events) if (event.resourceType === 'Task') gathered.take(event);
  for (const one of referred) gathered.takeRecord(one);
  const task = tasksFor(gathered.tasks(), () => [])(request);
  const parties = [...request.performers, ...(request.requester ? [request.requester] : [])];
  const included = referred.map((one) => readNamedResource(one, { base, now }));
  const naming = { included, now, patientId, user, canRead: () => false };
  const { nameOf } = await resolveNames(api, [...parties, ...(task?.owner ? [task.owner] : [])], naming);
  const nameIn = (reference: unknown, event: ForeignRecord) => {
    const party = readParty(asRecord(reference), { base, now, container: event });
    return nameOf(party) === NOT_AVAILABLE ? undefined : nameOf(party);
  };
  const inFull = (party: PartyReference) => {
    const { local, contained = included.find(({ reference = '' }) => reference === local) } = party;
    const telephone = contained?.telephone && `, ${contained.telephone}`;
    const number = party.number !== nameOf(party) && party.number && ` (${party.number})`;
    return [nameOf(party), number, telephone].filter(Boolean).join('');
  };
  const isOwn = numbersOf(resource).some((name) => name.startsWith(`${place.ownSystem}|`));
  const listed = rows.find(({ id }) => id === request.id);
  // The list was read with Tasks too: an answer with no Task, or not all of them, does not contradict it.
  // It may have come with a record that the page could not read, and that says whether it was carried out.
  const isEnded = [done, doneInDoubt].some(({ word }) => word === listed?.status.word);
  const isOfList = listed && (!task || isPartial || (isEnded && task.isUnseen === true));
  const isUnheard = isOfList ? listed.isUnheard === true : isAlone || isPartial;
  const fresh = toRow(request, nameOf, { now, timeZone, limits, isUnheard, isOwn: () => isOwn }, task);
  const isOlder = listed !== undefined && isNewerVersion(versionOf(listed, request), request.keys.version);
  const last = isOlder ? overOlder(listed, fresh) : isOfList ? withList(fresh, listed) : fresh;
  // Of another request, what was read just now counts.
  const shown = others.map((one) => ({
    ...toRow(one, nameOf, { now, timeZone }),
    older: rows.find(({ id }) => id === one.keys.id)?.older,
  }));
  // Also of one that was entered in error since.
  const known = [...rows.filter(({ id }) => id === request.id || siblings.every((one) => one.id !== id)), ...shown];
  const ofList = listed?.relations.byNumber;
  const own = ofList ? { ...fresh, relations: { ...fresh.relations, byNumber: ofList } } : fresh;
  const replaced = replacingIn(known).replaced({ ...own, status: last.status });
  const { status, next, still, sentTo } = withReplaced(last, replaced);
  // Only the list knows which older requests this one replaced.
  const older = listed?.older;
  // An appointment is read only here. It may be with anyone, so the page no longer says that a provider is missing.
  const held = events.some(isHeld);
  const isBare = status.icon === 'ordered' && !older?.some((one) => one.isOpen) && !request.isProhibited;
  const isAwaited = isBare && (held || (!status.hasProvider && events.some(isAsked)));
  const isAgreed = (event: ForeignRecord) =>
    (status.hasProvider && (isBare || status.icon === 'booked')) || (isBare && namesProvider(event));
  const isAfterTask = ({ start }: (typeof events)[number]) =>
    task !== undefined && GOES_ON.has(status.icon) && Date.parse(asWritten(start)) > task.changedMs;
  const isMissed = !held && events.some((event) => isMissedVisit(event) && (isAgreed(event) || isAfterTask(event)));
  // What is closed may still be carried out.
  const isExpected = status.group === 'closed' && events.some((event) => isToCome(event, now));
  const references = ['basedOn', 'replaces'].flatMap((name) => asRecords(resource[name]));
  const displayed = new Map(references.map((one) => [localReference(one, base), displayOf(one)]));
  const related = relatedRequests(own, known, displayed);
  const row = {
    ...{ ...(isOlder ? last : fresh), still, sentTo, older, isUnheard: last.isUnheard === true },
    status: isAwaited ? { ...status, hasProvider: true } : status,
    next: !replaced && (isAwaited || isMissed || isExpected) ? SEE_APPOINTMENT : next,
  };
  // The list may know a name from resources that came with it, or, for a referral, from its order.
  const isNamed = (party: PartyReference) => nameOf(party) !== nameOf(NAMELESS);
  const providers = [...(task?.owner ? [task.owner] : []), ...request.performers];
  const isOnlyListed = ({ names }: NonNullable<typeof sentTo>) =>
    names.some((name) => !providers.map(nameOf).includes(name));
  const knowsMore =
    providers.length === 0 || !providers.every(isNamed) || (sentTo !== undefined && isOnlyListed(sentTo));
  const isListed = status.hasProvider && knowsMore;
  const listedNames = isListed ? (sentTo?.names ?? []).filter((name) => name !== nameOf(NAMELESS)) : [];
  const isSaid = (party: PartyReference) => listedNames.length === 0 || isNamed(party);
  const inFulls = providers.filter(isSaid).map(inFull);
  const named = [...listedNames.filter((name) => !providers.map(nameOf).includes(name)), ...inFulls];
  const performers = named.length === 0 && status.hasProvider ? (sentTo?.names ?? []) : named;
  const asked = request.requester;
  const requester = asked && (isNamed(asked) || !listed) ? inFull(asked) : listed?.requested.by;
  const { coded, masked } = codedReasons(resource, asLongConceptText);
  // The list may know the reason from what came with it, or, for a referral, from its order.
  const given = listed?.reason?.first;
  const isUnread = isAlone && given !== REASON_ELSEWHERE && request.reasons.every((one) => one === REASON_ELSEWHERE);
  const listedReasons = given !== undefined && (isUnread || request.reasons.length === 0) ? [given] : [];
  const shownFacts = {
    ...row,
    requester,
    performers: [...new Set(performers)],
    reasons: [...coded, ...masked, ...listedReasons],
  };
  // What is no link among the related requests is at least named.
  const unlinked = (name: 'basedOn' | 'replaces') =>
    asRecords(resource[name]).filter(
      (one) => !related.some(({ id }) => localReference(one, base) === `ServiceRequest/${id}`),
    );
  const authoredOn = request.authoredOn && resource.authoredOn;
  const facts = {
    ...withLaterElements(resource),
    authoredOn,
    basedOn: unlinked('basedOn'),
    replaces: unlinked('replaces'),
  };
  return {
    row,
    sections: readFacts(facts, referred, shownFacts, place),
    timeline: readTimeline(facts, events, requester, place, nameIn),
    related,
    numbers: readNumbers(resource, place.ownSystem),
    notices: [
      replaced?.notice,
      isOlder &&
        'The EHR sent an older version of this request than the list shows, so the details here may be out of date. Check it in the EHR.',
      older?.some(({ isOpen }) => isOpen) &&
        'This request replaces an older one that is still open in the EHR. To cancel the older one, open it under “Related requests”.',
      older?.some(({ said }) => said !== undefined) &&
        'This request replaces an older one that a provider may still carry out, or may have carried out. Open the older one, and call the provider.',
      request.isDerivedOrder &&
        'The list does not show this entry, because it is a step of carrying out an order. See the order in the EHR.',
      isAlone && 'Names and events that the EHR keeps elsewhere could not be read with this request.',
      isPartial && 'Not everything about this request could be read. See the EHR.',
    ].filter((line) => typeof line === 'string'),
    json: resourceJson(resource, base),
  };
}

/** A Task whose results were read says as much as one that contains them. */
function withRecords(event: ForeignRecord, referred: readonly ForeignRecord[], base: URL): ForeignRecord {
  const locals = recordsNamed(event).map((one) => localReference(one, base));
  const records = referred.filter(({ resourceType, id }) =>
    locals.includes(`${asWritten(resourceType)}/${asWritten(id)}`),
  );
  return records.length === 0 ? event : { ...event, contained: [...asRecords(event.contained), ...records] };
}

/** The EHR may serve single reads from a copy that lags behind its searches. What both say differently is said. */
function overOlder(listed: RequestRow, fresh: RequestRow): RequestRow {
  const says = fresh.status.word !== listed.status.word && `the older version says “${fresh.status.word}”`;
  const note = [listed.status.note, says].filter(Boolean).join(' · ') || undefined;
  return { ...listed, status: { ...listed.status, note }, next: CHECK };
}

function versionOf({ version = { number: undefined, updatedMs: undefined } }: RequestRow, own: ServiceRequest) {
  const number = version.number === undefined ? undefined : BigInt(version.number);
  // One number is one version, whatever the precision of its time in a search and in a read.
  const isSame = number !== undefined && number === own.keys.version.number;
  return { number, updatedMs: isSame ? undefined : version.updatedMs };
}

/** What the list heard of an order was said of the order that the list has seen: once the EHR changes it, it is in doubt. */
function withList(fresh: RequestRow, listed: RequestRow): RequestRow {
  if (listed.digest === fresh.digest) return listed;
  if (!listed.isHeard) return listed.older?.some((one) => one.isOpen || one.said) ? { ...fresh, next: CHECK } : fresh;
  const { status, sentTo } = listed;
  const before = [status.word, status.note].filter(Boolean).join(', ');
  const note = [fresh.status.note, `before the EHR changed it: ${before}`].filter(Boolean).join(' · ');
  const hasProvider = fresh.status.hasProvider || status.hasProvider;
  return { ...fresh, status: { ...fresh.status, note, hasProvider }, sentTo: fresh.sentTo ?? sentTo, next: CHECK };
}
