/** Puts the priority of a request or a Task into words, however the EHR writes it. */
import { asConceptText, asInformation } from '#src/smart/fhir/fields.ts';
import type { RequestPriority } from '#views/requests/request-row.ts';
import { codeOf, MOST_CODES } from './codes.ts';

/** The most urgent first. */
const PRIORITIES = new Map<string | undefined, RequestPriority>([
  ['emergency', { level: 'stat', word: 'Emergency' }],
  ['stat', { level: 'stat', word: 'STAT' }],
  ['asap', { level: 'asap', word: 'ASAP' }],
  ['urgent', { level: 'urgent', word: 'Urgent' }],
]);
/** How HL7 v2 and v3 write a priority. */
const OLDER = new Map<string | undefined, string>(
  Object.entries({ s: 'stat', em: 'emergency', a: 'asap', ur: 'urgent', r: 'routine' }),
);

/** The priority worth showing, the most urgent of several; an unknown code as it came; undefined for routine. */
export function describePriority(priority: unknown): RequestPriority | undefined {
  if (priority === undefined || priority === 'routine') return undefined;
  const usual = typeof priority === 'string' ? PRIORITIES.get(priority) : undefined;
  if (usual) return usual;
  const given: unknown[] = [priority].flat();
  const words = given.slice(0, MOST_CODES).flatMap((one) => {
    // A number of 309 digits is read as Infinity.
    const text = Number.isFinite(one) ? String(one) : one;
    return asInformation(text, 40) ?? asConceptText(text) ?? [];
  });
  const codes = words.map((one) => OLDER.get(codeOf(one)) ?? codeOf(one));
  const known = [...PRIORITIES].find(([code]) => codes.includes(code))?.[1];
  const word = words.find((_, index) => codes[index] !== 'routine');
  return known ?? (word === undefined ? undefined : { level: 'other', word });
}
