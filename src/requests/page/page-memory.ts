/** The list's page as it left last, so that a re-load to which the EHR answers the same costs no more than asking it. */
import { LRUCache } from 'lru-cache';
import { agedBy } from '#src/adapters/cache.ts';
import type { Clock } from '#src/adapters/clock.ts';
import type { PagePart } from '#src/http/page-part.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import type { RequestList } from '#src/requests/list/list.ts';

/** See {@link createPageMemory}. */
export type PageMemory = ReturnType<typeof createPageMemory>;

/** All of a list but its rows. */
export type ListFacts = Omit<RequestList, 'open' | 'closed'>;

/** The list's part of a page with all that it depends on: what does not depend on it is filled in each time. */
export interface RememberedPage {
  /** Of the list and everything on the page besides (chart/asked-list.ts). */
  key: string;
  /** ms since 1970; from then on its words may be others. */
  steadyUntil: number;
  list: ListFacts;
  /** The list as it is kept for its filters. */
  sealed: string;
  end: PagePart;
}

/** The part with the patient. */
interface RememberedStart {
  key: string;
  start: PagePart;
}

type Part = RememberedPage | RememberedStart;

interface Entry {
  organizationId: string;
  /** In bytes. */
  size: number;
  part: Part;
}

type Owner = Pick<Launch, 'id' | 'organizationId' | 'endsAt'>;

const LIFETIME_MS = 10 * 60_000;
const MOST_BYTES = 16 * 1_024 * 1_024;
/** Some hundred open charts; the pages of the others are made anew (MT-06). */
const MOST_BYTES_PER_ORGANIZATION = 4 * 1_024 * 1_024;
/** Of an entry's objects, and of each identifier in it. */
const OVERHEAD = { entry: 1_000, identifier: 100 };

/**
 * In this process alone, by launch, and only for requests that have passed the guard, which knows an ended launch. A key says
 * that it is the very page, so nothing has to be taken out when something changes.
 *
 * @param options.mostBytes of one organization's pages at a time; its oldest ones give way.
 */
export function createPageMemory(options: { clock: Clock; mostBytes?: number }) {
  const { clock, mostBytes = MOST_BYTES_PER_ORGANIZATION } = options;
  const bytes = new Map<string, number>();
  const count = (organizationId: string, more: number): void => {
    const total = (bytes.get(organizationId) ?? 0) + more;
    if (total > 0) bytes.set(organizationId, total);
    else bytes.delete(organizationId);
  };
  const parts = new LRUCache<string, Entry>({
    ...{ maxSize: MOST_BYTES, ttl: LIFETIME_MS, ...agedBy(clock) },
    sizeCalculation: ({ size }) => size,
    dispose: ({ organizationId, size }) => count(organizationId, -size),
  });
  const makeRoom = (organizationId: string, size: number): void => {
    for (const name of parts.rkeys()) {
      if ((bytes.get(organizationId) ?? 0) + size <= mostBytes) return;
      if (parts.peek(name)?.organizationId === organizationId) parts.delete(name);
    }
  };
  /** Takes the place of an older one; what is too large is not remembered. */
  const keep = (name: string, { organizationId, endsAt }: Owner, part: Part, of: number) => {
    parts.delete(name);
    const size = of + OVERHEAD.entry;
    const ttl = Math.min(LIFETIME_MS, Date.parse(endsAt) - clock().getTime());
    if (ttl <= 0 || size > mostBytes) return;
    makeRoom(organizationId, size);
    count(organizationId, size);
    parts.set(name, { organizationId, size, part }, { ttl });
  };
  const startOf = (id: string) => `${id} start`;
  return {
    /** @returns undefined where another page is to be shown, or none is remembered. */
    find: ({ id }: Owner, key: string): RememberedPage | undefined => {
      const part = parts.get(id)?.part;
      const isSame = part !== undefined && 'sealed' in part && part.key === key;
      return isSame && clock().getTime() < part.steadyUntil ? part : undefined;
    },
    keep: (launch: Owner, page: RememberedPage): void =>
      keep(
        launch.id,
        launch,
        page,
        page.sealed.length + page.end.size + (page.list.identifiers?.size ?? 0) * OVERHEAD.identifier,
      ),
    /** The first part. @param key all that `make` depends on. */
    start: (launch: Owner, key: string, make: () => PagePart): PagePart => {
      const known = parts.get(startOf(launch.id))?.part;
      if (known && 'start' in known && known.key === key) return known.start;
      const start = make();
      keep(startOf(launch.id), launch, { key, start }, start.size + key.length);
      return start;
    },
    forget: (launchId: string): void => {
      parts.delete(launchId);
      parts.delete(startOf(launchId));
    },
  };
}
