/** Organizations for the request path: from memory for a second, and through a short database outage. */
import { LRUCache } from 'lru-cache';
import type { Clock } from '#src/adapters/clock.ts';
import { withoutQuery } from '#src/adapters/database/index.ts';
import type { Log } from '#src/adapters/log.ts';
import { AppError } from '#src/errors.ts';
import { ORGANIZATION_ID, type Organization } from './organization.ts';
import type { OrganizationStore } from './store.ts';

export interface OrganizationDirectory {
  /**
   * @param id untrusted; anything that cannot be an Org ID is unknown without a query.
   * @returns undefined when there is no such organization.
   * @throws AppError('store.unavailable') when the database fails and nothing recent is known.
   */
  find(id: string): Promise<Organization | undefined>;
}

interface Copy {
  organization: Organization | undefined;
  readAt: number;
  /** When the database was last asked, in vain or not: an outage is not made worse by asking for every request. */
  askedAt: number;
  /** The last question was not answered: until one is, no request waits for the next. */
  isOutage: boolean;
}

/** A change by the command line on another machine is seen well within the promised 2 s. */
const FRESH_MS = 1_000;
const OUTAGE_MS = 10 * 60_000;

/** One per process; concurrent lookups of one id share a query. */
export function createOrganizationDirectory(
  store: Pick<OrganizationStore, 'find'>,
  clock: Clock,
  log: Log,
): OrganizationDirectory {
  // Known and unknown ids are counted apart, so that a flood of invented ids evicts no real organization (MT-06).
  const known = new LRUCache<string, Copy>({ max: 5_000 });
  const unknown = new LRUCache<string, Copy>({ max: 1_000 });
  const pending = new Map<string, Promise<Organization | undefined>>();

  async function ask(id: string): Promise<Organization | undefined> {
    try {
      const organization = await store.find(id);
      const now = clock().getTime();
      (organization ? unknown : known).delete(id);
      (organization ? known : unknown).set(id, { organization, readAt: now, askedAt: now, isOutage: false });
      return organization;
    } catch (error) {
      return lastKnown(id, error);
    }
  }

  function lastKnown(id: string, error: unknown): Organization | undefined {
    const copy = known.get(id);
    const now = clock().getTime();
    if (!copy || now - copy.readAt > OUTAGE_MS)
      throw new AppError('store.unavailable', 'the organization cannot be read', { cause: withoutQuery(error) });
    copy.askedAt = now;
    copy.isOutage = true;
    log.warn({ err: withoutQuery(error), organizationId: id }, 'organization served from memory: the database fails');
    return copy.organization;
  }

  return {
    find: async (id) => {
      if (!ORGANIZATION_ID.test(id)) return undefined;
      const copy = known.get(id) ?? unknown.get(id);
      const now = clock().getTime();
      if (copy && now - copy.askedAt < FRESH_MS) return copy.organization;
      const shared = pending.get(id) ?? ask(id).finally(() => pending.delete(id));
      pending.set(id, shared);
      if (!copy?.isOutage || now - copy.readAt > OUTAGE_MS) return shared;
      shared.catch(() => undefined);
      return copy.organization;
    },
  };
}
