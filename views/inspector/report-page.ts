/** A dated report of the checks for an EHR or network team, on screen or on paper. Readers need no account. */
import { html } from '@remix-run/html-template';
import { serverTimeZone } from '#views/date-text.ts';
import { instant } from '#views/instant.ts';
import { type CheckRow, checkRows } from '#views/integration-page/check-rows.ts';
import { type RegistrationValues, registrationTable } from '#views/integration-page/registration-table.ts';
import { layout } from '#views/layout.ts';

export interface ReportProps {
  readonly title: string;
  readonly organization: { readonly id: string; readonly name: string };
  readonly fhirUrl: string;
  /** ISO instant */
  readonly checkedAt: string;
  readonly verdict: string;
  readonly issuer?: string | undefined;
  readonly authorizationServer?: string | undefined;
  readonly results: readonly CheckRow[];
  readonly differences: readonly { readonly field: string; readonly before: string; readonly after: string }[];
  readonly registration: RegistrationValues;
}

/** A whole page. It contains no secret, but it is not public, because it names an organization and its servers. */
export function reportPage(report: ReportProps, link: { expiresAt: Date; jsonUrl: string }): string {
  const open = report.results.filter(({ verdict }) => verdict === 'failure' || verdict === 'warning');
  return layout(
    { title: report.title, script: 'copy.js', styles: ['settings.css'] },
    html`<div class="report">
<h1>SMART on FHIR checks</h1>
<p class="lead">${report.organization.name}: ${report.verdict}. Checked ${instant(new Date(report.checkedAt), serverTimeZone)}.</p>
<table class="sheet"><tbody>
<tr><th scope="row">FHIR URL</th><td><code class="value">${report.fhirUrl}</code></td></tr>
<tr><th scope="row">Authorization server</th><td>${report.authorizationServer ?? 'not discovered'}</td></tr>
<tr><th scope="row">Issuer</th><td>${report.issuer ?? 'not discovered'}</td></tr>
</tbody></table>
${
  open.length === 0
    ? null
    : html`<section aria-labelledby="open"><h2 id="open">To fix</h2>
<ul>${open.map(({ id, title, remedy }) => html`<li><a href="#check-${id}">${title}</a>: ${remedy}</li>`)}</ul></section>`
}
${
  report.differences.length === 0
    ? null
    : html`<section aria-labelledby="drift"><h2 id="drift">Changed since the last good checks</h2>
<ul>${report.differences.map(({ field, before, after }) => html`<li><bdi>${field}</bdi>: <bdi>${before}</bdi> → <bdi>${after}</bdi></li>`)}</ul></section>`
}
<section class="checks" aria-labelledby="rows"><h2 id="rows">All checks</h2>
${checkRows(report.results)}</section>
<section aria-labelledby="sheet"><h2 id="sheet">Registration sheet</h2>
${registrationTable(report.registration, report.organization.id)}</section>
<p class="note">This page works until ${instant(link.expiresAt, serverTimeZone)}. <a href="${link.jsonUrl}">The same as JSON</a></p>
</div>
`,
  );
}
