/** `/`: where each visitor goes on. `/guide`: the implementation guide with this deployment's real values (REG-09). */

import type { Request, RequestHandler } from 'express';
import type { Config } from '#src/config/index.ts';
import { errorCodes, errorRows } from '#src/errors.ts';
import { contextOf } from '#src/http/request-context.ts';
import { queryOf } from '#src/http/request-values.ts';
import { allowSameOriginReferrer } from '#src/http/security-headers.ts';
import { adminCsrfToken } from '#src/http/sessions/admin-session.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { type RegistrationSheet, registrationSheet } from '#src/organizations/registration.ts';
import { scopeWords } from '#src/organizations/scope-words.ts';
import type { OrganizationStore } from '#src/organizations/store.ts';
import { givenAddresses } from '#src/settings/given-addresses.ts';
import { vendorNotes } from '#src/vendors/notes.ts';
import { presetScopes } from '#src/vendors/presets.ts';
import { presetRows } from '#src/vendors/view.ts';
import { type GuidePageProps, guidePage } from '#views/guide/guide-page.ts';
import { startPage } from '#views/guide/start-page.ts';

export interface GuideDependencies {
  config: Pick<Config, 'publicUrl' | 'appName' | 'environment' | 'egressIps'>;
  organizations: Pick<OrganizationStore, 'find' | 'list'>;
}

/** The start page; public and the same for every visitor. */
export function startRoute({ config }: Pick<GuideDependencies, 'config'>): RequestHandler {
  const page = startPage(config.appName);
  return (_request, response) => void response.type('html').send(page);
}

/**
 * The guide; public. Signed in, an administrator sees their own organization's values and an operator those of the
 * organization they name in `?organization=`; an administrator's own choice of organization counts for nothing (MT-01).
 *
 * Mount behind something that knows a session but does not demand one.
 */
export function guideRoute(dependencies: GuideDependencies): RequestHandler {
  return async (request, response) => {
    const props = await guideProps(dependencies, request);
    if (props.admin) allowSameOriginReferrer(response);
    response.type('html').send(guidePage(props));
  };
}

async function guideProps(dependencies: GuideDependencies, request: Request): Promise<GuidePageProps> {
  const { config, organizations } = dependencies;
  const identity = contextOf(request).admin;
  const wanted = identity?.role === 'operator' ? queryOf(request).get('organization') : identity?.organizationId;
  const organization = wanted ? await organizations.find(wanted) : undefined;
  const registration = guideSheet(config, organization);
  return {
    environment: config.environment,
    organization: organization && { id: organization.id, name: organization.name },
    registration,
    scopes: scopeWords(registration.scopes).map(({ scope, purpose }) => ({ scope, reason: purpose })),
    network: { host: config.publicUrl.host, port: config.publicUrl.port || '443', egressIps: config.egressIps },
    vendors: vendorNotes.map((notes) => ({ ...notes, preset: presetRows(notes.vendor) })),
    vendor: organization?.vendor,
    given: organization ? givenAddresses(organization) : [],
    failures: launchFailures(),
    organizations: identity?.role === 'operator' ? await organizations.list() : [],
    admin: identity && { identity, csrfToken: adminCsrfToken(request) },
  };
}

/** The sheet as everywhere else; while no organization is known, a placeholder stands for its Org ID. */
function guideSheet(config: GuideDependencies['config'], organization: Organization | undefined): RegistrationSheet {
  return registrationSheet(
    config,
    organization ?? { id: '{Org ID}', clientId: '', scopes: presetScopes('generic'), redirectUri: 'shared' },
  );
}

/** What can end a launch or a clinician's page; failures of the settings pages explain themselves there. */
function launchFailures(): GuidePageProps['failures'] {
  return errorCodes.filter((code) => !/^(?:admin|settings)\./.test(code)).map((code) => ({ code, ...errorRows[code] }));
}
