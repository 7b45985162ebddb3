/** Organizations for the request path: from memory for a second, and through a short database outage. */
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
  /** The last question went unanswered: until one is answered nobody waits for the next. */
  isOutage: boolean;
}

/** A change by the command line on another machine is seen well within the promised 2 s. */
const FRESH_MS = 1_000;
const OUTAGE_MS = 10 * 60_000;
/** Known and unknown ids are counted apart, so that a flood of invented ids evicts no real organization (MT-06). */
const MAX_KNOWN = 5_000;
const MAX_UNKNOWN = 1_000;

/** One per process; concurrent lookups of one id share a query. */
export function createOrganizationDirectory(
  store: Pick<OrganizationStore, 'find'>,
  clock: Clock,
  log: Log,
): OrganizationDirectory {
  const known = new Map<string, Copy>();
  const unknown = new Map<string, Copy>();
  const underWay = new Map<string, Promise<Organization | undefined>>();

  async function ask(id: string): Promise<Organization | undefined> {
    try {
      const organization = await store.find(id);
      const now = clock().getTime();
      (organization ? unknown : known).delete(id);
      keep(organization ? known : unknown, id, { organization, readAt: now, askedAt: now, isOutage: false });
      return organization;
    } catch (error) {
      return lastKnown(id, error);
    }
  }

  function lastKnown(id: string, error: unknown): Organization | undefined {
    const copy = known.get(id);
    const now = clock().getTime();
    if (!copy || now - copy.readAt > OUTAGE_MS) {
      throw new AppError('store.unavailable', 'the organization cannot be read', { cause: withoutQuery(error) });
    }
    copy.askedAt = now;
    copy.isOutage = true;
    log.warn({ err: withoutQuery(error), organizationId: id }, 'organization served from memory: the database fails');
    return copy.organization;
  }

  function keep(copies: Map<string, Copy>, id: string, copy: Copy): void {
    copies.delete(id);
    copies.set(id, copy);
    const [oldest] = copies.keys();
    if (oldest !== undefined && copies.size > (copies === known ? MAX_KNOWN : MAX_UNKNOWN)) copies.delete(oldest);
  }

  return {
    find: async (id) => {
      if (!ORGANIZATION_ID.test(id)) return undefined;
      const copy = known.get(id) ?? unknown.get(id);
      if (copy && clock().getTime() - copy.askedAt < FRESH_MS) return copy.organization;
      const shared = underWay.get(id) ?? ask(id).finally(() => underWay.delete(id));
      underWay.set(id, shared);
      if (!copy?.isOutage || clock().getTime() - copy.readAt > OUTAGE_MS) return shared;
      shared.catch(() => undefined);
      return copy.organization;
    },
  };
}
