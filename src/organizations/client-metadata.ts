/** The registration as a file, for EHRs that take one: client metadata of RFC 7591, as SMART and UDAP read it (REG-04). */
import type { RegistrationSheet } from './registration.ts';

/**
 * @param contact of the operator; only an e-mail address may stand in `contacts`.
 * @param version of this app.
 */
export function clientMetadata(
  sheet: RegistrationSheet,
  { publicUrl, contact, version }: { publicUrl: URL; contact: string; version: string },
): Record<string, string | readonly string[]> {
  return {
    client_name: sheet.applicationName,
    client_uri: `${publicUrl.origin}/`,
    redirect_uris: [sheet.redirectUri],
    // OpenID Connect's name; EHRs that know launch URLs read it as the SMART launch URL.
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
