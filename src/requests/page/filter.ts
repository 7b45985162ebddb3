/** The filters of the request list, and how many requests each of them would show. */
import type { RequestRow } from '#src/requests/list/row.ts';
import { withDayWords } from '#views/date-text.ts';
import { lacksProvider, noProvider, stillText } from '#views/requests/request-row.ts';
import { needsAction } from './default-order.ts';
import type { ListView } from './view-address.ts';

/** What the list is filtered by. No URL holds the text of the text search. */
export interface Search {
  readonly view: ListView;
  readonly text: string;
  /** The handle that stands for the name of a service in URLs and does not reveal it. */
  readonly handleOf: (service: string) => string;
}

/** The filters that can be left out, so that the requests they would show can be counted. */
type Filter = 'group' | 'service' | 'mine' | 'here';

/** The rows that pass every filter except `without`, in their order. */
export function filterRows(rows: readonly RequestRow[], search: Search, without?: Filter): RequestRow[] {
  const { view, text, handleOf } = search;
  const words = text === '' ? [] : wordsOf(text);
  return rows.filter(
    (row) =>
      (without === 'group' || isIn(row, view.group)) &&
      (without === 'service' || view.service === undefined || handleOf(row.service) === view.service) &&
      (without === 'mine' || !view.mine || row.isMine) &&
      (without === 'here' || !view.here || row.isHere) &&
      (words.length === 0 || holds(row, words)),
  );
}

function isIn(row: RequestRow, group: ListView['group']): boolean {
  if (group === 'action') return needsAction(row);
  return group === 'all' || row.status.group === group;
}

/** The count at each filter: how many requests it would show if the other filters stayed as they are. */
export function countFilters(rows: readonly RequestRow[], search: Search) {
  const inAnyGroup = filterRows(rows, search, 'group');
  const groups = (['action', 'open', 'closed', 'all'] as const).map(
    (group) => [group, inAnyGroup.filter((row) => isIn(row, group)).length] as const,
  );
  const byService = Map.groupBy(filterRows(rows, search, 'service'), ({ service }) => service);
  const services = [...new Set(rows.map(({ service }) => service))]
    .map((name) => ({ name, handle: search.handleOf(name), count: byService.get(name)?.length ?? 0 }))
    .toSorted((a, b) => b.count - a.count || collator.compare(a.name, b.name));
  return {
    groups: Object.fromEntries(groups) as Record<ListView['group'], number>,
    services,
    mine: filterRows(rows, search, 'mine').filter(({ isMine }) => isMine).length,
    here: filterRows(rows, search, 'here').filter(({ isHere }) => isHere).length,
  };
}

/** Sorts numbers by their value, and ignores capitals and accents. */
export const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Whether the text that a row shows, or only counts, contains every word of the search. */
function holds(row: RequestRow, words: readonly string[]): boolean {
  const { status, requested } = row;
  const shown = [row.service, row.detail, row.category, row.caution, row.noted, status.word, status.note];
  const beside = [row.next.text, row.source, row.priority?.word, row.needed];
  const older =
    row.older?.flatMap((one) => ['Replaces', one.service, one.isOpen ? 'still open' : '', one.said ?? '']) ?? [];
  // A row that an older process keeps has none.
  const numbers = [...(row.numbers ?? []), row.relations.requisition];
  const counted = [...(row.sentTo?.names ?? []), ...(row.counted ?? []), ...older, ...numbers];
  const asked = [requested.on ?? 'Date not given', requested.by, row.reason?.first];
  const all = [...shown, ...beside, ...marksOf(row), ...counted, ...asked].join(' ');
  // A day is found as the row shows it, and as it is typed into a form.
  const said = fold(`${all} ${withDayWords(all)}`);
  const bare = said.replace(MARKS, '');
  return words.every((word) => said.includes(word) || bare.includes(word.replace(MARKS, '') || word));
}

/** What the view says of a row beside its texts. */
function marksOf(row: RequestRow): (string | undefined)[] {
  const { isOverdue, sinceText } = row.status;
  return [
    isOverdue ? 'Overdue' : undefined,
    row.still === undefined || isOverdue ? undefined : stillText(row.still),
    lacksProvider(row) ? noProvider(row) : undefined,
    sinceText,
  ];
}

/** Left out on both sides too, so that "xray" finds "X-ray", and "home," finds "home". */
const MARKS = /[^\p{L}\p{N}\s]/gu;

function wordsOf(text: string): string[] {
  return fold(text).split(/\s+/).filter(Boolean);
}

/** As it is typed on any keyboard: EHRs write the apostrophe of "O’Brien" and the hyphens of names in several ways. */
function fold(text: string): string {
  const plain = text.replace(/[\u2018\u2019\u02BC\u00B4`]/gu, "'").replace(/[\u2010-\u2015\u2212]/gu, '-');
  return plain.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss');
}
