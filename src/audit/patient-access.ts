/** Access accounting: whose chart it was, for an operator who says why; looking is stored as an event, or nothing is shown. */
import type { Request, RequestHandler } from 'express';
import { storedText } from '#src/adapters/stored-text.ts';
import { AppError } from '#src/errors.ts';
import { adminOf } from '#src/http/admin-session.ts';
import { ROW_ID } from '#src/http/filter-fields.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { pathPartOf } from '#src/http/request-values.ts';
import { auditPatient, auditPatientName } from './audit.ts';
import { readAuditFilter } from './audit-filter.ts';
import { findAuditRow } from './audit-store.ts';
import { type AuditRouteDependencies, actorIn, namesOf, pageZone, showAudit, viewed } from './audit-view.ts';

/** @throws AppError 'admin.forbidden' as the request's failure. */
export const operatorsOnly: RequestHandler = (request, _response, next) => {
  if (adminOf(request).role !== 'operator') throw new AppError('admin.forbidden', 'patients are for operators only');
  next();
};

/** One row's patient, opened for an operator who says why; recorded before it is shown. */
export function revealPatient(deps: AuditRouteDependencies): RequestHandler {
  return async (request, response) => {
    const id = pathPartOf(request, 'id');
    const row = ROW_ID.test(id) ? await findAuditRow(deps.db, id) : undefined;
    if (!row?.patient) throw new AppError('request.not-found', 'no audit row with a patient has this id');
    const reason = reasonOf(request);
    const detail = { as: 'patient of one row', row: id, reason };
    await deps.audit.recordNow(viewed(request, row.organizationId ?? undefined, detail));
    const reference = String(await deps.sealer.open(auditPatientName(id), row.patient));
    const names = await namesOf(deps);
    const timeZone = await pageZone(deps, undefined);
    const { typed } = readAuditFilter(request, undefined, actorIn(names), timeZone);
    // The row itself and what stands before it, so that the operator sees it in its place.
    const filter = { organizationId: row.organizationId ?? undefined, before: new Date(row.at.getTime() + 1) };
    response
      .type('html')
      .send(await showAudit(deps, request, { filter, typed, timeZone, names, revealed: { rowId: id, reference } }));
  };
}

/** Everybody who opened one chart. A form, not an address: a patient does not belong into a log of addresses. */
export function accountForPatient(deps: AuditRouteDependencies): RequestHandler {
  return async (request, response) => {
    const organizationId = fieldOf(request, 'organization', 'id');
    const id = fieldOf(request, 'patient', 'id')
      .trim()
      .replace(/^Patient\//, '');
    if (id.length > 64) throw new AppError('request.bad', 'longer than any id in FHIR');
    const reference = `Patient/${id}`;
    const patientHash = auditPatient(deps.sealer, organizationId, reference);
    const reason = reasonOf(request);
    await deps.audit.recordNow({
      ...viewed(request, organizationId, { as: 'accesses to one patient', reason }),
      patient: reference,
    });
    const names = await namesOf(deps);
    const timeZone = await pageZone(deps, organizationId);
    const { typed } = readAuditFilter(request, organizationId, actorIn(names), timeZone);
    const filter = { organizationId, patientHash };
    response
      .type('html')
      .send(await showAudit(deps, request, { filter, typed, timeZone, names, revealed: { reference } }));
  };
}

function reasonOf(request: Request): string {
  const reason = storedText(fieldOf(request, 'reason', 'reason').trim());
  if (reason === '') throw new AppError('settings.reason-needed', 'no reason was given');
  return reason;
}
