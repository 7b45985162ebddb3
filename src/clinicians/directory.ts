/** Who is linked, for the request path: from memory for a second, and through a database outage; refusals through any. */
import type { Clock } from '#src/adapters/clock.ts';
import { type Queries, withoutQuery } from '#src/adapters/database/index.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { AppError } from '#src/errors.ts';
import type { EhrUser, Standing } from './clinician.ts';
import { lookupsOf } from './clinician-details.ts';
import { type FoundIdentity, findIdentity } from './identity-store.ts';

export interface ClinicianDirectory {
  /**
   * At most a second old when it says 'linked', so that an association undone anywhere ends launches everywhere within
   * two; anything else is read anew, so that one just made is never overlooked.
   *
   * @throws AppError 'store.unavailable' when the database fails and nothing recent is known.
   */
  standing(organizationId: string, user: EhrUser): Promise<Standing>;
  /** What the database said a moment ago, to somebody who asked it. */
  note(organizationId: string, user: EhrUser, standing: Standing): void;
  /**
   * While the database does not answer: a refusal, whenever this process last heard of it; else what was known within
   * ten minutes.
   */
  lastKnown(organizationId: string, user: EhrUser): Standing | undefined;
}

interface Copy {
  standing: Standing;
  readAt: number;
}

const FRESH_MS = 1_000;
const OUTAGE_MS = 10 * 60_000;
const MOST_KNOWN = 20_000;

/** One per process. */
export function createClinicianDirectory(deps: { db: Queries; sealer: Sealer; clock: Clock }): ClinicianDirectory {
  const { db, sealer, clock } = deps;
  const known = new Map<string, Copy>();
  /** Apart, so that no crowd of others makes one forgotten. */
  const refused = new Map<string, Standing>();
  let failedAt = -Infinity;

  const keyOf = (organizationId: string, user: EhrUser) => lookupsOf(sealer, organizationId, user)[0];
  const note = (key: string, standing: Standing) => {
    const copy = standing.kind === 'linked' ? { standing, readAt: clock().getTime() } : undefined;
    keep(known, key, copy);
    keep(refused, key, isRefusal(standing) ? standing : undefined);
  };
  const recent = (key: string, ageMs: number) => {
    const copy = known.get(key);
    return copy && clock().getTime() - copy.readAt < ageMs ? copy.standing : undefined;
  };
  const lastKnown = (key: string) => refused.get(key) ?? recent(key, OUTAGE_MS);

  return {
    standing: async (organizationId, user) => {
      const lookups = lookupsOf(sealer, organizationId, user);
      const [key] = lookups;
      // An outage is not made worse by asking for every request.
      const isFailing = clock().getTime() - failedAt < FRESH_MS;
      const standing = isFailing ? lastKnown(key) : recent(key, FRESH_MS);
      if (standing) return standing;
      try {
        if (isFailing) throw new Error('the database failed a moment ago');
        const found = standingOf(await findIdentity(db, organizationId, lookups));
        note(key, found);
        return found;
      } catch (error) {
        if (!isFailing) failedAt = clock().getTime();
        const last = lastKnown(key);
        if (last) return last;
        throw new AppError('store.unavailable', 'the EHR user cannot be looked up', { cause: withoutQuery(error) });
      }
    },
    note: (organizationId, user, standing) => note(keyOf(organizationId, user), standing),
    lastKnown: (organizationId, user) => lastKnown(keyOf(organizationId, user)),
  };
}

function isRefusal(standing: Standing): boolean {
  return standing.kind === 'refused' || (standing.kind === 'linked' && standing.isDisabled);
}

/** Maps keep the order of insertion: what was noted longest ago goes first. */
function keep<Value>(map: Map<string, Value>, key: string, value: Value | undefined): void {
  map.delete(key);
  if (value !== undefined) map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MOST_KNOWN && oldest !== undefined) map.delete(oldest);
}

/** A row in words. */
export function standingOf(found: FoundIdentity | undefined): Standing {
  if (!found) return { kind: 'unknown' };
  const { clinicianId, refusedAt, reference } = found.identity;
  if (clinicianId !== null) return { kind: 'linked', clinicianId, isDisabled: found.disabledAt !== null };
  return { kind: refusedAt === null ? 'waiting' : 'refused', reference: reference ?? '' };
}
