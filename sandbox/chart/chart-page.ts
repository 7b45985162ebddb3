/** The chart: patients at the left, the app in an iframe at the right. No script anywhere. */
import { html, type SafeHtml } from '@remix-run/html-template';
import type { Patient } from 'fhir/r4.js';
import type { SandboxUser } from '#sandbox/contract.ts';
import { type StyleName, styles } from '#sandbox/data/styles.ts';
import { layout } from './layout.ts';
import { chartName } from './patient-name.ts';
import { welcome } from './welcome.ts';

export interface ChartProps {
  patients: readonly Patient[];
  users: readonly SandboxUser[];
  /** Id of the user at the keyboard. */
  user: string;
  style: StyleName;
  activeFaults: readonly string[];
  profileName: string;
  /** The open chart, with a launch URL minted for this page view. */
  open?: { patient: Patient; appUrl: string };
  /** Where the app is opened outside the chart, if it offers that. */
  standaloneUrl: string | undefined;
  iframeSandbox: string | undefined;
}

function chartPath(id: string | undefined, { user, style }: Pick<ChartProps, 'user' | 'style'>, suffix = ''): string {
  const look = style === 'day' ? '' : `&style=${style}`;
  return `/chart/${encodeURIComponent(id ?? '')}${suffix}?user=${encodeURIComponent(user)}${look}`;
}

function patientList({ patients, open, ...chosen }: ChartProps): SafeHtml {
  return html`<ul class="list-unstyled mb-0">
${patients.map((patient) => {
  const current = patient.id === open?.patient.id ? html.raw`aria-current="page"` : null;
  return html`<li><a href="${chartPath(patient.id, chosen)}" ${current}><bdi>${chartName(patient)}</bdi>
<small class="d-block text-secondary">${patient.birthDate ?? 'no birth date'} · ${patient.gender ?? 'unknown'}</small></a></li>
`;
})}</ul>`;
}

function userPicker({ users, user, style, open }: ChartProps): SafeHtml {
  const options = users.map(
    (one) => html`<option value="${one.id}" ${one.id === user ? html.raw`selected` : null}>${one.name}</option>`,
  );
  return html`<form method="get" action="${open ? `/chart/${open.patient.id ?? ''}` : '/chart'}" class="mb-3">
<label class="form-label mb-1" for="user">Signed in as</label>
<select class="form-select form-select-sm mb-1" id="user" name="user">${options}</select>
<div class="input-group input-group-sm"><label class="input-group-text" for="look">Look</label><select class="form-select" id="look" name="style">${Object.keys(styles).map((name) => html`<option value="${name}" ${name === style ? html.raw`selected` : null}>${name}</option>`)}</select>
<button class="btn btn-outline-secondary">Switch</button></div>
</form>`;
}

function notice({ activeFaults, profileName }: ChartProps): SafeHtml {
  return html`<p class="small text-secondary mt-3 mb-0">Profile <code>${profileName}</code>.
Faults on: ${activeFaults.length > 0 ? activeFaults.join(', ') : 'none'}.</p>`;
}

function standaloneLink({ standaloneUrl }: ChartProps): SafeHtml | null {
  if (standaloneUrl === undefined) return null;
  return html`<a href="${standaloneUrl}" target="_blank" rel="noopener">Open the app outside the chart (standalone)</a>`;
}

function openChart(props: ChartProps): SafeHtml {
  if (!props.open) {
    const link = standaloneLink(props);
    return welcome(props.patients, (id) => chartPath(id, props), link && html`<li>${link}.</li>\n`);
  }
  const { patient, appUrl } = props.open;
  const sandbox = props.iframeSandbox === undefined ? null : html`sandbox="${props.iframeSandbox}"`;
  return html`<div class="ehr-chart-header">
<h1>Chart of <bdi>${chartName(patient)}</bdi></h1>
<a class="btn btn-sm btn-outline-primary ms-auto" href="${chartPath(patient.id, props)}">Open again</a>
<a class="btn btn-sm btn-outline-primary" target="_blank" rel="noopener" href="${chartPath(patient.id, props, '/new-window')}">Open in a new window</a>
</div>
<iframe title="App for ${chartName(patient)}" src="${appUrl}" ${sandbox}></iframe>`;
}

/** The whole page. */
export function chartPage(props: ChartProps): SafeHtml {
  const content = html`<main class="ehr-main">
<section class="ehr-patients" aria-label="Patients">
${userPicker(props)}
${props.open ? html`<p class="small mb-3">${standaloneLink(props)}</p>` : null}
<h2 class="h6">Patients</h2>
${patientList(props)}
${notice(props)}
</section>
<section class="ehr-chart" aria-label="Chart">${openChart(props)}</section>
</main>`;
  return layout(props.open ? `Chart of ${chartName(props.open.patient)}` : 'Charts', content);
}
