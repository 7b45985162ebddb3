/** Steps 1 and 2 of a connection: its FHIR URL with a draft, if there is one, and the pages that may frame the app. */
import { readFhirUrl, type SaveOptions } from '#src/checks/save.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { wantsJson } from '#src/http/sessions/after-post.ts';
import { ask } from '#src/http/sessions/confirm.ts';
import { actorOf } from '#src/http/sessions/signed-in-user.ts';
import { editOrganization } from '#src/organizations/edit.ts';
import { refusedForm } from '#src/settings/form.ts';
import { integrationPage } from '#views/integration-page/integration-page.ts';
import { isSettled } from './ask-before-end.ts';
import { integrationUrl, type PageExtras, pageProps } from './page-props.ts';
import { done, type Handler, leadToPage, mayChange, refused, type Visit } from './page-visit.ts';
import { beginChecks, readRecord } from './save-and-check.ts';

/** Shows the page with the result of the last post, or runs the checks that the post asked for. */
export const showPage: Handler = async (visit) => {
  const { request, response, organization } = visit;
  const record = await readRecord(visit.deps, organization);
  const { shown } = await visit.deps.afterPost.read<PageExtras>(request);
  if (shown.run) return beginChecks(visit, shown.run);
  response.type('html').send(integrationPage(pageProps(request, record, shown)));
};

export const saveUrl: Handler = (visit) =>
  askForChecks(visit, fieldOf(visit.request, 'fhirUrl', 'url'), { draft: fieldOf(visit.request, 'draft', 'choice') });

/** Checks the draft that the form names, otherwise the address in use: a draft that passes is put in use. */
export const checkAgain: Handler = async (visit) => {
  if (fieldOf(visit.request, 'draft', 'choice') === '')
    return askForChecks(visit, visit.organization.fhirBaseUrl, { draft: '' });
  const draft = await shownDraft(visit);
  if (!draft) return refused(visit, 409, { problem: OTHER_DRAFT });
  return askForChecks(visit, draft.fhirUrl, { draft: draft.at });
};

const OTHER_DRAFT = 'Nothing was changed: the draft that you saw has been replaced or deleted.';

/** The draft that the form’s page showed: a click on an old page is not about a draft that has replaced it. */
async function shownDraft({ deps, organization, request }: Visit) {
  const draft = await deps.store.findDraft(organization.id);
  return draft?.at === fieldOf(request, 'draft', 'choice') ? draft : undefined;
}

export const useAnyway: Handler = async (visit) => {
  const draft = await shownDraft(visit);
  const reason = fieldOf(visit.request, 'reason', 'reason').trim();
  if (!draft) return refused(visit, 409, { problem: OTHER_DRAFT });
  if (reason !== '') return askForChecks(visit, draft.fhirUrl, { useAnyway: reason, draft: draft.at });
  return refused(visit, 400, { reasonProblem: 'Enter a reason; it is kept in the audit trail.' });
};

export const askToDiscard: Handler = async (visit) => {
  const { request, response, organization } = visit;
  const draft = await visit.deps.store.findDraft(organization.id);
  if (!draft) return refused(visit, 409, { problem: 'There is no draft any more.' });
  const question = {
    current: 'integration',
    question: 'Delete the draft',
    subject: draft.fhirUrl,
    effect: 'The address and the results of its checks are deleted. What launches use now stays in use.',
    backHref: integrationUrl(request, organization.id),
  } as const;
  ask(request, response, question, { draft: draft.at });
};

export const discardDraft: Handler = async (visit) => {
  const draft = await shownDraft(visit);
  if (!draft) return refused(visit, 409, { problem: OTHER_DRAFT });
  await visit.deps.store.dropDraft(visit.organization.id, draft);
  await done(visit, 'The draft was deleted.');
};

const IF_IT_PASSES =
  'The new values are checked first, and nothing changes if the checks fail. If they pass, they replace the values in use.';

/** Leads to the page that starts the run and shows it; a reload does not start it again. */
export async function askForChecks(visit: Visit, typed: string, options: SaveOptions = {}): Promise<void> {
  const read = readFhirUrl(visit.deps, visit.organization, typed);
  if (!read.ok) return refused(visit, 400, { field: { value: read.kept, problem: read.problem } });
  const changes = { ...options.accept, fhirBaseUrl: read.url };
  const condition = options.useAnyway === undefined ? IF_IT_PASSES : '';
  if (!(await mayChange(visit, changes, { condition }))) return;
  const run = { url: read.url, corrections: read.corrections, options };
  if (wantsJson(visit.request)) return beginChecks(visit, run);
  return leadToPage(visit, { kind: 'run', shown: { run } });
}

const FIELD = 'frameAncestors';
const TAKE_OUT = {
  current: 'integration',
  question: 'No longer show the app in pages of',
  effect: 'Users who open the app there see an empty frame, until the address is entered again.',
  button: 'Remove the address',
} as const;
const NONE = 'Saved: no page may show the app in a frame. It opens only in a window of its own.';

/** A page's address as it is pasted: without its path, and with https where no scheme is typed. Anything else stays for the schema to refuse. */
function originOf(entry: string): string {
  const text = /^[\w-]+(?:\.[\w-]+)+(?:[:/]|$)/.test(entry) ? `https://${entry}` : entry;
  const url = URL.parse(text);
  return url && /^https?:$/.test(url.protocol) && url.username === '' ? url.origin : entry;
}

/** Saves the list as typed, or adds one proposal to the saved list; the schema judges both. */
export const saveFrame: Handler = async (visit) => {
  const { organization, request, response } = visit;
  const added = fieldOf(request, 'add', 'url').trim();
  const typed = fieldOf(request, FIELD, 'list').trim();
  const entries = typed.split(/[\s,]+/).filter(Boolean);
  const values = added === '' ? [...new Set(entries.map(originOf))] : [...organization.frameAncestors, added];
  const gone = organization.frameAncestors.filter((one) => !values.includes(one));
  if (gone.length > 0 && !isSettled(request)) {
    const backHref = integrationUrl(request, organization.id);
    const fields = { [FIELD]: values.join('\n'), agreed: 'true' };
    return ask(request, response, { ...TAKE_OUT, subject: gone.join(', '), backHref }, fields);
  }
  const result = await editOrganization(visit.deps, organization.id, { [FIELD]: values }, actorOf(request));
  if (result.ok) {
    const isShortened = added === '' && entries.some((entry) => !values.includes(entry));
    const understood = isShortened ? ` What you typed was understood as ${values.join(', ')}.` : '';
    const saved = values.length === 0 ? NONE : `Saved: these pages may show the app in a frame.${understood}`;
    return done(visit, saved);
  }
  const { problems } = refusedForm({ values: {} }, result.problems);
  const problem = problems[FIELD] ?? Object.values(problems).join('; ');
  return refused(visit, 400, { frame: { typed: values.join('\n'), problem } });
};
