/** Memberships for the request path, from memory while nothing changed; admissions survive ten minutes of outage. */
import { LRUCache } from 'lru-cache';
import { atMost } from '#src/adapters/cache.ts';
import { withoutQuery } from '#src/adapters/database/index.ts';
import type { Adapters } from '#src/adapters.ts';
import { AppError } from '#src/errors.ts';
import type { OrganizationDirectory } from '#src/organizations/organization-directory.ts';
import type { EhrUser, Membership } from './clinician.ts';
import { type LearnedDetails, lookupsOf } from './clinician-details.ts';
import { identitiesOf, membershipOf } from './identity-store.ts';

interface Copy {
  membership: Extract<Membership, { kind: 'linked' }>;
  /** The id_token's name and reference in their row, as one text. */
  hints?: string;
  learned?: LearnedDetails | undefined;
  /** The organization's version before the query: a different one now means that the answer may be outdated. */
  version: string | undefined;
  readAt: number;
  /** When the answer was last known to be current. */
  confirmedAt: number;
}

const FRESH_MS = 1_000;
/** The answer is read again after this time in any case, for changes made by hand in the database. */
const KNOWN_MS = 10 * 60_000;
const OUTAGE_MS = 10 * 60_000;
const MOST_KNOWN = 20_000;

export interface ClinicianDirectoryDependencies extends Pick<Adapters, 'clock' | 'db' | 'sealer'> {
  directory: Pick<OrganizationDirectory, 'versionOf'>;
}

/** One per process. */
export function createClinicianDirectory(deps: ClinicianDirectoryDependencies) {
  const { db, sealer, clock, directory } = deps;
  const now = () => clock().getTime();
  const linked = new LRUCache<string, Copy>(atMost(MOST_KNOWN));
  /** Kept separately, so that other users cannot evict refusals. */
  const refused = new LRUCache<string, Membership>(atMost(MOST_KNOWN));
  let failedAt = -Infinity;

  const keyOf = (organizationId: string, user: EhrUser) => lookupsOf(sealer, organizationId, user)[0];
  const asking = (organizationId: string, key: string) => {
    const version = directory.versionOf(organizationId);
    const readAt = now();
    return (membership: Membership, facts?: Pick<Copy, 'hints'>) => {
      const before = linked.peek(key);
      if (membership.kind === 'linked') {
        const kept = before?.membership.clinicianId === membership.clinicianId ? before : undefined;
        linked.set(key, { ...kept, ...facts, membership, version, readAt, confirmedAt: readAt });
      } else linked.delete(key);
      const isRefusal = membership.kind === 'refused' || (membership.kind === 'linked' && membership.isDisabled);
      refused.set(key, isRefusal ? membership : undefined);
    };
  };
  const current = (organizationId: string, key: string): Copy | undefined => {
    const copy = linked.get(key);
    if (!copy) return undefined;
    const version = directory.versionOf(organizationId);
    const age = now() - copy.readAt;
    if (version === undefined) return age < FRESH_MS ? copy : undefined;
    if (version !== copy.version || age > KNOWN_MS) return undefined;
    copy.confirmedAt = now();
    return copy;
  };
  const lastKnown = (key: string) => {
    const copy = linked.get(key);
    return refused.get(key) ?? (copy && now() - copy.confirmedAt < OUTAGE_MS ? copy.membership : undefined);
  };

  return {
    /**
     * A 'linked' answer is at most a second old, so that an undone association ends launches within two seconds;
     * others are read again. @throws AppError 'store.unavailable' when the database fails and nothing recent is known.
     */
    membership: async (organizationId: string, user: EhrUser): Promise<Membership> => {
      const lookups = lookupsOf(sealer, organizationId, user);
      const [key] = lookups;
      // During an outage not every request queries the database again.
      const isFailing = now() - failedAt < FRESH_MS;
      const known = isFailing ? lastKnown(key) : current(organizationId, key)?.membership;
      if (known) return known;
      try {
        if (isFailing) throw new Error('the database failed a moment ago');
        const note = asking(organizationId, key);
        const found = membershipOf(await identitiesOf(db, organizationId).find(lookups));
        note(found);
        return found;
      } catch (error) {
        if (!isFailing) failedAt = now();
        const last = lastKnown(key);
        if (last) return last;
        throw new AppError('store.unavailable', 'the EHR user cannot be looked up', { cause: withoutQuery(error) });
      }
    },
    /** A linked user from memory, without a query; as fresh as a membership. */
    known: (organizationId: string, user: EhrUser) => current(organizationId, keyOf(organizationId, user)),
    /** Call before querying the database; the returned function stores the answer. */
    asking: (organizationId: string, user: EhrUser) => asking(organizationId, keyOf(organizationId, user)),
    /** For an outage: a refusal, whenever this process learned of it, or an answer of the last ten minutes. */
    lastKnown: (organizationId: string, user: EhrUser): Membership | undefined =>
      lastKnown(keyOf(organizationId, user)),
  };
}
