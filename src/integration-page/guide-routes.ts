/** `/` leads each kind of visitor on. `/guide` is the guide for reference, with this deployment's values (REG-09). */
import type { Request, RequestHandler } from 'express';
import { errorCodes, errorRows } from '#src/errors.ts';
import { pageForAll } from '#src/http/compression.ts';
import { contextOf } from '#src/http/request-context.ts';
import { allowSameOriginReferrer } from '#src/http/security-headers.ts';
import { adminCsrfToken } from '#src/http/sessions/signed-in-user.ts';
import { scopeWords } from '#src/organizations/scope-purposes.ts';
import { settings } from '#src/settings/registry.ts';
import { type GivenEndpoints, givenFields, isGiven } from '#src/smart/documents/given-endpoints.ts';
import { grantedScopes, permits } from '#src/smart/scopes/granted.ts';
import { vendorNotes } from '#src/vendors/notes.ts';
import { presetRows } from '#src/vendors/presets.ts';
import { type GuidePageProps, guidePage } from '#views/guide/guide-page.ts';
import { startPage } from '#views/guide/home-page.ts';
import { type RegisterDependencies, visitedOrganization } from './register-routes.ts';
import { guideSheet } from './sheet-for-ehr-team.ts';

/** The start page, which is public and the same for every visitor. */
export function startRoute({ config }: Pick<RegisterDependencies, 'config'>): RequestHandler {
  const send = pageForAll(startPage(config.appName));
  return (_request, response) => send(response);
}

/** The guide's public reference part, with the values of {@link visitedOrganization}. Mount behind recogniseSignIn. */
export function guideRoute(dependencies: RegisterDependencies): RequestHandler {
  let sendToStranger: ReturnType<typeof pageForAll> | undefined;
  return async (request, response) => {
    const isStranger = contextOf(request).admin === undefined;
    if (isStranger && sendToStranger) return sendToStranger(response);
    const page = guidePage(await guideProps(dependencies, request));
    if (isStranger) return (sendToStranger = pageForAll(page))(response);
    allowSameOriginReferrer(response);
    response.type('html').send(page);
  };
}

async function guideProps(dependencies: RegisterDependencies, request: Request): Promise<GuidePageProps> {
  const { config, organizations } = dependencies;
  const identity = contextOf(request).admin;
  const organization = await visitedOrganization(dependencies, request);
  const registration = guideSheet(config, organization);
  return {
    environment: config.environment,
    organization: organization && { id: organization.id, name: organization.name },
    registration,
    scopes: scopeWords(registration.scopes).map(({ scope, purpose }) => ({ scope, reason: purpose })),
    canCreate: permits(grantedScopes(registration.scopes), { type: 'ServiceRequest', interaction: 'c' }),
    vendors: vendorNotes.map((notes) => ({ ...notes, preset: presetRows(notes.vendor) })),
    vendor: organization?.vendor,
    given: organization ? givenAddresses(organization) : [],
    // Those of Settings are explained there.
    failures: errorCodes
      .filter((code) => !/^(?:admin|settings)\./.test(code))
      .map((code) => ({ code, ...errorRows[code] })),
    organizations: identity?.role === 'operator' ? await organizations.list() : [],
    admin: identity && { identity, csrfToken: adminCsrfToken(request) },
  };
}

/** Each address with the label of its field, the issuer last; empty when no endpoints are given by hand. */
function givenAddresses(values: GivenEndpoints): { label: string; address: string }[] {
  if (!isGiven(values)) return [];
  const addresses = givenFields.map((field) => ({ label: settings[field].label, address: values[field] }));
  const issuer = { label: 'Issuer', address: values.issuers.join(', ') };
  return [...addresses, issuer].filter(({ address }) => address !== '');
}
