/** Renders the audit page for its address and the last post. */
import type { Request } from 'express';
import type { Queries } from '#src/adapters/database/index.ts';
import { pageOfRows } from '#src/adapters/database/keyset.ts';
import { filterQuery, neighbourHrefs, PAGE_SIZE, positionIn } from '#src/http/sessions/pagination.ts';
import { adminOf, pageAdminOf } from '#src/http/sessions/signed-in-user.ts';
import { type AuditRowProps, auditPage } from '#views/settings/audit-page.ts';
import { auditEventNames } from './audit.ts';
import { type AuditFilter, type AuditListRow, listAuditRows } from './audit-store.ts';
import { askedIn, type SearchDependencies } from './search-routes.ts';
import type { Who } from './searched-people.ts';

export interface AuditRouteDependencies extends SearchDependencies {
  db: Queries;
  auditRetentionDays: number;
  /** The users' table comes later in the import order. */
  users: { list(): Promise<{ id: string; email: string }[]> };
}

/** E-mail addresses by the actor that rows store for their users. */
export type Names = ReadonlyMap<string, string>;

/** One row's patient, revealed after the look was recorded; the instant in ISO. */
export interface Look {
  organizationId: string | null;
  reference: string;
  id: string;
  at: string;
}

/** Reads the filter, for the page and its export. An ended search finds no rows. */
export async function askedFor(deps: AuditRouteDependencies, request: Request) {
  const [names, asked] = await Promise.all([namesOf(deps), askedIn(deps, request, ['event', 'actor', 'code'])]);
  const { organizationId, typed, from, before, timeZone, who, search } = asked;
  const filter: AuditFilter = {
    organizationId,
    event: typed.event || undefined,
    actors: actorsOf(typed.actor, who, names),
    supportCode: typed.code.toUpperCase() || undefined,
    from,
    before,
    position: positionIn(request),
    patientHashes: search.isGone || search.refused ? [] : search.patient?.hashes,
  };
  return { filter, typed: { ...typed, organization: organizationId ?? '' }, timeZone, names, who, search };
}

/** The typed actor, and the people searched for: rows of any of them match. An e-mail address stands for its user. */
function actorsOf(typed: string, { hashes, withUnknown }: Who, names: Names): string[] | undefined {
  if (typed === '' && hashes === undefined) return undefined;
  const user = [...names].find(([, email]) => email === typed.toLowerCase())?.[0];
  return [...(typed === '' ? [] : [user ?? typed]), ...(hashes ?? []), ...(withUnknown ? ['unknown'] : [])];
}

/** Renders the page after all pending events are written. */
export async function showAudit(deps: AuditRouteDependencies, request: Request): Promise<string> {
  await deps.audit.flush();
  const { shown, isSecretGone } = await deps.afterPost.read<{ look: Look }>(request);
  const { look } = shown;
  const { filter, typed, timeZone, names, who, search } = await askedFor(deps, request);
  const isOperator = adminOf(request).role === 'operator';
  const found = await listAuditRows(deps.db, look ? beside(look) : filter, PAGE_SIZE + 1);
  const { rows, newer, older } = pageOfRows(found, PAGE_SIZE, filter.position, (row) => row);
  return auditPage({
    admin: pageAdminOf(request),
    filter: typed,
    who,
    timeZone,
    eventNames: auditEventNames,
    organizations: isOperator ? await deps.organizations.list() : undefined,
    rows: rows.map((row) => rowProps(row, names, look)),
    search,
    isLookGone: isSecretGone,
    ...(look ? { newerHref: undefined, olderHref: undefined } : neighbourHrefs(request, { newer, older })),
    query: filterQuery(request),
    retentionDays: deps.auditRetentionDays,
  });
}

/** Selects the revealed row and the older ones, so that the operator sees it in context. */
function beside({ organizationId, at }: Look): AuditFilter {
  return { organizationId: organizationId ?? undefined, before: new Date(Date.parse(at) + 1) };
}

function rowProps(row: AuditListRow, names: Names, look: Look | undefined): AuditRowProps {
  const { patient, patientHash: _hash, launch: _launch, ...shown } = row;
  const detail = JSON.stringify(row.detail);
  return {
    ...shown,
    actorName: names.get(row.actor),
    detail: detail === '{}' ? '' : detail,
    hasPatient: patient !== null,
    patient: look?.id === row.id ? look.reference : undefined,
  };
}

/** Read anew for each page: users come and go. */
async function namesOf({ users }: AuditRouteDependencies): Promise<Names> {
  return new Map((await users.list()).map(({ id, email }) => [`user:${id}`, email]));
}
