/** The page at the root: what this service is, with links for clinicians, EHR teams and administrators. */
import { html } from '@remix-run/html-template';
import { layout } from '#views/layout.ts';

/** A whole page. It shows public information only: no organization and no version. */
export function startPage(appName: string): string {
  return layout(
    { title: appName },
    html`<div class="start">
<h1>${appName}</h1>
<p class="lead-in">Clinicians see and create a patient's service requests from the chart of their EHR, by SMART App Launch 2.2.</p>
<dl class="facts">
<dt>Clinicians</dt><dd>Open the app from the patient's chart. There is nothing to sign in to here.</dd>
<dt>EHR teams</dt><dd><a href="/guide/register">Register the app</a>: what to enter in the EHR, on two pages. <a href="/guide">Integration guide</a>: everything else, and what to do when a launch fails.</dd>
<dt>Administrators and operators</dt><dd><a href="/settings">Settings</a>: connect an organization's EHR and follow its launches.</dd>
</dl>
</div>
`,
  );
}
