/** Which part of the list a page shows, as its address says it: no word of it is about the patient. */
import { isOutcomeName } from '#src/http/post-outcomes.ts';

export const GROUPS = ['action', 'open', 'closed', 'all'] as const;
export const COLUMNS = ['service', 'status', 'next', 'priority', 'needed', 'provider', 'requested', 'reason'] as const;
export type Column = (typeof COLUMNS)[number];

export interface ListView {
  /** Whether the address asks for a part of the list, which may be kept; without, the list is read anew. */
  readonly isAsked: boolean;
  readonly group: (typeof GROUPS)[number];
  /** A service by the name that only this launch can read. */
  readonly service: string | undefined;
  readonly mine: boolean;
  readonly here: boolean;
  /** The name of a text that is looked for; the text itself is kept, sealed, for this launch. */
  readonly find: string | undefined;
  /** Undefined: what needs action first. */
  readonly sort: { readonly by: Column; readonly isDown: boolean } | undefined;
  /** From 1 on; `all` for print. */
  readonly page: number | 'all';
}

/** What can be changed by a link. */
export type ViewChange = Partial<Omit<ListView, 'isAsked'>>;

const HANDLE = /^[\w-]{12}$/;

/** Reads an address; values that cannot be meant are ignored. */
export function readView(query: URLSearchParams): ListView {
  const group = GROUPS.find((one) => one === query.get('show'));
  const [, sign, name] = /^(-?)([a-z]+)$/.exec(query.get('sort') ?? '') ?? [];
  const by = COLUMNS.find((column) => column === name);
  const service = query.get('service') ?? '';
  const find = query.get('find') ?? '';
  const page = query.get('page') ?? '';
  return {
    isAsked: group !== undefined && !query.has('fresh'),
    group: group ?? 'open',
    service: HANDLE.test(service) ? service : undefined,
    mine: query.has('mine'),
    here: query.has('here'),
    find: isOutcomeName(find) ? find : undefined,
    sort: by === undefined ? undefined : { by, isDown: sign === '-' },
    page: page === 'all' ? 'all' : Math.max(1, Math.trunc(Number(/^\d{1,4}$/.exec(page)?.[0] ?? 1))),
  };
}

/**
 * The query of a view, from `?` on: it always names its group, so that it asks for the list as it is kept. A change of
 * anything but the page begins at the first page.
 */
export function viewQuery(view: ListView, change: ViewChange = {}): string {
  const { group, service, mine, here, find, sort, page } = { ...view, page: 1, ...change };
  const parts = [
    `show=${group}`,
    service !== undefined && `service=${service}`,
    mine && 'mine',
    here && 'here',
    find !== undefined && `find=${find}`,
    sort !== undefined && `sort=${sort.isDown ? '-' : ''}${sort.by}`,
    page !== 1 && `page=${page}`,
  ];
  return `?${parts.filter((part) => part !== false).join('&')}`;
}

/** Whether anything but the status group is filtered. */
export function isFiltered({ service, mine, here, find }: ListView): boolean {
  return service !== undefined || mine || here || find !== undefined;
}

/** The list as it opens. */
export function isPlain(view: ListView): boolean {
  return view.group === 'open' && view.sort === undefined && view.page === 1 && !isFiltered(view);
}
