/** Memberships for the request path: from memory for a second, and during a database outage; refusals during any. */
import { LRUCache } from 'lru-cache';
import type { Clock } from '#src/adapters/clock.ts';
import { type Queries, withoutQuery } from '#src/adapters/database/index.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { AppError } from '#src/errors.ts';
import type { EhrUser, Membership } from './clinician.ts';
import { lookupsOf } from './clinician-details.ts';
import { findIdentity, membershipOf } from './identity-store.ts';

export interface ClinicianDirectory {
  /**
   * At most a second old when it says 'linked', so that an association undone anywhere ends launches everywhere within
   * two; anything else is read anew, so that one just made is never overlooked.
   *
   * @throws AppError 'store.unavailable' when the database fails and nothing recent is known.
   */
  membership(organizationId: string, user: EhrUser): Promise<Membership>;
  /** What the database answered a caller a moment ago. */
  note(organizationId: string, user: EhrUser, membership: Membership): void;
  /**
   * While the database does not answer: a refusal, however long ago this process learned of it; else what was known
   * within ten minutes.
   */
  lastKnown(organizationId: string, user: EhrUser): Membership | undefined;
}

const FRESH_MS = 1_000;
const OUTAGE_MS = 10 * 60_000;
const MOST_KNOWN = 20_000;

/** One per process. */
export function createClinicianDirectory(deps: { db: Queries; sealer: Sealer; clock: Clock }): ClinicianDirectory {
  const { db, sealer, clock } = deps;
  const now = () => clock().getTime();
  const linked = new LRUCache<string, { membership: Membership; readAt: number }>({ max: MOST_KNOWN });
  /** Apart, so that no crowd of other users evicts one. */
  const refused = new LRUCache<string, Membership>({ max: MOST_KNOWN });
  let failedAt = -Infinity;

  const keyOf = (organizationId: string, user: EhrUser) => lookupsOf(sealer, organizationId, user)[0];
  const note = (key: string, membership: Membership) => {
    linked.set(key, membership.kind === 'linked' ? { membership, readAt: now() } : undefined);
    refused.set(key, isRefusal(membership) ? membership : undefined);
  };
  const recent = (key: string, ageMs: number) => {
    const copy = linked.get(key);
    return copy && now() - copy.readAt < ageMs ? copy.membership : undefined;
  };
  const lastKnown = (key: string) => refused.get(key) ?? recent(key, OUTAGE_MS);

  return {
    membership: async (organizationId, user) => {
      const lookups = lookupsOf(sealer, organizationId, user);
      const [key] = lookups;
      // An outage is not made worse by asking for every request.
      const isFailing = now() - failedAt < FRESH_MS;
      const known = isFailing ? lastKnown(key) : recent(key, FRESH_MS);
      if (known) return known;
      try {
        if (isFailing) throw new Error('the database failed a moment ago');
        const found = membershipOf(await findIdentity(db, organizationId, lookups));
        note(key, found);
        return found;
      } catch (error) {
        if (!isFailing) failedAt = now();
        const last = lastKnown(key);
        if (last) return last;
        throw new AppError('store.unavailable', 'the EHR user cannot be looked up', { cause: withoutQuery(error) });
      }
    },
    note: (organizationId, user, membership) => note(keyOf(organizationId, user), membership),
    lastKnown: (organizationId, user) => lastKnown(keyOf(organizationId, user)),
  };
}

function isRefusal(membership: Membership): boolean {
  return membership.kind === 'refused' || (membership.kind === 'linked' && membership.isDisabled);
}
