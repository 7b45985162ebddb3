/** The guide's troubleshooting table: every way a launch can fail, by the code in our records. */
import { html, type SafeHtml } from '@remix-run/html-template';

/** What a failure usually means and who can mend it. */
export interface GuideExplanation {
  readonly owner: string;
  /** most likely first */
  readonly causes: readonly string[];
  readonly whatToDo: string;
}

export interface GuideFailure {
  readonly code: string;
  readonly status: number;
  /** what the user reads on the page */
  readonly title: string;
  readonly help: string;
  readonly explanation: GuideExplanation | undefined;
}

/** Chapter 8. */
export function guideTroubleshooting(failures: readonly GuideFailure[]): SafeHtml {
  return html`<section aria-labelledby="troubleshooting">
<h2 id="troubleshooting">8. When a launch fails</h2>
<p>The page shows a sentence and a <strong>support code</strong>. Signed in, enter the code at <a href="/settings/launches">Settings &gt; Launches</a>: it opens the launch at the step that failed. This is every failure there is:</p>
<table class="guide-table troubleshooting">
<thead><tr><th scope="col">What the user reads</th><th scope="col">Code</th><th scope="col">Whose job, what to do, usual causes</th></tr></thead>
<tbody>
${failures.map(failureRow)}</tbody>
</table>
</section>
`;
}

function failureRow({ code, status, title, help, explanation }: GuideFailure): SafeHtml {
  return html`<tr id="code-${code}"><th scope="row" data-label="What the user reads">${title}</th><td data-label="Code"><code>${code}</code><span class="note">HTTP ${status}</span></td><td data-label="What to do">${explanation === undefined ? html`<p>${help}</p>` : explained(explanation)}</td></tr>
`;
}

function explained({ owner, causes, whatToDo }: GuideExplanation): SafeHtml {
  return html`<p><span class="owner">${owner}</span> ${whatToDo}</p><ul>${causes.map((cause) => html`<li>${cause}.</li>`)}</ul>`;
}
