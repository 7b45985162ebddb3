/** EHR users whose association was undone: their earlier actions belong to the clinician's timeline. */
import type { Queries } from '#src/adapters/database/index.ts';
import { listAuditRows } from '#src/audit/audit-store.ts';

/** A former user, by the keyed hash in audit rows and traces. */
export interface FormerUser {
  hash: string;
  /** When the association was undone; later actions are not the clinician's. */
  until: Date;
}

const MOST_FORMER_USERS = 20;

/** Reads them from the audit trail, their only record. @param clinicianId of this organization (MT-01). */
export async function formerUsers(db: Queries, organizationId: string, clinicianId: string): Promise<FormerUser[]> {
  const about = { actors: [], clinicians: [clinicianId] };
  const rows = await listAuditRows(db, { organizationId, events: ['user-unlinked'], about }, MOST_FORMER_USERS);
  return rows.flatMap(({ at, detail: { users } }) =>
    [users].flat().flatMap((hash) => (typeof hash === 'string' ? [{ hash, until: at }] : [])),
  );
}
