/** Rate-limits denials in the audit trail: they cost the caller nothing and are kept as long as the other rows. */
import type { Clock } from '#src/adapters/clock.ts';
import { createMinuteCounts } from '#src/adapters/minute-counts.ts';
import type { AuditEvent } from './audit.ts';

/** Per minute and instance, of one user or of one organization's unauthenticated visitors. */
const MOST_DENIALS = 30;

/** The event itself, the row that stands for all further ones of its minute, or nothing. */
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

/** Whose bound a denial counts in; undefined for what is never left out: EHR users' denials, and those about a patient. */
function deniedAs({ event, organizationId, actor, patient, detail }: AuditEvent): string | undefined {
  if (event !== 'denial' || patient !== undefined) return undefined;
  if (typeof actor === 'object') return 'userId' in actor ? `user ${actor.userId}` : undefined;
  // A code of `user.…` comes of a verified identity, that of an EHR user who was not admitted.
  const isOfUser = String(detail?.['code']).startsWith('user.');
  return actor === 'unknown' && !isOfUser ? `organization ${organizationId}` : undefined;
}
