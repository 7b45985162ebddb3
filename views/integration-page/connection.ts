/** The FHIR URL of a connection: its field, the corrections of the typed text, the draft, and the discovered facts. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { formField } from '#views/form-field.ts';
import { icon } from '#views/icons.ts';
import { instant } from '#views/instant.ts';

export interface Forms {
  /** the URL to which a form of this page posts; `''` saves the FHIR URL */
  readonly actionOf: (step: string) => string;
  readonly csrfToken: string;
  readonly timeZone: string;
}

export interface ConnectionProps extends Forms {
  readonly field: {
    /** the typed text, or the FHIR URL that is in use or a draft */
    readonly value: string;
    readonly problem?: string | undefined;
    /** the corrections of the typed text, one sentence each */
    readonly corrections?: readonly string[] | undefined;
  };
  /** a FHIR URL that failed the checks; the one in use stays in use */
  readonly draft:
    | {
        readonly fhirUrl: string;
        /** the instant that names this draft in its forms */
        readonly at: string;
        /** the settings that are put in use with it, in words */
        readonly accepted: readonly string[];
        readonly reasonProblem?: string | undefined;
      }
    | undefined;
  readonly inUse: {
    readonly fhirBaseUrl: string;
    readonly authorizationServer?: string | undefined;
    readonly issuer?: string | undefined;
    readonly discoveredAt?: Date | undefined;
    /** the endpoints are from the settings, and no document of the EHR is read */
    readonly isGivenByHand?: boolean;
  };
}

/** Hidden fields of each form that saves: a draft that its page shows is over once another FHIR URL is in use. */
export function savingFields({ csrfToken, draft }: Pick<ConnectionProps, 'csrfToken' | 'draft'>): SafeHtml {
  return html`<input type="hidden" name="csrf" value="${csrfToken}">${draft && html`<input type="hidden" name="draft" value="${draft.at}">`}`;
}

/** The form that saves and checks. */
export function fhirUrlForm(connection: ConnectionProps, isNext: boolean): SafeHtml {
  const { actionOf, field } = connection;
  return html`<form class="fhir-url" method="post" action="${actionOf('')}">
${savingFields(connection)}
${formField({ name: 'fhirUrl', label: 'FHIR URL', hint: 'Address of the FHIR R4 server, from the EHR team. It is checked from our servers when you save.', value: field.value, problem: field.problem, autocomplete: 'off', isRequired: true })}
<button class="btn ${isNext ? 'btn-primary' : 'btn-outline-secondary'}" type="submit">Save</button>
</form>
`;
}

/** The notice at the top of the page that lists the corrections of the typed text. */
export function changedNotice({ field: { corrections = [], value } }: ConnectionProps): SafeHtml | null {
  if (corrections.length === 0) return null;
  return html`<div class="notice" role="status">${icon('info')} <div><p>What you typed was understood as <code class="value">${value}</code>:</p><ul>${corrections.map((sentence) => html`<li>${sentence}</li>`)}</ul></div></div>
`;
}

/** The draft and its actions: check it again, use it in spite of the failure, or delete it. */
export function draftNotice({ draft, inUse, actionOf, csrfToken }: ConnectionProps): SafeHtml | null {
  if (!draft) return null;
  const fields = savingFields({ csrfToken, draft });
  return html`<section class="draft" aria-labelledby="draft">
<h2 id="draft">${icon('draft')} Kept as a draft</h2>
<p><code class="value">${draft.fhirUrl}</code> failed a check that every launch depends on. ${inUse.fhirBaseUrl === '' ? 'No address is in use yet.' : html`<code class="value">${inUse.fhirBaseUrl}</code> stays in use.`}</p>
${draft.accepted.length === 0 ? null : html`<p>These settings come into use together with it:</p><ul>${draft.accepted.map((text) => html`<li>${text}</li>`)}</ul>`}
<div class="message-actions"><form method="post" action="${actionOf('check')}">${fields}<button class="btn btn-outline-secondary" type="submit">Check it again</button></form>
<a class="btn btn-outline-secondary" href="${actionOf('discard-draft')}">Delete the draft</a></div>
<details${draft.reasonProblem === undefined ? null : html` open`}><summary>Use it anyway…</summary>
<form method="post" action="${actionOf('use-anyway')}">
${fields}
${formField({ name: 'reason', label: 'Reason for using it in spite of the failure', hint: 'Recorded in the audit trail with your name. Open launches end, and new ones will probably fail.', problem: draft.reasonProblem, isRequired: true })}
<button class="btn btn-outline-danger" type="submit">Use it anyway</button>
</form>
</details>
</section>
`;
}

/** The facts that every launch uses now. */
export function connectionFacts({ inUse, timeZone }: Pick<ConnectionProps, 'inUse' | 'timeZone'>): SafeHtml {
  const { fhirBaseUrl, authorizationServer, issuer, discoveredAt, isGivenByHand } = inUse;
  return html`<section aria-labelledby="connection">
<h2 id="connection">In use for every launch</h2>
<table class="sheet"><tbody>
<tr><th scope="row">FHIR URL</th><td>${fhirBaseUrl === '' ? 'not set yet' : html`<code class="value">${fhirBaseUrl}</code>`}</td></tr>
<tr><th scope="row">Authorization server</th><td>${authorizationServer === undefined ? 'not discovered yet' : html`<code class="value">${authorizationServer}</code>`}</td></tr>
<tr><th scope="row">Issuer</th><td>${issuer === undefined ? 'not discovered yet' : html`<code class="value">${issuer}</code>`}</td></tr>
<tr><th scope="row">Discovered</th><td>${isGivenByHand === true ? 'no: endpoints are given by hand' : discoveredAt === undefined ? 'not yet' : instant(discoveredAt, timeZone)}</td></tr>
</tbody></table>
</section>
`;
}
