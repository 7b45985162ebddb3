/** Reads everything of a ServiceRequest that matters to a clinician, in sections of plain texts. */
import { bodySitesOf } from '#src/requests/list/body-sites.ts';
import { DETAIL_LABELS, focusesOf, orderDetailsOf, otherNames } from '#src/requests/list/concepts.ts';
import type { RequestRow } from '#src/requests/list/row.ts';
import { categoryWords } from '#src/requests/search/scope-limits.ts';
import { eachDay } from '#src/requests/timing/listed-times.ts';
import { momentText, withMoments } from '#src/requests/timing/moments.ts';
import {
  asConceptText,
  asInformation,
  asLines,
  asLongConceptText,
  asRecord,
  asRecords,
  asText,
  asTexts,
  type ForeignRecord,
} from '#src/smart/fhir/fields.ts';
import { narrativeOf } from '#src/smart/fhir/narrative.ts';
import { notesOf } from '#src/smart/fhir/notes.ts';
import { quantitiesOf } from '#src/smart/fhir/quantity.ts';
import { displayOf, leadsToPatient, localReference } from '#src/smart/fhir/reference.ts';
import type { DetailProps } from '#views/requests/detail-page.ts';
import { lacksProvider, noProvider } from '#views/requests/request-row.ts';
import { readExtensions } from './extensions.ts';
import { namesOf, type Place } from './referred.ts';

type NoProvider = Parameters<typeof lacksProvider>[0];

const LONGEST_NOTE = 2_000;
const MOST_NOTES = 200;

interface Known extends Pick<RequestRow, 'needed'>, NoProvider {
  readonly requester: string | undefined;
  readonly performers: readonly string[];
  readonly reasons: readonly string[];
}

/** Never throws (FH-11); a fact without texts is left out, and so is a section without facts. @param read already checked for other patients. */
export function readFacts(
  resource: ForeignRecord,
  read: readonly ForeignRecord[],
  known: Known,
  place: Place,
): DetailProps['sections'] {
  const named = namesOf(resource, read, place);
  const concepts = (name: string) => asRecords(resource[name]).flatMap((one) => asConceptText(one) ?? []);
  const details = orderDetailsOf(resource);
  const labels = Object.values(DETAIL_LABELS);
  const labelled = (label: string) =>
    details.filter((text) => text.startsWith(`${label}: `)).map((text) => text.slice(label.length + 2));
  const to = labelled(DETAIL_LABELS.to);
  const reasons = [...new Set([...known.reasons, ...named('reasonReference'), ...named('reason')])];
  const sections: Record<string, Record<string, readonly string[]>> = {
    What: {
      Service: serviceInFull(resource),
      'Also coded as': otherNames(asRecord(resource.code)),
      About: focusesOf(resource, place.base),
      Category: concepts('category').map(categoryWords),
      'Body site': bodySitesOf(resource),
      Quantity: quantitiesOf(resource),
      'Order details': details.filter((text) => !labels.some((label) => text.startsWith(`${label}: `))),
      Specimen: named('specimen'),
      Security: asRecords(asRecord(resource.meta).security).flatMap((one) => asConceptText({ coding: [one] }) ?? []),
    },
    When: {
      Needed: listed(known.needed),
      'Each day': eachDay(asRecord(resource.occurrenceTiming).event, place.timeZone),
      Requested: listed(momentText(resource.authoredOn, { timeZone: place.timeZone, today: '' }) ?? undefined),
    },
    Where: {
      [to.length > 0 ? 'From' : 'Place']: ['locationReference', 'location']
        .flatMap(named)
        .concat(concepts('locationCode')),
      [DETAIL_LABELS.to]: to,
      Encounter: ['encounter', 'context'].flatMap(named),
    },
    Who: {
      'Requested by': listed(known.requester),
      Provider: lacksProvider(known) ? [noProvider(known)] : known.performers,
      'Kind of provider': listed(asConceptText(resource.performerType)),
    },
    Contact: {
      [DETAIL_LABELS.phone]: labelled(DETAIL_LABELS.phone),
      [DETAIL_LABELS.language]: labelled(DETAIL_LABELS.language),
    },
    Why: { Reason: reasons.filter(isSaid), 'Also coded as': asRecords(resource.reasonCode).flatMap(otherNames) },
    Insurance: { Coverage: named('insurance') },
    Notes: {
      Note: notesWithAuthors(resource, read, place),
      'Further text in the EHR': listed(furtherText(resource)),
      'For the patient': instructionsOf(resource),
    },
    'Linked records': {
      Attached: named('supportingInfo'),
      History: named('relevantHistory'),
      'Made from': named('basedOn'),
      Replaces: named('replaces'),
      Protocol: ['instantiatesCanonical', 'instantiatesUri'].flatMap((name) => asTexts(resource[name])),
    },
  };
  const pairs = Object.entries(sections).map(([title, facts]) => [title, Object.entries(facts)] as const);
  // The EHR's labels may repeat, and are in its own order.
  return [...pairs, ['Further details', readExtensions(resource, place)] as const].flatMap(([title, all]) => {
    const facts = all
      .filter(([, texts]) => texts.length > 0)
      .map(([label, texts]) => ({ label, texts: texts.map((text) => withMoments(text, place.timeZone)) }));
    return facts.length === 0 ? [] : [{ title, facts }];
  });
}

