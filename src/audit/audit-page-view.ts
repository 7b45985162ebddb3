/** The audit page for the signed-in user, and the event that looking at it is. */
import type { Request } from 'express';
import type { Clock } from '#src/adapters/clock.ts';
import type { Queries } from '#src/adapters/database/index.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { actorOf, adminOf, pageAdminOf } from '#src/http/sessions/admin-session.ts';
import type { AfterPost } from '#src/http/sessions/after-post.ts';
import { timeZoneOf } from '#src/http/sessions/visible-organization.ts';
import { type AuditPageProps, type AuditRowProps, auditPage } from '#views/settings/audit-page.ts';
import { type Audit, type AuditEvent, auditEventNames } from './audit.ts';
import { cursorAfter, type TypedAuditFilter } from './audit-filter.ts';
import { type AuditFilter, type AuditListRow, listAuditRows } from './audit-store.ts';

export interface AuditRouteDependencies {
  db: Queries;
  sealer: Sealer;
  audit: Audit;
  clock: Clock;
  auditRetentionDays: number;
  afterPost: AfterPost;
  /** The users' table comes later in the import order. */
  users: { list(): Promise<{ id: string; email: string }[]> };
  organizations: { list(): Promise<{ id: string; name: string; timeZone: string }[]> };
}

/** E-mail addresses by how their users stand in the rows. */
export type Names = ReadonlyMap<string, string>;

const PAGE_SIZE = 100;

/** What to show. */
export interface Shown extends Partial<Pick<AuditPageProps, 'refused' | 'isLookGone'>> {
  filter: AuditFilter;
  typed: TypedAuditFilter;
  timeZone: string;
  names: Names;
  /** The patient of one row, or that one patient's rows are shown. */
  revealed?: { rowId?: string; reference: string };
}

/** The page, with everything that happened until now. */
export async function showAudit(deps: AuditRouteDependencies, request: Request, shown: Shown): Promise<string> {
  await deps.audit.flush();
  const { filter, typed, timeZone, names, revealed, refused, isLookGone = false } = shown;
  const isOperator = adminOf(request).role === 'operator';
  const found = await listAuditRows(deps.db, filter, PAGE_SIZE + 1);
  const rows = found.slice(0, PAGE_SIZE);
  const last = rows.at(-1);
  return auditPage({
    admin: pageAdminOf(request),
    filter: typed,
    timeZone,
    eventNames: auditEventNames,
    organizations: isOperator ? await deps.organizations.list() : undefined,
    rows: rows.map((row) => rowProps(row, names, revealed)),
    accountedFor: revealed && revealed.rowId === undefined ? revealed.reference : undefined,
    refused,
    isLookGone,
    olderCursor: found.length > PAGE_SIZE && last ? cursorAfter(last) : undefined,
    retentionDays: deps.auditRetentionDays,
  });
}

function rowProps(row: AuditListRow, names: Names, revealed: Shown['revealed']): AuditRowProps {
  const { patient, patientHash: _hash, launch: _launch, ...shown } = row;
  const detail = JSON.stringify(row.detail);
  return {
    ...shown,
    actorName: names.get(row.actor),
    detail: detail === '{}' ? '' : detail,
    hasPatient: patient !== null,
    patient: revealed?.rowId === row.id ? revealed.reference : undefined,
  };
}

/** Looking, as an event. */
export function viewed(
  request: Request,
  organizationId: string | undefined,
  detail: Record<string, string>,
): AuditEvent {
  return {
    event: 'audit-viewed',
    ...actorOf(request),
    ...(organizationId === undefined ? {} : { organizationId }),
    detail,
  };
}

/** Read anew for each page: users come and go. */
export async function namesOf({ users }: AuditRouteDependencies): Promise<Names> {
  return new Map((await users.list()).map(({ id, email }) => [`user:${id}`, email]));
}

/** The time zone of the page: the organization's that is looked at, else the server's. */
export async function pageZone(deps: AuditRouteDependencies, organizationId: string | undefined): Promise<string> {
  return timeZoneOf(await deps.organizations.list(), organizationId);
}

/** How the filter finds what was typed: an e-mail address by its user, anything else as it is. */
export function actorIn(names: Names): (typed: string) => string {
  return (typed) => [...names].find(([, email]) => email === typed.toLowerCase())?.[0] ?? typed;
}
