/** Settings: what clinicians are offered in a new request, service by service. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { type SettingsPageProps, settingsPage } from '#views/settings/settings-layout.ts';

/** One service as an administrator has defined it. */
export interface PreviewedService {
  readonly text: string;
  /** of its category, with its system */
  readonly code: string | undefined;
  readonly sections: readonly string[];
  readonly questions: readonly {
    readonly label: string;
    readonly kind: string;
    readonly choices: readonly string[];
    readonly demand: string;
  }[];
  readonly receivers: readonly string[];
}

export interface RequestFormPageProps extends Pick<SettingsPageProps, 'identity' | 'csrfToken'> {
  readonly organization: string;
  readonly backUrl: string;
  readonly exports: readonly { readonly text: string; readonly url: string }[];
  readonly services: readonly PreviewedService[];
}

/** A whole page. */
export function requestFormPage(props: RequestFormPageProps): string {
  const { identity, csrfToken, organization, services } = props;
  return settingsPage(
    { title: 'New request', identity, csrfToken, current: 'integration', styles: ['settings.css'] },
    html`<h1>New request at <bdi>${organization}</bdi></h1>
<p>What clinicians are offered, as it is saved. Change it in <a href="${props.backUrl}">Advanced settings</a>: paste a table there to import it.</p>
<p>${props.exports.map(({ text, url }) => html`<a class="btn btn-outline-secondary" href="${url}" download>${text}</a> `)}</p>
${services.map(service)}`,
  );
}

function service({ text, code, sections, questions, receivers }: PreviewedService): SafeHtml {
  return html`<section><h2>${text}</h2>
<dl class="facts"><dt>Code</dt><dd>${code ?? 'none'}</dd><dt>Sections</dt><dd>${sections.join(', ') || 'none'}</dd><dt>Receivers</dt><dd>${receivers.join(', ') || 'none'}</dd></dl>
<ul>${questions.map(({ label, kind, choices, demand }) => html`<li><bdi>${label}</bdi>: ${kind}${choices.length === 0 ? null : html` (<bdi>${choices.join(', ')}</bdi>)`}${demand === 'never' ? null : html`, required ${demand}`}</li>`)}</ul></section>
`;
}