/** The row shows this placeholder where it knows no reason; beside the words of a reference it is dropped. */
function isSaid(reason: string, _at: number, all: readonly string[]): boolean {
  return reason !== 'Given in the EHR' || all.length === 1;
}

function listed(text: string | undefined): string[] {
  return text === undefined ? [] : [text];
}

/** FHIR R4 narrative-status: only an `additional` narrative may say more than the elements do. */
function furtherText(resource: ForeignRecord): string | undefined {
  return asRecord(resource.text).status === 'additional' ? narrativeOf(resource, LONGEST_NOTE) : undefined;
}

/** The title has room for a part of a long one, and of the narrative where no code names it. */
function serviceInFull(resource: ForeignRecord): string[] {
  const { code } = resource;
  const text = asLongConceptText(code);
  if (text === undefined) return listed(narrativeOf(resource, LONGEST_NOTE));
  return text === asConceptText(code) ? [] : listed(text);
}

/** A text in R4; in R5 a list of texts and documents. */
function instructionsOf({ patientInstruction: given }: ForeignRecord): string[] {
  const parts = asRecords(given).map(({ instructionMarkdown, instructionReference }) => {
    const document = instructionReference === undefined ? undefined : 'Document (see the EHR)';
    return asText(instructionMarkdown, LONGEST_NOTE) ?? displayOf(instructionReference) ?? document;
  });
  return [asText(given, LONGEST_NOTE), ...parts].filter((text) => text !== undefined);
}

/** Notes beyond the limit, and entries that are no Annotation, are counted in a last line. */
function notesWithAuthors(resource: ForeignRecord, read: readonly ForeignRecord[], place: Place): string[] {
  const { note } = resource;
  // The request is of this patient only.
  const isSubject = (author: unknown) =>
    localReference(author, place.base) === localReference(resource.subject, place.base);
  const nameOf = (author: unknown) => {
    if (leadsToPatient(asRecord(author))) return isSubject(author) ? 'the patient' : 'a patient';
    return namesOf({ ...resource, author }, read, place)('author')[0];
  };
  const given = [note ?? []].flat().filter((one) => one !== null).length;
  const notes = notesOf(note, MOST_NOTES);
  const rest = given - notes.length;
  return [...notes.flatMap((one) => noteOf(one, nameOf, place)), ...(rest > 0 ? [`${rest} more in the EHR`] : [])];
}

/** Some guides say in an extension what kind of note it is, such as a contraindication. */
function noteOf(note: ForeignRecord, nameOf: (author: unknown) => string | undefined, place: Place): string[] {
  const { text, authorString, authorReference, time, extension } = note;
  const kinds = asRecords(extension).map((one) => one.valueCodeableConcept ?? { coding: [one.valueCoding] });
  const kind = asConceptText(kinds);
  const said = asLines(text, LONGEST_NOTE).map((line, at) => (at === 0 && kind ? `${kind}: ${line}` : line));
  const author = asInformation(authorString) ?? (authorReference === undefined ? undefined : nameOf(authorReference));
  const when = momentText(time, { timeZone: place.timeZone, today: '' }) ?? undefined;
  const by = [author, when].filter((part) => part !== undefined).join(', ');
  return said.map((line, index) => (index === said.length - 1 && by !== '' ? `${line} (${by})` : line));
}
