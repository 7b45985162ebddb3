/** A page that grows while the checks run: row by row in the order of a launch, without any script. */
import type { Request, Response } from 'express';
import { withoutQuery } from '#src/adapters/database/index.ts';
import { checkIds } from '#src/checks/rows/catalogue.ts';
import type { CheckResult } from '#src/checks/rows/result.ts';
import { inLaunchOrder } from '#src/checks/run.ts';
import {
  type SaveAnswer,
  type SaveDependencies,
  type SavedConnection,
  type Saver,
  saveConnection,
} from '#src/checks/save.ts';
import type { Config } from '#src/config/index.ts';
import { AppError } from '#src/errors.ts';
import { factsOf } from '#src/http/request-log.ts';
import { adminOf } from '#src/http/sessions/admin-session.ts';
import type { AfterPost } from '#src/http/sessions/after-post.ts';
import type { Organization } from '#src/organizations/organization.ts';
import {
  integrationEnd,
  integrationStart,
  streamedFailure,
  streamedOutcome,
  streamedRow,
} from '#views/integration-page/integration-page.ts';
import {
  type ConnectionRecord,
  connectionProps,
  headProps,
  integrationUrl,
  type PageExtras,
  type PendingRun,
  runProps,
  tailProps,
} from './view.ts';

export interface StreamDependencies extends SaveDependencies {
  config: Pick<Config, 'publicUrl' | 'appName'>;
  afterPost: AfterPost;
}

const SAVED: Readonly<Record<SavedConnection['state'], string>> = {
  'in use': 'Saved. Every launch uses this address and what was found there.',
  'used anyway': 'Saved as you asked, although it failed. Every launch uses this address now.',
  draft: 'Not in use: the address is kept as a draft until it passes.',
  unchanged: 'This address is in use already; nothing was changed.',
};

/** Everything the page shows of an organization's connection. */
export async function readRecord(
  { store, checksStore, clock }: Pick<StreamDependencies, 'store' | 'checksStore' | 'clock'>,
  organization: Organization,
): Promise<ConnectionRecord> {
  const [draft, run, scheduled] = await Promise.all([
    store.findDraft(organization.id),
    checksStore.latest(organization.id),
    checksStore.latestScheduled(organization.id),
  ]);
  return { organization, draft, run, scheduled, readAt: clock() };
}

/**
 * Begins checks that a form of this session asked for. The form's outcome was taken, not read, so a reload finds the run
 * on record and asks nothing of the EHR.
 */
export async function beginChecks(
  dependencies: StreamDependencies,
  request: Request,
  response: Response,
  organization: Organization,
  { url, told, options }: PendingRun,
): Promise<void> {
  const answer = await saveConnection(dependencies, organization.id, url, saverOf(request), options);
  if (answer.ok) return streamChecks(dependencies, request, response, organization, { ...answer, told: [...told] });
  const shown: PageExtras = { field: { value: answer.kept, problem: answer.problem } };
  const outcome = { kind: 'form', status: 400, shown } as const;
  await dependencies.afterPost.answer(request, response, integrationUrl(request, organization.id), outcome);
}

/** Who acts, for the run and for the audit trail. */
export function saverOf(request: Request): Saver {
  const { userId, email } = adminOf(request);
  return { name: email, actor: { userId }, ...(request.ip === undefined ? {} : { address: request.ip }) };
}

/**
 * Sends the page as the checks go. A visitor who leaves early does not stop them: what they found is saved.
 *
 * Part of the page is out when the run cannot be stored: a row says so, the page is ended, and the log has the cause.
 */
async function streamChecks(
  dependencies: StreamDependencies,
  request: Request,
  response: Response,
  organization: Organization,
  { url, told, running, outcome }: Extract<SaveAnswer, { ok: true }>,
): Promise<void> {
  // Watched from the start, so that an early failure is not an unhandled one.
  const settled = outcome.then(
    (saved) => ({ saved }),
    (error: unknown) => ({ error }),
  );
  const before = await readRecord(dependencies, organization);
  // The old draft is about to be replaced or dropped; until then nothing is said about it.
  const checking = { ...before, draft: undefined };
  const field = { value: url, told };
  response.type('html');
  // For proxies that would hold the rows back until the end.
  response.setHeader('X-Accel-Buffering', 'no');
  response.write(integrationStart(headProps(request, checking, { field })));
  let group: string | undefined;
  for await (const row of inLaunchOrder(running, checkIds)) {
    response.write(streamedRow(row, group));
    group = row.group;
  }
  const result = await settled;
  if ('error' in result) {
    noteFailure(request, result.error);
    response.write(streamedFailure(notStored(factsOf(request).supportCode), group));
    response.end(integrationEnd(tailProps(request, checking, {}, dependencies.config)));
    return;
  }
  const { saved } = result;
  const record = await readRecord(dependencies, saved.organization);
  response.write(streamedOutcome(runProps(saved.run), connectionProps(request, record, {}), SAVED[saved.state]));
  response.end(integrationEnd(tailProps(request, record, {}, dependencies.config)));
}

/** The status is out already, so the error handler could do no more than tear the page off. */
function noteFailure(request: Request, error: unknown): void {
  const facts = factsOf(request);
  facts.errorCode = error instanceof AppError ? error.code : 'store.unavailable';
  facts.error = withoutQuery(error);
}

function notStored(supportCode: string): CheckResult {
  return {
    id: 'not-stored',
    title: 'These checks could not be kept',
    group: 'This app',
    verdict: 'failure',
    found: 'what was found could not be stored',
    why: 'An address is taken into use only when its checks are on record.',
    owner: 'us',
    mend: `Open this page again in a moment to see which address is in use. If it happens again, give support code ${supportCode} to the operator of this service.`,
  };
}
