/** Parses a foreign ServiceRequest once, at the boundary, into a type whose fields can all be relied on. */
import { dayAfter, dayIn } from '#src/adapters/time-zone.ts';
import { mayBeReversed, prohibitionOf } from '#src/patients/modifier-elements.ts';
import { isPlaceholder, readParty, targetType } from '#src/patients/party.ts';
import { isOver, isStatement, isStop } from '#src/requests/progress/asks-no-provider.ts';
import { codeOf } from '#src/requests/progress/codes.ts';
import { saysOver } from '#src/requests/progress/over-note.ts';
import { lateness } from '#src/requests/progress/overdue.ts';
import { nameKey, PATIENTS_OWN } from '#src/requests/progress/owner.ts';
import { describePriority } from '#src/requests/progress/priority.ts';
import { codesIn } from '#src/requests/progress/purpose.ts';
import { withLaterElements } from '#src/requests/timing/later-elements.ts';
import { beginsAt, readNeeded } from '#src/requests/timing/needed.ts';
import { isGiven } from '#src/requests/timing/phrases.ts';
import { isSeries } from '#src/requests/timing/series.ts';
import { asConceptText, asRecord, asRecords, asText, asTexts, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { saysMasked } from '#src/smart/fhir/no-information.ts';
import { newestNotes, quoted } from '#src/smart/fhir/notes.ts';
import { localReference, referencesToRead, relationsOf } from '#src/smart/fhir/reference.ts';
import { readCaution, readDetail, readReasons, readService, readStatusReason } from './concepts.ts';
import { readRequestKeys } from './order-identity.ts';
import { describeSource, describeStatus } from './status.ts';
import { isShortened } from './withheld.ts';

/** A ServiceRequest of the EHR. Texts are plain and bounded; undefined = not given or unreadable. */
export type ServiceRequest = ReturnType<typeof readServiceRequest>;

/** FHIR R4 request-intent: an instruction of the patient or a relative, and one of several choices, ask no provider. */
const UNASKED_INTENTS = new Set<unknown>(['directive', 'option']);
const DERIVED_INTENTS = new Set<unknown>(['instance-order', 'reflex-order', 'filler-order']);

/** Never throws, whatever is missing or odd (FH-11). @param at `timeZone` is the organization's. */
export function readServiceRequest(received: ForeignRecord, at: { base: URL; now: Date; timeZone: string }) {
  const { base } = at;
  const resource = withLaterElements(received);
  const { status, intent } = resource;
  const needed = readNeeded(resource, at);
  const notes = newestNotes(resource.note);
  const given = asRecords(resource.performer).filter(namesProvider);
  const isOwn = (one: ForeignRecord) => PATIENTS_OWN.has(targetType(one, { base, container: resource }));
  const isPatients = given.length > 0 && given.every(isOwn);
  // A row names few of them, so the patient and relatives come after providers.
  const performers = given.length > 1 && !isPatients ? given.toSorted((a, b) => +isOwn(a) - +isOwn(b)) : given;
  const prohibition = prohibitionOf(resource);
  const isProhibited = prohibition !== false;
  const isUnclear = prohibition === 'unclear' || (!isProhibited && mayBeReversed(resource));
  const { service, category } = readService(resource);
  const { detail, moreDetails } = readDetail(resource, service, base);
  const codes = codesIn(resource.code);
  const intentCode = codeOf(intent);
  const isUnasked = UNASKED_INTENTS.has(intentCode) || isStatement(service, codes);
  const late = isProhibited || isUnasked ? undefined : lateness(needed, at);
  const isPastNeeded = late === 'days';
  const neededMs = beginsAt(resource, at.timeZone);
  // A deadline says nothing about its begin.
  const isAhead = !isDeadline(resource) && (neededMs ?? 0) > at.now.getTime() + DAY_MS;
  // Some guides send referrals as plans too, but for a day that is near.
  const isFar = isAhead && (neededMs ?? 0) > at.now.getTime() + MONTH_MS;
  const isFarPlan = intentCode === 'plan' && isFar && performers.length === 0;
  const isRepeated = isSeries(resource, service);
  const today = dayIn(at.now, at.timeZone);
  const { lastDay } = needed;
  const isDue = () => isRepeated || (lastDay !== undefined && (lastDay <= today || lastDay <= dayAfter(today)));
  const party = (reference: ForeignRecord) => readParty(reference, { base, now: at.now, container: resource });
  const parties = performers.map(party);
  const performerType = asConceptText(resource.performerType);
  const hasProvider = performers.length + asTexts(resource.performer).length > 0 || intentCode === 'filler-order';
  const said = { status, intent, hasProvider, isProhibited, isPatients, reason: readStatusReason(resource) };
  const own = describeStatus({ ...said, late, isAhead });
  return {
    id: asText(resource.id, 128) ?? '',
    /** `Patient/id` on this server; undefined for any other subject. */
    subject: localReference(resource.subject, base),
    isEnteredInError: codeOf(status) === 'entered-in-error',
    /** An execution detail of some other order, such as a nursing task, rather than a request of its own. */
    isDerivedOrder: DERIVED_INTENTS.has(intentCode),
    status: own,
    /** Its status without what other requests add to it. */
    ownStatus: own,
    /** What decides its status, its step and its provider, without what the time of day adds. */
    decisive: {
      ...{
        ...said,
        status: codeOf(status),
        intent: intentCode,
        prohibition,
        isUnclear,
        isUnasked,
        needed,
        performerType,
      },
      performers: parties.map(nameKey),
    },
    priority: describePriority(resource.priority) ?? describePriority(priorityBeside(resource)),
    source: describeSource(intent),
    service,
    category,
    codes,
    detail,
    moreDetails,
    caution: readCaution(resource, prohibition),
    isShortened: isShortened(resource),
    isProhibited,
    /** Only the EHR can say whether it must not be done. */
    isUnclear,
    /** It is about the end of something, so that finding a provider may be the opposite of what is meant. */
    isStop: !isUnasked && isStop(service),
    /** Its name says that it is over, or a note that may be the newest. */
    isOver: isOver(service) || notes.newest.some((note) => saysOver(note, service)),
    isPatients,
    isUnasked: isUnasked || isFarPlan,
    /** The beginning of its newest note, or of each that may be. */
    noted: quoted(notes),
    needed: needed.text,
    neededMs,
    /** It is to begin on a later day. */
    isAhead,
    /** It is wanted several times, and not all of them are surely over. */
    isSeries: isRepeated && !isPastNeeded,
    /** It is needed within a day, or for the first time. */
    isSoon: neededMs !== undefined && !isAhead && isDue(),
    /** It is wanted several times, and its first day is over. */
    hasBegun: isRepeated && neededMs !== undefined && neededMs + DAY_MS < at.now.getTime(),
    /** `Encounter/id` on this server; STU3 calls it the context. */
    encounter: localReference(resource.encounter ?? resource.context, base),
    authoredOn: isGiven(resource.authoredOn) ? asText(resource.authoredOn, 40) : undefined,
    lastUpdated: asText(asRecord(resource.meta).lastUpdated, 40),
    requester: asRecords(resource.requester).map(agentOf).map(party)[0],
    performers: parties,
    performerType,
    ...readReasons(resource, base),
    references: referencesToRead(resource, base),
    relations: relationsOf(resource, base),
    keys: readRequestKeys(received, base),
  };
}

/** Some national profiles say the urgency beside a code that is absent, or in an extension of the request. */
function priorityBeside({ _priority: beside, extension }: ForeignRecord): unknown {
  if (beside === undefined && extension === undefined) return undefined;
  const own = asRecords(extension).filter(({ url }) => /\bpriority$/i.test(asText(url) ?? ''));
  return [...asRecords(asRecord(beside).extension), ...own].map(
    ({ valueCodeableConcept, valueString }) => valueCodeableConcept ?? valueString,
  );
}

/** STU3 has the requester inside an `agent`. */
function agentOf(requester: ForeignRecord): ForeignRecord {
  return requester.agent === undefined ? requester : asRecord(requester.agent);
}

const DAY_MS = 24 * 60 * 60_000;
const MONTH_MS = 31 * DAY_MS;

function isDeadline({ occurrencePeriod }: ForeignRecord): boolean {
  return occurrencePeriod !== undefined && asRecord(occurrencePeriod).start === undefined;
}

/** An empty reference, or one to "Unassigned", names no provider; one that is masked does. */
function namesProvider(performer: ForeignRecord): boolean {
  const { reference, display, identifier } = performer;
  const elements = [performer, performer['_reference'], performer['_display']];
  return (
    elements.some((one) => asRecords(asRecord(one).extension).some(saysMasked)) ||
    (!isPlaceholder(performer) &&
      [reference, display, asRecord(identifier).value].some((text) => asText(text) !== undefined))
  );
}
