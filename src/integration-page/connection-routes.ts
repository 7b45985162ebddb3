/** The FHIR URL of a connection: saved, checked again, used in spite of a failure, or its draft deleted. */
import { readFhirUrl, type SaveOptions } from '#src/checks/save.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { wantsJson } from '#src/http/sessions/after-post.ts';
import { ask } from '#src/http/sessions/confirm.ts';
import { integrationPage } from '#views/integration-page/integration-page.ts';
import { integrationUrl, type PageExtras, pageProps } from './page-props.ts';
import {
  done,
  type Handler,
  type IntegrationDependencies,
  leadToPage,
  mayChange,
  refused,
  type Visit,
} from './page-visit.ts';
import { beginChecks, readRecord } from './stream.ts';

/** Shows the page with the result of the last post, or runs the checks that the post asked for. */
export const showPage: Handler = async (dependencies, visit) => {
  const { request, response, organization } = visit;
  const record = await readRecord(dependencies, organization);
  const { shown } = await dependencies.afterPost.read<PageExtras>(request);
  if (shown.run) return beginChecks(dependencies, visit, shown.run);
  response.type('html').send(integrationPage(pageProps(request, record, shown)));
};

export const saveUrl: Handler = (dependencies, visit) =>
  askForChecks(dependencies, visit, fieldOf(visit.request, 'fhirUrl', 'url'));

/** Checks the draft if there is one, otherwise the address in use. */
export const checkAgain: Handler = async (dependencies, visit) => {
  const draft = await dependencies.store.findDraft(visit.organization.id);
  await askForChecks(dependencies, visit, draft?.fhirUrl ?? visit.organization.fhirBaseUrl);
};

export const useAnyway: Handler = async (dependencies, visit) => {
  const draft = await dependencies.store.findDraft(visit.organization.id);
  const reason = fieldOf(visit.request, 'reason', 'reason').trim();
  if (!draft) return refused(dependencies, visit, 409, { problem: 'There is no draft any more.' });
  if (reason !== '') return askForChecks(dependencies, visit, draft.fhirUrl, { useAnyway: reason });
  return refused(dependencies, visit, 400, { reasonProblem: 'Enter a reason; it is kept in the audit trail.' });
};

/** Asks before {@link discardDraft}. */
export const askToDiscard: Handler = async (dependencies, visit) => {
  const { request, response, organization } = visit;
  const draft = await dependencies.store.findDraft(organization.id);
  if (!draft) return refused(dependencies, visit, 409, { problem: 'There is no draft any more.' });
  ask(request, response, {
    current: 'integration',
    question: 'Delete the draft',
    subject: draft.fhirUrl,
    effect: 'The address and the results of its checks are forgotten. What launches use now stays in use.',
    button: 'Delete the draft',
    backHref: integrationUrl(request, organization.id),
  });
};

export const discardDraft: Handler = async (dependencies, visit) => {
  await dependencies.store.saveDraft(visit.organization.id, undefined);
  await done(dependencies, visit, 'The draft was deleted.');
};

const IF_IT_PASSES =
  'The new values are checked first, and nothing changes if the checks fail. If they pass, they replace those in use.';

/** Leads to the page that starts the run and shows it; a reload does not start it again. */
export async function askForChecks(
  dependencies: IntegrationDependencies,
  visit: Visit,
  typed: string,
  options: SaveOptions = {},
): Promise<void> {
  const read = readFhirUrl(dependencies, visit.organization, typed);
  if (!read.ok) return refused(dependencies, visit, 400, { field: { value: read.kept, problem: read.problem } });
  const changes = { ...options.accept, fhirBaseUrl: read.url };
  const condition = options.useAnyway === undefined ? IF_IT_PASSES : '';
  if (!(await mayChange(dependencies, visit, changes, { condition }))) return;
  const run = { url: read.url, changes: read.changes, options };
  if (wantsJson(visit.request)) return beginChecks(dependencies, visit, run);
  return leadToPage(dependencies, visit, { kind: 'run', shown: { run } });
}
