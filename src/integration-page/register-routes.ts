/** `/guide/register`: what the EHR team registers, as two pages to print and as files. */
import type { Request, RequestHandler, Response } from 'express';
import type { Clock } from '#src/adapters/clock.ts';
import { AppError } from '#src/errors.ts';
import { contextOf } from '#src/http/request-context.ts';
import { queryOf } from '#src/http/request-values.ts';
import { allowSameOriginReferrer } from '#src/http/security-headers.ts';
import { csvLine } from '#src/http/sessions/csv-download.ts';
import { adminCsrfToken } from '#src/http/sessions/signed-in-user.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { OrganizationStore } from '#src/organizations/store.ts';
import { type Vendor, vendorNames, vendors } from '#src/settings/vendor-names.ts';
import { registerPage } from '#views/guide/register-page.ts';
import { type RegisterConfig, registerSheetProps } from './sheet-for-ehr-team.ts';

export interface RegisterDependencies {
  config: RegisterConfig;
  organizations: Pick<OrganizationStore, 'find' | 'list'>;
  clock: Clock;
}

/** Whose values this visitor may see: an administrator's own (MT-01), or the one that an operator names. */
export async function visitedOrganization(
  { organizations }: Pick<RegisterDependencies, 'organizations'>,
  request: Request,
): Promise<Organization | undefined> {
  const identity = contextOf(request).admin;
  const wanted = identity?.role === 'operator' ? queryOf(request).get('organization') : identity?.organizationId;
  return wanted ? organizations.find(wanted) : undefined;
}

/** The page. Mount behind recogniseSignIn. */
export function registerRoute(dependencies: RegisterDependencies): RequestHandler {
  return async (request, response) => {
    const { organization, vendor, sheet } = await asked(dependencies, request);
    const identity = contextOf(request).admin;
    const isOperator = identity?.role === 'operator';
    const query = new URLSearchParams({ ...(isOperator && organization && { organization: organization.id }), vendor });
    if (identity) allowSameOriginReferrer(response);
    response.type('html').send(
      registerPage({
        ...sheet,
        downloads: { json: `/guide/registration.json?${query}`, csv: `/guide/registration.csv?${query}` },
        organizations: isOperator ? await dependencies.organizations.list() : [],
        vendors: vendors.map((one) => ({ vendor: one, name: vendorNames[one] })),
        vendor,
        otherPreset: organization && organization.vendor !== vendor ? otherPreset(organization, vendor) : undefined,
        admin: identity && { identity, csrfToken: adminCsrfToken(request) },
      }),
    );
  };
}

function otherPreset({ id, vendor }: Organization, chosen: Vendor) {
  const query = new URLSearchParams({ organization: id, q: 'vendor' });
  return {
    chosen: vendorNames[chosen],
    ofOrganization: vendorNames[vendor],
    href: `/settings/integrations/smart-on-fhir/advanced?${query}`,
  };
}

/** The registration as client metadata (RFC 7591). Mount behind the same guard. */
export function registrationJson(dependencies: RegisterDependencies): RequestHandler {
  return async (request, response) => {
    const { sheet } = await asked(dependencies, request);
    asFile(response, 'json').send(sheet.metadata);
  };
}

/** The fields of the vendor's form, in its order. Mount behind the same guard. */
export function registrationCsv(dependencies: RegisterDependencies): RequestHandler {
  return async (request, response) => {
    const { form } = (await asked(dependencies, request)).sheet;
    if (!form) throw new AppError('request.not-found', 'this vendor has no form of its own');
    const rows = form.fields.map(({ name, value, note = '' }) => csvLine([name, value, note]));
    asFile(response, 'csv').send([csvLine(['Field', 'Value', 'Note']), ...rows].join(''));
  };
}

async function asked(dependencies: RegisterDependencies, request: Request) {
  const organization = await visitedOrganization(dependencies, request);
  const named = vendors.find((one) => one === queryOf(request).get('vendor'));
  const vendor: Vendor = named ?? organization?.vendor ?? 'generic';
  const sheet = registerSheetProps(dependencies.config, organization, vendor, dependencies.clock());
  return { organization, vendor, sheet };
}

function asFile(response: Response, type: 'json' | 'csv'): Response {
  response.setHeader('Content-Disposition', `attachment; filename="registration.${type}"`);
  return response.type(type);
}
