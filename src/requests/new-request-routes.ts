/** `/launches/:launchId/requests/new`: the form, what becomes of it, and nothing typed is lost when the launch ends. */
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import type { Clock } from '#src/adapters/clock.ts';
import type { Audit } from '#src/audit/audit.ts';
import { AppError } from '#src/errors.ts';
import { assertOwnForm, csrfToken } from '#src/http/csrf.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { factsOf } from '#src/http/request-log.ts';
import { allowSameOriginReferrer } from '#src/http/security-headers.ts';
import type { ActiveGrants } from '#src/launches/active-grant.ts';
import { type Launch, mayUse } from '#src/launches/launch.ts';
import { type OpenLaunch, openLaunchOf } from '#src/launches/launch-guard.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { FhirFailure } from '#src/smart/step-6-fhir-api.ts';
import { newRequestFields, newRequestPage } from '#views/new-request-page.ts';
import type { ChartReadings } from './chart-readings.ts';
import { type NewRequest, readNewRequest, type TypedRequest, toServiceRequest } from './new-request.ts';
import {
  type Draft,
  type DraftTicket,
  draftOwner,
  isSameOwner,
  type RequestDrafts,
  ticketFor,
} from './request-drafts.ts';
import { type Sending, sendRequest } from './send-request.ts';

export interface NewRequestDependencies {
  publicUrl: URL;
  readings: ChartReadings;
  grants: ActiveGrants;
  drafts: RequestDrafts;
  audit: Audit;
  clock: Clock;
}

/** Longer than any field may be, so that what is refused for its length is still given back whole. */
const LONGEST_FIELD = 4_000;
const KEPT = "What you typed is kept for an hour. Open the app from this patient's chart and choose New request.";

/** May requests be created in this launch: switched on by the organization, and granted by the EHR (SCO-19)? */
export function mayCreateRequests(launch: Launch, organization: Organization): boolean {
  return organization.createRequests && mayUse(launch, { type: 'ServiceRequest', interaction: 'c' });
}

