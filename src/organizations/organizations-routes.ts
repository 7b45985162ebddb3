/** Settings > Organizations, for operators: create, name, Client ID, private networks, enable and disable. */
import { type Request, type Response, Router } from 'express';
import type { Config } from '#src/config.ts';
import { AppError } from '#src/errors.ts';
import { adminCsrfToken, adminOf } from '#src/http/admin-session.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { pathPartOf, queryOf } from '#src/http/request-values.ts';
import { organizationPage, organizationsPage } from '#views/organizations-page.ts';
import type { TypedForm } from '#views/typed-form.ts';
import { type Changing, type EditDependencies, editOrganization, switchOrganization } from './edit-organization.ts';
import type { Organization, SettingProblem } from './organization.ts';
import { registrationSheet } from './registration.ts';
import type { SettingChanges } from './setting-text.ts';

export interface OrganizationsRouteDependencies extends Omit<EditDependencies, 'mayBeginUnset'> {
  config: Pick<Config, 'publicUrl' | 'appName'>;
}

const BLANK: TypedForm = { values: {}, problems: {} };
const DONE: Readonly<Record<string, string>> = {
  created: 'Created. Give the registration sheet to the EHR team, and add an administrator at Users.',
  saved: 'Saved.',
  enabled: 'Enabled.',
  disabled: 'Disabled; its launches have ended.',
};

/** Mount at /settings/organizations behind requireSignIn and requireOperator, which also check the forms. */
export function organizationsRoutes(dependencies: OrganizationsRouteDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/', (request, response) => showList(dependencies, request, response, BLANK));
  router.post('/', (request, response) => create(dependencies, request, response));
  router.get('/:id', async (request, response) => {
    const organization = await known(dependencies, request);
    showOne(dependencies, request, response, organization, formOf(organization));
  });
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
  const refuse = async (problems: TypedForm['problems']) => {
    response.status(400);
    await showList(deps, request, response, { values, problems });
  };
  if (values.id !== '' && (await deps.store.find(values.id))) return refuse({ id: 'is taken' });
  const changes = { name: values.name, clientId: values.clientId, fhirBaseUrl: '' };
  const result = await editOrganization({ ...deps, mayBeginUnset: true }, values.id, changes, changing(request));
  if (!result.ok) return refuse(byField(result.problems));
  response.redirect(303, `/settings/organizations/${values.id}?done=created`);
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
  const result = await editOrganization(deps, organization.id, changes, changing(request));
  if (result.ok) return response.redirect(303, `/settings/organizations/${organization.id}?done=saved`);
  response.status(400);
  showOne(deps, request, response, organization, { values, problems: byField(result.problems) });
}

async function toggle(
  deps: OrganizationsRouteDependencies,
  request: Request,
  response: Response,
  enabled: boolean,
): Promise<void> {
  const organization = await known(deps, request);
  await switchOrganization(deps, organization.id, enabled, changing(request));
  const done = enabled ? 'enabled' : 'disabled';
  response.redirect(303, `/settings/organizations/${organization.id}?done=${done}`);
}

async function showList(
  { store }: OrganizationsRouteDependencies,
  request: Request,
  response: Response,
  form: TypedForm,
): Promise<void> {
  response
    .type('html')
    .send(organizationsPage({ admin: adminProps(request), organizations: await store.list(), form }));
}

function showOne(
  { config }: OrganizationsRouteDependencies,
  request: Request,
  response: Response,
  organization: Organization,
  form: TypedForm,
): void {
  const registration = registrationSheet(config, organization);
  const done = form.problems === BLANK.problems ? DONE[queryOf(request).get('done') ?? ''] : undefined;
  response.type('html').send(organizationPage({ admin: adminProps(request), organization, registration, form, done }));
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

function changing(request: Request): Changing {
  const { userId } = adminOf(request);
  return { actor: { userId }, ...(request.ip === undefined ? {} : { address: request.ip }) };
}
