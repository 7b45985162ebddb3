/** The tools beside the checks: suggested changes, key proof, report for the EHR team, and drift. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { copyButton } from '#views/copy-button.ts';
import { type IconName, icon } from '#views/icons.ts';
import { instant } from '#views/instant.ts';
import { notice } from '#views/notice.ts';
import type { Forms } from './connection.ts';

export interface SuggestionProps {
  /** the name of the suggestion in the form that accepts it */
  readonly key: string;
  readonly title: string;
  readonly why: string;
}

/** The suggestions, each with a button. Nothing changes before a button is pressed. */
export function suggestionList(suggestions: readonly SuggestionProps[], forms: Forms): SafeHtml | null {
  const { actionOf, csrfToken } = forms;
  if (suggestions.length === 0) return null;
  // What several of them share is said once.
  const suggestion = ({ key, title, why }: SuggestionProps, index: number) =>
    html`${why === suggestions[index - 1]?.why ? null : html`<p>${why}</p>`}<form method="post" action="${actionOf('accept')}"><input type="hidden" name="csrf" value="${csrfToken}"><input type="hidden" name="suggestion" value="${key}"><button class="btn btn-outline-secondary" type="submit"><bdi>${title}</bdi></button></form>
`;
  return html`<div class="suggestions"><h3>Suggested changes</h3>
${suggestions.map(suggestion)}</div>
`;
}

export interface ProofProps {
  readonly verdict: 'proven' | 'refused' | 'undecided';
  readonly text: string;
  readonly causes: readonly string[];
}

const PROOF_PICTURES: Readonly<Record<ProofProps['verdict'], IconName>> = {
  proven: 'done',
  refused: 'warning',
  undecided: 'info',
};

/** Explains the key proof. Each press of its button makes one attempt. */
export function keyProof(proof: ProofProps | undefined, { actionOf, csrfToken }: Forms): SafeHtml {
  return html`<section aria-labelledby="key-proof">
<h2 id="key-proof">Key proof</h2>
<p>This proof sends one token request with an invalid code. The answer <code>invalid_grant</code> means that the EHR accepted the client ID, key, algorithm and audience: the registration is right. <code>invalid_client</code> means that the EHR did not accept them. No patient or user is involved. Some servers count failed requests, so the limit is five proofs in ten minutes.</p>
${proof === undefined ? null : proofResult(proof)}
<form method="post" action="${actionOf('prove-key')}#key-proof"><input type="hidden" name="csrf" value="${csrfToken}"><button class="btn btn-outline-secondary" type="submit">Prove our key</button></form>
</section>
`;
}

function proofResult({ verdict, text, causes }: ProofProps): SafeHtml {
  const look = verdict === 'proven' ? 'notice-done' : verdict === 'refused' ? 'notice-problem' : '';
  return html`<div class="notice ${look}" role="status">${icon(PROOF_PICTURES[verdict])} <div><p>${text}</p>${causes.length === 0 ? null : html`<ol>${causes.map((cause) => html`<li>${cause}</li>`)}</ol>`}</div></div>
`;
}

export interface ReportProps {
  readonly report: { readonly url: string; readonly expiresAt: Date } | undefined;
  /** a link was shown at this URL before, and is not shown again */
  readonly isReportGone: boolean;
}

/** The link to a report of the checks, for people who cannot sign in. */
export function reportSection({ report, isReportGone }: ReportProps, forms: Forms): SafeHtml {
  const { actionOf, csrfToken, timeZone } = forms;
  return html`<section aria-labelledby="report">
<h2 id="report">Report for the EHR and network teams</h2>
<p>A dated page with the last checks and the registration sheet, without secrets. Anyone with the link can read it until it expires, without signing in.</p>
${notice('info', isReportGone && 'The link of a report is shown only once, and this one was shown already. If you did not copy it, make a new one.')}
${report === undefined ? null : html`<div class="notice notice-done" role="status">${icon('done')} <div><p><code class="value">${report.url}</code> ${copyButton('Copy the link of the report', report.url)}</p><p class="note">Works until ${instant(report.expiresAt, timeZone)}. <a href="${report.url}">Open the report</a></p></div></div>`}
<form method="post" action="${actionOf('report')}#report"><input type="hidden" name="csrf" value="${csrfToken}"><button class="btn btn-outline-secondary" type="submit">Make a link</button></form>
</section>
`;
}

/** The differences that the last scheduled check found. */
export interface DriftProps {
  readonly at: Date;
  readonly differences: readonly string[];
}

/** Returns null before the first scheduled check. */
export function driftSection(drift: DriftProps | undefined, { timeZone }: Forms): SafeHtml | null {
  if (!drift) return null;
  return html`<section aria-labelledby="drift">
<h2 id="drift">Changes at the EHR</h2>
${drift.differences.length === 0 ? html`<p>No changes since the last good checks, as of ${instant(drift.at, timeZone)}.</p>` : html`<p>Since the last good checks, as of ${instant(drift.at, timeZone)}:</p><ul>${drift.differences.map((difference) => html`<li><bdi>${difference}</bdi></li>`)}</ul>`}
</section>
`;
}
