/** EHR users whose association with a clinician was undone: what they did until then is part of the clinician's timeline. */
import type { Queries } from '#src/adapters/database/index.ts';
import { listAuditRows } from '#src/audit/audit-store.ts';

/** One of them, by the keyed hash that audit rows and traces hold. */
export interface FormerUser {
  hash: string;
  /** The association was undone then; what the user did later is not the clinician's. */
  until: Date;
}

const MOST_FORMER_USERS = 20;

/** From the audit trail, which alone remembers them. @param clinicianId of this organization (MT-01). */
export async function formerUsers(db: Queries, organizationId: string, clinicianId: string): Promise<FormerUser[]> {
  const about = { actors: [], clinicians: [clinicianId] };
  const rows = await listAuditRows(db, { organizationId, events: ['user-unlinked'], about }, MOST_FORMER_USERS);
  return rows.flatMap(({ at, detail: { users } }) =>
    [users].flat().flatMap((hash) => (typeof hash === 'string' ? [{ hash, until: at }] : [])),
  );
}
