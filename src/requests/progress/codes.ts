/** Reads FHIR codes however servers write them, and puts a priority into words. */
import {
  asConceptText,
  asInformation,
  asRecord,
  asRecords,
  asText,
  type ForeignRecord,
} from '#src/smart/fhir/fields.ts';
import type { RequestPriority } from '#views/requests/request-row.ts';

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

/** A FHIR code as it should be written: some servers write it in capitals, in one or in several words, in a list or as a concept. */
export function codeOf(value: unknown): string | undefined {
  if (typeof value === 'string' && FHIR_CODE.test(value)) return value;
  return writtenCode(value)
    ?.replace(/(?<=[a-z])(?=[A-Z])/g, '-')
    .toLowerCase()
    .replace(/[\s_]+/g, '-');
}

/** As FHIR writes its codes, and nearly every server does. */
const FHIR_CODE = /^[a-z-]{1,40}$/;

/** The code as the EHR wrote it; several that differ make no code that FHIR knows. */
export function writtenCode(value: unknown): string | undefined {
  if (typeof value === 'string') return asText(value, 40);
  const given: unknown[] = [value].flat();
  const codes = given.slice(0, MOST_CODES).map((one) => asText(one, 40) ?? codeIn(asRecord(one)));
  return [...new Set(codes)].filter(Boolean).join(', ') || undefined;
}

function codeIn({ coding, text }: ForeignRecord): string | undefined {
  return asRecords(coding).flatMap(({ code }) => asText(code, 40) ?? [])[0] ?? asText(text, 40);
}

const MOST_CODES = 10;

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
