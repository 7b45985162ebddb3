/** Reads the human-readable narrative of a resource as plain text, for what has no words elsewhere. */
import { asRecord, asText, type ForeignRecord } from './fields.ts';
import { withoutEntities } from './markup.ts';

const MOST_READ = 20_000;
/** Narrative without tags, in one line, not HTML-safe. @returns undefined for none, or one called empty. */
export function narrativeOf(resource: ForeignRecord, maxLength = 200): string | undefined {
  const { status, div } = asRecord(resource.text);
  if (typeof div !== 'string' || status === 'empty') return undefined;
  // 10<sup>9</sup> is neither 109 nor "10 9".
  const raised = div
    .slice(0, MOST_READ)
    .replace(/<sup\b[^<>]*>/gi, '^')
    .replace(/<\/?su[bp]\b[^<>]*>/gi, '');
  const text = withoutEntities(raised.replace(/<[^<>]*>/g, ' '));
  return asText(text, maxLength);
}
