/** The requested and the granted scopes of a launch, in one table for each attempt. */
import { html, type SafeHtml } from '@remix-run/html-template';

export interface ScopeAttemptProps {
  readonly scopes: readonly {
    readonly scope: string;
    /** covered: by another scope (SCO-03, SCO-16); in part: limited by parameters; extra: not requested */
    readonly verdict: 'granted' | 'covered' | 'in part' | 'not granted' | 'extra' | 'no answer';
  }[];
  /** the EHR did not name the granted scopes, so they count as the requested ones */
  readonly isAssumed: boolean;
  /** the app's error code, if the attempt failed */
  readonly endedBy: string | undefined;
}

const ENDINGS: Readonly<Record<string, string>> = {
  'authorization.scope-refused': 'The EHR refused the scopes (invalid_scope).',
  'scope.none-granted': 'The EHR granted nothing to read; the tokens were revoked.',
  'scope.missing': 'A scope that is needed was not granted.',
};

/** Returns null before the browser was sent to the authorization server. */
export function scopeAttemptTables(attempts: readonly ScopeAttemptProps[]): SafeHtml | null {
  if (attempts.length === 0) return null;
  const isRetried = attempts.length > 1;
  const asRequested = attempts.every(({ scopes }) => scopes.every(({ verdict }) => verdict === 'granted'));
  return html`<details class="scope-attempts"${asRequested ? null : html` open`}><summary><h3>Scopes requested and granted</h3></summary>
${isRetried ? html`<p>The first request was not granted, so the app asked once more with other scopes.</p>` : null}
${attempts.map((attempt, index) => attemptTable(attempt, isRetried ? index + 1 : undefined))}</details>
`;
}

function attemptTable(attempt: ScopeAttemptProps, number: number | undefined): SafeHtml {
  const { scopes, isAssumed, endedBy } = attempt;
  const ending = endedBy === undefined ? undefined : (ENDINGS[endedBy] ?? 'The request failed for another reason.');
  return html`<table class="guide-table scope-table">
<caption>${number === undefined ? 'One request' : `Request ${number}`}${ending === undefined ? null : html`: ${ending}`}</caption>
<thead><tr><th scope="col">Scope</th><th scope="col">Requested</th><th scope="col">Granted</th></tr></thead>
<tbody>
${scopes.map(scopeRow)}</tbody></table>
${isAssumed ? html`<p class="note">The EHR did not say what it granted, so the requested scopes count as granted.</p>` : null}
`;
}

const WORDS = {
  granted: 'granted',
  covered: 'granted in other words',
  'in part': 'granted in part',
  'not granted': 'not granted',
  extra: 'extra',
  'no answer': 'no answer',
} as const;

function scopeRow({ scope, verdict }: ScopeAttemptProps['scopes'][number]): SafeHtml {
  return html`<tr class="scope-${verdict.replace(' ', '-')}"><th scope="row"><code>${scope}</code></th><td>${verdict === 'extra' ? 'not requested' : 'requested'}</td><td>${WORDS[verdict]}</td></tr>
`;
}
