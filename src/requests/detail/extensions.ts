/** Reads what guides add to a request by extensions, such as how long a prescription is valid, as far as it is simple. */
import { sideExtensions } from '#src/requests/list/sides.ts';
import { LATER_ELEMENT } from '#src/requests/timing/later-elements.ts';
import { asRecord, asRecords, asText, asWritten, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { isNullSystem } from '#src/smart/fhir/no-information.ts';
import { elementText, type Place } from './referred.ts';

/** These are said where they belong: why a status is what it is, where it is done, and that it must not be done. */
const ELSEWHERE = /(?:request-statusReason|doNotPerform|\/bodySite|procedure-targetBodyStructure)$/i;
/** Elements whose extensions are read too. The extensions of a site, a time or a note are shown with that element. */
const ELEMENTS = 'category code orderDetail requester performer locationCode reasonCode insurance'.split(' ');
const MORE = 'more in the EHR';
const [MOST, MOST_INSIDE] = [20, 12];

/** Label and texts of each, those first that change the meaning; an extension without a value that can be said in words is left out. */
export function readExtensions(resource: ForeignRecord, place: Place): [string, string[]][] {
  // FHIR JSON keeps the extensions of a primitive, such as the status, beside it.
  const beside = Object.keys(resource).filter((name) => name.startsWith('_'));
  const within = ELEMENTS.flatMap((name) => asRecords(resource[name]));
  const all = [resource, ...beside.map((name) => asRecord(resource[name])), ...within];
  // The side stands beside the words of these.
  const sides = ['code', 'reasonCode'].flatMap((name) => asRecords(resource[name]).flatMap(sideExtensions));
  const given = all
    .flatMap(({ extension, modifierExtension }) => [modifierExtension, extension])
    .flatMap((extensions) => asRecords(extensions))
    .filter(
      (one) =>
        !ELSEWHERE.test(asWritten(one.url)) &&
        !LATER_ELEMENT.test(asWritten(one.url)) &&
        !isNullSystem(one.url) &&
        !sides.includes(one),
    );
  const rest: [string, string[]][] = given.length > MOST ? [['Other details', [MORE]]] : [];
  const read = given.slice(0, MOST).map((one): [string, string[]] => {
    const parts = partsIn(one);
    const inside = parts.slice(0, MOST_INSIDE).flatMap((part) => {
      const text = elementText(part, place) ?? partsOf(part, place);
      return text === undefined ? [] : [`${labelOf(part)}: ${text}`];
    });
    const more = parts.length > MOST_INSIDE ? [MORE] : [];
    return [labelOf(one), [elementText(one, place) ?? [...inside, ...more]].flat()];
  });
  return [...read, ...rest];
}

/** All but the name of a data type, which an extension of a later version of FHIR has. */
const partsIn = ({ extension }: ForeignRecord) => asRecords(extension).filter(({ url }) => url !== '_datatype');

/** Such as "limitation, 3 per year"; what is nested more deeply only the EHR says. */
function partsOf(extension: ForeignRecord, place: Place): string | undefined {
  const parts = partsIn(extension).slice(0, MOST_INSIDE);
  return parts.map((part) => elementText(part, place) ?? 'value in the EHR').join(', ') || undefined;
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
