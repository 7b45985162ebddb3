/** Settings > Organizations, for operators: create, name, Client ID, private networks, enable and disable. */
import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { Config } from '#src/config/index.ts';
import { AppError } from '#src/errors.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { pathPartOf } from '#src/http/request-values.ts';
import type { AfterPost } from '#src/http/sessions/after-post.ts';
import { ask } from '#src/http/sessions/confirm.ts';
import { actorOf, pageAdminOf } from '#src/http/sessions/signed-in-user.ts';
import { type EditDependencies, editOrganization, switchOrganization } from '#src/organizations/edit.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { registrationSheet } from '#src/organizations/registration.ts';
import { settingRows } from '#src/settings/derived.ts';
import { changedNames, marksOf, refusedForm } from '#src/settings/form.ts';
import { organizationPage, organizationsPage } from '#views/integration-page/organizations-page.ts';
import type { TypedForm } from '#views/typed-form.ts';
import { type AskBeforeEndDependencies, endingText, mayEndLaunches } from './ask-before-end.ts';

export interface OrganizationsRouteDependencies
  extends Omit<EditDependencies, 'mayBeginUnset' | 'mustBeNew'>,
    AskBeforeEndDependencies {
  config: Pick<Config, 'publicUrl' | 'appName'>;
  afterPost: AfterPost;
}

type Handler = (deps: OrganizationsRouteDependencies, request: Request, response: Response) => Promise<void>;

type Posted = { form: TypedForm } | { done: string };

const PAGE = '/settings/organizations';
const CREATED = 'Created. Give the registration sheet to the EHR team, and add an administrator in Users.';

/** Mount at /settings/organizations behind requireSignIn and requireOperator, which also check the forms. */
export function organizationsRoutes(dependencies: OrganizationsRouteDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const on =
    (handler: Handler): RequestHandler =>
    (request, response) =>
      handler(dependencies, request, response);
  router.get('/', on(showList));
  router.post('/', on(create));
  router.get('/:id', on(showOne));
  router.post('/:id', on(change));
  router.post('/:id/enable', on(toggle(true)));
  router.get('/:id/disable', on(askToDisable));
  router.post('/:id/disable', on(toggle(false)));
  return router;
}

const showList: Handler = async (deps, request, response) => {
  const organizations = await deps.store.list();
  const { form = { values: {}, problems: {} } } = await postedOf(deps, request);
  response.type('html').send(organizationsPage({ admin: pageAdminOf(request), organizations, form }));
};

const showOne: Handler = async (deps, request, response) => {
  const organization = await known(deps, request);
  const { form = formOf(organization), done } = await postedOf(deps, request);
  const registration = registrationSheet(deps.config, organization);
  const { privateNetworks } = settingRows;
  const props = { admin: pageAdminOf(request), organization, registration, form, done, privateNetworks };
  response.type('html').send(organizationPage(props));
};

const create: Handler = async (deps, request, response) => {
  const values = { id: fieldOf(request, 'id', 'id').trim(), ...namesOf(request) };
  const { id, ...changes } = { ...values, fhirBaseUrl: '' };
  const creating = { ...deps, mayBeginUnset: true, mustBeNew: true };
  const result = await editOrganization(creating, id, changes, actorOf(request));
  if (!result.ok) return answer(deps, request, response, PAGE, { form: refusedForm({ values }, result.problems) });
  return answer(deps, request, response, pageOf(id), { done: CREATED });
};

const change: Handler = async (deps, request, response) => {
  const organization = await known(deps, request);
  const { id } = organization;
  const values = { ...namesOf(request), privateNetworks: fieldOf(request, 'privateNetworks', 'setting').trim() };
  const seen = fieldOf(request, 'seen', 'setting');
  const raw = { ...values, privateNetworks: values.privateNetworks.split(/[\s,]+/).filter(Boolean) };
  const changed = changedNames(values, formOf(organization).values, seen);
  const changes = Object.fromEntries(Object.entries(raw).filter(([name]) => changed.includes(name)));
  const page = { current: 'organizations', backHref: pageOf(id) } as const;
  const words = { ...page, question: 'Change the connection of', button: 'Change it' };
  if (!(await mayEndLaunches(deps, { request, response, organization }, changes, words))) return undefined;
  const result = await editOrganization(deps, id, changes, actorOf(request));
  // Without a Client ID no launch was open.
  const hasEnded =
    result.ok && organization.clientId !== '' && result.before?.connectionVersion !== result.after.connectionVersion;
  const saved = hasEnded ? 'Saved. Open launches have ended, because the connection has changed.' : 'Saved.';
  const posted = result.ok ? { done: saved } : { form: refusedForm({ values, seen }, result.problems) };
  return answer(deps, request, response, pageOf(id), posted);
};

const askToDisable: Handler = async (deps, request, response) => {
  const { id, name } = await known(deps, request);
  const effect = `${endingText(await deps.openLaunches(id))} New launches are refused until the organization is enabled again.`;
  const words = { question: 'Disable', subject: name, effect };
  ask(request, response, { ...words, current: 'organizations', backHref: pageOf(id) });
};

function toggle(enabled: boolean): Handler {
  return async (deps, request, response) => {
    const { id } = await known(deps, request);
    await switchOrganization(deps, id, enabled, actorOf(request));
    const done = enabled ? 'Enabled.' : 'Disabled; its launches have ended.';
    return answer(deps, request, response, pageOf(id), { done });
  };
}

function answer(
  { afterPost }: OrganizationsRouteDependencies,
  request: Request,
  response: Response,
  page: string,
  shown: Posted,
): Promise<void> {
  const kind = 'form' in shown ? ({ kind: 'form', status: 400 } as const) : ({ kind: 'done' } as const);
  return afterPost.answer(request, response, page, { ...kind, shown });
}

async function postedOf({ afterPost }: OrganizationsRouteDependencies, request: Request) {
  return (await afterPost.read<{ form: TypedForm; done: string }>(request)).shown;
}

/** The schema allows no id that needs encoding. It is encoded nevertheless, so that the URL cannot leave this page. */
function pageOf(id: string): string {
  return `${PAGE}/${encodeURIComponent(id)}`;
}

async function known({ store }: OrganizationsRouteDependencies, request: Request): Promise<Organization> {
  const organization = await store.find(pathPartOf(request, 'id'));
  if (!organization) throw new AppError('settings.no-organization', 'no such organization');
  return organization;
}

/** Both are trimmed, because a Client ID is often copied with spaces around it. */
function namesOf(request: Request): { name: string; clientId: string } {
  return { name: fieldOf(request, 'name', 'name').trim(), clientId: fieldOf(request, 'clientId', 'id').trim() };
}

function formOf({ name, clientId, privateNetworks }: Organization): TypedForm {
  const values = { name, clientId, privateNetworks: privateNetworks.join(', ') };
  return { values, problems: {}, seen: marksOf(values) };
}
