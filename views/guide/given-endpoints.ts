/** The guide's section for an EHR without a SMART configuration: an administrator enters its endpoints. */
import { html, type SafeHtml } from '@remix-run/html-template';

/** The endpoints in the organization's settings; empty if its EHR publishes them or no organization is chosen. */
export interface GivenEndpointsProps {
  readonly given: readonly { readonly label: string; readonly address: string }[];
}

/** Belongs to chapter 4. */
export function guideGivenEndpoints({ given }: GivenEndpointsProps): SafeHtml {
  return html`<section aria-labelledby="given-endpoints">
<h3 id="given-endpoints">If your EHR publishes no SMART configuration</h3>
<p>Send your administrator the authorization endpoint, the token endpoint, the address of your public keys (JWKS) and the issuer of your id_tokens, and where you have them the revocation and the introspection endpoint. They are entered under <strong>Endpoints given by hand</strong> in the advanced settings. All are https, on the host of the FHIR URL or a host that is allowed there. Then no document of your EHR is used: tell your administrator before an address changes.</p>
${
  given.length === 0
    ? null
    : html`<table class="guide-table">
<tbody>
${given.map(
  ({ label, address }) => html`<tr><th scope="row">${label}</th><td><code class="value">${address}</code></td></tr>
`,
)}</tbody>
</table>
`
}</section>
`;
}
