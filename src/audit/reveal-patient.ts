/** Access accounting: an operator gives a reason to see a row's patient; the look is recorded first. */
import type { RequestHandler } from 'express';
import { AppError } from '#src/errors.ts';
import { ROW_ID } from '#src/http/filter-fields.ts';
import { pathPartOf } from '#src/http/request-values.ts';
import { adminOf } from '#src/http/sessions/admin-session.ts';
import { wantsJson } from '#src/http/sessions/after-post.ts';
import { auditPatientName } from './audit.ts';
import type { AuditRouteDependencies, Look } from './audit-page-view.ts';
import { findAuditRow } from './audit-store.ts';
import { REASON_NEEDED, reasonOf, type Searched, viewed } from './search-routes.ts';

/** @throws AppError 'admin.forbidden' as the request's failure. */
export const operatorsOnly: RequestHandler = (request, _response, next) => {
  if (adminOf(request).role !== 'operator') throw new AppError('admin.forbidden', 'patients are for operators only');
  next();
};

const PAGE = '/settings/audit';

/** Reveals one row's patient to an operator who gives a reason; recorded before it is shown, and shown once. */
export function revealPatient(deps: AuditRouteDependencies): RequestHandler {
  return async (request, response) => {
    const id = pathPartOf(request, 'id');
    const row = ROW_ID.test(id) ? await findAuditRow(deps.db, id) : undefined;
    if (!row?.patient) throw new AppError('request.not-found', 'no audit row with a patient has this id');
    const reason = reasonOf(request);
    if (reason === '') {
      if (wantsJson(request)) throw new AppError('settings.reason-needed', REASON_NEEDED);
      const refused: Searched['refused'] = { problem: REASON_NEEDED, organization: '', patient: '', clinician: '' };
      return deps.afterPost.answer(request, response, PAGE, { kind: 'form', shown: { refused } });
    }
    const detail = { as: 'patient of one row', row: id, reason };
    await deps.audit.recordNow(viewed(request, row.organizationId ?? undefined, detail));
    const reference = String(await deps.sealer.open(auditPatientName(id), row.patient));
    const { organizationId, at } = row;
    // A patient never appears in an address: the reference is kept sealed, for this session only.
    const look: Look = { organizationId, reference, id, at: at.toISOString() };
    await deps.afterPost.answer(request, response, PAGE, { kind: 'secret', status: 200, shown: { look } });
  };
}
