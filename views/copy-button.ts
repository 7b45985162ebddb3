/** A button that public/copy.js makes work and visible; without scripts it stays hidden. */
import { html, type SafeHtml } from '@remix-run/html-template';

/** @param label the button's name for users who do not see the value beside it. */
export function copyButton(label: string, value: string): SafeHtml {
  return html`<button class="btn btn-sm copy" type="button" data-copy="${value}" aria-label="${label}" hidden>Copy</button>`;
}
