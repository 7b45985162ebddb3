/** `POST /launches/:launchId/requests/new`: handles a posted form; the browser is always redirected to a page (PRG). */
import type { Request, RequestHandler, Response } from 'express';
import { traceOf } from '#src/diagnostics/traces/trace-of-request.ts';
import { AppError } from '#src/errors.ts';
import { assertOwnForm } from '#src/http/csrf.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { contextOf } from '#src/http/request-context.ts';
import { openLaunchOf } from '#src/launches/pages/guard.ts';
import { withHelpDesk } from '#src/organizations/help-desk.ts';
import { recordVisit } from '#src/requests/chart/chart-audit.ts';
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
import { type NewRequest, readNewRequest, type TypedRequest } from '#src/requests/form/typed-request.ts';
import { PAGE } from './form-page-route.ts';
import { sentOf } from './rows-just-sent.ts';
import { type NewRequestDependencies, sendInLaunch } from './send-in-launch.ts';

/** A post whose ticket is proved to be this launch's own. */
interface Posted {
  request: Request;
  response: Response;
  ticket: FormTicket;
  typed: TypedRequest;
  /** The button that was pressed. */
  intent: string;
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
      const intent = fieldOf(request, 'intent', 'choice');
      const posted = { request, response, ticket, typed: typedOf(request), intent, now: deps.clock() };
      await (intent === 'back' ? goBack(deps, posted) : answerForm(deps, posted));
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

type ShownAgain = Partial<Draft> & { ticket?: FormTicket };

async function showAgain(deps: NewRequestDependencies, posted: Posted, shown: ShownAgain): Promise<void> {
  const { ticket = posted.ticket, ...said } = shown;
  const draft = { ...draftOf(ticket, posted.typed, posted.now), ...said };
  toPage(deps, posted, `/new?${PAGE}=${await deps.drafts.keep(ticket.owner, draft)}`);
}

function problemIn(request: Request, text: string): Draft['problem'] {
  return { text, supportCode: contextOf(request).supportCode };
}

/** Shows the form or its review again, or asks the EHR if nothing speaks against it. */
async function answerForm(deps: NewRequestDependencies, posted: Posted): Promise<void> {
  const { request, ticket, typed, now } = posted;
  const { organization } = openLaunchOf(request);
  const { timeZone } = organization;
  const offer = offerOf(organization);
  const read = readNewRequest(typed, now, timeZone, offer);
  const mark = read.ok ? reviewMark(identifierOf(ticket.id, read.request), offer, timeZone, read.request) : undefined;
  const shown = await shownInstead(deps, posted, read, mark);
  const isReviewed = mark !== undefined && ticket.reviewed === mark;
  if (!shown) return askTheEhr(deps, posted, read.ok ? read.request : undefined, isReviewed);
  traceOf(request).discard();
  await showAgain(deps, posted, shown);
}

/** What is shown before the EHR is asked; undefined if it is asked now. @param mark of the typed request, if it is valid. */
async function shownInstead(
  deps: NewRequestDependencies,
  { request, ticket, typed, intent, now }: Posted,
  read: ReturnType<typeof readNewRequest>,
  mark: string | undefined,
): Promise<ShownAgain | undefined> {
  const { owner, id, corrects } = ticket;
  if (isExpired(ticket, now)) {
    await deps.drafts.discard(owner, (draft) => draft.id === id);
    return { ticket: { owner, ...newForm(now, corrects) }, problem: problemIn(request, EXPIRED), isAfterExpired: true };
  }
  if (intent === 'edit') return {};
  if (!read.ok && intent !== 'look') return { problems: read.problems };
  const isSent = stateOf(ticket, typed, await deps.deliveries.of(owner), now) === 'sent';
  // Nothing is sent that was not shown as a whole.
  const isDue = intent === 'review' || (intent !== 'look' && ticket.reviewed !== mark);
  return mark !== undefined && isDue && !isSent ? { ticket: { ...ticket, reviewed: mark }, isReview: true } : undefined;
}

/** @param typed undefined if it cannot be sent, but only looked for. */
async function askTheEhr(
  deps: NewRequestDependencies,
  posted: Posted,
  typed: NewRequest | undefined,
  isReviewed: boolean,
): Promise<void> {
  const { request, ticket, now } = posted;
  const trace = traceOf(request);
  const { launch, organization } = openLaunchOf(request);
  const send = () => sendInLaunch(deps, posted, typed, posted.intent === 'look');
  const asked = await trace.step('create', send, {}, createFacts);
  const { end, newlyFound } = asked;
  if (end.kind === 'changed' || end.kind === 'alike' || end.kind === 'elsewhere') trace.discard();
  const { facts } = contextOf(request);
  if ('answer' in end && end.answer)
    Object.assign(facts, { ehrStatus: end.answer.status, issueCodes: end.answer.issues });
  for (let found = 0; found < newlyFound; found += 1) recordVisit(deps.audit, request, launch, 'request-created');
  if (end.kind !== 'sent') {
    facts.pageProblem = end.kind === 'refused' ? end.failure : end.kind;
    const disclosed = 'disclosed' in end ? { disclosed: end.disclosed } : {};
    const changed = end.kind === 'original-changed' ? { corrects: end.now } : {};
    return showAgain(deps, posted, {
      ticket: { ...ticket, ...disclosed, ...changed },
      problem: problemIn(request, withHelpDesk(problemOf(end, now), organization)),
      isReview: isReviewed && end.kind !== 'chart-changed',
    });
  }
  const { corrects } = ticket;
  const replaced = asked.replaced && corrects && { id: corrects.id, what: corrects.what, end: asked.replaced };
  // This may run late, so what was typed into another form meanwhile must stay.
  if (typed) {
    const sent = sentOf({ ...deps, ...posted, replaced }, typed, asked);
    await storeSoon(deps, () => deps.drafts.noteSent(ticket.owner, ticket, sent));
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
