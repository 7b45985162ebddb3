/** `/settings/clinicians`: administrators issue codes, confirm who waits, and undo associations of their organization. */
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { storedText } from '#src/adapters/stored-text.ts';
import { AppError } from '#src/errors.ts';
import { adminCsrfToken, adminOf } from '#src/http/admin-session.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { factsOf } from '#src/http/request-log.ts';
import { pathPartOf, queryOf } from '#src/http/request-values.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { OrganizationStore } from '#src/organizations/organization-store.ts';
import { withOrganization } from '#src/organizations/settings-routes.ts';
import type { Step } from '#src/organizations/settings-tools.ts';
import { type CliniciansPageProps, cliniciansChoice } from '#views/clinicians-page.ts';
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
import type { CliniciansDependencies } from './clinicians.ts';
import { cliniciansUrl, showClinicians } from './settings-view.ts';

/** What the routes need. */
export interface ClinicianRouteDependencies extends CliniciansDependencies {
  store: OrganizationStore;
}

/** What a page shows beyond the lists. */
type Extra = Pick<CliniciansPageProps, 'issued' | 'problem' | 'nameProblem' | 'typedName'>;

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

function show(deps: ClinicianRouteDependencies, extra: Extra = {}): Step {
  return async (request, response, organization) => {
    response.type('html').send(await showClinicians(deps, request, organization, extra));
  };
}

function add(deps: ClinicianRouteDependencies): Step {
  return async (request, response, organization) => {
    const name = nameOf(request);
    if (name === undefined) {
      response.status(400);
      return show(deps, { nameProblem: `Enter a name of at most ${LONGEST_NAME} characters.` })(
        request,
        response,
        organization,
      );
    }
    const { code } = await addClinician(deps, actingOn(request, organization), name);
    response.status(201);
    await show(deps, { issued: { name, code } })(request, response, organization);
  };
}

function newCode(deps: ClinicianRouteDependencies): Step {
  return async (request, response, organization) => {
    const issued = await issueCode(deps, actingOn(request, organization), parameter(request, 'id'));
    if (issued === 'not-found') throw new AppError('request.not-found', 'no such clinician');
    if (issued === 'clinician-taken') return conflict(deps, request, response, organization, LINKED_ALREADY);
    await show(deps, { issued: { name: undefined, code: issued.code, clinicianId: issued.clinicianId } })(
      request,
      response,
      organization,
    );
  };
}

/** As the clinician that was chosen, or as a new one under the typed name. */
function confirmWaiting(deps: ClinicianRouteDependencies): Step {
  return async (request, response, organization) => {
    const clinicianId = fieldOf(request, 'clinician', 'id');
    const name = nameOf(request);
    if (clinicianId === '' && name === undefined) {
      response.status(400);
      const problem = `Type a name of at most ${LONGEST_NAME} characters for a new clinician, or choose one there is.`;
      return show(deps, { problem })(request, response, organization);
    }
    const as = clinicianId === '' ? { name: name ?? '' } : { clinicianId };
    const done = await confirm(deps, actingOn(request, organization), parameter(request, 'reference'), as);
    if (done.kind === 'not-found') throw new AppError('request.not-found', 'no such waiting user or clinician');
    if (done.kind === 'linked') return response.redirect(303, cliniciansUrl(request, organization.id));
    const problem =
      done.kind === 'clinician-taken'
        ? LINKED_ALREADY
        : 'Nothing was changed: this EHR user is linked to a clinician already.';
    await conflict(deps, request, response, organization, problem);
  };
}

async function conflict(
  deps: ClinicianRouteDependencies,
  request: Request,
  response: Response,
  organization: Organization,
  problem: string,
): Promise<void> {
  response.status(409);
  await show(deps, { problem })(request, response, organization);
}

function changed(
  deps: ClinicianRouteDependencies,
  change: (acting: ActingOn, target: { id: string; reference: string }) => Promise<boolean>,
): Step {
  return async (request, response, organization) => {
    const target = { id: parameter(request, 'id'), reference: parameter(request, 'reference') };
    if (await change(actingOn(request, organization), target))
      return response.redirect(303, cliniciansUrl(request, organization.id));
    await conflict(deps, request, response, organization, 'Nothing was changed: somebody else was faster.');
  };
}

function actingOn(request: Request, { id }: Organization): ActingOn {
  const { userId } = adminOf(request);
  const { supportCode } = factsOf(request);
  return { organizationId: id, actor: { userId }, address: request.ip, supportCode };
}

function parameter(request: Request, name: 'id' | 'reference'): string {
  return pathPartOf(request, name);
}

/** undefined for none, and for one that is longer than the field on the page takes. */
function nameOf(request: Request): string | undefined {
  const name = storedText(fieldOf(request, 'name', 'name').trim());
  return name.length > LONGEST_NAME ? undefined : name || undefined;
}
