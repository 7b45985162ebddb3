import { describe, expect, test } from 'vitest';
import type { RequestRow } from '#src/requests/list/row.ts';
import { needsAction } from '#src/requests/page/default-order.ts';
import type { Search } from '#src/requests/page/filter.ts';
import { PAGE_ROWS, selectRows } from '#src/requests/page/page-rows.ts';
import { COLUMNS, GROUPS, type ListView, readView, viewQuery } from '#src/requests/page/view-address.ts';
import { pick, randomOf, randomRows, rowOf } from './rows.ts';

const plain: ListView = readView(new URLSearchParams());
const handleOf = (service: string) => `handle-${service}`;
const search = (change: Partial<ListView> = {}, text = ''): Search => ({
  view: { ...plain, ...change },
  text,
  handleOf,
});

function randomSearch(rows: readonly RequestRow[], random: () => number): Search {
  const by = pick([undefined, ...COLUMNS], random);
  return search(
    {
      group: pick(GROUPS, random),
      service: random() < 0.3 && rows.length > 0 ? handleOf(pick(rows, random).service) : undefined,
      mine: random() < 0.3,
      here: random() < 0.3,
      sort: by && { by, isDown: random() < 0.5 },
    },
    pick(['', '', 'emile', 'ÉM', 'nothing', '10 wound'], random),
  );
}

const allPages = (rows: readonly RequestRow[], one: Search): RequestRow[] => {
  const { pages } = selectRows(rows, one);
  return Array.from(
    { length: pages },
    (_, at) => selectRows(rows, { ...one, view: { ...one.view, page: at + 1 } }).rows,
  ).flat();
};

describe('over all pages of any view', () => {
  test.for(Array.from({ length: 200 }, (_, seed) => seed))('every request is shown once (%i)', (seed) => {
    const random = randomOf(seed);
    const rows = randomRows(pick([0, 1, 24, 25, 26, 51, 120, 500], random), random);
    const one = randomSearch(rows, random);
    const shown = allPages(rows, one);
    const selection = selectRows(rows, one);
    expect(shown).toHaveLength(selection.total);
    expect(new Set(shown).size).toBe(shown.length);
    expect(selectRows(rows, { ...one, view: { ...one.view, page: 'all' } }).rows).toEqual(shown);
    expect(selection.counts.groups[one.view.group]).toBe(selection.total);
    expect(selection.rows.length).toBeLessThanOrEqual(PAGE_ROWS);
    const passes = (row: RequestRow) =>
      (one.view.group === 'all' ||
        (one.view.group === 'action' ? needsAction(row) : row.status.group === one.view.group)) &&
      (one.view.service === undefined || handleOf(row.service) === one.view.service) &&
      (!one.view.mine || row.isMine) &&
      (!one.view.here || row.isHere);
    // This test repeats every filter except the text.
    if (one.text === '') expect(new Set(shown)).toEqual(new Set(rows.filter(passes)));
    else expect(shown.every(passes)).toBe(true);
  });

  test('open and closed together are all, and requests that need action are open', () => {
    const rows = randomRows(300, randomOf(7));
    const { groups } = selectRows(rows, search()).counts;
    expect(groups.open + groups.closed).toBe(groups.all);
    expect(groups.all).toBe(300);
    expect(groups.action).toBeLessThanOrEqual(groups.open);
  });

  test.for(COLUMNS.flatMap((by) => [false, true].map((isDown) => [by, isDown] as const)))(
    'sorted by %s (down: %s), missing values come last',
    ([by, isDown]) => {
      const rows = randomRows(80, randomOf(11));
      const sorted = allPages(rows, search({ group: 'all', sort: { by, isDown } }));
      const given = {
        needed: 'neededMs',
        requested: 'requestedMs',
        priority: 'priority',
        provider: 'sentTo',
        reason: 'reason',
      };
      const member = (given as Record<string, keyof RequestRow>)[by];
      const missing = sorted.map((row) => member !== undefined && row[member] === undefined);
      expect(missing).toEqual(missing.toSorted((a, b) => Number(a) - Number(b)));
    },
  );
});

