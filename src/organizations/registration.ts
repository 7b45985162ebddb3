/** The values an EHR team registers for one organization, the same wherever they are shown (REG-04, REG-09). */
import { standaloneScopes } from '#src/smart/scopes/requested.ts';
import type { RegistrationValues } from '#views/integration-page/registration-table.ts';
import type { OrganizationSettings } from './organization.ts';

/** An organization's own redirect URI shows a response that belongs to another organization (MT-04, CB-12). */
export function redirectUriOf(publicUrl: URL, organization: Pick<OrganizationSettings, 'id' | 'redirectUri'>): string {
  return `${publicUrl.origin}/smart/callback${organization.redirectUri === 'own' ? `/${organization.id}` : ''}`;
}

/** Built from PUBLIC_URL, never from a request (REG-02). */
export function registrationSheet(
  deployment: { publicUrl: URL; appName: string },
  organization: Pick<OrganizationSettings, 'id' | 'clientId' | 'scopes' | 'redirectUri'> & { standalone?: boolean },
): RegistrationValues {
  const { origin } = deployment.publicUrl;
  const standalone = {
    standaloneUrl: `${origin}/smart/standalone/${organization.id}`,
    standaloneScopes: standaloneScopes(organization.scopes),
  };
  return {
    applicationName: deployment.appName,
    clientType: 'Confidential',
    fhirVersion: 'R4',
    launchUrl: `${origin}/smart/launch?orgId=${organization.id}`,
    launchUrlPathForm: `${origin}/smart/launch/${organization.id}`,
    redirectUri: redirectUriOf(deployment.publicUrl, organization),
    jwksUri: `${origin}/.well-known/jwks.json`,
    clientAuthentication: 'private_key_jwt',
    grantTypes: ['authorization_code', 'refresh_token'],
    clientId: organization.clientId,
    scopes: organization.scopes,
    ...(organization.standalone ? standalone : {}),
  };
}

/** The registration as RFC 7591 client metadata, as in SMART and UDAP (REG-04). @param contact of the operator. */
export function clientMetadata(
  sheet: RegistrationValues,
  { publicUrl, contact, version, logoPath }: { publicUrl: URL; contact: string; version: string; logoPath: string },
): Record<string, string | readonly string[]> {
  return {
    client_name: sheet.applicationName,
    client_uri: `${publicUrl.origin}/`,
    logo_uri: `${publicUrl.origin}${logoPath}`,
    redirect_uris: [sheet.redirectUri],
    // SMART and OpenID Connect have different names for the URL at which the EHR opens the app.
    launch_url: sheet.launchUrl,
    initiate_login_uri: sheet.launchUrl,
    grant_types: sheet.grantTypes,
    response_types: ['code'],
    token_endpoint_auth_method: sheet.clientAuthentication,
    jwks_uri: sheet.jwksUri,
    scope: sheet.scopes,
    ...(/^[^\s@]+@[^\s@]+$/.test(contact) ? { contacts: [contact] } : {}),
    software_version: version,
  };
}
