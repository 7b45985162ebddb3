/** Reads what guides add to a request by extensions, such as how long a prescription is valid, as far as it is simple. */
import { dayIn } from '#src/adapters/time-zone.ts';
import { valueOf } from '#src/requests/list/resource-words.ts';
import { momentText, periodPhrases } from '#src/requests/timing/moments.ts';
import { asConceptText, asRecord, asRecords, asText, asWritten, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { isNullSystem } from '#src/smart/fhir/no-information.ts';
import { displayOf } from '#src/smart/fhir/reference.ts';
import type { Place } from './referred.ts';

/** These are said where they belong: why a status is what it is, and that something must not be done. */
const ELSEWHERE = /(?:request-statusReason|doNotPerform)$/i;
const MORE = 'more in the EHR';
const [MOST, MOST_INSIDE, LONGEST] = [20, 12, 500];

/** Label and texts of each, those first that change the meaning; an extension without a value that can be said in words is left out. */
export function readExtensions(resource: ForeignRecord, place: Place): [string, string[]][] {
  // FHIR JSON keeps the extensions of a primitive, such as the status, beside it.
  const beside = Object.keys(resource).filter((name) => name.startsWith('_'));
  const all = [resource, ...beside.map((name) => asRecord(resource[name]))];
  const given = all
    .flatMap(({ extension, modifierExtension }) => [modifierExtension, extension])
    .flatMap((extensions) => asRecords(extensions))
    .filter(({ url }) => !ELSEWHERE.test(asWritten(url)) && !isNullSystem(url));
  const rest: [string, string[]][] = given.length > MOST ? [['Other details', [MORE]]] : [];
  const read = given.slice(0, MOST).map((one): [string, string[]] => {
    const parts = asRecords(one.extension);
    const inside = parts.slice(0, MOST_INSIDE).flatMap((part) => {
      const text = simpleValue(part, place) ?? partsOf(part, place);
      return text === undefined ? [] : [`${labelOf(part)}: ${text}`];
    });
    const more = parts.length > MOST_INSIDE ? [MORE] : [];
    return [labelOf(one), [simpleValue(one, place) ?? [...inside, ...more]].flat()];
  });
  return [...read, ...rest];
}

/** Such as "limitation, 3 per year"; what is nested more deeply only the EHR says. */
function partsOf({ extension }: ForeignRecord, place: Place): string | undefined {
  const parts = asRecords(extension, MOST_INSIDE);
  return parts.map((part) => simpleValue(part, place) ?? 'value in the EHR').join(', ') || undefined;
}

/** "https://…/be-ext-validity-period" becomes "Validity period". */
function labelOf({ url }: ForeignRecord): string {
  const name = asText(asWritten(url).split('/').at(-1), 80) ?? 'Not named';
  const words = name
    .replace(/^(?:[a-z]{2}-)?ext(?:ension)?-/i, '')
    .replace(/(?<=[a-z]{2})(?=[A-Z])/g, ' ')
    .replace(/[-_]+/g, ' ')
    .replace(/\b[A-Z](?=[a-z])/g, (letter) => letter.toLowerCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function simpleValue(extension: ForeignRecord, { timeZone, now }: Place): string | undefined {
  const { valueCoding, valuePeriod, valueCode, valueMarkdown, valueReference, valueDate, valueDateTime } = extension;
  const annotation = asRecord(extension.valueAnnotation).text;
  const at = { timeZone, today: dayIn(now, timeZone) };
  if (valuePeriod !== undefined) {
    const phrases = periodPhrases(asRecord(valuePeriod), at, 'series').map((text) => text ?? MORE);
    return phrases.join(', ');
  }
  return (
    asConceptText({ coding: [valueCoding] }) ??
    momentText(valueDate ?? valueDateTime, at) ??
    asText(valueCode ?? valueMarkdown ?? annotation, LONGEST) ??
    displayOf(valueReference) ??
    valueOf(extension)
  );
}
