/** Beside the scopes in the settings: what each is for, what is absent, what is really sent, and what was learned. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { icon } from '#views/icons.ts';
import { instant } from '#views/instant.ts';

/** One scope in words. */
export interface ExplainedScopeProps {
  readonly scope: string;
  readonly purpose: string;
  readonly loss: string;
}

export interface ScopeEditorProps {
  readonly previewAction: string;
  readonly present: readonly ExplainedScopeProps[];
  readonly absent: readonly ExplainedScopeProps[];
  /** undefined while the EHR's spelling is not known, or the string cannot be used */
  readonly sent: { readonly scope: string; readonly because: string } | undefined;
  /** set when the string was typed and not saved */
  readonly preview: { readonly problems: readonly string[] } | undefined;
}

/** The button, and the tables for the string in the field. */
export function scopeEditor({ previewAction, present, absent, sent, preview }: ScopeEditorProps): SafeHtml {
  return html`<div class="scope-editor" id="scope-preview">
<button class="btn btn-outline-secondary" type="submit" formaction="${previewAction}#scope-preview" formnovalidate>Preview scopes</button>
${preview === undefined ? null : previewNotice(preview.problems)}
${sent === undefined ? null : html`<p>Sent in a launch, because ${sent.because}: <code class="value">${sent.scope}</code></p>`}
${scopeTable('What these scopes are for', 'Lost without it', present)}
${absent.length === 0 ? html`<p>Every scope the app can use is there.</p>` : scopeTable('Scopes the app can use that are absent', 'Lost now', absent)}
</div>
`;
}

function previewNotice(problems: readonly string[]): SafeHtml {
  return problems.length === 0
    ? html`<p class="notice notice-done" role="status">${icon('done')} <span>A preview: nothing is saved. These scopes can be used.</span></p>`
    : html`<div class="notice notice-problem" role="alert">${icon('warning')} <div><p>A preview: nothing is saved. These scopes cannot be used:</p><ul>${problems.map((problem) => html`<li>${problem}.</li>`)}</ul></div></div>`;
}

function scopeTable(caption: string, lossTitle: string, rows: readonly ExplainedScopeProps[]): SafeHtml | null {
  if (rows.length === 0) return null;
  return html`<table class="settings-table scope-words"><caption>${caption}</caption>
<thead><tr><th scope="col">Scope</th><th scope="col">What for</th><th scope="col">${lossTitle}</th></tr></thead>
<tbody>
${rows.map(
  ({
    scope,
    purpose,
    loss,
  }) => html`<tr><th scope="row"><code>${scope}</code></th><td data-label="What for">${purpose}</td><td data-label="${lossTitle}">${loss}</td></tr>
`,
)}</tbody></table>
`;
}

/** What launches ask for instead of the configured scopes. */
export interface LearnedScopesProps {
  readonly since: Date;
  readonly askedFor: string;
  readonly refused: readonly { readonly scope: string; readonly how: string }[];
}

/** Nothing while launches ask for what is configured. */
export function learnedScopesNotice(
  learned: LearnedScopesProps | undefined,
  {
    actionOf,
    csrfToken,
    timeZone,
  }: { readonly actionOf: (step: string) => string; readonly csrfToken: string; readonly timeZone: string },
): SafeHtml | null {
  if (!learned) return null;
  const { since, askedFor, refused } = learned;
  return html`<section class="notice learned-scopes" aria-labelledby="learned-scopes">${icon('warning')} <div>
<h2 id="learned-scopes">The EHR refused the configured scopes</h2>
<p>Since ${instant(since, timeZone)} launches ask for: <code class="value">${askedFor}</code></p>
<details><summary>What was refused</summary><ul>${refused.map(({ scope, how }) => html`<li><code>${scope}</code> <span class="note">${how}</span></li>`)}</ul></details>
<p>Register the configured scopes in the EHR, or configure what it grants. A change of the scopes or of the connection forgets this, and so does the button.</p>
<form method="post" action="${actionOf('forget-scopes')}"><input type="hidden" name="csrf" value="${csrfToken}"><button class="btn btn-outline-secondary" type="submit">Ask for the configured scopes again</button></form>
</div></section>
`;
}
