/** `POST /launches/:launchId/requests/new`: handles a posted form; the browser is always redirected to a page (PRG). */
import type { Request, RequestHandler, Response } from 'express';
import { traceOf } from '#src/diagnostics/traces/launch-trace.ts';
import { AppError } from '#src/errors.ts';
import { assertOwnForm } from '#src/http/csrf.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { contextOf } from '#src/http/request-context.ts';
import { openLaunchOf } from '#src/launches/pages/guard.ts';
import { withHelpDesk } from '#src/organizations/help-desk.ts';
import { createFacts } from '#src/requests/delivery/create-facts.ts';
import { identifierOf, stateOf } from '#src/requests/delivery/deliveries.ts';
import { EXPIRED, problemOf } from '#src/requests/delivery/problem-text.ts';
import { storeSoon } from '#src/requests/delivery/sending.ts';
import type { Draft } from '#src/requests/form/draft-store.ts';
import {
  type FormOwner,
  type FormTicket,
  isExpired,
  newForm,
  ownerHash,
  ownerOf,
} from '#src/requests/form/form-ticket.ts';
import { draftOf, hasContent, typedOf } from '#src/requests/form/keep-typed.ts';
import { offerOf } from '#src/requests/form/offered.ts';
import { reviewMark } from '#src/requests/form/to-service-request.ts';
import { readNewRequest, type TypedRequest } from '#src/requests/form/typed-request.ts';
import { PAGE } from './form-page-route.ts';
import { sentOf } from './just-sent.ts';
import { recordCreated } from './record-created.ts';
import { type NewRequestDependencies, sendInLaunch } from './send-in-launch.ts';

/** A post whose ticket is proved to be this launch's own. */
interface Posted {
  request: Request;
  response: Response;
  ticket: FormTicket;
  typed: TypedRequest;
  now: Date;
}

/**
 * Sends the request to the EHR once. The button `intent` may instead ask to search for it there (`look`), or to keep the
 * form and return to the list (`back`). Runs after keepTyped and the launch guard.
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

/** The draft is already stored by keepTyped. */
async function goBack(deps: NewRequestDependencies, posted: Posted) {
  const { request, ticket, typed } = posted;
  traceOf(request).discard();
  if (!hasContent(typed)) await deps.drafts.discard(ticket.owner, ({ id }) => id === ticket.id);
  toPage(deps, posted);
}

async function askTheEhr(deps: NewRequestDependencies, posted: Posted): Promise<void> {
  const { request, ticket, typed, now } = posted;
  const trace = traceOf(request);
  const { owner } = ticket;
  const showAgain = async ({ ticket: shown = ticket, ...said }: Partial<Draft> & { ticket?: FormTicket }) => {
    const name = await deps.drafts.keep(owner, { ...draftOf(shown, typed, now), ...said });
    toPage(deps, posted, `/new?${PAGE}=${name}`);
  };
  const problemIn = (text: string) => ({ text, supportCode: contextOf(request).supportCode });
  if (isExpired(ticket, now)) {
    trace.discard();
    await deps.drafts.discard(owner, ({ id }) => id === ticket.id);
    const anew = { owner, ...newForm(now, ticket.corrects) };
    return showAgain({ ticket: anew, problem: problemIn(EXPIRED), isAfterExpired: true });
  }
  const intent = fieldOf(request, 'intent', 'choice');
  const isLook = intent === 'look';
  const { launch, organization } = openLaunchOf(request);
  if (intent === 'edit') {
    trace.discard();
    return showAgain({});
  }
  const offer = offerOf(organization);
  const { timeZone } = organization;
  const read = readNewRequest(typed, now, timeZone, offer);
  if (!read.ok && !isLook) {
    trace.discard();
    return showAgain({ problems: read.problems });
  }
  const typedNow = read.ok ? read.request : undefined;
  const mark = typedNow && reviewMark(identifierOf(ticket.id, typedNow), offer, timeZone, typedNow);
  const isReviewed = mark !== undefined && ticket.reviewed === mark;
  const isSent = stateOf(ticket, typed, await deps.deliveries.of(owner), now) === 'sent';
  // Nothing is sent that was not shown as a whole.
  if (mark !== undefined && !isSent && (intent === 'review' || (!isLook && !isReviewed))) {
    trace.discard();
    return showAgain({ ticket: { ...ticket, reviewed: mark }, isReview: true });
  }
  const asked = await trace.step('create', () => sendInLaunch(deps, posted, typedNow, isLook), {}, createFacts);
  const { end, newlyFound } = asked;
  if (end.kind === 'changed' || end.kind === 'alike' || end.kind === 'elsewhere') trace.discard();
  if ('answer' in end && end.answer) {
    Object.assign(contextOf(request).facts, { ehrStatus: end.answer.status, issueCodes: end.answer.issues });
  }
  for (let found = 0; found < newlyFound; found += 1) recordCreated(deps.audit, request, launch);
  if (end.kind !== 'sent') {
    contextOf(request).facts.pageProblem = end.kind === 'refused' ? end.failure : end.kind;
    const disclosed = 'disclosed' in end ? { disclosed: end.disclosed } : {};
    const changed = end.kind === 'original-changed' ? { corrects: end.now } : {};
    const isReview = isReviewed && end.kind !== 'chart-changed';
    return showAgain({
      ticket: { ...ticket, ...disclosed, ...changed },
      problem: problemIn(withHelpDesk(problemOf(end, now), organization)),
      isReview,
    });
  }
  const { corrects } = ticket;
  const replaced = asked.replaced && corrects && { id: corrects.id, what: corrects.what, end: asked.replaced };
  // This may run late, so what was typed into another form meanwhile must stay.
  if (typedNow) {
    const sent = sentOf({ ...deps, ...posted, replaced }, typedNow, asked);
    await storeSoon(deps, () => deps.drafts.noteSent(owner, ticket, sent));
  }
  toPage(deps, posted);
}

function toPage({ publicUrl }: NewRequestDependencies, { request, response }: Posted, below = ''): void {
  response.redirect(303, new URL(`/launches/${openLaunchOf(request).launch.id}/requests${below}`, publicUrl).href);
}

/** Makes sure, before sending, that this user filled in the form for this patient. @throws AppError 'request.forged' */
async function ownTicket({ drafts }: NewRequestDependencies, request: Request, owner: FormOwner): Promise<FormTicket> {
  const ticket = await drafts.readTicket(fieldOf(request, 'ticket', 'sealed'));
  if (ticket && ownerHash(ticket.owner) === ownerHash(owner)) return ticket;
  throw new AppError('request.forged', "the form's ticket is missing or of another patient or user");
}
