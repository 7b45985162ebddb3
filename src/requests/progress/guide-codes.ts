/** The codes that published guides give to a Task's state, so that no wording decides what they mean. */
import { asInformation, asRecord, asRecords, asText, asWritten, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { isCatchAll, isNullSystem } from '#src/smart/fhir/no-information.ts';

const BSER = 'hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS';

/**
 * By the end of the code system's address: each code, what it means to task-words.ts, and its published display. "same"
 * changes nothing of the status, and ends nothing; "look" has to be read; "fulfilled" is the end of all that was asked
 * for; "result" names a result of a Task. The end is long enough to leave out the systems that vendors call alike.
 */
const GUIDES = Object.entries({
  [BSER]: [
    '2.0 same Service Request Created',
    '3.0 accepted Service Request Accepted',
    '4.0 declined Service Request Declined',
    '5.1.1 booked Service Request Event Scheduled',
    '5.1.2 failed Scheduled Service Request Event Unattended',
    '5.1.3 failed Scheduled Service Request Event Cancelled',
    '5.1.4 done Service Request Event Completed',
    '5.2 look Service Request Cancellation Requested',
    '5.4 look Service Request Cancellation Requested',
    '6.0 cancelled Service Request Fulfillment Cancelled',
    '7.0 fulfilled Service Request Fulfillment Completed',
  ],
  // HL7's Clinical Order Workflows.
  'hl7.org/fhir/uv/cow/CodeSystem/business-status': [
    'visit-scheduled booked The patient is scheduled for the requested consultation or procedure',
    'visit-complete done The visit with the patient for the requested consultation or procedure is complete',
    'specimen-collected same The required specimen has been collected',
    'awaiting-interpretation same The observations for the requested consultation or procedure is awaiting interpretation',
    'preliminary-outcome same The initial outcome of the request fulfillment',
    'awaiting-information question The fulfiller needs more information in order to proceed with the fulfillment of the request',
  ],
  // AU eRequesting.
  'hl7.org.au/CodeSystem/task-business-status': [
    'service-booked booked Service booked',
    'request-claimed claimed Request claimed',
    'request-cancelled-placer cancelled Request cancelled by placer',
    'request-data-issue declined Request rejected with data issue',
    'cancel-handled cancelled Cancel handled',
    'preliminary-results same Preliminary results',
    'specimen-collected same Specimen collected',
    'pathology-in-lab same Pathology specimen in lab',
    'image-acquired same Image acquired',
    'addendum-report-complete done Addendum report complete',
  ],
  // Done, performed, complete, treatment completed; and not done, not indicated, refused, attempted, cancelled, abandoned.
  'snomed.info/sct': [
    '385658003 fulfilled Done',
    '398166005 fulfilled Performed',
    '255594003 fulfilled Complete',
    '182992009 fulfilled Treatment completed',
    ...['385660001', '262008008', '410534003', '443390004', '410523001', '89925002', '385655000'].map(
      (code) => `${code} failed`,
    ),
  ],
  // Gravity, and the guides that took over its code.
  'SDOHCC-CodeSystemTemporaryCodes': ['resulting-activity result Resulting Activity'],
  'sdohcc-temporary-codes': ['resulting-activity result Resulting Activity'],
}).map(([end, rows]) => ({ end, codes: new Map(rows.map(readRow)) }));

/** What a guide says of one of its codes. */
interface GuideCode {
  readonly meaning: string;
  readonly display: string;
}

function readRow(row: string): [string, GuideCode] {
  const [code = '', meaning = '', ...words] = row.split(' ');
  return [code, { meaning, display: words.join(' ') }];
}

/** @returns undefined for a code that no guide defines. A number without a system is one of BSeR's, as sites write them. */
export function guideCode({ system, code }: ForeignRecord): GuideCode | undefined {
  const address = system === undefined ? BSER : asWritten(system);
  return GUIDES.find(({ end }) => address.endsWith(end))?.codes.get(asWritten(code).toLowerCase());
}

/** What a concept says: a text, the display of a coding, or its code if it has no other words. */
interface Said {
  readonly text: string;
  /** A guide's code says the same. */
  readonly isExplained: boolean;
  /** Its code, where that is in words and no guide defines it, as it may say something else; otherwise the text. */
  readonly code: string;
}

/** Everything that a concept, or several, say. @param given may be a text, and R5's CodeableReference; untrusted. */
export function saidIn(given: unknown): readonly Said[] {
  const concepts = [given].flat().map((one) => (typeof one === 'string' ? { text: one } : asRecord(one)));
  const said = concepts.map((one) => (one.concept === undefined ? one : asRecord(one.concept))).flatMap(saidByConcept);
  return [...new Map(said.map((one) => [one.text.toLowerCase(), one])).values()];
}

function saidByConcept({ text, coding }: ForeignRecord): readonly Said[] {
  // "Not performed" is no reason why a value is missing here, and neither is what else it is called.
  const codings = asRecords(coding).filter(
    ({ system, code, display = '' }) =>
      !isNullSystem(system) || code === 'not-performed' || !isCatchAll(asInformation(display) ?? 'other'),
  );
  const known = codings.flatMap((one) => guideCode(one)?.display ?? []).map((display) => display.toLowerCase());
  const displays = codings.map((one) => asInformation(one.display) ?? (guideCode(one)?.display || one.code));
  const texts = [text, ...displays].flatMap((one) => asInformation(one) ?? []);
  const vendors = codings.filter((one) => guideCode(one) === undefined && WORD.test(asWritten(one.code)));
  const codeOf = (display: string) =>
    asInformation(vendors.find((one) => asInformation(one.display) === display)?.code);
  return texts.map((one) => ({ text: one, isExplained: known.includes(one.toLowerCase()), code: codeOf(one) ?? one }));
}

const WORD = /\p{L}{3}/u;

/** What the codes of a concept mean, where a guide defines them. */
export function meaningsOf(concept: unknown): readonly string[] {
  return asRecords(concept)
    .flatMap(({ coding }) => asRecords(coding))
    .flatMap((one) => guideCode(one)?.meaning ?? []);
}

/** A text of the EHR, as it is shown beside the words of this app. */
export function quoted(text: string): string {
  return `“${text}”`;
}

/** The first texts in quotation marks, and how many more there are. @param maxLength of each. */
export function quotedFirst(all: readonly unknown[], most: number, maxLength: number): string | undefined {
  const texts = all.flatMap((one) => asText(one, maxLength) ?? []);
  const more = texts.length > most ? ` +${texts.length - most} more` : '';
  return texts.length === 0 ? undefined : `${texts.slice(0, most).map(quoted).join(' · ')}${more}`;
}
