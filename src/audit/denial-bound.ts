/** Rate-limits denials in the audit trail, because causing them is free and they are kept as long as other rows. */
import type { Clock } from '#src/adapters/clock.ts';
import { createMinuteCounts } from '#src/adapters/minute-counts.ts';
import type { AuditEvent } from './audit.ts';

/** Per minute and instance, for one user or for one organization's unauthenticated visitors. */
const MOST_DENIALS = 30;

/** Returns the event, a summary row for the rest of its minute, or undefined to drop it. */
export function boundDenials(clock: Clock): (event: AuditEvent) => AuditEvent | undefined {
  const countOf = createMinuteCounts(clock);
  return (event) => {
    const denied = deniedAs(event);
    const count = denied === undefined ? 0 : countOf(denied);
    if (count <= MOST_DENIALS) return event;
    const summary = { ...event, detail: { reason: 'more denials of this kind in this minute are not listed' } };
    return count === MOST_DENIALS + 1 ? summary : undefined;
  };
}

/** The counter of a denial; undefined for denials that are always written: of EHR users, and about a patient. */
function deniedAs({ event, organizationId, actor, patient, detail }: AuditEvent): string | undefined {
  if (event !== 'denial' || patient !== undefined) return undefined;
  if (typeof actor === 'object') return 'userId' in actor ? `user ${actor.userId}` : undefined;
  // A `user.…` code belongs to a verified EHR user who was not admitted.
  const isOfUser = String(detail?.['code']).startsWith('user.');
  return actor === 'unknown' && !isOfUser ? `organization ${organizationId}` : undefined;
}
