/** `POST /launches/:launchId/requests/new`: what becomes of the form; the browser is always sent on to a page (PRG). */
import type { Request, RequestHandler, Response } from 'express';
import type { Audit } from '#src/audit/audit.ts';
import type { LaunchTrace } from '#src/diagnostics/traces/launch-trace.ts';
import { AppError } from '#src/errors.ts';
import { assertOwnForm } from '#src/http/csrf.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { factsOf } from '#src/http/request-log.ts';
import { openLaunchOf } from '#src/launches/pages/guard.ts';
import { openReadings } from '#src/requests/chart/open-readings.ts';
import { type CreateEnd, createFacts } from './create-facts.ts';
import { assertMayCreate } from './create-permission.ts';
import { type DraftOwner, type DraftTicket, draftOwner, isExpired, isSameOwner, newForm } from './drafts.ts';
import type { FormOutcome } from './form-outcomes.ts';
import { type NewRequestFormDependencies, OUTCOME } from './form-page-route.ts';
import { hasContent, typedOf } from './keep-typed.ts';
import { lookAgain } from './look-again.ts';
import { type NewRequest, readNewRequest, type TypedRequest } from './new-request.ts';
import type { RecentRequestStore } from './recent-requests.ts';
import { recordCreated } from './record-created.ts';
import { sendForm, soon } from './send-form.ts';
import { EXPIRED, problemOf } from './sending-problems.ts';
import { identifierOf } from './sendings.ts';

export interface NewRequestDependencies extends NewRequestFormDependencies {
  publicUrl: URL;
  recents: RecentRequestStore;
  audit: Audit;
}

/** A post that was proved to be this launch's own. */
interface Posted {
  request: Request;
  response: Response;
  trace: LaunchTrace;
  ticket: DraftTicket;
  typed: TypedRequest;
  now: Date;
}

/**
 * Sends the request to the EHR, once; or, by the button `intent`, looks for it there (`look`) or keeps it and goes back
 * to the list (`back`). Behind keepTyped and the launch guard.
 */
export function createRequest(deps: NewRequestDependencies): RequestHandler {
  return async (request, response) => {
    await deps.traces.follow({ request, step: 'new-request' }, async (trace) => {
      const { launch, cookieSecret } = openLaunchOf(request);
      trace.joins(launch.traceId);
      assertOwnForm(request, deps.publicUrl, cookieSecret);
      const ticket = await ownTicket(deps, request, draftOwner(launch));
      const posted = { request, response, trace, ticket, typed: typedOf(request), now: deps.clock() };
      await (fieldOf(request, 'intent', 'choice') === 'back' ? goBack(deps, posted) : askTheEhr(deps, posted));
    });
  };
}

/** keepTyped has stored the draft. */
async function goBack(deps: NewRequestDependencies, { request, response, trace, ticket, typed }: Posted) {
  trace.discard();
  if (!hasContent(typed)) await deps.drafts.discard(ticket.owner, ticket.id);
  toList(deps, request, response);
}

