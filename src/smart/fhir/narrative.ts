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

/** Narrative without tags, in one line, not HTML-safe. @returns undefined for none, or one called empty. */
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
