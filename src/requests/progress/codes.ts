/** Reads FHIR codes however servers write them. */
import { asRecord, asRecords, asText, type ForeignRecord } from '#src/smart/fhir/fields.ts';

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

export const MOST_CODES = 10;
