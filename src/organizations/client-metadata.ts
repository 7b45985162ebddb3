/** The registration as a file for EHRs that accept one: RFC 7591 client metadata, as in SMART and UDAP (REG-04). */
import type { RegistrationSheet } from './registration.ts';

/**
 * @param contact of the operator; `contacts` takes only an e-mail address.
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
