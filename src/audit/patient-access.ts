/** Access accounting: an operator gives a reason and sees whose chart it was; the look is recorded first, or nothing is shown. */
import type { Request, RequestHandler, Response } from 'express';
import { storedText } from '#src/adapters/stored-text.ts';
import { AppError } from '#src/errors.ts';
import { ROW_ID } from '#src/http/filter-fields.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { pathPartOf } from '#src/http/request-values.ts';
import { adminOf } from '#src/http/sessions/admin-session.ts';
import { wantsJson } from '#src/http/sessions/after-post.ts';
import { auditPatient, auditPatientName } from './audit.ts';
import { readAuditFilter } from './audit-filter.ts';
import {
  type AuditRouteDependencies,
  actorIn,
  namesOf,
  pageZone,
  type Shown,
  showAudit,
  viewed,
} from './audit-page-view.ts';
import { findAuditRow } from './audit-store.ts';

/** @throws AppError 'admin.forbidden' as the request's failure. */
export const operatorsOnly: RequestHandler = (request, _response, next) => {
  if (adminOf(request).role !== 'operator') throw new AppError('admin.forbidden', 'patients are for operators only');
  next();
};

/** A look that is recorded and not yet shown: at one row's patient, or at all accesses to one chart. */
export interface Look {
  organizationId: string | null;
  reference: string;
  /** Of the one row; the instant in ISO. */
  row?: { id: string; at: string };
}

/** What the audit page shows of the last post. */
export interface Posted {
  look: Look;
  refused: NonNullable<Shown['refused']>;
}

const PAGE = '/settings/audit';

/** One row's patient, opened for an operator who gives a reason; recorded before it is shown, and shown once. */
export function revealPatient(deps: AuditRouteDependencies): RequestHandler {
  return async (request, response) => {
    const id = pathPartOf(request, 'id');
    const row = ROW_ID.test(id) ? await findAuditRow(deps.db, id) : undefined;
    if (!row?.patient) throw new AppError('request.not-found', 'no audit row with a patient has this id');
    const reason = reasonOf(request);
    if (reason === '')
      return refuse(deps, request, response, { problem: REASON_NEEDED, organization: '', patient: '' });
    const detail = { as: 'patient of one row', row: id, reason };
    await deps.audit.recordNow(viewed(request, row.organizationId ?? undefined, detail));
    const reference = String(await deps.sealer.open(auditPatientName(id), row.patient));
    const { organizationId, at } = row;
    await lead(deps, request, response, { organizationId, reference, row: { id, at: at.toISOString() } });
  };
}

/** All accesses to one chart. A form, not an address: a patient does not belong into a log of addresses. */
export function accountForPatient(deps: AuditRouteDependencies): RequestHandler {
  return async (request, response) => {
    const organizationId = fieldOf(request, 'organization', 'id');
    const patient = fieldOf(request, 'patient', 'id').trim();
    const id = patient.replace(/^Patient\//, '');
    const reason = reasonOf(request);
    const typed = { organization: organizationId, patient };
    if (id.length > LONGEST_ID) return refuse(deps, request, response, { ...typed, problem: ID_TOO_LONG });
    if (reason === '') return refuse(deps, request, response, { ...typed, problem: REASON_NEEDED });
    const reference = `Patient/${id}`;
    await deps.audit.recordNow({
      ...viewed(request, organizationId, { as: 'accesses to one patient', reason }),
      patient: reference,
    });
    await lead(deps, request, response, { organizationId, reference });
  };
}

/** The page with what was recorded as looked at. */
export async function showLook(deps: AuditRouteDependencies, request: Request, look: Look): Promise<string> {
  const { reference, row } = look;
  const organizationId = look.organizationId ?? undefined;
  const names = await namesOf(deps);
  const timeZone = await pageZone(deps, row ? undefined : organizationId);
  const { typed } = readAuditFilter(request, row ? undefined : organizationId, actorIn(names), timeZone);
  // The row itself and what stands before it, so that the operator sees it in its place.
  const filter = row
    ? { organizationId, before: new Date(Date.parse(row.at) + 1) }
    : { organizationId, patientHash: auditPatient(deps.sealer, organizationId ?? '', reference) };
  const revealed = row ? { rowId: row.id, reference } : { reference };
  return showAudit(deps, request, { filter, typed, timeZone, names, revealed });
}

/** A patient is in no address: what the page shows is kept sealed, for this session alone. */
async function lead(
  { afterPost }: AuditRouteDependencies,
  request: Request,
  response: Response,
  look: Look,
): Promise<void> {
  const shown: Partial<Posted> = { look };
  await afterPost.answer(request, response, PAGE, { kind: 'secret', status: 200, shown });
}

async function refuse(
  { afterPost }: AuditRouteDependencies,
  request: Request,
  response: Response,
  refused: Posted['refused'],
): Promise<void> {
  if (wantsJson(request)) throw new AppError('settings.reason-needed', refused.problem);
  const shown: Partial<Posted> = { refused };
  await afterPost.answer(request, response, PAGE, { kind: 'form', shown });
}

const LONGEST_ID = 64;
const ID_TOO_LONG = `No id in FHIR is longer than ${LONGEST_ID} characters.`;
const REASON_NEEDED = 'Enter a reason: it is recorded in the audit trail.';

function reasonOf(request: Request): string {
  return storedText(fieldOf(request, 'reason', 'reason').trim());
}
