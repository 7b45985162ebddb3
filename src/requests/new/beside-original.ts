/** Marks in the review of a correction what differs from the replaced request, and names what is left out of it. */
import type { ReviewLine, ReviewPart } from '#views/requests/new-request-review.ts';

/** Parts that are not compared: every correction replaces a request, and its sender may be another person. */
const OF_EACH = new Set(['Replaces', 'Requested by']);

/** @param original the same parts, in the same order, of the request that is replaced. */
export function besideOriginal(parts: readonly ReviewPart[], original: readonly ReviewPart[]): ReviewPart[] {
  return parts.map((part, index) =>
    OF_EACH.has(part.label) ? part : { ...part, lines: marked(part, original[index]?.lines ?? []) },
  );
}

function marked({ label, lines }: ReviewPart, before: readonly ReviewLine[]): ReviewLine[] {
  const texts = (of: readonly ReviewLine[]) => of.map(({ text }) => text).filter((text) => text !== '');
  const [now, then] = [texts(lines), texts(before)];
  const added = now.filter((text) => !then.includes(text));
  const gone = then.filter((text) => !now.includes(text));
  const isOneForOne = added.length === 1 && gone.length === 1;
  const questionOf = (text: string) => (label === 'Details' ? text.split(': ')[0] : undefined);
  /** The earlier text that a text replaces: the only one that is gone, or the other answer to its question. */
  const beforeOf = (text: string) => {
    const question = questionOf(text);
    return gone.find((one) => isOneForOne || (question !== undefined && questionOf(one) === question));
  };
  const taken = new Set(added.map(beforeOf));
  const mark = (text: string) => {
    const old = beforeOf(text);
    return old === undefined ? 'Added' : `Changed. Before: ${old}`;
  };
  return [
    ...lines.map((line) => (added.includes(line.text) ? withMark(line, mark(line.text)) : line)),
    ...gone.filter((text) => !taken.has(text)).map((text) => ({ text: '', before: `Left out. Before: ${text}` })),
  ];
}

/** A former value that the chart still has is named once, not as the former value and again as the chart's. */
function withMark(line: ReviewLine, before: string): ReviewLine {
  const old = before.replace(/^Changed\. Before: /, '');
  return line.change === `Changed. The chart says: ${old}`
    ? { ...line, change: undefined, before: `Changed. Before, and in the chart: ${old}` }
    : { ...line, before };
}