test('requests that need action, or are urgent and not accepted, come first, urgent ones before others, then the newest activity', () => {
  const stat = { level: 'stat', word: 'STAT' } as const;
  const action = { text: 'Find a provider', isAction: true };
  const closed = { ...rowOf().status, group: 'closed', icon: 'done' } as const;
  const hold = { ...rowOf().status, icon: 'hold' } as const;
  const rows = [
    rowOf({ id: 'closed', status: closed, priority: stat, movedMs: 9 }),
    rowOf({ id: 'waits', movedMs: 5 }),
    rowOf({ id: 'waits-newer', movedMs: 6 }),
    rowOf({ id: 'waits-stat', priority: stat, movedMs: 1 }),
    rowOf({ id: 'goes-on-stat', priority: stat, status: { ...rowOf().status, icon: 'accepted' }, movedMs: 1 }),
    rowOf({ id: 'acts', next: action, movedMs: 2 }),
    rowOf({ id: 'acts-on-hold', next: action, priority: stat, status: hold, movedMs: 1 }),
    rowOf({ id: 'acts-stat', next: action, priority: stat }),
    rowOf({ id: 'late', status: { ...rowOf().status, isOverdue: true }, movedMs: 1.5 }),
    rowOf({ id: 'still', still: 8, movedMs: 1.2 }),
  ];
  expect(selectRows(rows, search({ group: 'all' })).rows.map(({ id }) => id)).toEqual([
    ...['acts-stat', 'waits-stat', 'acts', 'late', 'still', 'acts-on-hold'],
    ...['goes-on-stat', 'waits-newer', 'waits', 'closed'],
  ]);
});

test.for<[text: string, isFound: boolean]>([
  ['wheel', true],
  ['WHEEL hip', true],
  ['müller', true],
  ['muller', true],
  ['stat', true],
  ['find provider', true],
  ['2026-11', true],
  ['wheel missing', false],
  // The row says "+1 more", and which request it replaces.
  ['westside', true],
  ["o'brien", true],
  ['O´Brien', true],
  ['x-ray', true],
  ['xray', true],
  ['transport, hip', true],
  ['strasse', true],
  ['a/77', true],
  ['form9', true],
  ['a/78', false],
  ['~', false],
  ['walker', true],
  ['  ', true],
])('the text %j finds: %s', ([text, isFound]) => {
  const row = rowOf({
    service: 'Wheelchair transport',
    next: { text: 'Find a provider', isAction: true },
    priority: { level: 'stat', word: 'STAT' },
    needed: '2026-11-24',
    requested: { on: undefined, by: 'Dr. Müller' },
    reason: { first: 'Hip replacement', more: 0 },
    counted: ['Westside', 'O’Brien’s X\u2010ray', 'Hauptstraße'],
    numbers: ['A/77'],
    relations: { basedOn: [], replaces: [], requisition: 'urn:x|FORM-9' },
    older: [{ id: '2', service: 'Walker', needed: undefined, isOpen: false, said: undefined }],
  });
  expect(selectRows([row], search({}, text)).total).toBe(isFound ? 1 : 0);
});

test('a row that an older process keeps without its numbers is searched too', () => {
  const { numbers, ...row } = rowOf({ service: 'Walker' });
  expect(numbers).toEqual([]);
  expect(selectRows([row as ReturnType<typeof rowOf>], search({}, 'walker')).total).toBe(1);
});

test('each filter shows how many rows it would leave with the other filters unchanged', () => {
  const closed = { ...rowOf().status, group: 'closed', icon: 'done' } as const;
  const rows = [
    rowOf({ service: 'A', isMine: true }),
    rowOf({ service: 'A', isMine: true, isHere: true, status: closed }),
    rowOf({ service: 'B', isMine: true }),
    rowOf({ service: 'B' }),
    rowOf({ service: 'C', status: closed }),
  ];
  const { counts, total } = selectRows(rows, search({ mine: true }));
  expect(total).toBe(2);
  expect(counts).toEqual({
    groups: { action: 0, open: 2, closed: 1, all: 3 },
    services: [
      { name: 'A', handle: 'handle-A', count: 1 },
      { name: 'B', handle: 'handle-B', count: 1 },
      { name: 'C', handle: 'handle-C', count: 0 },
    ],
    mine: 2,
    here: 0,
  });
});

