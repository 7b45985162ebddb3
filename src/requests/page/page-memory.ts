/** The list's page as it left last, so that a re-load to which the EHR answers the same costs no more than asking it. */
import { LRUCache } from 'lru-cache';
import { agedBy } from '#src/adapters/cache.ts';
import type { Clock } from '#src/adapters/clock.ts';
import type { PagePart } from '#src/http/page-part.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import { createPendingBytes } from '#src/launches/session/pending-bytes.ts';
import type { RequestList } from '#src/requests/list/list.ts';

/** See {@link createPageMemory}. */
export type PageMemory = ReturnType<typeof createPageMemory>;

/** All of a list but its rows. */
export type ListFacts = Omit<RequestList, 'open' | 'closed'>;

/** A page with all that it depends on: what does not depend on it is filled in each time. */
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

const LIFETIME_MS = 10 * 60_000;
const MOST_BYTES = 16 * 1_024 * 1_024;
/** Some hundred open charts; the pages of the others are made anew (MT-06). */
const MOST_BYTES_PER_ORGANIZATION = 4 * 1_024 * 1_024;
/** Of an entry's objects, and of each identifier in it. */
const OVERHEAD = { entry: 1_000, identifier: 100 };

/**
 * In this process alone, by launch: behind the guard, which knows an ended launch. The key says that it is the very page,
 * so nothing has to be taken out of it when something changes.
 *
 * @param options.mostBytes of one organization's pages at a time.
 */
export function createPageMemory(options: { clock: Clock; mostBytes?: number }) {
  const { clock, mostBytes = MOST_BYTES_PER_ORGANIZATION } = options;
  const room = createPendingBytes({ clock, lifetimeMs: LIFETIME_MS, mostBytes });
  const pages = new LRUCache<string, RememberedPage>({
    ...{ maxSize: MOST_BYTES, ttl: LIFETIME_MS, ...agedBy(clock) },
    dispose: (_page, launchId) => room.release(launchId),
  });
  return {
    /** @returns undefined where another page is to be shown, or none is remembered. */
    find: ({ id, endsAt }: Pick<Launch, 'id' | 'endsAt'>, key: string): RememberedPage | undefined => {
      const page = pages.get(id);
      const now = clock().getTime();
      return page?.key === key && now < page.steadyUntil && now < Date.parse(endsAt) ? page : undefined;
    },
    /** Takes the place of an older one; where there is no room, nothing is remembered. */
    keep: ({ id, organizationId, endsAt }: Pick<Launch, 'id' | 'organizationId' | 'endsAt'>, page: RememberedPage) => {
      pages.delete(id);
      const identifiers = page.list.identifiers?.size ?? 0;
      const size = page.sealed.length + page.end.size + OVERHEAD.entry + identifiers * OVERHEAD.identifier;
      const ttl = Math.min(LIFETIME_MS, Date.parse(endsAt) - clock().getTime());
      if (ttl <= 0 || size > MOST_BYTES) return;
      try {
        room.take(organizationId, id, { bytes: size, isKnown: true });
      } catch {
        return;
      }
      pages.set(id, page, { size, ttl });
    },
    forget: (launchId: string): void => void pages.delete(launchId),
  };
}
