/** Reads in the notes and results of a completed Task whether its service was carried out, and all of it. */
import { asConceptText, asRecord, asRecords, asText, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { AFTERWARDS, saysMissed } from './task-words.ts';

const LONGEST = 2_000;

/** SNOMED CT for not done, not performed, not indicated, refused, attempted, cancelled and abandoned. */
const MISSED_CODES = /^(?:385660001|262008008|410534003|443390004|410523001|89925002|385655000)$/;
/** Two letters of a script that is not read here, such as Arabic or Chinese: what they say may be that it was missed. */
const OTHER_SCRIPT = /(?:(?!\p{Script=Latin}|\p{Script=Common}|\p{Script=Inherited})\p{L}){2}/u;
/** In a note, that the service is still to come, or cannot, or was carried out in part. */
const TO_COME: readonly RegExp[] = [
  /\b(?:reschedul\w*|postpone\w*|moved (?:out|away)|will (?:deliver|transport|visit|provide|complete|retry|(?:try|attempt)(?: to (?:deliver|visit|reach|call))? (?:again|tomorrow|later|next)|be (?:delivered|seen|visited|picked|provided|completed))|to be (?:delivered|seen|visited|provided|completed)|try again)\b/i,
  // A patient who will return was seen.
  /(?<!\b(?:patient|pt|client|he|she|they) )\bwill return (?:tomorrow|later|next|to (?:deliver|complete|finish))\b/i,
  /\b(?:back[- ]?order\w*|partial(?:ly)? (?:deliver\w+|complet\w+|fill\w*|fulfil\w+|shipment)|(?:on|to) (?:the |our |a )?wait(?:ing |-)?list|wait-?listed|mailbox (?:is |was )?full|lvm|voice-?mails? x ?\d)\b/i,
  /\bremaining \d{1,3} (?:visits?|sessions?|treatments?|trips?|rides?|meals?)\b|\b\d{1,3} (?:visits?|sessions?|treatments?|trips?|rides?|meals?) (?:remain\w*|left(?! (?:at|by|for|in|near|on|outside|with)\b)|to go)\b/i,
];
/** "2 of 5 visits". */
const SOME_OF = /\b(\d{1,3}) ?(?:of|out of|\/) ?(\d{1,3}) (?:visits?|sessions?|treatments?|trips?|rides?|meals?)\b/i;
/** "Delivered 1 of 2 walkers". */
const DONE_OF =
  /\b(?:only|deliver|provid|complet|suppli|ship|install|brought)\w{0,4} (?:only )?(\d{1,3}) (?:of|out of) (?:the )?(\d{1,3})\b/i;
/** Results that are counts of what was done. */
const COUNTS = /\b(?:visits?|sessions?|trips?|rides?|meals?|(?:deliver|provid|perform|complet)(?:ed|y|ies))\b/i;
/** Results of which zero is good news, or says nothing of the service. */
const OTHER_COUNTS = /\b(?:remaining|since|score|pain|cost|charge|copay)\b/i;
/** Results of which "no" is good news, or says nothing of the service; but not "Problem resolved". */
const WELL_IF_NONE =
  /^(?:complications?|adverse (?:events?|reactions?)|incidents?|concerns?|issues?|problems?|falls?|injur(?:y|ies)|barriers?|delays?|damages?|interpreter)(?: (?:reported|noted|observed|identified|needed|used|since [a-z ]{1,40}))?$/i;
/** What is only agreed or asked for is not done yet, where nothing else came of it. */
const STILL_TO_COME = /(?:^|\/)(?:Appointment|AppointmentResponse|ServiceRequest)\//;

/** Whether a note or a result says that it was not, or not wholly, carried out, or says it in letters that are not read. */
export function resultsLeaveDoubt(task: ForeignRecord): boolean {
  const results = asRecords(task.output);
  const references = results.flatMap(({ valueReference }) => asText(asRecord(valueReference).reference) ?? []);
  const isToCome = references.length > 0 && references.every((one) => STILL_TO_COME.test(one));
  const isUnread = [...textsOf(task), ...results.flatMap(saidIn)].some((text) => OTHER_SCRIPT.test(text));
  return isToCome || isUnread || resultsDeny(task);
}

/** Whether they say so in words or values that are read. */
export function resultsDeny(task: ForeignRecord): boolean {
  return textsOf(task).some(isDenial) || asRecords(task.output).some(isMissed);
}

function isDenial(text: string): boolean {
  const [, done, all] = SOME_OF.exec(text) ?? DONE_OF.exec(text) ?? [];
  const now = text.replace(AFTERWARDS, '');
  const isPart = done !== undefined && Number(done) < Number(all);
  return isPart || saysMissed(text) || TO_COME.some((pattern) => pattern.test(now));
}

/** "Visits completed: 0". */
function isNone({ type, valueInteger, valueDecimal, valueQuantity }: ForeignRecord): boolean {
  const isZero = [valueInteger, valueDecimal, asRecord(valueQuantity).value].includes(0);
  const counted = asConceptText(type) ?? '';
  return isZero && COUNTS.test(counted) && !OTHER_COUNTS.test(counted);
}

/** What its notes and its results say. */
function textsOf({ note, output }: ForeignRecord): string[] {
  const results = asRecords(output).flatMap(({ type, valueCode, valueReference, valueCodeableConcept }) => [
    asConceptText(type),
    asText(valueCode),
    asText(asRecord(valueReference).display),
    asConceptText(valueCodeableConcept),
  ]);
  return [...asRecords(note).map(({ text }) => asText(text, LONGEST)), ...results].filter((text) => text !== undefined);
}

/** A result that denies by its value: "Service provided: no". */
function isMissed(result: ForeignRecord): boolean {
  const texts = saidIn(result);
  if (texts.some((text) => MISSED_CODES.test(text) || isDenial(text)) || isNone(result)) return true;
  const isNo = result.valueBoolean === false || texts.some((text) => NO.test(text));
  return isNo && !WELL_IF_NONE.test(asConceptText(result.type) ?? '');
}

function saidIn({ valueString, valueMarkdown, valueAnnotation, valueCodeableConcept, valueCoding }: ForeignRecord) {
  const codings = [...asRecords(asRecord(valueCodeableConcept).coding), asRecord(valueCoding)];
  const words = [valueString, valueMarkdown, asRecord(valueAnnotation).text];
  const said = [...words, ...codings.flatMap(({ code, display }) => [code, display])];
  return said.flatMap((one) => asText(one, LONGEST) ?? []);
}

const NO = /^(?:no|none|partial(?:ly)?)$/i;
