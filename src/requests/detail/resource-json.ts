/** The FHIR resource of a request as text for support staff. */
import { isJsonObject } from '#src/adapters/json-object.ts';
import { isOfSamePatient } from '#src/smart/fhir/contained.ts';
import type { ForeignRecord } from '#src/smart/fhir/fields.ts';
import { leadsToPatient, localReference } from '#src/smart/fhir/reference.ts';

const MOST_CHARACTERS = 60_000;
const LEFT_OUT = 'left out: another patient';

/** Bounded, not HTML-safe. Invisible formatting is escaped; what names another patient is left out (LC-06). */
export function resourceJson(resource: ForeignRecord, base: URL): string {
  const text = stringify(resource, base);
  const cut = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}\n…` : text;
  const escaped = (character: string) => `\\u{${character.codePointAt(0)?.toString(16)}}`;
  return cut.toWellFormed().replace(/\p{Cf}/gu, escaped);
}

/** A resource that is nested too deeply to be serialized does not fail the page. */
function stringify(resource: ForeignRecord, base: URL): string {
  const own = localReference(resource.subject, base);
  const isOthers = (value: ForeignRecord) =>
    value.resourceType === 'Patient' ||
    (value.resourceType !== undefined && !isOfSamePatient(value, resource, base)) ||
    (leadsToPatient(value) && localReference(value, base) !== own);
  const replaced = (_name: string, value: unknown) => (isJsonObject(value) && isOthers(value) ? LEFT_OUT : value);
  try {
    return JSON.stringify(resource, replaced, 2) ?? '';
  } catch (error) {
    if (error instanceof RangeError) return 'This resource is nested too deeply to be shown.';
    throw error;
  }
}