test('a page beyond the last one is the last one', () => {
  const rows = randomRows(60, randomOf(3));
  const { page, pages, first, rows: shown } = selectRows(rows, search({ group: 'all', page: 99 }));
  expect({ page, pages, first, shown: shown.length }).toEqual({ page: 3, pages: 3, first: 51, shown: 10 });
});

describe('a view and its URL', () => {
  test('convert into each other without loss, for every view', () => {
    const random = randomOf(1);
    for (let at = 0; at < 200; at += 1) {
      const { view } = randomSearch([], random);
      const find = random() < 0.3 ? 'f'.repeat(43) : undefined;
      const whole: ListView = { ...view, isAsked: true, find, page: pick([1, 2, 20, 'all'] as const, random) };
      expect(readView(new URLSearchParams(viewQuery(whole, { page: whole.page })))).toEqual(whole);
    }
  });

  test.for([
    '',
    'show=secret',
    'page=0&show=open',
    'page=-1',
    'page=1e3',
    'page=99999',
    'service=Wheelchair+transport&show=open',
    'find=too-short',
    'sort=secret',
    'sort=--needed',
    'sort=__proto__',
  ])('an invalid parameter is ignored: %s', (query) => {
    const { isAsked: _, ...view } = readView(new URLSearchParams(query));
    const { isAsked: __, ...usual } = plain;
    expect(view).toEqual(usual);
  });

  test('a link begins at the first page unless it is one to a page', () => {
    expect(viewQuery({ ...plain, page: 7 }, { mine: true })).toBe('?show=open&mine');
    expect(viewQuery({ ...plain, group: 'all' }, { page: 3 })).toBe('?show=all&page=3');
  });

  test('only the plain URL and "fresh" read the list anew', () => {
    expect(
      ['', 'mine', 'show=open&fresh', 'show=open'].map((query) => readView(new URLSearchParams(query)).isAsked),
    ).toEqual([...[false, false, false, true]]);
  });
});

test.for<[string, Partial<RequestRow>, string]>([
  ['that it is late', { status: { ...rowOf().status, isOverdue: true } }, 'overdue'],
  ['that it has no provider', { status: { ...rowOf().status, hasProvider: false } }, 'no provider yet'],
  ['that it stands still', { still: 9 }, 'no movement'],
  ['how long it has its status', {}, '3 d ago'],
  ['that it was never dated', {}, 'date not given'],
  [
    'that an older one is open',
    { older: [{ id: '2', service: 'Wound care', needed: undefined, isOpen: true, said: undefined }] },
    'replaces wound care still open',
  ],
])('the text search finds what the row says: %s', ([, change, text]) => {
  expect(selectRows([rowOf(change)], search({}, text)).total).toBe(1);
});

test.for<[string, Partial<RequestRow>, string]>([
  ['late', {}, 'overdue'],
  ['without a provider', {}, 'provider yet'],
  [
    'without one, and not to be done',
    { caution: 'Do not perform', status: { ...rowOf().status, hasProvider: false } },
    'yet',
  ],
])('the text search finds no row that is not %s', ([, change, text]) => {
  expect(selectRows([rowOf(change)], search({}, text)).total).toBe(0);
});

test('a closed request whose provider goes on needs action, and stays among the closed ones', () => {
  const status = { ...rowOf().status, group: 'closed', icon: 'cancelled' } as const;
  const gone = rowOf({ id: 'gone', status, next: { text: 'Check it in the EHR', isAction: true } });
  expect([gone, rowOf({ status, next: { text: 'Nothing to do', isAction: false } })].map(needsAction)).toEqual([
    true,
    false,
  ]);
});
