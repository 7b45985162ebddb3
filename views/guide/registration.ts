/** The registration sections that both parts of the guide share: scopes with reasons, network, and source of the values. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { copyButton } from '#views/copy-button.ts';
import type { RegistrationValues } from '#views/integration-page/registration-table.ts';

export interface GuideRegistrationProps {
  readonly environment: 'non-production' | 'production';
  readonly organization: { readonly id: string; readonly name: string } | undefined;
  readonly registration: RegistrationValues;
  readonly scopes: readonly { readonly scope: string; readonly reason: string }[];
  readonly canCreate: boolean;
}

/** Says where an organization's values come from. @param isSignedIn whether the user can choose an organization at the top. */
export function whereValuesAre(isSignedIn: boolean): SafeHtml {
  const toSeeValues = isSignedIn
    ? html`Choose an organization at the top of this page (<code>?organization=</code>) to see it with that organization's values.`
    : html`<a href="/sign-in?next=%2Fguide%2Fregister">Sign in</a> to see this page with your own values filled in.`;
  return html`<p class="notice"><span>The operator of this service gives you the <strong>Org ID</strong>. The EHR gives out the <strong>Client ID</strong>, which the operator enters in Settings &gt; Organizations. ${toSeeValues}</span></p>`;
}

/** Chapter 1 of the reference: the scopes. */
export function guideScopes({ registration, scopes, canCreate }: GuideRegistrationProps): SafeHtml {
  return html`<section aria-labelledby="scopes">
<h2 id="scopes">1. Scopes</h2>
<p>The same in both environments. The whole string to copy:</p>
<p class="copy-line"><code class="value">${registration.scopes}</code> ${copyButton('Copy the scopes', registration.scopes)}</p>
<table class="guide-table">
<thead><tr><th scope="col">Scope</th><th scope="col">Why</th></tr></thead>
<tbody>
${scopes.map(
  ({ scope, reason }) => html`<tr><th scope="row"><code>${scope}</code></th><td>${reason}</td></tr>
`,
)}</tbody>
</table>
<p>Some EHRs refuse wildcards: see <a href="#vendors">your vendor</a>. With these scopes the app ${canCreate ? 'reads, and creates and cancels requests' : 'only reads'}; at every launch, it compares the granted scopes with the requested ones, and Settings &gt; Launches names the missing ones.</p>
</section>
`;
}

export interface GuideNetworkProps {
  readonly host: string;
  readonly port: string;
  readonly jwksUri: string;
  /** addresses from which this service calls EHRs; may be unknown to the deployment */
  readonly egressIps: readonly string[];
}

/** The connections that the network must allow. */
export function guideNetwork(props: GuideNetworkProps): SafeHtml {
  return html`<section aria-labelledby="network">
<h2 id="network">Network</h2>
<p>HTTPS only, TLS 1.2 or newer, with a certificate of a public authority and its whole chain.</p>
<table class="guide-table">
<thead><tr><th scope="col">From</th><th scope="col">To</th><th scope="col">Port</th><th scope="col">Why</th></tr></thead>
<tbody>
<tr><th scope="row">Users' workstations</th><td data-label="To"><code>${props.host}</code></td><td data-label="Port">${props.port}</td><td data-label="Why">The app itself, shown inside the EHR</td></tr>
<tr><th scope="row">The EHR's authorization server</th><td data-label="To"><code>${props.jwksUri}</code></td><td data-label="Port">${props.port}</td><td data-label="Why">Our public keys, to verify our signed requests</td></tr>
<tr><th scope="row">Our servers</th><td data-label="To">Your FHIR server, authorization server, token endpoint and key set</td><td data-label="Port">443</td><td data-label="Why">Discovery, sign-in and reading the chart</td></tr>
<tr><th scope="row">Users' workstations</th><td data-label="To">Your authorization server</td><td data-label="Port">443</td><td data-label="Why">Sign-in happens in the user's browser</td></tr>
</tbody>
</table>
${egress(props.egressIps)}
<p>Our servers call hosts with public addresses only. A FHIR server on a private network needs an agreement with the operator of this service first.</p>
<p>If a proxy or content filter stands between the EHR's browser and <code>${props.host}</code>, it must pass the traffic unchanged. The EHR's browser must keep the app's cookies inside the EHR's window.</p>
</section>
`;
}

function egress(ips: readonly string[]): SafeHtml {
  if (ips.length === 0)
    return html`<p class="notice">This deployment does not publish the addresses its servers call from. Ask its operator before you write a firewall rule.</p>`;
  return html`<p>Our servers call from these addresses. Allow all of them:</p>
<ul class="addresses">${ips.map((ip) => html`<li><code>${ip}</code></li>`)}</ul>
<p class="copy-line">${copyButton('Copy all addresses', ips.join('\n'))}</p>
`;
}
