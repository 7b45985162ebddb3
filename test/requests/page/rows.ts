/** Rows of a request list for tests, and any number of random ones for property tests. */
import type { RequestRow } from '#src/requests/list/row.ts';

/** A waiting request that needs nothing. */
export function rowOf(change: Partial<RequestRow> = {}): RequestRow {
  return {
    id: '1',
    ehrStatus: 'active',
    digest: '',
    isHeard: undefined,
    service: 'Wound care',
    detail: undefined,
    category: undefined,
    caution: undefined,
    noted: undefined,
    status: {
      group: 'open',
      word: 'Ordered',
      icon: 'ordered',
      note: undefined,
      hasProvider: true,
      isOverdue: false,
      sinceText: '3 d ago',
    },
    next: { text: 'Waiting for the provider for 3 days', isAction: false },
    still: undefined,
    isOwn: false,
    source: 'EHR order',
    priority: undefined,
    needed: undefined,
    sentTo: undefined,
    isUnheard: undefined,
    isUnasked: undefined,
    requested: { on: undefined, by: undefined },
    reason: undefined,
    counted: undefined,
    numbers: [],
    isMine: false,
    isHere: false,
    older: undefined,
    neededMs: undefined,
    requestedMs: undefined,
    movedMs: undefined,
    references: [],
    relations: { basedOn: [], replaces: [], requisition: undefined },
    ...change,
  };
}

/** Reproducible numbers from 0 to below 1 (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Picks one of the items. */
export function pick<Item>(items: readonly Item[], random: () => number): Item {
  return items[Math.floor(random() * items.length)] as Item;
}

/** Rows that are often alike, often lack values, and share ids, as those of a careless EHR do. */
export function randomRows(count: number, random: () => number): RequestRow[] {
  const priorities = [undefined, { level: 'stat', word: 'STAT' }, { level: 'other', word: 'x' }] as const;
  const icons = ['ordered', 'sent', 'hold', 'done', 'cancelled', 'unknown'] as const;
  const ms = () => pick([undefined, 0, -1, 1_700_000_000_000, 1_700_000_000_001], random);
  const text = () => pick([undefined, 'Émile', 'emile', '10', '9', 'Ωmega', '‏עברית'], random);
  return Array.from({ length: count }, () => {
    const icon = pick(icons, random);
    const closed = icon === 'done' || icon === 'cancelled';
    const reason = text();
    const provider = text();
    return rowOf({
      id: pick(['a', 'b', ''], random),
      service: text() ?? 'Service',
      status: { ...rowOf().status, icon, group: closed ? 'closed' : 'open', isOverdue: !closed && random() < 0.2 },
      next: { text: text() ?? 'Nothing to do', isAction: random() < 0.3 },
      still: pick([undefined, 9], random),
      priority: pick(priorities, random),
      sentTo: provider === undefined ? undefined : { names: [provider], more: 0 },
      reason: reason === undefined ? undefined : { first: reason, more: 0 },
      isMine: random() < 0.5,
      isHere: random() < 0.5,
      neededMs: ms(),
      requestedMs: ms(),
      movedMs: ms(),
    });
  });
}
