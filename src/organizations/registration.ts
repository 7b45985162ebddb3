/** The values an EHR team registers for one organization, the same wherever they are shown (REG-04, REG-09). */

import { standaloneScopes } from '#src/smart/standalone-scopes.ts';

export interface RegistrationSheet {
  applicationName: string;
  clientType: 'Confidential';
  fhirVersion: 'R4';
  launchUrl: string;
  /** For EHRs and test kits that append `?iss=` blindly (REG-10). */
  launchUrlPathForm: string;
  redirectUri: string;
  jwksUri: string;
  clientAuthentication: 'private_key_jwt';
  grantTypes: readonly ['authorization_code', 'refresh_token'];
  clientId: string;
  scopes: string;
  /** Only where standalone launch is switched on. */
  standaloneUrl?: string;
  standaloneScopes?: string;
}

/** Built from PUBLIC_URL alone, never from a request (REG-02). */
export function registrationSheet(
  deployment: { publicUrl: URL; appName: string },
  organization: { id: string; clientId: string; scopes: string; standalone?: boolean },
): RegistrationSheet {
  const { origin } = deployment.publicUrl;
  return {
    applicationName: deployment.appName,
    clientType: 'Confidential',
    fhirVersion: 'R4',
    launchUrl: `${origin}/smart/launch?orgId=${organization.id}`,
    launchUrlPathForm: `${origin}/smart/launch/${organization.id}`,
    redirectUri: `${origin}/smart/callback`,
    jwksUri: `${origin}/.well-known/jwks.json`,
    clientAuthentication: 'private_key_jwt',
    grantTypes: ['authorization_code', 'refresh_token'],
    clientId: organization.clientId,
    scopes: organization.scopes,
    ...(organization.standalone
      ? {
          standaloneUrl: `${origin}/smart/standalone/${organization.id}`,
          standaloneScopes: standaloneScopes(organization.scopes),
        }
      : {}),
  };
}
