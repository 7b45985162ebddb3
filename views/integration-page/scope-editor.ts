/** Explains the scopes setting: the purpose of each scope, missing scopes, the scopes that are sent, and those accepted. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { icon } from '#views/icons.ts';
import { instant } from '#views/instant.ts';
import type { Forms } from './connection.ts';

export interface ExplainedScopeProps {
  readonly scope: string;
  readonly purpose: string;
  readonly loss: string;
}

export interface ScopeEditorProps {
  readonly previewAction: string;
  readonly present: readonly ExplainedScopeProps[];
  readonly absent: readonly ExplainedScopeProps[];
  /** undefined while the EHR's scope syntax is unknown, or if the string cannot be used */
  readonly sent: { readonly scope: string; readonly because: string } | undefined;
  /** set if the string was typed and is not saved */
  readonly preview: { readonly problems: readonly string[] } | undefined;
}

/** The preview button, and the tables for the string in the field. */
export function scopeEditor({ previewAction, present, absent, sent, preview }: ScopeEditorProps): SafeHtml {
  return html`<div class="scope-editor" id="scope-preview">
<button class="btn btn-outline-secondary" type="submit" formaction="${previewAction}#scope-preview" formnovalidate>Preview scopes</button>
${preview === undefined ? null : previewNotice(preview.problems)}
${sent === undefined ? null : html`<p>Sent in a launch, because ${sent.because}: <code class="value">${sent.scope}</code></p>`}
${scopeTable('What these scopes are for', 'Without it', present)}
${absent.length === 0 ? html`<p>No scope that the app can use is missing.</p>` : scopeTable('Missing scopes that the app can use', 'Missing now', absent)}
</div>
`;
}

function previewNotice(problems: readonly string[]): SafeHtml {
  return problems.length === 0
    ? html`<p class="notice notice-done" role="status">${icon('done')} <span>This is a preview; nothing is saved. These scopes can be used.</span></p>`
    : html`<div class="notice notice-problem" role="alert">${icon('warning')} <div><p>This is a preview; nothing is saved. These scopes cannot be used:</p><ul>${problems.map((problem) => html`<li>${problem}.</li>`)}</ul></div></div>`;
}

function scopeTable(caption: string, lossTitle: string, rows: readonly ExplainedScopeProps[]): SafeHtml | null {
  if (rows.length === 0) return null;
  const row = ({ scope, purpose, loss }: ExplainedScopeProps) =>
    html`<tr><th scope="row"><code>${scope}</code></th><td data-label="Purpose">${purpose}</td><td data-label="${lossTitle}">${loss}</td></tr>
`;
  return html`<table class="settings-table scope-words"><caption>${caption}</caption>
<thead><tr><th scope="col">Scope</th><th scope="col">Purpose</th><th scope="col">${lossTitle}</th></tr></thead>
<tbody>
${rows.map(row)}</tbody></table>
`;
}

/** Scopes that the EHR refused in a launch, and those it accepted instead. */
export interface AcceptedScopesProps {
  readonly asked: string;
  readonly accepted: string;
  readonly at: Date;
}

/** Both scope strings, and the button that saves the accepted one. */
export function acceptedScopesNotice(
  scopes: AcceptedScopesProps | undefined,
  { actionOf, csrfToken, timeZone }: Forms,
): SafeHtml | null {
  if (!scopes) return null;
  const { asked, accepted, at } = scopes;
  return html`<section class="notice accepted-scopes" aria-labelledby="accepted-scopes">${icon('warning')} <div>
<h2 id="accepted-scopes">The EHR did not accept the scopes</h2>
<p>Requested in the launch of ${instant(at, timeZone)}: <code class="value">${asked}</code></p>
<p>Accepted: <code class="value">${accepted}</code></p>
<p>Use the accepted scopes, or have the EHR team register the others. Until then every launch asks twice.</p>
<form method="post" action="${actionOf('use-scopes')}"><input type="hidden" name="csrf" value="${csrfToken}"><input type="hidden" name="scopes" value="${accepted}"><button class="btn btn-outline-secondary" type="submit">Use these scopes</button></form>
</div></section>
`;
}
