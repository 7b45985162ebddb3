/** The guide's troubleshooting table: every way a launch can fail, by its code. */
import { html, type SafeHtml } from '@remix-run/html-template';

/** One row of the table of errors. */
export interface GuideFailure {
  readonly code: string;
  readonly status: number;
  /** the title of the error page */
  readonly title: string;
  readonly owner: string;
  /** most likely first */
  readonly causes: readonly string[];
  readonly remedy: string;
}

/** Chapter 6. */
export function guideTroubleshooting(failures: readonly GuideFailure[]): SafeHtml {
  return html`<section aria-labelledby="troubleshooting">
<h2 id="troubleshooting">6. When a launch fails</h2>
<p>The page shows a sentence and a <strong>support code</strong>. Sign in and enter the code at <a href="/settings/launches">Settings &gt; Launches</a>: it opens the launch at the step that failed. These are all failures of a launch:</p>
<table class="guide-table troubleshooting">
<thead><tr><th scope="col">What the user reads</th><th scope="col">Code</th><th scope="col">Whose job, what to do, usual causes</th></tr></thead>
<tbody>
${failures.map(failureRow)}</tbody>
</table>
</section>
`;
}

function failureRow({ code, status, title, owner, causes, remedy }: GuideFailure): SafeHtml {
  return html`<tr id="code-${code}"><th scope="row" data-label="What the user reads">${title}</th><td data-label="Code"><code>${code}</code><span class="note">HTTP ${status}</span></td><td data-label="What to do"><p><span class="owner">${owner}</span> ${remedy}</p><ul>${causes.map((cause) => html`<li>${cause}.</li>`)}</ul></td></tr>
`;
}
