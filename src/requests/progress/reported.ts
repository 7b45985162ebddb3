/**
 * What is written in free text beside an order or a Task: its state in the provider's words, notes, and results. Such a
 * text is shown to the clinician and ends nothing: it has any language and any abbreviation, and only a reader knows what
 * it means. Only the codes that a published guide defines decide.
 */
import { asConceptText, asRecord, asRecords, asText, asWritten, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { SHOWN } from '#src/smart/fhir/notes.ts';
import { quantitiesOf } from '#src/smart/fhir/quantity.ts';
import { guideCode, meaningsOf, quotedFirst, saidIn } from './guide-codes.ts';
import { isProgress, isSame, type TaskWord } from './task-words.ts';

/** How many texts of a Task's state a row shows. */
const MOST_SAID = 3;
/** The resources that record what was done, rather than what is planned, asked for or written about it. */
const RECORDS =
  /(?:^|\/)(Procedure|Encounter|DiagnosticReport|ImagingStudy|Immunization|SupplyDelivery|MedicationAdministration|MedicationDispense)\//;
const MOST_RECORDS = 10;
/** What a code of a guide may say of a Task that is done. */
export const DONE = new Set<string | undefined>(['done', 'fulfilled']);

/** The beginning of the first result of a Task that says something in words, a number or yes or no. */
export function resultShown({ output }: ForeignRecord): string | undefined {
  return quotedFirst(asRecords(output).map(resultText), 1, SHOWN);
}

/** What a result is called, and what it is; nothing for a record whose name is a guide's code. */
function resultText(result: ForeignRecord): string {
  const { type, valueBoolean, valueString, valueMarkdown, valueAnnotation, valueCode, valueCoding } = result;
  const number = result.valueInteger ?? result.valueDecimal ?? result.valuePositiveInt;
  const coding = asRecord(valueCoding);
  const moment = result.valueDateTime ?? result.valueInstant ?? result.valueDate ?? asRecord(result.valuePeriod).start;
  const words = valueString ?? valueMarkdown ?? asRecord(valueAnnotation).text ?? valueCode;
  const given = words ?? result.valueTime ?? moment;
  const value =
    asText(given ?? coding.display ?? coding.code ?? asRecord(result.valueReference).display) ??
    asConceptText(result.valueCodeableConcept) ??
    (typeof valueBoolean === 'boolean' ? (valueBoolean ? 'yes' : 'no') : undefined) ??
    quantitiesOf({ quantityQuantity: result.valueQuantity ?? (number === undefined ? number : { value: number }) })[0];
  const isNamed = saidIn(type).some(({ isExplained }) => !isExplained);
  return [isNamed ? asConceptText(type) : undefined, value].filter((text) => text !== undefined).join(': ');
}

/** What a Task's business status and reason say in the EHR's own words; nothing where they only repeat its status. */
export function stateShown(task: ForeignRecord, word: TaskWord, longest = 100): string | undefined {
  const same = (text: string) => isSame(text, { status: task.status, word });
  const said = [...saidIn(task.businessStatus), ...saidIn(task.statusReason)];
  const telling = said.map(({ text, code }) => (same(text) ? code : text)).filter((text) => !same(text));
  return quotedFirst([...new Set(telling)], MOST_SAID, longest);
}

/** Whether a person has to read what a Task's business status says that no code of a guide explains, or any reason. */
export function hasWords({ status, businessStatus, statusReason }: ForeignRecord, word: TaskWord): boolean {
  const said = [...saidIn(businessStatus).filter(({ isExplained }) => !isExplained), ...saidIn(statusReason)];
  const isTelling = (text: string) => !isSame(text, { status, word }) && !isProgress(text, word);
  return meaningsOf(businessStatus).includes('look') || said.some(({ text, code }) => [text, code].some(isTelling));
}

/**
 * The codes and texts that the results of a completed Task name: the Task is done if its request names the same.
 * @returns undefined where a person has to read a result. Only codes of what was done, and records of it that have no
 *   name or the name of their type, need no reading.
 */
export function resultsNamed({ output }: ForeignRecord): readonly string[] | undefined {
  const named = asRecords(output).map(resultNamed);
  return named.every((one) => one !== undefined) ? named.flat() : undefined;
}

/** The references of a Task's results to records of what was done. */
export function recordsNamed({ output }: ForeignRecord): ForeignRecord[] {
  const references = asRecords(output, MOST_RECORDS).map(({ valueReference }) => asRecord(valueReference));
  return references.filter(({ reference }) => RECORDS.test(asWritten(reference)));
}

function resultNamed(result: ForeignRecord): readonly string[] | undefined {
  const { type, valueReference, valueCodeableConcept, valueCoding } = result;
  const { reference, display } = asRecord(valueReference);
  const concept = valueCoding === undefined ? valueCodeableConcept : { coding: [valueCoding] };
  const [, kind] = RECORDS.exec(asWritten(reference)) ?? [];
  const values = Object.keys(result).filter((key) => key.startsWith('value'));
  if (values.length !== 1 || (concept === undefined && kind === undefined)) return undefined;
  const isKind = (text: string) => text.replaceAll(' ', '').toLowerCase() === kind?.toLowerCase();
  const isPlain = saidIn(type).every((one) => one.isExplained || [one.text, one.code].every(isKind));
  const meanings = meaningsOf(type);
  if (!isPlain || meanings.some((one) => one !== 'result') || (concept && meanings.length === 0)) return undefined;
  if (concept === undefined) return [asText(display)?.toLowerCase()].filter((text) => text !== undefined);
  const codings = asRecords(asRecord(concept).coding);
  if (codings.length === 0) return undefined;
  const unknown = codings.filter((one) => !DONE.has(guideCode(one)?.meaning));
  const words = saidIn(concept).flatMap(({ text, isExplained }) => (isExplained ? [] : [text.toLowerCase()]));
  return [...unknown.map(({ system, code }) => `${asText(system)}|${asText(code)}`), ...words];
}

/**
 * What documents are called, also in other languages, and what else a title says that denies nothing. Compounds are listed
 * one by one: "Ablehnungsbrief" and "afwijzingsbrief" are letters that decline.
 */
const DOCUMENT =
  /^(?:reports?|letter|notes?|summary|documents?|form|pdf|records?|results?|feedback|(?:arzt|entlass(?:ungs)?|befund|verlegungs|operations|pflege|ontslag|consult|operatie)?(?:brief|bericht|verslag)|befunde?|rapport|lettre|compte|informe|epikrise?)$/;
const BESIDE =
  /^(?:a|the|of|and|for|on|clinical|clinic|discharge|consult(?:ation)?|referral|visit|encounter|progress|procedure|operative|therapy|nursing|care|specialist|doctor|provider|patient|medical|lab(?:oratory)?|pathology|radiology|imaging|diagnostic|assessment|evaluation|final|signed|delivery|transport|service|session|treatment|de|du|la|le|sortie|alta|rendu)$/;

/** Whether a name is nothing but the title of a document, with or without its day: "Discharge report 2026-11-20". */
export function isTitle(name: string): boolean {
  const plain = name.replace(/(?<=[a-z])(?=[A-Z])|\b\d{4}-\d\d-\d\d\b/g, ' ').toLowerCase();
  const words: string[] = plain.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  const beside = words.filter((word) => !DOCUMENT.test(word));
  return beside.length < words.length && beside.every((word) => BESIDE.test(word));
}

/** Whether a code of a guide says that the service of a completed Task was not carried out. */
export function reportsMissed({ output }: ForeignRecord): boolean {
  return asRecords(output)
    .flatMap(({ valueCodeableConcept, valueCoding }) => [valueCodeableConcept, { coding: [valueCoding] }])
    .some((one) => meaningsOf(one).includes('failed'));
}
