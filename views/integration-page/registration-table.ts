/** The registration sheet as a table with a copy button for each value that an EHR team enters in its own forms. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { copyButton } from '#views/copy-button.ts';

/** The text in the place of the Client ID until the operator has entered it. The EHR assigns it at the registration. */
const CLIENT_ID_PLACE = 'the EHR gives it out (the operator of this app enters it in Settings > Organizations)';

/** The values an EHR team registers for one organization; `clientId` is empty until it is known. */
export interface RegistrationValues {
  readonly applicationName: string;
  readonly clientType: string;
  readonly fhirVersion: string;
  readonly launchUrl: string;
  /** For EHRs and test kits that append `?iss=` blindly (REG-10). */
  readonly launchUrlPathForm: string;
  readonly redirectUri: string;
  readonly jwksUri: string;
  readonly clientAuthentication: string;
  readonly grantTypes: readonly string[];
  readonly clientId: string;
  readonly scopes: string;
  /** Only if standalone launch is enabled. */
  readonly standaloneUrl?: string;
  readonly standaloneScopes?: string;
}

/** The name of a value in the EHR's own form. */
export type SheetNames = { readonly [Key in keyof RegistrationValues]?: string | undefined };

/** @param organizationId undefined if no organization is chosen: then the URLs contain the placeholder {Org ID}. */
export function registrationTable(
  values: RegistrationValues,
  organizationId: string | undefined,
  names: SheetNames = {},
): SafeHtml {
  const called = (key: keyof RegistrationValues) => (names[key] === undefined ? undefined : `in forms: ${names[key]}`);
  return html`<table class="sheet">
<tbody>
${sheetRow('Application name', values.applicationName, true, called('applicationName'))}
${sheetRow('Org ID', organizationId ?? 'given out by the operator of this service', organizationId !== undefined)}
${sheetRow('Client ID', values.clientId || CLIENT_ID_PLACE, values.clientId !== '')}
${sheetRow('Client type', values.clientType, false)}
${sheetRow('FHIR version', values.fhirVersion, false, called('fhirVersion'))}
${sheetRow('Launch URL', values.launchUrl, organizationId !== undefined, called('launchUrl'))}
${sheetRow('Launch URL, path form', values.launchUrlPathForm, organizationId !== undefined, 'for EHRs and test kits that append ?iss= to whatever is registered')}
${sheetRow('Redirect URI', values.redirectUri, true, called('redirectUri'))}
${sheetRow('JWKS URI', values.jwksUri, true, called('jwksUri'))}
${sheetRow('Client authentication', values.clientAuthentication, true, 'a signed JWT as client_assertion; no shared secret')}
${sheetRow('Grant types', values.grantTypes.join(', '), false, 'Authorization Code and Refresh Token')}
${sheetRow('Scopes', values.scopes, true, called('scopes'))}
${values.standaloneUrl === undefined ? null : sheetRow('Standalone URL', values.standaloneUrl, true, 'for a link or bookmark outside the EHR; it takes no parameters')}
${values.standaloneScopes === undefined ? null : sheetRow('Scopes of a standalone launch', values.standaloneScopes)}
</tbody>
</table>
`;
}

/** One value with its name. Without scripts, one click selects the value; copy.js shows the button. */
function sheetRow(name: string, value: string, mayCopy = true, note?: string): SafeHtml {
  const label = `Copy ${name}`;
  return html`<tr><th scope="row">${name}</th><td>${mayCopy ? html`<code class="value">${value}</code> ${copyButton(label, value)}` : html`<span class="value">${value}</span>`}${note === undefined ? null : html`<span class="note">${note}</span>`}</td></tr>
`;
}
