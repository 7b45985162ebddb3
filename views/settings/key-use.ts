/** Use of our keys by EHRs: per organization, and JWKS fetches from other addresses. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { serverTimeZone } from '#views/date-text.ts';
import { age, instant } from '#views/instant.ts';

export interface KeyUseRow {
  readonly id: string;
  readonly name: string;
  /** the key of the last assertion that its token endpoint accepted */
  readonly accepted: { readonly kid: string; readonly at: Date } | undefined;
}

/** The table of key use per organization. */
export function keyUseTable(keyUses: readonly KeyUseRow[], now: Date): SafeHtml {
  return html`<section aria-labelledby="organizations-keys">
<h2 id="organizations-keys">Organizations</h2>
${
  keyUses.length === 0
    ? html`<p>No organizations yet.</p>`
    : html`<table class="settings-table">
<thead><tr><th scope="col">Organization</th><th scope="col">Last accepted signature</th></tr></thead>
<tbody>
${keyUses.map(
  ({
    id,
    name,
    accepted,
  }) => html`<tr><th scope="row" data-label="Organization">${name} <span class="note">${id}</span></th>
<td data-label="Last accepted signature">${accepted === undefined ? 'none seen' : html`<code>${accepted.kid}</code><span class="note">${age(accepted.at, now)} ago, ${instant(accepted.at, serverTimeZone)}</span>`}</td></tr>
`,
)}</tbody>
</table>`
}
</section>
`;
}
