/** Reads the concepts of a ServiceRequest as words: what is requested, why, and under which conditions. */
import { certaintiesOf, conditionsOf, prohibitionOf } from '#src/patients/modifier-elements.ts';
import { isOver } from '#src/requests/progress/asks-no-provider.ts';
import { lettersOf } from '#src/requests/progress/letters.ts';
import { categoryWords } from '#src/requests/search/scope-limits.ts';
import { containedOf, type Place } from '#src/smart/fhir/contained.ts';
import {
  asConceptText,
  asInformation,
  asLongConceptText,
  asRecord,
  asRecords,
  asText,
  asWritten,
  type ForeignRecord,
} from '#src/smart/fhir/fields.ts';
import { narrativeOf } from '#src/smart/fhir/narrative.ts';
import { quantitiesOf } from '#src/smart/fhir/quantity.ts';
import { displayOf, leadsToPatient, localReference } from '#src/smart/fhir/reference.ts';
import { bodySitesOf } from './body-sites.ts';
import { isError, reasonIn, valueOf } from './resource-words.ts';
import { namesBeyond, withSides } from './sides.ts';
import { isMasked, isTestData, isWithheld } from './withheld.ts';

const NOT_NAMED = 'Service not named by EHR';
/** The labels of what the app writes among the details of its own requests. */
export const DETAIL_LABELS = { to: 'To', phone: 'Telephone', language: 'Language' } as const;
/** How to reach the patient is for the receiver and does not distinguish one order from another. */
const CONTACT = [DETAIL_LABELS.phone, DETAIL_LABELS.language].map((label) => `${label}: `);
/** A row has room for no more; the request's page has. In characters: one of them, and up to four together. */
const LONGEST_DETAIL = 80;
const ROOM_FOR_DETAILS = 80;
/** "3" alone says nothing. */
const UNITLESS = /^(?:up to |at least )?(?:[<>]=? )?[\d.]+(?: to [\d.]+)?$/;
/** Stands for a reason that the EHR has and this app does not read. */
export const REASON_ELSEWHERE = 'Given in the EHR';

/** The service, by the narrative where no element names it, and the first category that says something else. */
export function readService(resource: ForeignRecord): { service: string; category: string | undefined } {
  const categories = asRecords(resource.category).flatMap((category) => {
    const text = asConceptText(category);
    return text === undefined ? [] : categoryWords(text);
  });
  const named =
    asConceptText(resource.code) ??
    asInformation(resource.code) ??
    displayOf(asRecord(resource.code).reference) ??
    ofOtherVersions(resource);
  const service = named ?? categories[0] ?? narrativeOf(resource, LONGEST_DETAIL) ?? NOT_NAMED;
  return { service, category: categories.find((category) => lettersOf(category) !== lettersOf(service)) };
}

/** What STU3's referrals, and gateways that keep an appointment's names, call the service. */
function ofOtherVersions({ serviceRequested, serviceType, specialty }: ForeignRecord): string | undefined {
  const names = [serviceRequested, serviceType, specialty].map((one) => asRecords(one).flatMap(textsOf).join(', '));
  return names.find((text) => text !== '');
}

const textsOf = (concept: ForeignRecord) => asConceptText(concept) ?? [];

/** What distinguishes two orders of one service: sites, amount, manner; `moreDetails` are only counted. */
export function readDetail(
  resource: ForeignRecord,
  service: string,
  base: URL,
): { detail: string | undefined; moreDetails: readonly string[] } {
  const ordered = orderDetailsOf(resource)
    .filter((text) => !CONTACT.some((label) => text.startsWith(label)))
    .flatMap((text) => asText(text, LONGEST_DETAIL) ?? []);
  const amounts = quantitiesOf(resource).map((text) => (UNITLESS.test(text) ? `Quantity ${text}` : text));
  const isAnyOrder = ANY_ORDERS.has(lettersOf(service));
  const codes = (isAnyOrder ? otherNames(asRecord(resource.code)) : contraryNames(resource, service)).map(plainName);
  // Without a text, each coding may be what was ordered. Most only use other words, so they push out no amount.
  const isAlone = !isAnyOrder && asInformation(asRecord(resource.code).text) === undefined;
  const further = isAlone ? namesBeyond(service, otherNames(asRecord(resource.code))).map(alsoCoded) : [];
  const about = focusesOf(resource, base).map((text) => `For ${text}`);
  // A code that is no name may repeat the name in other words: it pushes out no side.
  const named = [...about, ...(isAnyOrder ? codes : []), ...bodySitesOf(resource)];
  const all = [...new Set([...named, ...codes, ...amounts, ...ordered, ...further])];
  const details = all.filter((text) => lettersOf(text) !== lettersOf(service));
  if (details.length === 0) return { detail: undefined, moreDetails: details };
  const fits = (count: number) => details.slice(0, count).join(', ').length <= ROOM_FOR_DETAILS;
  const shown = [4, 3, 2].find((count) => count <= details.length && fits(count)) ?? 1;
  const moreDetails = details.slice(shown);
  const more = moreDetails.length > 0 ? ` +${moreDetails.length} more` : '';
  return { detail: `${details.slice(0, shown).join(', ')}${more}` || undefined, moreDetails };
}

