/** `/settings/clinicians`: administrators issue codes, confirm waiting users and undo associations of their organization. */
import { type Request, type RequestHandler, Router } from 'express';
import { storedText } from '#src/adapters/stored-text.ts';
import { AppError } from '#src/errors.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { pathPartOf } from '#src/http/request-values.ts';
import { ask } from '#src/http/sessions/confirm.ts';
import { actorOf } from '#src/http/sessions/signed-in-user.ts';
import { chooseOrganization } from '#src/http/sessions/visible-organization.ts';
import { withOrganization } from '#src/integration-page/own-organization.ts';
import type { Conflict } from './clinician.ts';
import type { ActingOn } from './clinician-actions.ts';
import { addClinician, confirm, forget, issueCode, refuse, setDisabled, unlink } from './clinician-actions.ts';
import type { CliniciansPageDependencies, Posted } from './clinicians-page-props.ts';
import { CLINICIANS, cliniciansUrl, showClinicians } from './clinicians-page-props.ts';
import { findPerson } from './people-search.ts';
import { timelineRoute } from './timeline-route.ts';

/** The outcome of a form; undefined when it succeeded and the page itself shows the change. */
type Outcome = { status: number; shown: Posted } | undefined;
type Act = (deps: CliniciansPageDependencies, acting: ActingOn, request: Request) => Promise<Outcome>;

const LONGEST_NAME = 120;
const CONFLICTS: Readonly<Record<Conflict, string>> = {
  'clinician-taken':
    'Nothing was changed: this clinician is linked to another EHR user. Undo that association first if it is the same person.',
  'identity-taken': 'Nothing was changed: this EHR user is linked to a clinician already.',
};

/** Mount behind requireSignIn, which also checks the forms. */
export function clinicianRoutes(deps: CliniciansPageDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const post = (path: string, act: Act) => router.post(path, answer(deps, act));
  const change = (path: string, part: 'id' | 'reference', act: typeof unlink) =>
    post(path, async (_deps, acting, request) => changed(await act(deps, acting, pathPartOf(request, part))));
  router.get(
    '/',
    chooseOrganization(deps.store, { title: 'Clinicians', current: 'clinicians', path: CLINICIANS }),
    withOrganization(deps, async (request, response, organization) => {
      response.type('html').send(await showClinicians(deps, request, organization));
    }),
  );
  router.get('/:key/timeline', timelineRoute(deps));
  post('/', add);
  for (const verb of ['refuse', 'forget'] as const) router.get(`/waiting/:key/${verb}`, question(deps, verb));
  for (const verb of ['code', 'unlink', 'disable'] as const) router.get(`/:key/${verb}`, question(deps, verb));
  post('/waiting/:reference/confirm', confirmWaiting);
  change('/waiting/:reference/refuse', 'reference', refuse);
  change('/waiting/:reference/forget', 'reference', forget);
  post('/:id/code', newCode);
  change('/:id/unlink', 'id', unlink);
  change('/:id/disable', 'id', (...clinician) => setDisabled(...clinician, true));
  change('/:id/enable', 'id', (...clinician) => setDisabled(...clinician, false));
  return router;
}

const QUESTIONS = {
  refuse: {
    question: 'Refuse',
    effect: 'They see at once that they are not admitted. You can still confirm them later.',
  },
  forget: {
    question: 'Forget',
    effect: 'The user is deleted here as if they had never launched. Their next launch counts as a first launch.',
  },
  code: {
    question: 'Give a new one-time code to',
    effect: 'The code that was given before stops working.',
    button: 'Give a new one-time code',
  },
  unlink: {
    question: 'Undo the association of',
    effect: 'Open launches of this EHR user end within two seconds. The next launch counts as a first launch.',
    button: 'Undo association',
  },
  disable: {
    question: 'Disable',
    effect: 'Open launches end, and new ones are refused until you enable the clinician again. The association stays.',
  },
} as const;

function question(deps: CliniciansPageDependencies, verb: keyof typeof QUESTIONS): RequestHandler {
  return withOrganization(deps, async (request, response, { id }) => {
    const person = await findPerson(deps, id, pathPartOf(request, 'key'));
    if (!person) throw new AppError('request.not-found', 'no such clinician or user');
    const { key, name = 'Name not known' } = person;
    const subject = verb === 'refuse' || verb === 'forget' ? `${name} (${key})` : name;
    const backHref = cliniciansUrl(request, id);
    ask(request, response, { ...QUESTIONS[verb], current: 'clinicians', subject, backHref });
  });
}

/** Leads to the page, which shows a code once and a refusal at each reload. */
function answer(deps: CliniciansPageDependencies, act: Act): RequestHandler {
  return withOrganization(deps, async (request, response, { id }) => {
    const outcome = await act(deps, { organizationId: id, ...actorOf(request) }, request);
    // The change takes effect here at once, in other instances within two seconds.
    await deps.directory.refresh(id);
    const page = cliniciansUrl(request, id);
    if (!outcome) return response.redirect(303, page);
    const kind = outcome.shown.issued ? 'secret' : 'form';
    await deps.afterPost.answer(request, response, page, { kind, ...outcome });
  });
}

function refused(status: 400 | 409, shown: Posted): Outcome {
  return { status, shown };
}

function changed(isDone: boolean): Outcome {
  return isDone ? undefined : refused(409, { problem: 'Nothing was changed: another administrator was faster.' });
}

async function add(...[deps, acting, request]: Parameters<Act>): Promise<Outcome> {
  const name = nameOf(request);
  if (name === undefined) {
    const typedName = fieldOf(request, 'name', 'name');
    return refused(400, { nameProblem: `Enter a name of at most ${LONGEST_NAME} characters.`, typedName });
  }
  const { code } = await addClinician(deps, acting, name);
  return { status: 201, shown: { issued: { name, code } } };
}

async function newCode(...[deps, acting, request]: Parameters<Act>): Promise<Outcome> {
  const done = await issueCode(deps, acting, pathPartOf(request, 'id'));
  if (done === 'not-found') throw new AppError('request.not-found', 'no such clinician');
  if (done === 'clinician-taken') return refused(409, { problem: CONFLICTS[done] });
  return { status: 200, shown: { issued: { name: undefined, ...done } } };
}

/** Confirms as the chosen clinician, or as a new one with the typed name. */
async function confirmWaiting(...[deps, acting, request]: Parameters<Act>): Promise<Outcome> {
  const clinicianId = fieldOf(request, 'clinician', 'id');
  const name = nameOf(request);
  if (clinicianId === '' && name === undefined) {
    const problem = `Type a name of at most ${LONGEST_NAME} characters for a new clinician, or choose an existing one.`;
    return refused(400, { problem });
  }
  const as = clinicianId === '' ? { name: name ?? '' } : { clinicianId };
  const { kind } = await confirm(deps, acting, pathPartOf(request, 'reference'), as);
  if (kind === 'not-found') throw new AppError('request.not-found', 'no such waiting user or clinician');
  return kind === 'linked' ? undefined : refused(409, { problem: CONFLICTS[kind] });
}

/** The typed name; undefined when it is empty or longer than the page's field. */
function nameOf(request: Request): string | undefined {
  const name = storedText(fieldOf(request, 'name', 'name').trim());
  return name.length > LONGEST_NAME ? undefined : name || undefined;
}
