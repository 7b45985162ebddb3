/** What the mock EHR shows while no chart is open: which charts to begin with, and what else there is to try. */
import { html, type SafeHtml } from '@remix-run/html-template';
import type { Patient } from 'fhir/r4.js';
import { chartName } from './patient-name.ts';

/** Charts that show something worth seeing, in the order of a first walk through the app. */
const TOUR: Record<string, string> = {
  'pat-ada': 'Late, on hold and waiting requests. New request is filled in from her chart.',
  'pat-ben': 'An order, its copy and its replacement: the list shows each request once.',
  'pat-many': '120 requests, 27 of them open. Which one comes first?',
  'pat-none': 'No request yet: create the first one.',
  'pat-deceased': 'A patient who has died.',
  'pat-arabic': 'A name and a request that are written from right to left.',
};

/** @param pathOf the path of a patient's chart */
export function welcome(patients: readonly Patient[], pathOf: (id: string) => string, app: SafeHtml | null): SafeHtml {
  const cards = Object.entries(TOUR).flatMap(([id, text]) => {
    const patient = patients.find((one) => one.id === id);
    return patient
      ? [html`<li><strong><bdi>${chartName(patient)}</bdi></strong><a href="${pathOf(id)}">${text}</a></li>\n`]
      : [];
  });
  return html`<div class="ehr-welcome">
<h1>Open a patient's chart</h1>
<p>VectorCare opens inside the chart, as it does in a hospital's EHR. All patients are made up.</p>
<ul class="ehr-tour">
${cards}</ul>
<h2>Also to try</h2>
<ul>
<li>At the left of the chart: sign in as another user, or choose the night look.</li>
<li><a href="/faults">Break something</a> in this EHR, open a chart again, and read what the app says.</li>
${app}</ul>
</div>`;
}
