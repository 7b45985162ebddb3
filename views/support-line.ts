/** The support code that a user reads out, and the help desk to call. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { copyButton } from './copy-button.ts';

/** The help desk of an organization's users; undefined members are not set in its settings. */
export interface HelpDesk {
  readonly name: string | undefined;
  readonly telephone: string | undefined;
  /** an https URL */
  readonly url: string | undefined;
}

export interface SupportLineProps {
  readonly supportCode: string;
  /** undefined where the organization names no help desk */
  readonly helpDesk?: HelpDesk | 'not set' | undefined;
  /** the page must contain nothing to click */
  readonly isBare?: boolean | undefined;
}

/** The code is large enough to read out over the telephone. Without scripts, one click selects it. */
export function supportLine({ supportCode, helpDesk, isBare = false }: SupportLineProps): SafeHtml {
  return html`<div class="support">
<p>Support code: <code>${supportCode}</code>${isBare ? null : html` ${copyButton('Copy the support code', supportCode)}`}</p>
${helpDesk === undefined ? null : helpDesk === 'not set' ? html`<p>If you need help, read this code to your help desk. The code shows them what happened.</p>` : contact(helpDesk, isBare)}</div>
`;
}

function contact({ name, telephone, url }: HelpDesk, isBare: boolean): SafeHtml {
  return html`<dl class="facts help-desk">
${name === undefined ? null : html`<dt>Help desk</dt><dd>${name}</dd>`}
${telephone === undefined ? null : html`<dt>Telephone</dt><dd class="telephone">${telephone}</dd>`}
${url === undefined || isBare ? null : html`<dt>Web page</dt><dd><a href="${url}" target="_blank" rel="noopener noreferrer">${url}</a></dd>`}
</dl>
`;
}