/** `GET`: empty, or with the draft of an earlier try. Behind the launch guard. */
export function newRequestForm(deps: NewRequestDependencies): RequestHandler {
  return async (request, response) => {
    const draft = await deps.drafts.find(draftOwner(openLaunchOf(request).launch));
    await showForm(deps, request, response, { typed: draft?.values ?? {}, draft });
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
    const ticket = await deps.drafts.readTicket(fieldOf(request, 'ticket'));
    // The last look before sending: the form was filled in for this patient, by this user.
    if (!ticket || !isSameOwner(ticket.owner, owner)) {
      throw new AppError('request.forged', "the form's ticket is missing or of another patient or user");
    }
    const typed = typedOf(request);
    const read = readNewRequest(typed, deps.clock());
    if (!read.ok) {
      response.status(400);
      return showForm(deps, request, response, { typed, problems: read.problems, ticket });
    }
    const draft = await deps.drafts.keep(ticket, typed, deps.clock());
    const sending = await sendOnce(deps, openLaunchOf(request), draft, read.request);
    if (sending === 'elsewhere' || sending.kind !== 'sent') {
      response.status(sending === 'elsewhere' ? 409 : sending.kind === 'refused' ? 502 : 504);
      return showForm(deps, request, response, { typed, draft, ticket, problem: problemOf(sending) });
    }
    await deps.drafts.discard(owner);
    recordCreated(deps.audit, request, launch);
    response.redirect(303, new URL(`/launches/${launch.id}/requests?sent`, deps.publicUrl).href);
  };
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

/** Two clicks, or two windows, are one request. */
async function sendOnce(
  deps: NewRequestDependencies,
  { opened, organization }: OpenLaunch,
  draft: Draft,
  request: NewRequest,
): Promise<Sending | 'elsewhere'> {
  const launch = await deps.grants.current(opened, organization);
  assertMayCreate(launch, organization);
  if (!(await deps.drafts.claimSending(draft)))
    return (await deps.drafts.wasSent(draft)) ? { kind: 'sent' } : 'elsewhere';
  let isSent = false;
  try {
    const { api, patient } = openReadings(deps, launch, organization);
    const resource = toServiceRequest(request, {
      identifier: { system: new URL('/requests', deps.publicUrl).href, value: draft.id },
      patientId: (await patient).id,
      encounterId: launch.context.encounter,
      fhirUser: launch.user.fhirUser,
      now: deps.clock(),
    });
    const owner = draftOwner(launch);
    const sending = await sendRequest(api, resource, {
      patientId: launch.context.patient,
      searchParameters: organization.searchParameters,
      attempted: draft.attempted,
      beforePosting: () => deps.drafts.replace(owner, { ...draft, attempted: true }),
    });
    if (sending.kind === 'refused') await deps.drafts.replace(owner, { ...draft, attempted: false });
    isSent = sending.kind === 'sent';
    return sending;
  } finally {
    await (isSent ? deps.drafts.markSent(draft) : deps.drafts.releaseSending(draft));
  }
}

/** @throws AppError 'request.not-found' where nobody has switched it on, 'scope.missing' where the EHR does not permit it. */
function assertMayCreate(launch: Launch, organization: Organization): void {
  if (!organization.createRequests) throw new AppError('request.not-found', 'createRequests is off');
  if (mayCreateRequests(launch, organization)) return;
  const shown = 'patient/ServiceRequest.write';
  throw new AppError('scope.missing', `not granted: ${shown}`, { shown });
}

async function showForm(
  deps: NewRequestDependencies,
  request: Request,
  response: Response,
  form: {
    typed: TypedRequest;
    problems?: Record<string, string>;
    problem?: string;
    draft?: Draft | undefined;
    ticket?: DraftTicket;
  },
): Promise<void> {
  const { opened, organization, cookieSecret } = openLaunchOf(request);
  const launch = await deps.grants.current(opened, organization);
  assertMayCreate(launch, organization);
  const patient = await openReadings(deps, launch, organization).patient;
  const base = `/launches/${launch.id}`;
  allowSameOriginReferrer(response);
  response.type('html').send(
    newRequestPage({
      patient,
      needPatientBanner: launch.context.needPatientBanner,
      base,
      csrfToken: csrfToken(cookieSecret),
      ticket: await deps.drafts.issueTicket(form.ticket ?? ticketFor(draftOwner(launch), form.draft)),
      form: { values: form.typed, problems: form.problems ?? {} },
      draftSavedAt: form.draft && new Date(form.draft.savedAt),
      problem: form.problem,
      themeUrl: launch.context.smartStyleUrl === undefined ? undefined : `${base}/theme.css`,
    }),
  );
}

function openReadings({ readings, grants }: NewRequestDependencies, launch: Launch, organization: Organization) {
  return readings.open(launch, organization, (refused) => grants.renew(launch.id, organization, refused));
}

function typedOf(request: Request): TypedRequest {
  return Object.fromEntries(newRequestFields.map((name) => [name, fieldOf(request, name).slice(0, LONGEST_FIELD)]));
}

const REFUSED: Partial<Record<FhirFailure, string>> = {
  unauthorized: "Your EHR session for this app has ended. Open the app again from the patient's chart.",
  refused: 'The EHR did not let you create this request. Ask your EHR team to check your access to orders.',
  'not-found': 'The EHR does not take requests from this app. Tell your administrator.',
  throttled: 'The EHR is busy. Wait a minute, then send it again.',
};

function problemOf(sending: Exclude<Sending, { kind: 'sent' }> | 'elsewhere'): string {
  if (sending === 'elsewhere') return 'This request is being sent in another window. Look at the list first.';
  if (sending.kind === 'refused') {
    return `Not sent. ${REFUSED[sending.failure] ?? 'The EHR did not accept this request. Tell your EHR team.'}`;
  }
  return 'The EHR did not confirm the request, so it may be there already. Look in the chart. If you send again, the app first asks the EHR whether it has it.';
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
