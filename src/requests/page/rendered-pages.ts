/** Remembers the last page of the list: a reload with the same answers costs only the calls to the EHR. */
import { LRUCache } from 'lru-cache';
import { agedBy } from '#src/adapters/cache.ts';
import type { Clock } from '#src/adapters/clock.ts';
import type { PagePart } from '#src/http/compressed-part.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import type { RequestList } from '#src/requests/list/list.ts';

export type PageMemory = ReturnType<typeof createPageMemory>;

export type ListFacts = Omit<RequestList, 'open' | 'closed'>;

/** The list's part of a page and what it depends on; what does not depend on it is filled in each time. */
export interface RememberedPage {
  /** The key of the list and of everything else on the page (chart/parse-if-changed.ts). */
  key: string;
  readAt: Date;
  /** In ms since 1970. From then on the words of the page may differ. It is computed at the first reload. */
  steadyUntil?: number;
  list: ListFacts;
  /** The sealed list, which is kept for the filters. */
  sealed: string;
  end: PagePart;
}

/** `start` is the first part of a page, which shows the patient. */
type Part = RememberedPage | { key: string; start: PagePart };

interface Entry {
  organizationId: string;
  /** In bytes. */
  size: number;
  part: Part;
}

type Owner = Pick<Launch, 'id' | 'organizationId' | 'endsAt'>;

const LIFETIME_MS = 10 * 60_000;
const MOST_BYTES = 16 * 1_024 * 1_024;
/** Room for some hundred open charts; the pages of further charts are rendered anew (MT-06). */
const MOST_BYTES_PER_ORGANIZATION = 4 * 1_024 * 1_024;
/** The estimated size of an entry's objects, and of each identifier in it, in bytes. */
const OVERHEAD = { entry: 1_000, identifier: 100 };

/**
 * Remembers pages in this process, behind the launch guard. A key covers everything that its page depends on, so
 * nothing has to be removed after a change. @param options.mostBytes of one organization's pages.
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
  /** Replaces an older part. A part that is too large is not remembered. */
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
    /** @param steadyUntil the time from which the words of a page read at `readAt` may differ. */
    find: ({ id }: Owner, key: string, steadyUntil: (readAt: Date) => number): RememberedPage | undefined => {
      const part = parts.get(id)?.part;
      if (part === undefined || !('sealed' in part) || part.key !== key) return undefined;
      part.steadyUntil ??= steadyUntil(part.readAt);
      return clock().getTime() < part.steadyUntil ? part : undefined;
    },
    keep: (launch: Owner, page: RememberedPage): void => {
      const identifiers = (page.list.identifiers?.size ?? 0) * OVERHEAD.identifier;
      keep(launch.id, launch, page, page.sealed.length + page.end.size + identifiers);
    },
    /** The first part of the page; it is rendered if it is not remembered. */
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
