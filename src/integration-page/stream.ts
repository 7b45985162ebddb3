/** A page that grows while the checks run: row by row in the order of a launch, without any script. */
import type { Response } from 'express';
import { withoutQuery } from '#src/adapters/database/index.ts';
import { checkIds } from '#src/checks/rows/catalogue.ts';
import type { CheckResult } from '#src/checks/rows/result.ts';
import { inLaunchOrder } from '#src/checks/run.ts';
import { type SaveAnswer, type SavedConnection, saveConnection } from '#src/checks/save.ts';
import type { Reader } from '#src/errors/row.ts';
import { AppError } from '#src/errors.ts';
import { contextOf } from '#src/http/request-context.ts';
import { adminOf } from '#src/http/sessions/admin-session.ts';
import type { Organization } from '#src/organizations/organization.ts';
import {
  integrationEnd,
  integrationStart,
  streamedFailure,
  streamedOutcome,
  streamedRow,
} from '#views/integration-page/integration-page.ts';
import { rowProps, runProps } from './results-view.ts';
import { type ConnectionRecord, type PageExtras, type PendingRun, pageProps } from './view.ts';
import { type IntegrationDependencies, refused, saverOf, type Visit } from './visit.ts';

const SAVED: Readonly<Record<SavedConnection['state'], string>> = {
  'in use': 'Saved. Every launch uses this address and what was found there.',
  'used anyway': 'Saved as you asked, although it failed. Every launch uses this address now.',
  draft: 'Not in use: the address is kept as a draft until it passes.',
  unchanged: 'This address is in use already; nothing was changed.',
};

/** Everything the page shows of an organization's connection. */
export async function readRecord(
  { store, checksStore, acceptedScopes }: IntegrationDependencies,
  organization: Organization,
): Promise<ConnectionRecord> {
  const { id } = organization;
  const [draft, run, scheduled, accepted] = await Promise.all([
    store.findDraft(id),
    checksStore.latest(id),
    checksStore.latestScheduled(id),
    acceptedScopes(id),
  ]);
  return { organization, draft, run, scheduled, accepted };
}

/**
 * Begins checks that a form of this session asked for. The form's outcome was taken, not read, so a reload finds the run
 * on record and asks nothing of the EHR.
 */
export async function beginChecks(
  dependencies: IntegrationDependencies,
  visit: Visit,
  { url, changes, options }: PendingRun,
): Promise<void> {
  const { request, organization } = visit;
  const answer = await saveConnection(dependencies, organization.id, url, saverOf(request), options);
  if (answer.ok) return streamChecks(dependencies, visit, { ...answer, changes: [...changes] });
  return refused(dependencies, visit, 400, { field: { value: answer.kept, problem: answer.problem } });
}

/**
 * Sends the page while the checks run. A visitor who leaves early does not stop them: their results are saved.
 *
 * When the run cannot be stored, part of the page has been sent: a row says so, the page is completed, and the log has
 * the cause.
 */
async function streamChecks(
  dependencies: IntegrationDependencies,
  { request, response, organization }: Visit,
  { url, changes, running, outcome }: Extract<SaveAnswer, { ok: true }>,
): Promise<void> {
  // Watched from the start, so that an early failure is not an unhandled one.
  const settled = outcome.then(
    (saved) => ({ saved }),
    (error: unknown) => ({ error }),
  );
  // The old draft is about to be replaced or dropped; until then nothing is said about it.
  const checking = { ...(await readRecord(dependencies, organization)), draft: undefined };
  const propsOf = (record: ConnectionRecord, extras: PageExtras = {}) =>
    pageProps(request, record, extras, dependencies.config);
  const before = propsOf(checking, { field: { value: url, changes } });
  response.type('html');
  // For proxies that would hold the rows back until the end.
  response.setHeader('X-Accel-Buffering', 'no');
  response.write(integrationStart(before));
  const reader = adminOf(request).role;
  const lastGroup = await streamRows(response, inLaunchOrder(running, checkIds), reader);
  const result = await settled;
  if ('error' in result) {
    const { facts, supportCode } = contextOf(request);
    // The status has been sent, so the error handler could only cut the page off.
    facts.errorCode = result.error instanceof AppError ? result.error.code : 'store.unavailable';
    facts.error = withoutQuery(result.error);
    response.write(streamedFailure(rowProps(notStored(supportCode), reader), lastGroup));
    return void response.end(integrationEnd(before));
  }
  const { run, organization: after, state } = result.saved;
  const props = propsOf(await readRecord(dependencies, after));
  response.write(streamedOutcome(runProps(run, reader), props.connection, SAVED[state]));
  response.end(integrationEnd(props));
}

/** @returns the group of the last row. */
async function streamRows(
  response: Response,
  rows: AsyncIterable<CheckResult>,
  reader: Reader,
): Promise<string | undefined> {
  let group: string | undefined;
  for await (const row of rows) {
    response.write(streamedRow(rowProps(row, reader), group));
    group = row.group;
  }
  return group;
}

function notStored(supportCode: string): CheckResult {
  return {
    id: 'not-stored',
    title: 'The results of these checks were not stored',
    group: 'This app',
    verdict: 'failure',
    found: 'the database did not store the results',
    why: 'An address is used only when its checks are on record.',
    owner: 'VectorCare',
    remedy: `Open this page again in a moment to see which address is in use. If it happens again, give support code ${supportCode} to the operator of this service.`,
  };
}
