/** The mock EHR's sign-in page of a standalone launch, to choose user and patient. No script, no password. */
import { html, type SafeHtml } from '@remix-run/html-template';
import type { Patient } from 'fhir/r4.js';
import { layout } from '#sandbox/chart/layout.ts';
import { chartName } from '#sandbox/chart/patient-name.ts';
import type { SandboxUser } from '#sandbox/contract.ts';

export interface SignInPageProps {
  /** Single use. */
  form: string;
  users: readonly SandboxUser[];
  /** Empty when the app did not ask for a patient. */
  patients: readonly Patient[];
}

function patientChoice(patients: readonly Patient[]): SafeHtml | null {
  if (patients.length === 0) return null;
  const rows = patients.map(
    (patient, index) => html`<div class="form-check">
<input class="form-check-input" type="radio" name="patient" id="pick-${patient.id}" value="${patient.id}" ${index === 0 ? html.raw`required` : null}>
<label class="form-check-label" for="pick-${patient.id}"><bdi>${chartName(patient)}</bdi> <small class="text-secondary">${patient.birthDate ?? 'no birth date'}</small></label>
</div>
`,
  );
  return html`<fieldset class="mb-3"><legend class="h6">Patient</legend>
${rows}</fieldset>`;
}

/** The whole page. */
export function signInPage({ form, users, patients }: SignInPageProps): string {
  const options = users.map((user) => html`<option value="${user.id}">${user.name}</option>`);
  const content = html`<main class="ehr-sign-in">
<h1 class="h4">Sign in to St. Elsewhere</h1>
<p>An app wants to open outside the chart.${patients.length > 0 ? ' Pick the patient it may open.' : null}</p>
<form method="post" action="/auth/sign-in">
<input type="hidden" name="form" value="${form}">
<label class="form-label" for="user">Who are you?</label>
<select class="form-select mb-3" id="user" name="user">${options}</select>
${patientChoice(patients)}
<div class="d-flex gap-2">
<button class="btn btn-primary" name="action" value="continue">Continue</button>
<button class="btn btn-outline-secondary" name="action" value="cancel" formnovalidate>Cancel</button>
</div>
</form>
</main>`;
  return String(layout('Sign in', content));
}
