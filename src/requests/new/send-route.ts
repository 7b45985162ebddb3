/** `POST /launches/:launchId/requests/new`: what becomes of the form; the browser is always sent on to a page (PRG). */
import type { Request, RequestHandler, Response } from 'express';
import type { Audit } from '#src/audit/audit.ts';
import { traceOf } from '#src/diagnostics/traces/launch-trace.ts';
import { AppError } from '#src/errors.ts';
import { assertOwnForm } from '#src/http/csrf.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { contextOf } from '#src/http/request-context.ts';
import { openLaunchOf } from '#src/launches/pages/guard.ts';
import { openReadings } from '#src/requests/chart/open-readings.ts';
import { createFacts } from '#src/requests/delivery/create-facts.ts';
import { identifierOf } from '#src/requests/delivery/deliveries.ts';
import { lookAgain } from '#src/requests/delivery/look-again.ts';
import { EXPIRED, problemOf } from '#src/requests/delivery/problem-text.ts';
import { sendForm } from '#src/requests/delivery/send-form.ts';
import type { FormSending } from '#src/requests/delivery/sending.ts';
import { soon } from '#src/requests/delivery/soon.ts';
import { type FormOwner, type FormTicket, isExpired, newForm, ownerHash, ownerOf } from '#src/requests/form/form.ts';
import { chosenIn, hasChartValues, NOTHING_CHOSEN } from '#src/requests/form/from-chart.ts';
import { hasContent, typedOf } from '#src/requests/form/keep-typed.ts';
import { offerOf } from '#src/requests/form/offered.ts';
import { assertMayCreate } from '#src/requests/form/permission.ts';
import { type NewRequest, readNewRequest, type TypedRequest } from '#src/requests/form/typed-request.ts';
import type { FormPage } from '#src/requests/form/typed-store.ts';
import { reviewMark, writeRequest } from '#src/requests/form/write-request.ts';
import { chartOf } from './chart-of-form.ts';
import { type NewRequestFormDependencies, PAGE } from './form-page-route.ts';
import { recordCreated } from './record-created.ts';

export interface NewRequestDependencies extends NewRequestFormDependencies {
  audit: Audit;
}

/** A post that was proved to be this launch's own. */
interface Posted {
  request: Request;
  response: Response;
  ticket: FormTicket;
  typed: TypedRequest;
  now: Date;
}

/**
 * Sends the request to the EHR, once; or, by the button `intent`, looks for it there (`look`) or keeps it and goes back
 * to the list (`back`). Behind keepTyped and the launch guard.
 */
export function createRequest(deps: NewRequestDependencies): RequestHandler {
  return async (request, response) => {
    await deps.traces.follow({ request, step: 'new-request' }, async () => {
      const { launch, cookieSecret } = openLaunchOf(request);
      traceOf(request).joins(launch.traceId);
      assertOwnForm(request, deps.publicUrl, cookieSecret);
      const ticket = await ownTicket(deps, request, ownerOf(launch));
      const posted = { request, response, ticket, typed: typedOf(request), now: deps.clock() };
      await (fieldOf(request, 'intent', 'choice') === 'back' ? goBack(deps, posted) : askTheEhr(deps, posted));
    });
  };
}

/** keepTyped has stored the draft. */
async function goBack(deps: NewRequestDependencies, { request, response, ticket, typed }: Posted) {
  traceOf(request).discard();
  if (!hasContent(typed)) await deps.typed.discardDraft(ticket.owner, ticket.id);
  toList(deps, request, response);
}

