/** The registration as a file, for EHRs that take one: client metadata of RFC 7591, as SMART and UDAP read it (REG-04). */
import type { RegistrationSheet } from './registration.ts';

/**
 * @param contact of the operator; only an e-mail address may stand in `contacts`.
 * @param version of this app. @param logoPath of our logo, a PNG, as UDAP asks for.
 */
export function clientMetadata(
  sheet: RegistrationSheet,
  { publicUrl, contact, version, logoPath }: { publicUrl: URL; contact: string; version: string; logoPath: string },
): Record<string, string | readonly string[]> {
  return {
    client_name: sheet.applicationName,
    client_uri: `${publicUrl.origin}/`,
    logo_uri: `${publicUrl.origin}${logoPath}`,
    redirect_uris: [sheet.redirectUri],
    // SMART's name and OpenID Connect's: where the EHR opens the app.
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
