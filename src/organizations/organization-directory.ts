/** Serves organizations from memory, a second old at most, also in a short outage, so that no visitor waits. */
import { LRUCache } from 'lru-cache';
import { atMost, shared } from '#src/adapters/cache.ts';
import type { Clock } from '#src/adapters/clock.ts';
import { withoutQuery } from '#src/adapters/database/index.ts';
import type { Log } from '#src/adapters/log.ts';
import { AppError } from '#src/errors.ts';
import { ORGANIZATION_ID, type Organization } from './organization.ts';
import type { OrganizationStore } from './store.ts';

export type OrganizationDirectory = ReturnType<typeof createOrganizationDirectory>;

interface Copy {
  organization: Organization | undefined;
  version: string | undefined;
  /** When the last answered query was sent. */
  readAt: number;
  /** When the last query was sent, answered or not, so that requests do not add load to an outage. */
  askedAt: number;
  /** The last query failed. Until one succeeds, requests do not wait for the next. */
  isOutage: boolean;
  usedAt: number;
}

/** Makes a change by the command line on another machine take effect well within the promised 2 s. */
const FRESH_MS = 1_000;
const COMPARE_MS = 500;
/** An organization without a visitor for this long is read again at the next visit. */
const USED_MS = 60 * 60_000;
const OUTAGE_MS = 10 * 60_000;

/** One per process; concurrent lookups of one id share a query. */
export function createOrganizationDirectory(
  store: Pick<OrganizationStore, 'read' | 'versionsOf'>,
  clock: Clock,
  log: Log,
) {
  // Known and unknown ids have separate caches, so that a flood of invented ids evicts no real organization (MT-06).
  const known = new LRUCache<string, Copy>(atMost(5_000));
  const unknown = new LRUCache<string, Copy>(atMost(1_000));
  const pending = new Map<string, Promise<Organization | undefined>>();
  const now = () => clock().getTime();

  async function ask(id: string): Promise<Organization | undefined> {
    const askedAt = now();
    try {
      const { organization, version } = (await store.read(id)) ?? {};
      (organization ? unknown : known).delete(id);
      const usedAt = known.peek(id)?.usedAt ?? askedAt;
      const copy = { organization, version, readAt: askedAt, askedAt, usedAt, isOutage: false };
      (organization ? known : unknown).set(id, copy);
      return organization;
    } catch (error) {
      return lastKnown(id, error);
    }
  }

  const share = (id: string) => shared(pending, id, () => ask(id));

  function lastKnown(id: string, error: unknown): Organization | undefined {
    const copy = known.get(id);
    if (!copy || now() - copy.readAt > OUTAGE_MS)
      throw new AppError('store.unavailable', 'the organization cannot be read', { cause: withoutQuery(error) });
    copy.askedAt = now();
    copy.isOutage = true;
    log.warn({ err: withoutQuery(error), organizationId: id }, 'organization served from memory: the database fails');
    return copy.organization;
  }

  async function compare(): Promise<void> {
    const askedAt = now();
    const used = [...known].filter(([, { usedAt }]) => askedAt - usedAt <= USED_MS);
    const ids = used.map(([id]) => id);
    if (ids.length === 0) return;
    const versions = await store.versionsOf(ids);
    for (const id of ids) {
      const copy = known.peek(id);
      if (copy && copy.version === versions.get(id)) Object.assign(copy, { readAt: askedAt, askedAt, isOutage: false });
      else share(id).catch(() => undefined);
    }
  }

  let comparing: Promise<void> | undefined;
  const timer = setInterval(() => {
    // A failure matters only when a visitor needs an answer; lastKnown then logs it.
    comparing ??= compare()
      .catch(() => undefined)
      .finally(() => (comparing = undefined));
  }, COMPARE_MS).unref();

  return {
    /** @param id untrusted. @throws AppError 'store.unavailable' if the database fails and nothing recent is known. */
    find: async (id: string): Promise<Organization | undefined> => {
      if (!ORGANIZATION_ID.test(id)) return undefined;
      const copy = known.get(id) ?? unknown.get(id);
      if (copy) copy.usedAt = now();
      if (copy && now() - copy.askedAt < FRESH_MS) return copy.organization;
      const asked = share(id);
      if (!copy?.isOutage || now() - copy.readAt > OUTAGE_MS) return asked;
      asked.catch(() => undefined);
      return copy.organization;
    },
    /** An organization's version, less than a second old, if known. While it stays, so do its users' permissions. */
    versionOf: (id: string): string | undefined => {
      const copy = known.peek(id);
      return copy && now() - copy.readAt < FRESH_MS ? copy.version : undefined;
    },
    /** Called after a change by this process, so that the change takes effect here at once. Never rejects. */
    refresh: async (id: string): Promise<void> => {
      // A query sent before the change may return the old state.
      await pending.get(id)?.catch(() => undefined);
      await share(id).catch(() => undefined);
    },
    close: (): void => clearInterval(timer),
  };
}
