/** Knows what an EHR can include with requests, so that the names of their parties need no second call (FH-15). */
import { LRUCache } from 'lru-cache';
import { agedBy, atMost } from '#src/adapters/cache.ts';
import type { Clock } from '#src/adapters/clock.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { TASKS_ALONG } from '#src/smart/documents/capability-statement.ts';

export type IncludeSupport = ReturnType<ReturnType<typeof createIncludeSupport>>;

/** The references whose resources give the list its names. */
const NAMING = ['requester', 'performer'].map((parameter) => `ServiceRequest:${parameter}`);
const KEPT_MS = 60 * 60_000;
const MOST_KEPT = 2_000;

/**
 * There is one per process. The CapabilityStatement says what an EHR offers, and the answers show what it does. An EHR
 * that refuses what it offers, or that writes every name beside its reference, gets no `_include` for an hour.
 */
export function createIncludeSupport(clock: Clock) {
  const learned = new LRUCache<string, 'refused' | 'needless'>({
    ...atMost(MOST_KEPT),
    ttl: KEPT_MS,
    ...agedBy(clock),
  });
  return ({ id, connectionVersion, discovered }: Pick<Organization, 'id' | 'connectionVersion' | 'discovered'>) => {
    const key = `${id} ${connectionVersion}`;
    const offered = discovered?.requestIncludes ?? [];
    return {
      /** The values of `_include` to send; none where they are not offered, were refused, or are not needed. */
      wanted: (): string[] =>
        learned.has(key) ? [] : NAMING.filter((name) => offered.includes(name) || offered.includes('*')),
      /** Whether Tasks can come with the requests, so that they need no search of their own. */
      bringsTasks: (): boolean => learned.get(key) !== 'refused' && offered.includes(TASKS_ALONG),
      /** Records that the EHR has just refused a search with includes, and answered it without them. */
      noteRefused: (): void => void learned.set(key, 'refused'),
      /** Records whether the references of a list gave all their names themselves, so that no `_include` is needed. */
      noteNaming: ({ isComplete }: { isComplete: boolean }): void => {
        if (learned.get(key) === 'refused') return;
        if (isComplete) learned.set(key, 'needless');
        else learned.delete(key);
      },
    };
  };
}
