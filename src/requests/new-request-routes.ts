/** `/launches/:launchId/requests/new`: the form, what becomes of it, and nothing typed is lost when the launch ends. */
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import type { Clock } from '#src/adapters/clock.ts';
import type { Audit } from '#src/audit/audit.ts';
import { AppError } from '#src/errors.ts';
import { assertOwnForm } from '#src/http/csrf.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { factsOf } from '#src/http/request-log.ts';
import { allowSameOriginReferrer, setPagePolicy } from '#src/http/security-headers.ts';
import type { ActiveGrants } from '#src/launches/active-grant.ts';
import { leaveAtEnd } from '#src/launches/closing-route.ts';
import { type Launch, mayUse } from '#src/launches/launch.ts';
import { openLaunchOf } from '#src/launches/launch-guard.ts';
import type { StoreRetries } from '#src/launches/store-retries.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { type KeptDraft, newRequestFields, newRequestPage } from '#views/new-request-page.ts';
import type { ChartReadings } from './chart-readings.ts';
import { type BarDependencies, clinicianBarOf } from './clinician-bar.ts';
import { readNewRequest, type TypedRequest } from './new-request.ts';
import {
  type DraftOwner,
  type DraftTicket,
  draftOwner,
  isExpired,
  isSameOwner,
  newForm,
  type RequestDrafts,
} from './request-drafts.ts';
import type { RequestSendings } from './request-sendings.ts';
import { fateOf, sendForm } from './send-form.ts';
import { EXPIRED, problemOf, UNSENT_STATUS } from './sending-problems.ts';

export interface NewRequestDependencies extends BarDependencies {
  publicUrl: URL;
  readings: ChartReadings;
  grants: ActiveGrants;
  drafts: RequestDrafts;
  sendings: RequestSendings;
  retries: Pick<StoreRetries, 'insist'>;
  audit: Audit;
  clock: Clock;
}

/** Longer than any field may be, so that what is refused for its length is still given back whole. */
const LONGEST_FIELD = 4_000;
const KEPT =
  "What you typed is kept for an hour. Open the app from this patient's chart and choose “Continue your unsent request”.";

/** May requests be created in this launch: switched on by the organization, for a practitioner, granted by the EHR (SCO-19)? */
export function mayCreateRequests(launch: Launch, organization: Organization): boolean {
  return (
    organization.createRequests &&
    isPractitioner(launch) &&
    mayUse(launch, { type: 'ServiceRequest', interaction: 'c' })
  );
}

/** An order has a requester: a user who is a patient, a relative, a device or unknown writes none (FU-02). */
export function isPractitioner({ user: { fhirUser } }: Launch): boolean {
  return /^Practitioner(?:Role)?\//.test(fhirUser ?? '');
}

/** `GET`: empty, or with the draft of an earlier try. Behind the launch guard. */
export function newRequestForm(deps: NewRequestDependencies): RequestHandler {
  return async (request, response) => {
    const owner = draftOwner(openLaunchOf(request).launch);
    const now = deps.clock();
    const draft = await deps.drafts.find(owner);
    const fate = draft && (await fateOf(draft, deps.sendings, now));
    if (fate === 'sent') await deps.drafts.discard(owner);
    if (!draft || fate === 'sent') {
      return showForm(deps, request, response, { typed: {}, ticket: { owner, ...newForm(now) } });
    }
    const { id, issuedAt } = isExpired(draft, now) ? newForm(now) : draft;
    await showForm(deps, request, response, {
      typed: draft.values,
      ticket: { owner, id, issuedAt },
      draft: { savedAt: new Date(draft.savedAt), mayBeSent: fate !== undefined },
    });
  };
}

/**
 * Before the launch guard: keeps what was typed, for whom the page's sealed ticket names, whatever the guard will say.
 * A ticket opens nothing, so a stolen one can at most fill in a form for its owner.
 */
export function keepTyped({ drafts, clock }: NewRequestDependencies): RequestHandler {
  return async (request, response, next) => {
    const ticket = await drafts.readTicket(fieldOf(request, 'ticket'));
    if (ticket) {
      await drafts.keep(ticket, typedOf(request), clock());
      response.locals['isKept'] = true;
    }
    next();
  };
}

/** Behind {@link keepTyped}: for a page that is gone by now. */
export const sayNothing: RequestHandler = (_request, response) => void response.status(204).end();

/** Behind {@link keepTyped} and everything that can fail: says on the error page that nothing typed is lost. */
export const sayKept: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  const isKept = response.locals['isKept'] === true && error instanceof AppError && error.shown === undefined;
  if (!isKept) return next(error);
  const { code, message, cause, retryAfterSeconds } = error;
  next(new AppError(code, message, { cause, shown: KEPT, ...(retryAfterSeconds ? { retryAfterSeconds } : {}) }));
};

