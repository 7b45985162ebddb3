/** The guide's second half: adding the launch to the EHR, checking that it works, and trying it without an EHR. */
import { html, type SafeHtml } from '@remix-run/html-template';
import type { RegistrationValues } from '#views/integration-page/registration-table.ts';

function standaloneLaunch(url: string, scopes: string | undefined): SafeHtml {
  return html`<h3>Outside the EHR</h3>
<p>Standalone launch is switched on for this organization. A link or bookmark to the standalone URL opens the app in a window of its own: the user signs in at the EHR, picks a patient there, and lands on that patient's list. It uses the same client, redirect URI and keys.</p>
<table class="guide-table">
<tbody>
<tr><th scope="row">Standalone URL</th><td><code class="value">${url}</code> (no parameters; never in a frame)</td></tr>
<tr><th scope="row">Scopes</th><td><code class="value">${scopes}</code> (<code>launch/patient</code> asks the EHR for its patient picker; <code>launch</code> is not sent)</td></tr>
<tr><th scope="row">The EHR</th><td>names <code>launch-standalone</code> and <code>context-standalone-patient</code> among its capabilities and lets this client use them</td></tr>
</tbody>
</table>
`;
}

/** Chapters 3 and 4. */
export function guideLaunching({ standaloneUrl, standaloneScopes }: RegistrationValues): SafeHtml {
  return html`<section aria-labelledby="settings-check">
<h2 id="settings-check">3. Connect and check</h2>
<ol>
<li>Sign in here and open <a href="/settings/integrations/smart-on-fhir">Settings &gt; Integrations &gt; SMART on FHIR</a>.</li>
<li>Type the FHIR server URL of this environment into <strong>FHIR URL</strong> and press <strong>Save</strong>. Then our servers, not your browser, run the checks. Three of them are: the SMART configuration below that URL can be read; the issuer it names has a valid OpenID Connect document; and that document's key set can be fetched.</li>
<li>Look for <strong>All checks passed</strong>. Otherwise, each row says what was found, why it matters, whose job it is and how to fix it.</li>
<li>Enter <strong>your EHR’s web address</strong>: the origins of the pages that show the app in a frame. Without them a browser refuses to show the app inside the EHR. If a launch was refused for this reason, the page proposes that address with a button to allow it.</li>
<li>Place the launch (4) and launch the app once (5): the page then says <strong>Ready to launch</strong>.</li>
<li>If the EHR refuses the app, press <strong>Prove our key</strong> under “Key proof, report and changes”. The proof shows whether client ID, key and algorithm match. It needs no patient and no user.</li>
</ol>
</section>
<section aria-labelledby="placing">
<h2 id="placing">4. Place the launch</h2>
<ul>
<li>Add the app to the patient chart or the encounter, as an embedded window (iframe) where your EHR offers it.</li>
<li>Show it only to the roles that should use it: the EHR decides who may launch.</li>
<li>It must be an <strong>EHR launch</strong>: the EHR opens the launch URL with <code>iss</code> and <code>launch</code>. Opening the launch URL by hand ends in an error page, as it should.</li>
<li>Do not add parameters of your own, and do not put a patient identifier into the launch URL.</li>
</ul>
${standaloneUrl === undefined ? null : standaloneLaunch(standaloneUrl, standaloneScopes)}</section>
`;
}

/** Chapter 5. */
export function guideVerifying(): SafeHtml {
  return html`<section aria-labelledby="verifying">
<h2 id="verifying">5. Verify it</h2>
<p>In a test session of the EHR, from the chart of a test patient:</p>
<ol class="checklist">
<li>The app opens in an iframe-style window.</li>
<li>No launch error and no error screen appears.</li>
<li>No OAuth2 or authentication error comes from the authorization server.</li>
<li>The user lands on the Request List titled <strong>Requests for &lt;patient name&gt;</strong>.</li>
</ol>
<p>That proves the launch, OAuth2 and the hand-over of the session. Keep <a href="/settings/verify">Settings &gt; Verify</a> open while you launch: it ticks this list by itself. Creating requests needs extra configuration on our side and is not needed to verify the integration.</p>
</section>
`;
}

/** Chapter 7. */
export function guideTesting(props: RegistrationValues): SafeHtml {
  return html`<section aria-labelledby="testing">
<h2 id="testing">7. Try it without your EHR</h2>
<h3>With the public SMART launcher</h3>
<p>At <code>https://launch.smarthealthit.org</code>, for deployments that it can reach from the internet:</p>
<table class="guide-table">
<thead><tr><th scope="col">Setting of the launcher</th><th scope="col">Value</th></tr></thead>
<tbody>
<tr><th scope="row">Launch type</th><td>Provider EHR Launch, FHIR version R4</td></tr>
<tr><th scope="row">Client type</th><td>Confidential, Asymmetric</td></tr>
<tr><th scope="row">Client ID</th><td>${props.clientId === '' ? html`the one the operator enters in Settings &gt; Organizations` : html`<code class="value">${props.clientId}</code>`}</td></tr>
<tr><th scope="row">Scopes</th><td><code class="value">${props.scopes}</code></td></tr>
<tr><th scope="row">Redirect URIs</th><td>as on the registration sheet</td></tr>
<tr><th scope="row">JWKS URL</th><td><code class="value">${props.jwksUri}</code></td></tr>
<tr><th scope="row">App's launch URL</th><td><code class="value">${props.launchUrlPathForm}</code> (the path form: the launcher appends <code>?iss=</code>)</td></tr>
</tbody>
</table>
<p>Create a separate organization here for the launcher. Its <strong>FHIR URL</strong> is the launcher's server URL, which contains these settings and changes with them. Under <strong>Advanced settings</strong>, set <strong>id_token in a refresh answer</strong> to <em>ignore</em> (<code>refreshIdToken=ignore</code>), because the launcher sends an id_token without an audience. Use synthetic patients only.</p>
<h3>With our own mock EHR</h3>
<p>In a checkout of this product, <code>npm run demo</code> starts the app and a mock EHR with synthetic patients. It prints the address of the chart page. The page <strong>/faults</strong> of the mock EHR switches on one named fault at a time (a wrong issuer, a rotated key, a slow server, …) or a vendor's behaviour. So you can see each failure before it happens to you.</p>
</section>
`;
}
