/** Who is linked, for the request path: from memory for a second, and through a short database outage. */
import type { Clock } from '#src/adapters/clock.ts';
import { type Queries, withoutQuery } from '#src/adapters/database.ts';
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
  /** The last thing known within ten minutes, while the database does not answer. */
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
  let failedAt = -Infinity;

  const keyOf = (organizationId: string, user: EhrUser) => lookupsOf(sealer, organizationId, user)[0];
  const note = (key: string, standing: Standing) => {
    known.delete(key);
    if (standing.kind === 'linked') known.set(key, { standing, readAt: clock().getTime() });
    const [oldest] = known.keys();
    if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest);
  };
  const recent = (key: string, ageMs: number) => {
    const copy = known.get(key);
    return copy && clock().getTime() - copy.readAt < ageMs ? copy.standing : undefined;
  };

  return {
    standing: async (organizationId, user) => {
      const lookups = lookupsOf(sealer, organizationId, user);
      const [key] = lookups;
      // An outage is not made worse by asking for every request.
      const isFailing = clock().getTime() - failedAt < FRESH_MS;
      const standing = recent(key, isFailing ? OUTAGE_MS : FRESH_MS);
      if (standing) return standing;
      try {
        if (isFailing) throw new Error('the database failed a moment ago');
        const found = standingOf(await findIdentity(db, organizationId, lookups));
        note(key, found);
        return found;
      } catch (error) {
        if (!isFailing) failedAt = clock().getTime();
        const last = recent(key, OUTAGE_MS);
        if (last) return last;
        throw new AppError('store.unavailable', 'the EHR user cannot be looked up', { cause: withoutQuery(error) });
      }
    },
    note: (organizationId, user, standing) => note(keyOf(organizationId, user), standing),
    lastKnown: (organizationId, user) => recent(keyOf(organizationId, user), OUTAGE_MS),
  };
}

/** A row in words. */
export function standingOf(found: FoundIdentity | undefined): Standing {
  if (!found) return { kind: 'unknown' };
  const { clinicianId, refusedAt, reference } = found.identity;
  if (clinicianId !== null) return { kind: 'linked', clinicianId, isDisabled: found.disabledAt !== null };
  return { kind: refusedAt === null ? 'waiting' : 'refused', reference: reference ?? '' };
}
