/** Keeps what was typed before anything is checked, so that nothing is lost when a post fails. */
import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import type { Clock } from '#src/adapters/clock.ts';
import { parseJson } from '#src/adapters/json-object.ts';
import { AppError } from '#src/errors.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { contextOf } from '#src/http/request-context.ts';
import { FORMS_KEPT } from '#views/kept-for.ts';
import type { Draft, DraftStore } from './draft-store.ts';
import { type FormTicket, mayKeep } from './form-ticket.ts';
import type { FormLimit } from './post-rate.ts';
import { OWN } from './service-questions.ts';
import { CHART_FIELDS, FIELDS, PICK, type TypedRequest } from './typed-request.ts';

const KEPT = `What you typed is kept for ${FORMS_KEPT.words}. When you open the app from this patient's chart, it takes you back to your request.`;
/** Room for a document that was pasted into a field by mistake: the form marks that field and loses nothing. */
const MOST_TYPED_BYTES = 330_000;
/** Fields that the form itself fills in; they do not show that the user has typed anything. */
const CHOSEN_FOR_YOU = ['priority', 'chart', 'filled', 'confirmed'];
/** More filled fields than any chart and any service offer in a form. */
const MOST_FILLED = 200;
const LONGEST_NAME = 200;

declare module '#src/http/request-context.ts' {
  interface RequestContext {
    /** Set by {@link keepTyped}, and by the page of a draft. */
    keptTyped?: FormTicket;
    /** The user pressed Send, and it failed before anything went to the EHR. */
    isUnsent?: boolean;
  }
}

/**
 * Keeps what was typed for the owner that the page's sealed ticket names, whatever the launch guard decides later. A
 * stolen ticket can at most fill in a form. @throws AppError 'request.too-many-forms', 'request.no-room' or
 * 'request.field-too-long'
 */
export function keepTyped(deps: { drafts: DraftStore; formLimit: FormLimit; clock: Clock }): RequestHandler {
  const { drafts, formLimit, clock } = deps;
  return async (request, _response, next) => {
    const ticket = await drafts.readTicket(fieldOf(request, 'ticket', 'sealed'));
    if (!ticket) return next();
    await formLimit.take(ticket.owner);
    const typed = typedOf(request);
    if (mayKeep(ticket, clock()) && hasContent(typed)) {
      const isLeftOpen = fieldOf(request, 'intent', 'choice') === 'closing' ? ({ isLeftOpen: true } as const) : {};
      await drafts.keep(ticket.owner, { ...draftOf(ticket, typed, clock()), ...isLeftOpen });
      contextOf(request).keptTyped = ticket;
    }
    next();
  };
}

/** Answers the post of a page that the user has left. It runs behind {@link keepTyped}. */
export const sayNothing: RequestHandler = (_request, response) => void response.status(204).end();

/** Says on the error page that nothing typed is lost; if the launch has ended, the next one leads to it. Runs last. */
export function sayKept({ drafts }: { drafts: DraftStore }): ErrorRequestHandler {
  return async (error: unknown, request, _response, next) => {
    const { keptTyped, isUnsent } = contextOf(request);
    if (!keptTyped || !(error instanceof AppError)) return next(error);
    const { code, status, message, cause, rule, seen, upstreamStatus, retryAfterSeconds } = error;
    if (error.shown !== undefined && !code.startsWith('scope.')) return next(error);
    // If this fails, the form is still on the list.
    // oxlint-disable-next-line no-promise-in-callback -- Express awaits its handlers, and this one has a callback besides
    if (status === 401) await drafts.leave(keptTyped.owner, keptTyped.id).catch(() => undefined);
    const shown = isUnsent === true ? `Nothing was sent now. ${KEPT}` : KEPT;
    next(new AppError(code, message, { cause, rule, seen, upstreamStatus, retryAfterSeconds, shown }));
  };
}

/** What a form holds now, with what its page has mentioned. */
export function draftOf(
  { id, issuedAt, corrects, disclosed, reviewed }: FormTicket,
  values: TypedRequest,
  now: Date,
): Draft {
  return { id, issuedAt, corrects, disclosed, reviewed, values, savedAt: now.toISOString() };
}

/** The fields as they arrived, untrusted, so that they are shown again whole. @throws 'request.field-too-long' */
export function typedOf(request: Request): TypedRequest {
  const typed = Object.fromEntries(
    [...FIELDS, ...ownIn(request)].map((name) => [name, fieldOf(request, name, 'document')]),
  );
  // What is longer than allowed is shown again with a mark, but not at any length.
  if (Buffer.byteLength(JSON.stringify(typed)) > MOST_TYPED_BYTES)
    throw new AppError('request.field-too-long', 'the fields of the form are too long together');
  return typed;
}

/** The names of ticked boxes and of a service's own fields; chart and services decide which of them are valid. */
function ownIn({ body }: Request): string[] {
  const fields = typeof body === 'object' && body !== null ? Object.entries(body) : [];
  return fields
    .filter(([name, value]) => (name.startsWith(PICK) || name.startsWith(OWN)) && value !== '')
    .map(([name]) => name)
    .filter((name) => name.length <= LONGEST_NAME)
    .slice(0, MOST_FILLED);
}

/** Whether the user has typed anything into the form. What the chart filled in, if unchanged, does not count. */
export function hasContent(typed: TypedRequest): boolean {
  const isOfTheChart = typed['filled'] === filledText(typed);
  return Object.entries(typed).some(
    ([name, text]) =>
      text.trim() !== '' &&
      !name.startsWith(PICK) &&
      !CHOSEN_FOR_YOU.includes(name) &&
      !(isOfTheChart && CHART_FIELDS.some((field) => field === name)),
  );
}

/** The fields that still hold what the form was opened with: the chart filled them in, unless it is a correction. */
export function asFilledIn(typed: TypedRequest): (typeof CHART_FIELDS)[number][] {
  const filled = parseJson(typed['filled'] ?? '');
  const texts: unknown[] = Array.isArray(filled) ? filled : [];
  return CHART_FIELDS.filter((name, index) => typed[name] && texts[index] === typed[name]);
}

/** The fields that the chart fills in, as one text for comparing a later form with what was filled in. */
export function filledText(typed: TypedRequest): string {
  return JSON.stringify(CHART_FIELDS.map((name) => typed[name] ?? ''));
}
