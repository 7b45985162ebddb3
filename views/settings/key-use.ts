/** Use of our keys by EHRs: per organization, and JWKS fetches from other addresses. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { serverTimeZone } from '#views/date-text.ts';
import { age, instant } from '#views/instant.ts';

export interface KeyUseRow {
  readonly id: string;
  readonly name: string;
  readonly accepted: { readonly kid: string; readonly at: Date } | undefined;
  /** the last JWKS fetch from an address of its FHIR server's or token endpoint's host */
  readonly fetched: { readonly address: string; readonly at: Date } | undefined;
}

export interface JwksFetcher {
  readonly address: string;
  readonly userAgent: string;
  readonly at: Date;
  readonly fetches: number;
}

/** The table of key use per organization. */
export function keyUseTable(keyUses: readonly KeyUseRow[], now: Date): SafeHtml {
  return html`<section aria-labelledby="organizations-keys">
<h2 id="organizations-keys">Organizations</h2>
${
  keyUses.length === 0
    ? html`<p>No organizations yet.</p>`
    : html`<table class="settings-table">
<thead><tr><th scope="col">Organization</th><th scope="col">Last accepted signature</th><th scope="col">Last fetched our JWKS</th></tr></thead>
<tbody>
${keyUses.map((use) => keyUseRow(use, now))}</tbody>
</table>`
}
</section>
`;
}

function keyUseRow({ id, name, accepted, fetched }: KeyUseRow, now: Date): SafeHtml {
  return html`<tr><th scope="row" data-label="Organization">${name} <span class="note">${id}</span></th>
<td data-label="Last accepted signature">${accepted === undefined ? 'none seen' : html`<code>${accepted.kid}</code><span class="note">${age(accepted.at, now)} ago, ${instant(accepted.at, serverTimeZone)}</span>`}</td>
<td data-label="Last fetched our JWKS">${fetched === undefined ? 'unknown' : html`${age(fetched.at, now)} ago<span class="note">from ${fetched.address}, ${instant(fetched.at, serverTimeZone)}</span>`}</td></tr>
`;
}

/** The JWKS fetches from addresses that belong to no organization. */
export function fetcherTable(fetchers: readonly JwksFetcher[]): SafeHtml {
  return html`<section aria-labelledby="fetchers">
<h2 id="fetchers">Other fetchers of the JWKS</h2>
<p>Only the address of a request can be trusted. A request is assigned to an organization only if that address belongs, in DNS, to the organization’s FHIR or token host. Many EHRs call from other addresses, and a content delivery network may answer in our place. So “unknown” above does not mean that the EHR never fetched the keys. This list is kept for 30 days.</p>
${
  fetchers.length === 0
    ? html`<p>None seen.</p>`
    : html`<table class="settings-table">
<thead><tr><th scope="col">Address</th><th scope="col">User agent</th><th scope="col">Last</th><th scope="col">Times</th></tr></thead>
<tbody>
${fetchers.map(fetcherRow)}</tbody>
</table>`
}
</section>
`;
}

function fetcherRow({ address, userAgent, at, fetches }: JwksFetcher): SafeHtml {
  return html`<tr><th scope="row" data-label="Address"><code>${address}</code></th><td data-label="User agent">${userAgent === '' ? 'none given' : userAgent}</td><td data-label="Last">${instant(at, serverTimeZone)}</td><td data-label="Times">${fetches}</td></tr>
`;
}
