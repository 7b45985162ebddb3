/** The audit trail: who did what to which patient, written in the background unless the caller depends on it. */
import { randomUUID } from 'node:crypto';
import { createBatchWriter } from '#src/adapters/database/batch-writer.ts';
import { withoutQuery } from '#src/adapters/database/index.ts';
import type { Metrics } from '#src/adapters/metrics.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { storedText, storedValue } from '#src/adapters/stored-text.ts';
import type { Adapters } from '#src/adapters.ts';
import { AppError } from '#src/errors.ts';
import { type AuditRow, appendAuditRows } from './audit-store.ts';
import { boundDenials } from './denial-bound.ts';

export const auditEventNames = [
  'launch',
  'patient-opened',
  'request-created',
  'request-cancelled',
  'sign-in',
  'sign-out',
  'launch-ended',
  'denial',
  'settings-change',
  'key-action',
  'check-run',
  'user-change',
  'user-linked',
  'user-unlinked',
  'clinician-change',
  'audit-viewed',
  'report-made',
  'report-revoked',
] as const;

export type AuditEventName = (typeof auditEventNames)[number];

/** An event. `detail` holds facts only: codes, counts, setting values; never a name, token or clinical value. */
export interface AuditEvent {
  event: AuditEventName;
  organizationId?: string | undefined;
  /** An EHR user (stored as a keyed hash), a user of the settings (`user:<id>`), the command line, or the service. */
  actor: { iss: string; sub: string } | { userId: string } | 'cli' | 'system' | 'unknown';
  address?: string | undefined;
  /** FHIR reference such as `Patient/123`; stored sealed. */
  patient?: string | undefined;
  /** Stored as a keyed hash. */
  launchId?: string | undefined;
  supportCode?: string | undefined;
  detail?: Readonly<Record<string, unknown>>;
}

export type Audit = ReturnType<typeof createAudit>;

export interface AuditDependencies extends Pick<Adapters, 'clock' | 'db' | 'log' | 'sealer'> {
  metrics?: Pick<Metrics, 'rowsLost'>;
}

/** Groups rows of several launches into one statement. A crash loses at most this much; a shutdown flushes. */
const GATHER_MS = 100;
const BATCH = 100;
/** About a minute of heavy use during an outage. Further rows are dropped and logged, so that memory stays bounded. */
const MAX_WAITING = 10_000;

interface Waiting {
  id: string;
  at: Date;
  event: AuditEvent;
}

/** One per process. */
export function createAudit({ db, sealer, log, clock, metrics }: AuditDependencies) {
  const bounded = boundDenials(clock);
  const namesOf = ({ at, event }: Waiting) => ({ at, event: event.event, organizationId: event.organizationId });
  const write = async (batch: Waiting[]) =>
    appendAuditRows(db, await Promise.all(batch.map((entry) => toRow(entry, sealer))));
  const lost = (batch: readonly Waiting[], err: unknown) => {
    metrics?.rowsLost.inc({ table: 'audit_events' }, batch.length);
    log.error({ err, lost: batch.map(namesOf) }, 'audit events could not be written');
  };
  const gatherMs = () => GATHER_MS;
  const writer = createBatchWriter({ write, lost, size: BATCH, mostWaiting: MAX_WAITING, gatherMs });
  return {
    /** Never throws; what cannot be written is logged without content. Denials: 30 a minute, then one summary row. */
    record: (given: AuditEvent): void => {
      const event = bounded(given);
      if (!event) return;
      const entry = { id: randomUUID(), at: clock(), event };
      if (writer.add(entry)) return;
      metrics?.rowsLost.inc({ table: 'audit_events' });
      log.error(namesOf(entry), 'audit event dropped: too many waiting');
    },
    /** For what may only happen once recorded, such as an access to a patient. @throws AppError 'store.unavailable' */
    recordNow: async (event: AuditEvent): Promise<void> => {
      try {
        await write([{ id: randomUUID(), at: clock(), event }]);
      } catch (error) {
        const cause = withoutQuery(error);
        throw new AppError('store.unavailable', `the ${event.event} event could not be stored`, { cause });
      }
    },
    /** Resolves when everything recorded so far is written or given up: for shutdown and tests. */
    flush: writer.flush,
  };
}

/** The seal name of a row's patient. It is bound to the row, so that swapped ciphertexts do not open (ST-04). */
export function auditPatientName(rowId: string): string {
  return `audit:${rowId}`;
}

/** The stored actor: for an EHR user a keyed hash, which finds a person's rows without storing their identity. */
export function auditActor(sealer: Sealer, actor: AuditEvent['actor']): string {
  if (typeof actor === 'string') return actor;
  return 'userId' in actor ? `user:${actor.userId}` : sealer.fingerprint(JSON.stringify([actor.iss, actor.sub]));
}

/** An EHR user's hashes under every secret, to find rows from before a rotation. */
export function auditActors(sealer: Sealer, { iss, sub }: { iss: string; sub: string }): readonly string[] {
  return sealer.fingerprints(JSON.stringify([iss, sub]));
}

/** The keyed hash of one organization's patient, to find their rows; FHIR ids repeat between EHRs. */
export function auditPatient(sealer: Sealer, organizationId: string, patient: string): string {
  return sealer.fingerprint(JSON.stringify(['patient', organizationId, patient]));
}

/** A patient's hashes under every secret. */
export function auditPatients(sealer: Sealer, organizationId: string, patient: string): readonly string[] {
  return sealer.fingerprints(JSON.stringify(['patient', organizationId, patient]));
}

/** Cleans every text, so that no character can make the database refuse an event. */
async function toRow({ id, at, event }: Waiting, sealer: Sealer): Promise<AuditRow> {
  const { patient, organizationId = '' } = event;
  return {
    id,
    at,
    event: event.event,
    organizationId: textOrNull(event.organizationId),
    actor: storedText(auditActor(sealer, event.actor)),
    address: textOrNull(event.address),
    patient: patient === undefined ? null : await sealer.seal(auditPatientName(id), patient),
    patientHash: patient === undefined ? null : auditPatient(sealer, organizationId, patient),
    launch: event.launchId === undefined ? null : sealer.fingerprint(event.launchId),
    supportCode: textOrNull(event.supportCode),
    detail: storedValue(event.detail ?? {}),
  };
}

function textOrNull(text: string | undefined): string | null {
  return text === undefined ? null : storedText(text);
}
