/** Sorts the request list by any of its columns. */
import type { RequestRow } from '#src/requests/list/row.ts';
import { byAttention, needsAction, pressingRank } from './default-order.ts';
import { collator } from './filter.ts';
import type { Column, ListView } from './view-address.ts';

/** The value that a column sorts a row by. An undefined value comes last in both directions. */
const KEYS: Record<Column, (row: RequestRow) => number | string | undefined> = {
  service: ({ service }) => service,
  status: ({ status }) => status.word,
  next: (row) => `${needsAction(row) ? 0 : 1} ${row.next.text}`,
  priority: (row) => (row.priority === undefined ? undefined : pressingRank(row)),
  needed: ({ neededMs }) => neededMs,
  provider: ({ sentTo }) => sentTo?.names.join(' '),
  requested: ({ requestedMs }) => requestedMs,
  reason: ({ reason }) => reason?.first,
};

/** A sorted copy. Equal rows stay in the default order, and then in the order in which they came. */
export function sortRows(rows: readonly RequestRow[], sort: ListView['sort']): RequestRow[] {
  const inOrder = rows.toSorted(byAttention);
  if (!sort) return inOrder;
  const keyOf = KEYS[sort.by];
  const sign = sort.isDown ? -1 : 1;
  return inOrder.toSorted((a, b) => {
    const [one, other] = [keyOf(a), keyOf(b)];
    if (one === undefined || other === undefined) return Number(one === undefined) - Number(other === undefined);
    if (typeof one === 'number' && typeof other === 'number') return sign * (one - other);
    return sign * collator.compare(String(one), String(other));
  });
}