async function askTheEhr(deps: NewRequestDependencies, posted: Posted): Promise<void> {
  const { request, response, trace, ticket, typed, now } = posted;
  const { owner } = ticket;
  const savedAt = now.toISOString();
  const showAgain = async (outcome: Pick<FormOutcome, 'ticket'> & Partial<FormOutcome>) => {
    const name = await deps.outcomes.keep({ values: typed, savedAt, ...outcome });
    toPage(deps, request, response, `/requests/new?${OUTCOME}=${name}`);
  };
  const problemIn = (text: string) => ({ text, supportCode: factsOf(request).supportCode });
  if (isExpired(ticket, now)) {
    trace.discard();
    // Too old for keepTyped, which stands before the launch guard; here its owner is proved.
    if (hasContent(typed)) await deps.drafts.keep(ticket, typed, now);
    return showAgain({ ticket: { owner, ...newForm(now) }, problem: problemIn(EXPIRED), isAfterExpired: true });
  }
  const isLook = fieldOf(request, 'intent', 'choice') === 'look';
  const { timeZone } = openLaunchOf(request).organization;
  const read = readNewRequest(typed, now, timeZone);
  if (!read.ok && !isLook) {
    trace.discard();
    return showAgain({ ticket, problems: read.problems });
  }
  const typedNow = read.ok ? read.request : undefined;
  const { sending, newlyFound } = await trace.step(
    'create',
    () => ask(deps, posted, typedNow, isLook),
    {},
    createFacts,
  );
  if (sending.kind === 'changed' || sending.kind === 'alike' || sending.kind === 'elsewhere') trace.discard();
  if ('answer' in sending && sending.answer) {
    Object.assign(factsOf(request), { ehrStatus: sending.answer.status, issueCodes: sending.answer.issues });
  }
  const { launch } = openLaunchOf(request);
  for (let found = 0; found < newlyFound; found += 1) recordCreated(deps.audit, request, launch);
  if (sending.kind !== 'sent') {
    factsOf(request).pageProblem = sending.kind === 'refused' ? sending.failure : sending.kind;
    const told = 'told' in sending ? { told: sending.told } : {};
    return showAgain({ ticket: { ...ticket, ...told }, problem: problemIn(problemOf(sending, now)) });
  }
  const { resource } = sending;
  const say =
    typedNow && (() => deps.recents.isSent(owner, identifierOf(ticket.id, typedNow), { isNews: true, resource }));
  if (say) await soon(deps, say);
  // It may come late: what was typed into another form since stays.
  await soon(deps, () => deps.drafts.discard(owner, ticket.id));
  toList(deps, request, response);
}

/** Looks or sends in this launch, with its token as it is now. */
async function ask(
  deps: NewRequestDependencies,
  { request, ticket, now }: Posted,
  typed: NewRequest | undefined,
  isLook: boolean,
): Promise<CreateEnd> {
  const { organization, opened } = openLaunchOf(request);
  const launch = await deps.grants.current(opened, organization);
  assertMayCreate(launch, organization);
  const { searchParameters } = organization;
  const sendingLaunch = { launch, searchParameters, open: () => openReadings(deps, launch, organization) };
  if (isLook || !typed) return lookAgain({ ...deps, now }, sendingLaunch, ticket, typed);
  const sending = await sendForm({ ...deps, now }, sendingLaunch, ticket, typed);
  return { sending, newlyFound: sending.kind === 'sent' && sending.isNew ? 1 : 0 };
}

function toList(deps: NewRequestDependencies, request: Request, response: Response): void {
  toPage(deps, request, response, '/requests');
}

function toPage({ publicUrl }: NewRequestDependencies, request: Request, response: Response, path: string): void {
  response.redirect(303, new URL(`/launches/${openLaunchOf(request).launch.id}${path}`, publicUrl).href);
}

/** The last look before sending: was the form filled in for this patient, by this user? @throws AppError 'request.forged' */
async function ownTicket(
  { drafts }: NewRequestDependencies,
  request: Request,
  owner: DraftOwner,
): Promise<DraftTicket> {
  const ticket = await drafts.readTicket(fieldOf(request, 'ticket', 'sealed'));
  if (ticket && isSameOwner(ticket.owner, owner)) return ticket;
  throw new AppError('request.forged', "the form's ticket is missing or of another patient or user");
}

/** `POST …/discard`: the draft goes, and with it what became of its last post. Behind the launch guard. */
export function discardDraft(deps: NewRequestDependencies): RequestHandler {
  return async (request, response) => {
    const { launch, cookieSecret } = openLaunchOf(request);
    assertOwnForm(request, deps.publicUrl, cookieSecret);
    const owner = draftOwner(launch);
    const draft = await deps.drafts.find(owner);
    if (draft) await deps.outcomes.discard({ id: draft.id, owner });
    await deps.drafts.discard(owner);
    toPage(deps, request, response, '/requests/new');
  };
}
