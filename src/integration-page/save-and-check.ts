/** Streams the page while the checks run, without any script. */
import { withoutQuery } from '#src/adapters/database/index.ts';
import { type SaveAnswer, type SavedConnection, saveConnection } from '#src/checks/save.ts';
import { AppError } from '#src/errors.ts';
import { contextOf } from '#src/http/request-context.ts';
import { actorOf, adminOf } from '#src/http/sessions/signed-in-user.ts';
import type { Organization } from '#src/organizations/organization.ts';
import {
  CHECKED,
  integrationEnd,
  integrationFailure,
  integrationStart,
} from '#views/integration-page/integration-page.ts';
import { type ConnectionRecord, type PendingRun, pageProps } from './page-props.ts';
import { type IntegrationDependencies, refused, type Visit } from './page-visit.ts';

const SAVED: Readonly<Record<SavedConnection['state'], string>> = {
  'in use': 'Saved. Every launch uses this address and what was found there.',
  'used anyway': 'Saved as you asked, although its checks failed. Every launch uses this address now.',
  draft: 'This address is not in use. It stays a draft until it passes the checks.',
  unchanged: 'This address is in use already. Nothing was changed.',
};

/** Everything the page shows of an organization's connection. */
export async function readRecord(
  { store, checksStore, acceptedScopes, launchesSeen }: IntegrationDependencies,
  organization: Organization,
): Promise<ConnectionRecord> {
  const { id } = organization;
  const [draft, run, accepted, launches] = await Promise.all([
    store.findDraft(id),
    checksStore.latest(id),
    acceptedScopes(id),
    launchesSeen(organization),
  ]);
  return { organization, draft, run, accepted, launches };
}

/** Starts the checks that a form requested. Its outcome is taken once, so a reload shows the stored run. */
export async function beginChecks(visit: Visit, { url, corrections, options }: PendingRun): Promise<void> {
  const { request, organization } = visit;
  const deps = { ...visit.deps, isStillSignedIn: contextOf(request).isStillSignedIn };
  const saver = { name: adminOf(request).email, ...actorOf(request) };
  const answer = await saveConnection(deps, organization.id, url, saver, options);
  if (answer.ok) return streamChecks(visit, { ...answer, corrections: [...corrections] });
  return refused(visit, 400, { field: { value: answer.kept, problem: answer.problem } });
}

/** A mark for each answer, then the summary and the rows. A visitor who leaves does not stop the checks. */
async function streamChecks(
  { deps, request, response, organization }: Visit,
  { url, corrections, running, outcome }: Extract<SaveAnswer, { ok: true }>,
): Promise<void> {
  // The handlers are set at once, so that an early failure is not an unhandled rejection.
  const settled = outcome.then(
    (saved) => ({ saved }),
    (error: unknown) => ({ error }),
  );
  const field = { value: url, corrections };
  response.type('html');
  // For proxies that would hold the page back until the end.
  response.setHeader('X-Accel-Buffering', 'no');
  response.write(integrationStart(pageProps(request, await readRecord(deps, organization), { field })));
  await Promise.all(running.rows.map((row) => row.then(() => response.write(CHECKED))));
  const result = await settled;
  if ('error' in result) {
    const { facts, supportCode } = contextOf(request);
    // The status has been sent, so the error handler could only cut the page off.
    facts.errorCode = result.error instanceof AppError ? result.error.code : 'store.unavailable';
    facts.error = withoutQuery(result.error);
    return void response.end(integrationFailure(notStored(supportCode)));
  }
  const { organization: after, state } = result.saved;
  const props = pageProps(request, await readRecord(deps, after), { field });
  response.end(integrationEnd(props, SAVED[state]));
}

function notStored(supportCode: string): string {
  return `The results of these checks were not stored, so nothing has changed. Open this page again in a moment to see which address is in use. If it happens again, give support code ${supportCode} to the operator of this service.`;
}
