/** The page at the root: what this service is, with links for clinicians, EHR teams and administrators. */
import { html } from '@remix-run/html-template';
import { assetPath } from '#views/assets.ts';
import { layout } from '#views/layout.ts';

/** A whole page. It shows public information only: no organization and no version. */
export function startPage(appName: string): string {
  return layout(
    { title: appName, styles: ['settings.css'] },
    html`<div class="start">
<h1>${appName}</h1>
<p class="lead-in">Clinicians see and create a patient's service requests from the chart of their EHR, by SMART App Launch 2.2.</p>
<ul class="ways">
<li><h2>Clinicians</h2><p>Open the app from the patient's chart. You do not sign in here.</p></li>
<li><h2>EHR teams</h2><p>“Register the app” has the values to enter in the EHR, on two printed pages. The guide has everything else, and what to do when a launch fails.</p><p><a class="btn" href="/guide/register">Register the app</a> <a href="/guide">Guide</a></p></li>
<li><h2>Administrators and operators</h2><p>Connect an organization's EHR and follow its launches.</p><p><a class="btn btn-primary" href="/settings">Settings</a></p></li>
</ul>
<img class="in-chart" src="${assetPath('app-in-chart.jpg')}" width="1000" height="470" alt="The request list of a synthetic patient, inside the chart of a test EHR">
</div>
`,
  );
}
