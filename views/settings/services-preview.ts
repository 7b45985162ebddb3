/** Previews the services with their questions and receivers, as clinicians see them. */
import { html, type SafeHtml } from '@remix-run/html-template';

export interface PreviewedService {
  readonly text: string;
  /** the code of its category, with the code system */
  readonly code: string | undefined;
  readonly sections: readonly string[];
  readonly questions: readonly {
    readonly label: string;
    readonly kind: string;
    readonly choices: readonly string[];
    /** such as "required, only if “Oxygen” is yes"; '' for an optional question */
    readonly demand: string;
  }[];
  readonly receivers: readonly string[];
  readonly isOpen: boolean;
}

export interface PreviewedReceiver {
  readonly name: string;
  readonly kind: string;
  readonly telephone: string;
  readonly services: readonly string[];
  /** those of its services that the catalogue does not contain */
  readonly unknown: readonly string[];
  readonly reference: string;
}

/** Each service is folded; its first line counts its parts. */
export function serviceList(services: readonly PreviewedService[]): SafeHtml {
  return html`<ul class="service-list">${services.map((one) => html`<li>${service(one)}</li>`)}</ul>`;
}

function service({ text, code, sections, questions, receivers, isOpen }: PreviewedService): SafeHtml {
  return html`<details${isOpen ? html` open` : null}><summary><strong><bdi>${text}</bdi></strong> <span class="note">${counted(questions.length, 'question')}, ${counted(receivers.length, 'receiver')}</span></summary>
<dl class="facts"><dt>Code</dt><dd>${code ?? 'none'}</dd><dt>Sections</dt><dd>${sections.join(', ') || 'none'}</dd><dt>Receivers</dt><dd>${receivers.join(', ') || 'none'}</dd></dl>
<ol>${questions.map(({ label, kind, choices, demand }) => html`<li><bdi>${label}</bdi>: ${kind}${choices.length === 0 ? null : html` (<bdi>${choices.join(', ')}</bdi>)`}${demand === '' ? null : html`, <bdi>${demand}</bdi>`}</li>`)}</ol></details>
`;
}

/** All fields of each receiver; a sentence if there is no receiver. */
export function receiverTable(receivers: readonly PreviewedReceiver[]): SafeHtml {
  if (receivers.length === 0) return html`<p>No receivers yet: requests are sent without a named receiver.</p>`;
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label="Table of receivers"><table class="settings-table"><thead><tr><th scope="col">Name</th><th scope="col">Kind</th><th scope="col">Telephone</th><th scope="col">Services</th><th scope="col">In the EHR</th></tr></thead>
<tbody>${receivers.map(
    ({ name, kind, telephone, services, unknown, reference }) =>
      html`<tr><th scope="row"><bdi>${name}</bdi></th><td data-label="Kind"><bdi>${kind}</bdi></td><td data-label="Telephone">${telephone}</td><td data-label="Services">${services.join(', ') || 'all'}${unknown.length === 0 ? null : html` <span class="field-problem">Not a service: ${unknown.join(', ')}</span>`}</td><td data-label="In the EHR">${reference}</td></tr>`,
  )}</tbody></table></div>`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
