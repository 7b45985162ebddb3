/** Renders every failure as one page, or as JSON (ER-01..03). */
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { isDatabaseAway } from '#src/adapters/database/index.ts';
import { withWait } from '#src/adapters/wait-text.ts';
import { ruleRows } from '#src/errors/rules/table.ts';
import { AppError, type Audience, describeError, type ErrorCode, errorRows } from '#src/errors.ts';
import { errorPage } from '#views/error-page.ts';
import { isFramed } from './framed.ts';
import { contextOf, type RequestContext } from './request-context.ts';
import { headerOf } from './request-values.ts';
import { allowAnyFrame, isFrameable } from './security-headers.ts';

export const notFound: RequestHandler = () => {
  throw new AppError('request.not-found', 'no route');
};

/** For routes that exist with other methods. */
export function onlyMethods(...methods: string[]): RequestHandler {
  return (request, response) => {
    response.setHeader('Allow', methods.join(', '));
    throw new AppError('request.method', `${request.method} is not allowed here`);
  };
}

/** Turns any thrown value into a status, a page or JSON, and facts for the log line. */
export const errorHandler: ErrorRequestHandler = (thrown: unknown, request, response, _next) => {
  const error = toAppError(thrown);
  const context = contextOf(request);
  Object.assign(context.facts, { errorCode: error.code, error: thrown });
  // Part of the page was sent: an abrupt end shows the browser that it is incomplete.
  if (response.headersSent) return void response.destroy();
  sendError(request, response, error, context);
};

function sendError(request: Request, response: Response, error: AppError, context: RequestContext): void {
  const { supportCode, startAgain, helpDesk, themeUrl } = context;
  const audience = audienceOf(request, startAgain);
  // In a frame of an EHR that we cannot tell, no page would be shown but the browser's own "refused to connect".
  const isOfChart = audience === 'chart' && !request.path.startsWith('/smart/standalone');
  const isBare = isOfChart && isFramed(request) === true && !isFrameable(response);
  if (isBare) allowAnyFrame(response);
  const reloadable = !isBare && isReloadable(request, error);
  const { status, title, help: usual } = describeError(error.code, audience, error.rule, helpDesk?.name, reloadable);
  const help = withWait(usual, error.retryAfterSeconds);
  response.status(status).setHeader('Cache-Control', 'no-store');
  response.vary('Accept');
  if (error.retryAfterSeconds !== undefined) response.setHeader('Retry-After', String(error.retryAfterSeconds));
  if (isStyleSheet(request)) return void response.type('css').end();
  if (request.accepts(['html', 'json']) === 'json') {
    response.json({ error: error.code, title, help, ...(error.shown ? { shown: error.shown } : {}), supportCode });
    return;
  }
  const backTo = reloadable || isBare ? undefined : listBehind(request, error.code);
  const isLeft = !reloadable && backTo === undefined && errorRows[error.code].canStartAgain !== false;
  const startAgainAt = isLeft ? startAgain : undefined;
  const isDone = error.code === 'session.signed-out';
  // Without Sec-Fetch-Dest the page may be in the EHR's frame.
  const isInChart = audience === 'chart' && isFramed(request) !== false;
  const toCall = isDone || audience === 'settings' ? undefined : (helpDesk ?? ('not set' as const));
  // Scope names are shown only in the launch inspector. Where a form was kept, `shown` says that instead.
  const isOfScopes = error.code.startsWith('scope.') && contextOf(request).keptTyped === undefined;
  const shown = isOfScopes ? undefined : error.shown;
  const about = { title, help, shown, supportCode, helpDesk: toCall, isBare, isInChart, themeUrl };
  // A button that is pressed at once contradicts "in an hour".
  const hasButton = reloadable && (error.retryAfterSeconds ?? 0) <= LONGEST_WAIT_AT_PAGE;
  response.type('html').send(errorPage({ ...about, reloadable: hasButton, backTo, isDone, startAgain: startAgainAt }));
}

/** Seconds for which a user may wait at the page itself. */
const LONGEST_WAIT_AT_PAGE = 600;

function audienceOf({ path }: Request, startAgain: string | undefined): Audience {
  if (/^\/(?:settings|sign-in|sign-out|guide|reports)(?:\/|$)/.test(path)) return 'settings';
  return startAgain === undefined ? 'chart' : 'standalone';
}

/** Launch and callback addresses work once, so by default only the pages behind them can be reloaded. */
function isReloadable({ method, path }: Request, { code, rule }: AppError): boolean {
  const { canReload, status } = errorRows[code];
  if (rule !== undefined && ruleRows[rule].again) return false;
  return method === 'GET' && (canReload ?? (path.startsWith('/launches/') && status >= 500));
}

/** The list page, when an action failed or a page is missing, but the launch stays open. */
function listBehind(request: Request, code: ErrorCode): string | undefined {
  const { status } = errorRows[code];
  const isOver = status === 401 || code === 'patient.mismatch';
  const launchId = /^\/launches\/([\w-]+)\//.exec(request.path)?.[1];
  const leadsOn = request.method === 'POST' || status === 404;
  return leadsOn && !isOver && launchId !== undefined ? `/launches/${launchId}/requests` : undefined;
}

/** Is a style sheet asked for? Its error is an empty one, because no user would see a page there. */
function isStyleSheet(request: Request): boolean {
  const destination = headerOf(request, 'sec-fetch-dest');
  return destination === undefined ? request.path.endsWith('.css') : destination === 'style';
}

function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (isDatabaseAway(thrown))
    return new AppError('store.unavailable', 'the database does not answer', { cause: thrown });
  const status = thrown instanceof Error && 'status' in thrown ? thrown.status : undefined;
  if (status === 413) return new AppError('request.too-large', 'the body is too large');
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new AppError('request.bad', 'the request is malformed');
  return new AppError('server.unexpected', 'unexpected', { cause: thrown });
}
