/** Settings > Keys: the signing keys, which EHRs have fetched or accepted them, and the actions for operators. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { copyButton } from '#views/copy-button.ts';
import { serverTimeZone } from '#views/date-text.ts';
import { icon } from '#views/icons.ts';
import { age, instant } from '#views/instant.ts';
import { notice } from '#views/notice.ts';
import { askLink } from './confirm-page.ts';
import { fetcherTable, type JwksFetcher, type KeyUseRow, keyUseTable } from './key-use.ts';
import { type PageAdmin, settingsPage } from './settings-layout.ts';

export interface KeyRowProps {
  readonly kid: string;
  readonly alg: string;
  readonly state: string;
  readonly createdAt: Date;
  readonly activatesAt: Date;
  readonly publishedUntil: Date | null;
}

export interface KeysPageProps {
  readonly admin: PageAdmin;
  readonly now: Date;
  readonly jwksUri: string;
  readonly maxAgeSeconds: number;
  readonly keys: readonly KeyRowProps[];
  readonly keyUses: readonly KeyUseRow[];
  readonly fetchers: readonly JwksFetcher[];
  readonly done: string | undefined;
  /** why the last form was refused; `retireAnyway` is the key that may be retired nevertheless */
  readonly problem:
    | { readonly text: string; readonly at: 'keys' | 'import'; readonly retireAnyway?: string }
    | undefined;
}

/** A whole page. */
export function keysPage(props: KeysPageProps): string {
  const title = props.problem ? 'Error: Signing keys' : 'Signing keys';
  return settingsPage({ title, ...props.admin, current: 'keys', script: 'copy.js' }, keysMain(props));
}

function keysMain(props: KeysPageProps): SafeHtml {
  const { csrfToken } = props.admin;
  return html`<h1>Signing keys</h1>
${notice('done', props.done)}
<p>The app signs its requests to EHRs with these keys. EHRs read the public keys at <code class="value">${props.jwksUri}</code> ${copyButton('Copy the JWKS URI', props.jwksUri)} and may cache them for ${props.maxAgeSeconds} seconds.</p>
${props.problem?.at === 'keys' ? keysProblem(props.problem, csrfToken) : null}
<table class="settings-table">
<thead><tr><th scope="col">Key ID</th><th scope="col">Algorithm</th><th scope="col">State</th><th scope="col">Age</th><th scope="col">Dates</th><th scope="col">Actions</th></tr></thead>
<tbody>
${props.keys.map((key) => keyRow(key, props.now))}</tbody>
</table>
<section aria-labelledby="rotate">
<h2 id="rotate">Rotate</h2>
<p>This publishes a new key for each algorithm now. The new keys start to sign when every cached copy of the JWKS has expired, and the current keys then stop signing. They stay published until no request signed with them can be in transit. No further action is needed.</p>
<p><a class="btn btn-primary" href="/settings/keys/rotate">Rotate keys</a></p>
</section>
${importSection(props)}
${keyUseTable(props.keyUses, props.now)}
${fetcherTable(props.fetchers)}
`;
}

const STATES: Readonly<Record<string, string>> = {
  pending: 'published, not signing yet',
  active: 'signs, unless a newer key is active',
  retired: 'no longer signs, still published',
};

function keyRow(key: KeyRowProps, now: Date): SafeHtml {
  const { kid, alg, state } = key;
  const downloads = `/settings/keys/${encodeURIComponent(kid)}`;
  const query = new URLSearchParams({ kid });
  return html`<tr><th scope="row" data-label="Key ID"><code class="value">${kid}</code></th>
<td data-label="Algorithm">${alg}</td>
<td data-label="State"><span class="state state-${state}">${state}</span><span class="note">${STATES[state]}</span></td>
<td data-label="Age">${age(key.createdAt, now)}</td>
<td data-label="Dates">${state === 'pending' ? 'signs from' : 'has signed since'} ${instant(key.activatesAt, serverTimeZone)}${key.publishedUntil === null ? null : html`<br>published until ${instant(key.publishedUntil, serverTimeZone)}`}</td>
<td data-label="Actions" class="actions"><a href="${downloads}/public.pem">PEM</a> <a href="${downloads}/jwks.json">JWKS</a>
${state === 'retired' ? null : askLink(`/settings/keys/retire?${query}`, state === 'pending' ? 'Cancel rotation' : 'Retire', kid)}
${askLink(`/settings/keys/revoke?${query}`, 'Revoke (emergency)', kid)}</td></tr>
`;
}

/** Retires a key that may be in use; the refusal above the button explains the consequences. */
function retireAnywayForm(kid: string, csrfToken: string): SafeHtml {
  return html`<form method="post" action="/settings/keys/retire"><input type="hidden" name="csrf" value="${csrfToken}"><input type="hidden" name="kid" value="${kid}"><input type="hidden" name="evenIfUsed" value="yes"><button class="btn btn-sm btn-outline-secondary" type="submit">Retire it anyway</button></form>`;
}

function keysProblem(problem: NonNullable<KeysPageProps['problem']>, csrfToken: string): SafeHtml {
  return html`<div class="notice notice-problem" role="alert">${icon('warning')} <div><p>${problem.text}</p>${problem.retireAnyway === undefined ? null : retireAnywayForm(problem.retireAnyway, csrfToken)}</div></div>
`;
}

function importSection({ problem, admin }: KeysPageProps): SafeHtml {
  const refused = problem?.at === 'import' ? problem.text : undefined;
  return html`<section aria-labelledby="import">
<h2 id="import">Import a private key</h2>
<p>For an EHR that has already registered one of your keys. The imported key is published now, and starts to sign when every cached copy of the JWKS has expired. It is stored encrypted and cannot be read back.</p>
<form method="post" action="/settings/keys/import" autocomplete="off">
<input type="hidden" name="csrf" value="${admin.csrfToken}">
<label for="privateKey">Private key, PEM or JWK: RSA with 2048 bits or more, or EC on P-384</label>
${refused === undefined ? null : html`<p class="field-problem" id="privateKey-problem" role="alert">${refused} For safety, the field was emptied.</p>`}
<textarea class="form-control" id="privateKey" name="privateKey" rows="5" spellcheck="false" required${refused === undefined ? null : html` aria-invalid="true" aria-describedby="privateKey-problem"`}></textarea>
<button class="btn btn-outline-secondary" type="submit">Import</button>
</form>
</section>
`;
}