async function askTheEhr(deps: NewRequestDependencies, posted: Posted): Promise<void> {
  const { request, response, ticket, typed, now } = posted;
  const trace = traceOf(request);
  const { owner } = ticket;
  const savedAt = now.toISOString();
  const showAgain = async (page: Pick<FormPage, 'ticket'> & Partial<FormPage>) => {
    const name = await deps.typed.keepPage({ values: typed, savedAt, ...page });
    toPage(deps, request, response, `/requests/new?${PAGE}=${name}`);
  };
  const problemIn = (text: string) => ({ text, supportCode: contextOf(request).supportCode });
  if (isExpired(ticket, now)) {
    trace.discard();
    // Too old for keepTyped, which stands before the launch guard; here its owner is proved.
    if (hasContent(typed)) await deps.typed.keepDraft(ticket, typed, now);
    return showAgain({ ticket: { owner, ...newForm(now) }, problem: problemIn(EXPIRED), isAfterExpired: true });
  }
  const intent = fieldOf(request, 'intent', 'choice');
  const isLook = intent === 'look';
  const { launch, organization } = openLaunchOf(request);
  if (intent === 'edit') {
    trace.discard();
    return showAgain({ ticket });
  }
  const offer = offerOf(organization);
  const read = readNewRequest(typed, now, organization.timeZone, offer);
  if (!read.ok && !isLook) {
    trace.discard();
    return showAgain({ ticket, problems: read.problems });
  }
  const typedNow = read.ok ? read.request : undefined;
  const mark = typedNow && reviewMark(identifierOf(ticket.id, typedNow), offer, typedNow);
  const isReviewed = mark !== undefined && ticket.reviewed === mark;
  // What the chart may have filled in leaves only after it was shown whole.
  const needsReview = !isLook && !isReviewed && typedNow !== undefined && hasChartValues(typedNow);
  if (mark !== undefined && (intent === 'review' || needsReview)) {
    trace.discard();
    return showAgain({ ticket: { ...ticket, reviewed: mark }, isReview: true });
  }
  const { end, newlyFound } = await trace.step('create', () => ask(deps, posted, typedNow, isLook), {}, createFacts);
  if (end.kind === 'changed' || end.kind === 'alike' || end.kind === 'elsewhere') trace.discard();
  if ('answer' in end && end.answer) {
    Object.assign(contextOf(request).facts, { ehrStatus: end.answer.status, issueCodes: end.answer.issues });
  }
  for (let found = 0; found < newlyFound; found += 1) recordCreated(deps.audit, request, launch);
  if (end.kind !== 'sent') {
    contextOf(request).facts.pageProblem = end.kind === 'refused' ? end.failure : end.kind;
    const disclosed = 'disclosed' in end ? { disclosed: end.disclosed } : {};
    const isReview = isReviewed && end.kind !== 'chart-changed';
    return showAgain({ ticket: { ...ticket, ...disclosed }, problem: problemIn(problemOf(end, now)), isReview });
  }
  await soon(deps, () => deps.deliveries.announce(owner));
  // It may come late: what was typed into another form since stays.
  await soon(deps, () => deps.typed.discardDraft(owner, ticket.id));
  toList(deps, request, response);
}

/** Looks or sends in this launch, with its token as it is now. */
async function ask(
  deps: NewRequestDependencies,
  { request, ticket, now }: Posted,
  typed: NewRequest | undefined,
  isLook: boolean,
): Promise<FormSending> {
  const { organization, opened } = openLaunchOf(request);
  const launch = await deps.currentTokens.current(opened, organization);
  assertMayCreate(launch, organization);
  const { searchParameters, timeZone } = organization;
  let opening: ReturnType<typeof openReadings> | undefined;
  const open = () => (opening ??= openReadings(deps, launch, organization));
  const sendingLaunch = { launch, searchParameters, timeZone, open };
  if (isLook || !typed) return lookAgain({ ...deps, now }, sendingLaunch, ticket, typed);
  return sendForm({ ...deps, now }, sendingLaunch, ticket, typed, async (by) => {
    const isFromChart = hasChartValues(typed);
    const chosen = isFromChart
      ? chosenIn(await chartOf(deps, launch, organization, open().api), typed)
      : NOTHING_CHOSEN;
    return chosen && writeRequest(typed, chosen, offerOf(organization), by).resource;
  });
}

function toList(deps: NewRequestDependencies, request: Request, response: Response): void {
  toPage(deps, request, response, '/requests');
}

function toPage({ publicUrl }: NewRequestDependencies, request: Request, response: Response, path: string): void {
  response.redirect(303, new URL(`/launches/${openLaunchOf(request).launch.id}${path}`, publicUrl).href);
}

/** The last look before sending: was the form filled in for this patient, by this user? @throws AppError 'request.forged' */
async function ownTicket({ typed }: NewRequestDependencies, request: Request, owner: FormOwner): Promise<FormTicket> {
  const ticket = await typed.readTicket(fieldOf(request, 'ticket', 'sealed'));
  if (ticket && ownerHash(ticket.owner) === ownerHash(owner)) return ticket;
  throw new AppError('request.forged', "the form's ticket is missing or of another patient or user");
}

/** `POST …/discard`: the draft goes, and with it the page of its last post. Behind the launch guard. */
export function discardDraft(deps: NewRequestDependencies): RequestHandler {
  return async (request, response) => {
    const { launch, cookieSecret } = openLaunchOf(request);
    assertOwnForm(request, deps.publicUrl, cookieSecret);
    await deps.typed.discardAll(ownerOf(launch));
    toPage(deps, request, response, '/requests/new');
  };
}
