/** Says where a value came from and when, in the words that are shown beside it. */
import type { ChartFact } from './facts.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * Such as "from the chart, 12 Mar". A date of another year includes it; a partial date stays partial.
 * @param today `YYYY-MM-DD`.
 */
export function sourceText({ date }: Pick<ChartFact, 'date'>, today: string): string {
  return `from the chart, ${date === undefined ? 'without a date' : dateWords(date, today)}`;
}

function dateWords(date: string, today: string): string {
  const [year = '', month, day] = date.split('-');
  if (month === undefined) return year;
  const words = [...(day === undefined ? [] : [String(Number(day))]), MONTHS[Number(month) - 1] ?? month];
  const isThisYear = day !== undefined && today.startsWith(year);
  return [...words, ...(isThisYear ? [] : [year])].join(' ');
}
