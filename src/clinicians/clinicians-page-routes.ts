/** `/settings/clinicians`: administrators issue codes, confirm waiting users and undo associations of their organization. */
import { type Request, type RequestHandler, Router } from 'express';
import { storedText } from '#src/adapters/stored-text.ts';
import { AppError } from '#src/errors.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { pathPartOf, queryOf } from '#src/http/request-values.ts';
import { actorOf, adminCsrfToken, adminOf } from '#src/http/sessions/admin-session.ts';
import type { AfterPost } from '#src/http/sessions/after-post.ts';
import { type Step, withOrganization } from '#src/integration-page/own-organization.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { OrganizationStore } from '#src/organizations/store.ts';
import { cliniciansChoice } from '#views/settings/clinicians-page.ts';
import type { CliniciansDependencies } from './clinician.ts';
import {
  type ActingOn,
  addClinician,
  confirm,
  forget,
  issueCode,
  refuse,
  setDisabled,
  unlink,
} from './clinician-actions.ts';
import { cliniciansUrl, type Posted, showClinicians } from './clinicians-page-view.ts';

/** What the routes need. */
export interface ClinicianRouteDependencies extends CliniciansDependencies {
  store: OrganizationStore;
  afterPost: AfterPost;
}

const LONGEST_NAME = 120;
const LINKED_ALREADY =
  'Nothing was changed: this clinician is linked to another EHR user. Undo that association first if it is the same person.';

/** Mount behind requireSignIn, which also checks the forms. */
export function clinicianRoutes(deps: ClinicianRouteDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const on = (step: Step): RequestHandler => withOrganization(deps, step);
  router.get('/', choose(deps), on(show(deps)));
  router.post('/', on(add(deps)));
  router.post('/waiting/:reference/confirm', on(confirmWaiting(deps)));
  router.post(
    '/waiting/:reference/refuse',
    on(changed(deps, (acting, { reference }) => refuse(deps, acting, reference))),
  );
  router.post(
    '/waiting/:reference/forget',
    on(changed(deps, (acting, { reference }) => forget(deps, acting, reference))),
  );
  router.post('/:id/code', on(newCode(deps)));
  router.post('/:id/unlink', on(changed(deps, (acting, { id }) => unlink(deps, acting, id))));
  router.post('/:id/disable', on(changed(deps, (acting, { id }) => setDisabled(deps, acting, id, true))));
  router.post('/:id/enable', on(changed(deps, (acting, { id }) => setDisabled(deps, acting, id, false))));
  return router;
}

function choose({ store }: ClinicianRouteDependencies): RequestHandler {
  return async (request, response, next) => {
    const identity = adminOf(request);
    if (identity.role !== 'operator' || queryOf(request).has('organization')) return next();
    const admin = { identity, csrfToken: adminCsrfToken(request) };
    response.type('html').send(cliniciansChoice(admin, await store.list()));
  };
}

function show(deps: ClinicianRouteDependencies): Step {
  return async (request, response, organization) => {
    response.type('html').send(await showClinicians(deps, request, organization));
  };
}

/** Nothing was changed: the page says why. */
function refused({ afterPost }: ClinicianRouteDependencies, status: 400 | 409, shown: Posted): Step {
  return (request, response, { id }) =>
    afterPost.answer(request, response, cliniciansUrl(request, id), { kind: 'form', status, shown });
}

/** The code is on the page after this, once; the database keeps its hash. */
function issued({ afterPost }: ClinicianRouteDependencies, status: 200 | 201, code: Posted['issued']): Step {
  return (request, response, { id }) =>
    afterPost.answer(request, response, cliniciansUrl(request, id), {
      kind: 'secret',
      status,
      shown: { issued: code },
    });
}

function add(deps: ClinicianRouteDependencies): Step {
  return async (request, response, organization) => {
    const name = nameOf(request);
    if (name === undefined) {
      const typedName = fieldOf(request, 'name', 'name');
      const nameProblem = `Enter a name of at most ${LONGEST_NAME} characters.`;
      return refused(deps, 400, { nameProblem, typedName })(request, response, organization);
    }
    const { code } = await addClinician(deps, actingOn(request, organization), name);
    await issued(deps, 201, { name, code })(request, response, organization);
  };
}

function newCode(deps: ClinicianRouteDependencies): Step {
  return async (request, response, organization) => {
    const done = await issueCode(deps, actingOn(request, organization), parameter(request, 'id'));
    if (done === 'not-found') throw new AppError('request.not-found', 'no such clinician');
    if (done === 'clinician-taken')
      return refused(deps, 409, { problem: LINKED_ALREADY })(request, response, organization);
    const { code, clinicianId } = done;
    await issued(deps, 200, { name: undefined, code, clinicianId })(request, response, organization);
  };
}

/** As the clinician that was chosen, or as a new one under the typed name. */
function confirmWaiting(deps: ClinicianRouteDependencies): Step {
  return async (request, response, organization) => {
    const clinicianId = fieldOf(request, 'clinician', 'id');
    const name = nameOf(request);
    if (clinicianId === '' && name === undefined) {
      const problem = `Type a name of at most ${LONGEST_NAME} characters for a new clinician, or choose one there is.`;
      return refused(deps, 400, { problem })(request, response, organization);
    }
    const as = clinicianId === '' ? { name: name ?? '' } : { clinicianId };
    const done = await confirm(deps, actingOn(request, organization), parameter(request, 'reference'), as);
    if (done.kind === 'not-found') throw new AppError('request.not-found', 'no such waiting user or clinician');
    if (done.kind === 'linked') return response.redirect(303, cliniciansUrl(request, organization.id));
    const problem =
      done.kind === 'clinician-taken'
        ? LINKED_ALREADY
        : 'Nothing was changed: this EHR user is linked to a clinician already.';
    await refused(deps, 409, { problem })(request, response, organization);
  };
}

function changed(
  deps: ClinicianRouteDependencies,
  change: (acting: ActingOn, target: { id: string; reference: string }) => Promise<boolean>,
): Step {
  return async (request, response, organization) => {
    const target = { id: parameter(request, 'id'), reference: parameter(request, 'reference') };
    if (await change(actingOn(request, organization), target))
      return response.redirect(303, cliniciansUrl(request, organization.id));
    const problem = 'Nothing was changed: another administrator was faster.';
    await refused(deps, 409, { problem })(request, response, organization);
  };
}

function actingOn(request: Request, { id }: Organization): ActingOn {
  return { organizationId: id, ...actorOf(request) };
}

function parameter(request: Request, name: 'id' | 'reference'): string {
  return pathPartOf(request, name);
}

/** undefined for none, and for one that is longer than the field on the page takes. */
function nameOf(request: Request): string | undefined {
  const name = storedText(fieldOf(request, 'name', 'name').trim());
  return name.length > LONGEST_NAME ? undefined : name || undefined;
}