/** Names under which any order may be found. */
const ANY_ORDERS = new Set(
  'consult consultation consults konsil referral überweisung überweisungsschein verwijzing order auftrag anforderung request sonstiges autre anders otro procedure service miscellaneous externalreferral ambulatoryreferral'.split(
    ' ',
  ),
);

/** SNOMED CT ends a name with its kind. */
const plainName = (name: string) =>
  name.replace(/ \((?:procedure|regime\/therapy|physical object|qualifier value)\)$/, '');

/** Words of which one denies the other. */
const OPPOSITES = [
  [
    /\b(?:without|wo|w\/o|ohne|sans|sin|senza|zonder|ut[ea]n|uden) (?:(?:and|&) (?:with|w\/?) |und mit )?(?:iv |i\.v\. )?(?:contrast|kontrast|km\b)/i,
    /\b(?:with|w\/?|w\/wo|mit|avec|con|met|med) (?:(?:and|&) (?:without|wo|w\/o) |und ohne )?(?:iv |i\.v\. )?(?:contrast|kontrast|km\b)/i,
  ],
  [/\badult/i, /\bpa?ediatric/i],
  [/\bone[- ]way\b/i, /\bround[- ]trip\b/i],
  [/\binpatient\b/i, /\boutpatient\b/i],
] as const;

/** The codings that deny the name, and the one that the user chose if it says something else. */
function contraryNames({ code }: ForeignRecord, service: string): string[] {
  const chosen = asRecords(asRecord(code).coding).flatMap(({ userSelected, display }) =>
    userSelected === true && !lettersOf(service).includes(lettersOf(plainName(asWritten(display)))) ? display : [],
  );
  const denies = (name: string) =>
    OPPOSITES.some((pair) => {
      const [own = '', others = ''] = [service, name].map((text) =>
        pair.map((words) => Number(words.test(text))).join(''),
      );
      return ['01,10', '10,01'].includes(`${own},${others}`);
    });
  const names = otherNames(asRecord(code)).filter((name) => chosen.includes(name) || denies(name));
  return names.map(alsoCoded);
}

const alsoCoded = (name: string) => plainName(`Also coded as ${name}`);

/** What the codings of a concept say beside its name, as each may be something else, and its translations. */
export function otherNames(concept: ForeignRecord): string[] {
  const name = asConceptText(concept)?.toLowerCase();
  const displays = asRecords(concept.coding).flatMap(({ display }) => asInformation(display) ?? []);
  const translations = asRecords(asRecord(concept['_text']).extension)
    .filter(({ url }) => asWritten(url).endsWith('/translation'))
    .flatMap(({ extension }) => asRecords(extension).flatMap(({ valueString }) => asInformation(valueString) ?? []));
  return [...new Set([...displays, ...translations])].filter((display) => display.toLowerCase() !== name);
}

/** FHIR R5 ServiceRequest.focus: a fetus or a donor, whom the order is about. Another person is not named. */
export function focusesOf({ focus, subject }: ForeignRecord, base: URL): string[] {
  const own = localReference(subject, base);
  return asRecords(focus)
    .filter((one) => own === undefined || localReference(one, base) !== own)
    .map((one) => (leadsToPatient(one) ? 'another person (see the EHR)' : (displayOf(one) ?? 'what is in the EHR')));
}

/** FHIR R4 ServiceRequest.orderDetail: "Bariatric"; of R5, whose details are parameters: "Oxygen: 2 L/min". */
export function orderDetailsOf(resource: ForeignRecord): string[] {
  if (resource.orderDetail === undefined) return [];
  return asRecords(resource.orderDetail).flatMap((one) => {
    const parameters = asRecords(one.parameter).map((each) => [asConceptText(each.code), valueOf(each)]);
    const { concept, reference } = asRecord(one.parameterFocus);
    const focus =
      one.parameterFocus === undefined
        ? []
        : [[asConceptText(concept) ?? displayOf(reference) ?? 'For what is in the EHR']];
    return [[asLongConceptText(one)], ...focus, ...parameters].flatMap(
      (words) => words.filter(Boolean).join(': ') || [],
    );
  });
}

