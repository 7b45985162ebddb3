/** Reads the human-readable narrative of a resource as plain text, for what has no words elsewhere. */
import { asRecord, asText, type ForeignRecord } from './fields.ts';

const MOST_READ = 20_000;
const ENTITIES = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
]);

/**
 * FHIR R4 Narrative: the XHTML of `text.div` without its tags, as one line. The result is not HTML-safe: views escape it.
 *
 * @returns undefined for none, and for one that its author calls empty.
 */
export function narrativeOf(resource: ForeignRecord, maxLength = 200): string | undefined {
  const { status, div } = asRecord(resource.text);
  if (typeof div !== 'string' || status === 'empty') return undefined;
  const text = div
    .slice(0, MOST_READ)
    .replace(/<[^<>]*>/g, ' ')
    .replace(/&(?:#(\d{1,6})|([a-z]{2,4}));/g, (whole, code?: string, name?: string) =>
      code === undefined ? (ENTITIES.get(name ?? '') ?? whole) : String.fromCodePoint(Number(code)),
    );
  return asText(text, maxLength);
}
