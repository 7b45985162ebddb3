/** Settings > Organizations, for operators: create, name, Client ID, private networks, enable and disable. */
import { type Request, type Response, Router } from 'express';
import type { Config } from '#src/config/index.ts';
import { AppError } from '#src/errors.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { pathPartOf } from '#src/http/request-values.ts';
import { adminCsrfToken, adminOf } from '#src/http/sessions/admin-session.ts';
import type { AfterPost } from '#src/http/sessions/after-post.ts';
import { type EditDependencies, editOrganization, switchOrganization } from '#src/organizations/edit.ts';
import type { Organization, SettingChanges } from '#src/organizations/organization.ts';
import { registrationSheet } from '#src/organizations/registration.ts';
import { type SettingProblem, settingRows } from '#src/settings/derived.ts';
import { organizationPage, organizationsPage } from '#views/integration-page/organizations-page.ts';
import type { TypedForm } from '#views/typed-form.ts';
import { byOf } from './visit.ts';

export interface OrganizationsRouteDependencies extends Omit<EditDependencies, 'mayBeginUnset'> {
  config: Pick<Config, 'publicUrl' | 'appName'>;
  afterPost: AfterPost;
}

/** What a page shows of the last post. */
interface Posted {
  form: TypedForm;
  done: string;
}

const PAGE = '/settings/organizations';

const BLANK: TypedForm = { values: {}, problems: {} };
const DONE = {
  created: 'Created. Give the registration sheet to the EHR team, and add an administrator at Users.',
  saved: 'Saved.',
  enabled: 'Enabled.',
  disabled: 'Disabled; its launches have ended.',
} as const;

/** Mount at /settings/organizations behind requireSignIn and requireOperator, which also check the forms. */
export function organizationsRoutes(dependencies: OrganizationsRouteDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/', (request, response) => showList(dependencies, request, response));
  router.post('/', (request, response) => create(dependencies, request, response));
  router.get('/:id', (request, response) => showOne(dependencies, request, response));
  router.post('/:id', (request, response) => change(dependencies, request, response));
  router.post('/:id/enable', (request, response) => toggle(dependencies, request, response, true));
  router.post('/:id/disable', (request, response) => toggle(dependencies, request, response, false));
  return router;
}

async function create(deps: OrganizationsRouteDependencies, request: Request, response: Response): Promise<void> {
  const values = {
    id: fieldOf(request, 'id', 'id').trim(),
    name: fieldOf(request, 'name', 'name').trim(),
    clientId: clientIdOf(request),
  };
  const refuse = (problems: TypedForm['problems']) => refused(deps, request, response, PAGE, { values, problems });
  if (values.id !== '' && (await deps.store.find(values.id))) return refuse({ id: 'is taken' });
  const changes = { name: values.name, clientId: values.clientId, fhirBaseUrl: '' };
  const result = await editOrganization({ ...deps, mayBeginUnset: true }, values.id, changes, byOf(request));
  if (!result.ok) return refuse(byField(result.problems));
  await tell(deps, request, response, values.id, 'created');
}

async function change(deps: OrganizationsRouteDependencies, request: Request, response: Response): Promise<void> {
  const organization = await known(deps, request);
  const values = {
    name: fieldOf(request, 'name', 'name').trim(),
    clientId: clientIdOf(request),
    privateNetworks: fieldOf(request, 'privateNetworks', 'setting').trim(),
  };
  const changes: SettingChanges = {
    ...values,
    privateNetworks: values.privateNetworks.split(/[\s,]+/).filter(Boolean),
  };
  const result = await editOrganization(deps, organization.id, changes, byOf(request));
  if (result.ok) return tell(deps, request, response, organization.id, 'saved');
  const form = { values, problems: byField(result.problems) };
  await refused(deps, request, response, pageOf(organization.id), form);
}

async function toggle(
  deps: OrganizationsRouteDependencies,
  request: Request,
  response: Response,
  enabled: boolean,
): Promise<void> {
  const organization = await known(deps, request);
  await switchOrganization(deps, organization.id, enabled, byOf(request));
  await tell(deps, request, response, organization.id, enabled ? 'enabled' : 'disabled');
}

async function refused(
  { afterPost }: OrganizationsRouteDependencies,
  request: Request,
  response: Response,
  page: string,
  form: TypedForm,
): Promise<void> {
  const shown: Partial<Posted> = { form };
  await afterPost.answer(request, response, page, { kind: 'form', status: 400, shown });
}

async function tell(
  { afterPost }: OrganizationsRouteDependencies,
  request: Request,
  response: Response,
  id: string,
  done: keyof typeof DONE,
): Promise<void> {
  const shown: Partial<Posted> = { done: DONE[done] };
  await afterPost.answer(request, response, pageOf(id), { kind: 'done', shown });
}

/** The schema allows no id that would have to be encoded; a path of another kind is never one of ours. */
function pageOf(id: string): string {
  return `${PAGE}/${encodeURIComponent(id)}`;
}

async function showList(deps: OrganizationsRouteDependencies, request: Request, response: Response): Promise<void> {
  const organizations = await deps.store.list();
  const { form = BLANK } = (await deps.afterPost.read<Posted>(request)).shown;
  response.type('html').send(organizationsPage({ admin: adminProps(request), organizations, form }));
}

async function showOne(deps: OrganizationsRouteDependencies, request: Request, response: Response): Promise<void> {
  const organization = await known(deps, request);
  const registration = registrationSheet(deps.config, organization);
  const { form = formOf(organization), done } = (await deps.afterPost.read<Posted>(request)).shown;
  response.type('html').send(
    organizationPage({
      admin: adminProps(request),
      organization,
      registration,
      form,
      done,
      privateNetworks: settingRows.privateNetworks,
    }),
  );
}

async function known({ store }: OrganizationsRouteDependencies, request: Request): Promise<Organization> {
  const organization = await store.find(pathPartOf(request, 'id'));
  if (!organization) throw new AppError('settings.no-organization', 'no such organization');
  return organization;
}

/** Copied with the space around it more often than not. */
function clientIdOf(request: Request): string {
  return fieldOf(request, 'clientId', 'id').trim();
}

function formOf({ name, clientId, privateNetworks }: Organization): TypedForm {
  return { values: { name, clientId, privateNetworks: privateNetworks.join(', ') }, problems: BLANK.problems };
}

function byField(problems: readonly SettingProblem[]): Record<string, string> {
  return Object.fromEntries(problems.map(({ field, message }) => [field, message]));
}

function adminProps(request: Request) {
  return { identity: adminOf(request), csrfToken: adminCsrfToken(request) };
}