/** The same of national guides. Beside the status, any reason is the status's. */
const OWN_REASON = /(?:status|cancel\w{0,8}|revo\w{0,8}|hold|stop)[-_]?reason$/i;

/** Why it was cancelled or put on hold: an extension of FHIR R4, as ServiceRequest has no element for it; some put it on the status. */
export function readStatusReason({ extension, _status: beside }: ForeignRecord): string | undefined {
  if (extension === undefined && beside === undefined) return undefined;
  const isOfStatus = ({ url, valueString }: ForeignRecord) =>
    /reason$/i.test(asWritten(url)) || isOver(asText(valueString) ?? '');
  const reasons = [
    ...asRecords(extension).filter(({ url }) => OWN_REASON.test(asWritten(url))),
    ...asRecords(asRecord(beside).extension).filter(isOfStatus),
  ];
  if (reasons.length === 0) return undefined;
  const words = reasons.map(({ valueCodeableConcept, valueCoding, valueString }) => {
    const coding = valueCoding === undefined ? {} : { coding: [valueCoding] };
    return asConceptText(valueCodeableConcept) ?? asConceptText({ text: valueString, ...coding });
  });
  return [...new Set(words)].filter(Boolean).join(', ') || undefined;
}

const WITHHELD = 'Parts of it are withheld: see the EHR';
const TEST_DATA = 'Marked as test data: see the EHR';

/** Everything that changes the meaning of the whole request, in one line; FHIR forbids showing the request without it. */
export function readCaution(resource: ForeignRecord, prohibition = prohibitionOf(resource)): string | undefined {
  const others = [isWithheld(resource) && WITHHELD, isTestData(resource) && TEST_DATA].filter((line) => line !== false);
  return [...conditionsOf(resource, prohibition), ...others].join(' · ') || undefined;
}

/** How a line names a request that it does not show. */
export function withCaution({ service, caution }: { service: string; caution?: string | undefined }): string {
  return caution === undefined ? service : `${caution} · ${service}`;
}

/**
 * Each reason once: coded ones, then those that references name. A reference without words may stand for a coded
 * reason; if there are more of them than codes, there is a further reason, and `unnamed` holds their `Type/id`.
 */
export function readReasons(resource: ForeignRecord, base: URL): { reasons: string[]; unnamed: readonly string[] } {
  const { coded, masked } = codedReasons(resource);
  const none = { reasons: [...new Set([...coded, ...masked])], unnamed: NONE };
  if (resource.reasonReference === undefined && resource.reason === undefined) return none;
  const place = { base, container: resource };
  const references = [resource.reasonReference, ...asRecords(resource.reason).map((one) => one.reference)].flatMap(
    (one) => asRecords(one),
  );
  if (references.length === 0) return none;
  const referred = references.map((reference) => ({
    text: reasonIn(containedOf(reference, place) ?? {}, displayOf(reference)),
    isThere: leadsSomewhere(reference, place),
    local: localReference(reference, base),
  }));
  const said = new Set([...coded, ...referred.flatMap(({ text }) => text ?? [])]);
  const wordless = referred.filter(({ text, isThere }) => text === undefined && isThere);
  const isMore = wordless.length > coded.length;
  return {
    reasons: [...said, ...(isMore ? [REASON_ELSEWHERE] : masked)],
    unnamed: isMore && masked.length === 0 ? wordless.map(({ local }) => local ?? '') : NONE,
  };
}

const NONE: readonly string[] = [];

/** The reasons that no reference names; `masked` stands for one that is withheld. */
export function codedReasons(resource: ForeignRecord, wordsOf = asConceptText) {
  // R5 has one list for codes and references.
  const concepts = [...asRecords(resource.reasonCode), ...asRecords(resource.reason)];
  const coded = concepts.flatMap((concept) => withSides(wordsOf(concept), concept, certaintiesOf(concept)) ?? []);
  return { coded, masked: concepts.some(isMasked) ? [REASON_ELSEWHERE] : [] };
}

function leadsSomewhere(reference: ForeignRecord, place: Place): boolean {
  const isNamed = asInformation(reference.reference) ?? asInformation(asRecord(reference.identifier).value);
  return isNamed !== undefined && !isError(containedOf(reference, place) ?? {});
}