/** `POST`: sends the request to the EHR, once. Behind {@link keepTyped} and the launch guard. */
export function createRequest(deps: NewRequestDependencies): RequestHandler {
  return async (request, response) => {
    const { launch, cookieSecret } = openLaunchOf(request);
    assertOwnForm(request, deps.publicUrl, cookieSecret);
    const owner = draftOwner(launch);
    const ticket = await ownTicket(deps, request, owner);
    const typed = typedOf(request);
    const now = deps.clock();
    const showAgain = async (status: number, problem: string, next: DraftTicket) => {
      const mayBeSent = (await fateOf({ ...ticket, values: typed }, deps.sendings, now)) !== undefined;
      response.status(status);
      return showForm(deps, request, response, { typed, ticket: next, problem, draft: { savedAt: now, mayBeSent } });
    };
    if (isExpired(ticket, now)) return showAgain(409, EXPIRED, { owner, ...newForm(now) });
    const read = readNewRequest(typed, now);
    if (!read.ok) {
      response.status(400);
      return showForm(deps, request, response, { typed, problems: read.problems, ticket });
    }
    const { organization, opened } = openLaunchOf(request);
    const current = await deps.grants.current(opened, organization);
    assertMayCreate(current, organization);
    const { searchParameters } = organization;
    const sendingLaunch = { launch: current, searchParameters, open: () => openReadings(deps, current, organization) };
    const sending = await sendForm({ ...deps, now }, sendingLaunch, ticket, read.request);
    if (sending.kind !== 'sent') {
      factsOf(request).pageProblem = sending.kind === 'refused' ? sending.failure : sending.kind;
      const next = sending.kind === 'changed' ? { ...ticket, told: sending.told } : ticket;
      return showAgain(UNSENT_STATUS[sending.kind], problemOf(sending), next);
    }
    if (sending.isNew) recordCreated(deps.audit, request, launch);
    // It may come late: what was typed into another form since stays.
    const discard = async () => {
      if ((await deps.drafts.find(owner))?.id === ticket.id) await deps.drafts.discard(owner);
    };
    await discard().catch(() => deps.retries.insist(discard));
    response.redirect(303, new URL(`/launches/${launch.id}/requests?sent`, deps.publicUrl).href);
  };
}

/** The last look before sending: was the form filled in for this patient, by this user? @throws AppError 'request.forged' */
async function ownTicket(
  { drafts }: NewRequestDependencies,
  request: Request,
  owner: DraftOwner,
): Promise<DraftTicket> {
  const ticket = await drafts.readTicket(fieldOf(request, 'ticket'));
  if (ticket && isSameOwner(ticket.owner, owner)) return ticket;
  throw new AppError('request.forged', "the form's ticket is missing or of another patient or user");
}

/** `POST …/discard`: the draft goes. Behind the launch guard. */
export function discardDraft({ publicUrl, drafts }: NewRequestDependencies): RequestHandler {
  return async (request, response) => {
    const { launch, cookieSecret } = openLaunchOf(request);
    assertOwnForm(request, publicUrl, cookieSecret);
    await drafts.discard(draftOwner(launch));
    response.redirect(303, new URL(`/launches/${launch.id}/requests/new`, publicUrl).href);
  };
}

/**
 * @throws AppError 'request.not-found' where it is not switched on, 'user.not-allowed' for anybody but a practitioner,
 *   'scope.missing' where the EHR does not permit it.
 */
function assertMayCreate(launch: Launch, organization: Organization): void {
  if (!organization.createRequests) throw new AppError('request.not-found', 'createRequests is off');
  if (mayCreateRequests(launch, organization)) return;
  if (!isPractitioner(launch)) throw new AppError('user.not-allowed', 'fhirUser is no practitioner');
  const shown = 'patient/ServiceRequest.write';
  throw new AppError('scope.missing', `not granted: ${shown}`, { shown });
}

async function showForm(
  deps: NewRequestDependencies,
  request: Request,
  response: Response,
  form: {
    typed: TypedRequest;
    ticket: DraftTicket;
    problems?: Record<string, string>;
    problem?: string;
    draft?: KeptDraft;
  },
): Promise<void> {
  const { opened, organization, cookieSecret, closing } = openLaunchOf(request);
  const launch = await deps.grants.current(opened, organization);
  assertMayCreate(launch, organization);
  const { patient: reading, user } = openReadings(deps, launch, organization);
  const patient = await reading;
  const base = `/launches/${launch.id}`;
  allowSameOriginReferrer(response);
  // The page's script hands in what is typed when the page is left.
  const frameAncestors = launch.kind === 'ehr' ? organization.frameAncestors : [];
  setPagePolicy(response, { frameAncestors, fetchesOwnPages: true });
  response.type('html').send(
    newRequestPage({
      leavesInSeconds: leaveAtEnd(response, launch.id, closing, deps.clock()),
      patient,
      needPatientBanner: launch.context.needPatientBanner,
      bar: await clinicianBarOf(deps, request, { launch, cookieSecret, user }),
      ticket: await deps.drafts.issueTicket(form.ticket),
      form: { values: form.typed, problems: form.problems ?? {} },
      draft: form.draft,
      problem:
        form.problem === undefined ? undefined : { text: form.problem, supportCode: factsOf(request).supportCode },
      themeUrl: launch.context.smartStyleUrl === undefined ? undefined : `${base}/theme.css`,
    }),
  );
}

function openReadings({ readings, grants }: NewRequestDependencies, launch: Launch, organization: Organization) {
  const { patient, ...rest } = readings.open(launch, organization, (refused) =>
    grants.renew(launch.id, organization, refused),
  );
  return { ...rest, patient: patient.catch((error: unknown) => endIfOver(grants, launch, organization, error)) };
}

/** Refused with a fresh token too: the launch is over, and no reload may try for ever (FH-05). Always throws. */
export async function endIfOver(
  grants: ActiveGrants,
  launch: Launch,
  organization: Organization,
  error: unknown,
): Promise<never> {
  if (error instanceof AppError && error.code === 'session.expired') await grants.end(launch.id, organization);
  throw error;
}

function typedOf(request: Request): TypedRequest {
  return Object.fromEntries(newRequestFields.map((name) => [name, fieldOf(request, name).slice(0, LONGEST_FIELD)]));
}

function recordCreated(audit: Audit, request: Request, launch: Launch): void {
  const { organizationId, user, id: launchId, context } = launch;
  const { supportCode } = factsOf(request);
  const patient = `Patient/${context.patient}`;
  audit.record({
    event: 'request-created',
    organizationId,
    actor: user,
    address: request.ip,
    launchId,
    supportCode,
    patient,
  });
}
