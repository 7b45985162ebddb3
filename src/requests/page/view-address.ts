/** The view of the list that a URL asks for. The query of the URL holds nothing about the patient. */
import { isOutcomeName } from '#src/http/post-outcomes.ts';

export const GROUPS = ['action', 'open', 'closed', 'all'] as const;
export const COLUMNS = ['service', 'status', 'next', 'priority', 'needed', 'provider', 'requested', 'reason'] as const;
export type Column = (typeof COLUMNS)[number];

export interface ListView {
  /** Whether the URL asks for a view, which the kept list may serve; otherwise the list is read anew. */
  readonly isAsked: boolean;
  readonly group: (typeof GROUPS)[number];
  /** The handle of a service, which only this launch can resolve. */
  readonly service: string | undefined;
  readonly mine: boolean;
  readonly here: boolean;
  /** The name of the searched text; the text itself is kept, sealed, for this launch. */
  readonly find: string | undefined;
  /** Undefined means the default order: requests that need action come first. */
  readonly sort: { readonly by: Column; readonly isDown: boolean } | undefined;
  /** Counted from 1; `all` is for printing. */
  readonly page: number | 'all';
}

export type ViewChange = Partial<Omit<ListView, 'isAsked'>>;

const HANDLE = /^[\w-]{12}$/;

/** Reads the query of a URL. Invalid values are ignored. */
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

/** Always names the status group, so that it asks for the kept list. Any change but the page's leads to page one. */
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

/** Whether any filter besides the status group is set. */
export function isFiltered({ service, mine, here, find }: ListView): boolean {
  return service !== undefined || mine || here || find !== undefined;
}

/** Whether this is the view that a launch opens with. */
export function isPlain(view: ListView): boolean {
  return view.group === 'open' && view.sort === undefined && view.page === 1 && !isFiltered(view);
}
