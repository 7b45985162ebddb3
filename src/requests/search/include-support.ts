/** What an EHR sends along with requests, so that who asks and who provides needs no second call (FH-15). */
import { LRUCache } from 'lru-cache';
import { atMost } from '#src/adapters/cache.ts';
import type { Clock } from '#src/adapters/clock.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { TASKS_ALONG } from '#src/smart/documents/capability-statement.ts';

/** Of one organization's EHR. */
export type IncludeSupport = ReturnType<ReturnType<typeof createIncludeSupport>>;

/** The references whose resources give the list its names. */
const NAMING = ['requester', 'performer'].map((parameter) => `ServiceRequest:${parameter}`);
const KEPT_MS = 60 * 60_000;
const MOST_KEPT = 2_000;

/**
 * One per process. The CapabilityStatement offers, the answers teach: an EHR that refuses what it offers, or writes every
 * name beside its reference, is not asked for more for an hour.
 *
 * @returns by organization and connection.
 */
export function createIncludeSupport(clock: Clock) {
  const learned = new LRUCache<string, 'refused' | 'needless'>({
    ...atMost(MOST_KEPT),
    ttl: KEPT_MS,
    ttlResolution: 0,
    perf: { now: () => clock().getTime() },
  });
  return ({ id, connectionVersion, discovered }: Pick<Organization, 'id' | 'connectionVersion' | 'discovered'>) => {
    const key = `${id} ${connectionVersion}`;
    const offered = discovered?.requestIncludes ?? [];
    return {
      /** The values of `_include` to ask with; none where it is not offered, refused or needless. */
      wanted: (): string[] =>
        learned.has(key) ? [] : NAMING.filter((name) => offered.includes(name) || offered.includes('*')),
      /** Whether Tasks come along for no search of their own; that is asked for beside names or alone. */
      bringsTasks: (): boolean => learned.get(key) !== 'refused' && offered.includes(TASKS_ALONG),
      /** The EHR has just refused a search with any of it, and answered it without. */
      noteRefused: (): void => void learned.set(key, 'refused'),
      /** A list that names a party: did it need more than its own words for that? */
      noteNaming: ({ isComplete }: { isComplete: boolean }): void => {
        if (learned.get(key) === 'refused') return;
        if (isComplete) learned.set(key, 'needless');
        else learned.delete(key);
      },
    };
  };
}
