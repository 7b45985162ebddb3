/**
 * What is written in free text beside an order or a Task: notes, and results of a Task. Such a text is shown to the
 * clinician and ends nothing: it has any language and any abbreviation, and only a reader knows what it means.
 */
import { asConceptText, asRecord, asRecords, asText, asWritten, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { guideCode } from './guide-codes.ts';
import { saysMissed } from './task-words.ts';

/** What a row shows of a text; the page of the request has all of it. */
const SHOWN = 60;
/** What is only agreed or asked for is not done yet, where nothing else came of it. */
const STILL_TO_COME = /(?:^|\/)(?:Appointment|AppointmentResponse|ServiceRequest)\//;
const LONGEST = 2_000;
const DONE = new Set<string | undefined>(['done', 'fulfilled']);
/** In the name of a result: a part, what is still to come, or two letters of a script that is not read here. */
const DOUBTFUL =
  /\b(?:partial|back-?order|postpon|reschedul|wait(?:ing)?[ -]?list)|\d (?:out )?of \d|(?:(?!\p{Script=Latin}|\p{Script=Common}|\p{Script=Inherited})\p{L}){2}/iu;
/** SNOMED CT for not done, not performed, not indicated, refused, attempted, cancelled and abandoned. */
const MISSED_CODES = /^(?:385660001|262008008|410534003|443390004|410523001|89925002|385655000)$/;
/** "Service provided: no", "Visits completed: 0". */
const NONE_DONE =
  /\b(?:attended|completed?|delivered|done|fulfilled|performed|provided|rendered|seen|transported)\b[^:]{0,60}: (?:no|none|0)$/i;

/** The beginning of the newest note, in quotation marks, and how many more there are. @param notes Annotations; untrusted. */
export function noteShown(notes: unknown): string | undefined {
  if (notes === undefined) return undefined;
  const dated = asRecords(notes).map(({ text, time }) => ({ text, at: Date.parse(asWritten(time)) || 0 }));
  return shown(dated.toSorted((one, other) => other.at - one.at).map(({ text }) => text));
}

/** The beginning of the first result of a Task that says something in words, a number or yes or no. */
export function resultShown({ output }: ForeignRecord): string | undefined {
  return shown(asRecords(output).flatMap((result) => valueOf(result) ?? []));
}

function shown(all: readonly unknown[]): string | undefined {
  const [first, ...others] = all.flatMap((one) => asText(one, SHOWN) ?? []);
  return first && `“${first}”${others.length > 0 ? ` +${others.length} more` : ''}`;
}

function valueOf(result: ForeignRecord): string | undefined {
  const { type, valueBoolean, valueString, valueMarkdown, valueAnnotation, valueCode, valueCoding } = result;
  const number = result.valueInteger ?? result.valueDecimal ?? asRecord(result.valueQuantity).value;
  const coding = asRecord(valueCoding);
  const value =
    asText(
      valueString ?? valueMarkdown ?? asRecord(valueAnnotation).text ?? valueCode ?? coding.display ?? coding.code,
    ) ??
    asConceptText(result.valueCodeableConcept) ??
    (typeof valueBoolean === 'boolean' ? (valueBoolean ? 'yes' : 'no') : undefined) ??
    (typeof number === 'number' ? String(number) : undefined);
  return value && [asConceptText(type), value].filter(Boolean).join(': ');
}

/**
 * Whether a completed Task has nothing beside its status that a person would have to read: no note, and no results but
 * records of what was done and codes that a guide defines as done.
 */
export function needsNoReader({ note, output }: ForeignRecord): boolean {
  const results = asRecords(output);
  const records = results.flatMap(({ valueReference }) => asText(asRecord(valueReference).reference) ?? []);
  const isToCome = records.length > 0 && records.every((one) => STILL_TO_COME.test(one));
  return (
    [note ?? []].flat().length === 0 && !isToCome && results.every((one) => !isDoubtful(one) && isRecordOrDone(one))
  );
}

function isRecordOrDone(result: ForeignRecord): boolean {
  const codings = codingsOf(result);
  if (result.valueReference) return valueOf(result) === undefined;
  return codings.length > 0 && codings.every((coding) => DONE.has(guideCode(coding)));
}

/** A name may deny what its record or its code seems to prove: "Reason not delivered", "Partial delivery". */
function isDoubtful(result: ForeignRecord): boolean {
  const { type, valueReference, valueCodeableConcept } = result;
  const displays = [asRecord(valueReference), ...codingsOf(result)].map(({ display }) => display);
  const names = [asConceptText(type), asRecord(valueCodeableConcept).text, ...displays].flatMap(
    (one) => asText(one) ?? [],
  );
  return names.some((name) => saysMissed(name) || DOUBTFUL.test(name));
}

/**
 * Whether a note or a result of a completed Task says that its service was missed. It closes and opens nothing, and only
 * asks for a look where the EHR calls the order completed.
 */
export function reportsMissed({ note, output }: ForeignRecord): boolean {
  const results = asRecords(output);
  const coded = results.flatMap((result) =>
    codingsOf(result).flatMap((one) => [guideCode(one), one.code, one.display]),
  );
  const named = results.flatMap(({ type, valueReference }) => [asConceptText(type), asRecord(valueReference).display]);
  const said = [...asRecords(note).map(({ text }) => text), ...results.map(valueOf), ...named, ...coded];
  return said
    .flatMap((one) => asText(one, LONGEST) ?? [])
    .some((one) => MISSED_CODES.test(one) || NONE_DONE.test(one) || saysMissed(one));
}

function codingsOf({ valueCodeableConcept, valueCoding }: ForeignRecord): ForeignRecord[] {
  return [...asRecords(asRecord(valueCodeableConcept).coding), ...asRecords(valueCoding)];
}
