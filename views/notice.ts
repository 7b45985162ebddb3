/** A sentence that reports an outcome, or explains why something is missing. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { icon } from './icons.ts';

/** @param text nothing is shown without one. */
export function notice(kind: 'done' | 'problem' | 'info', text: string | SafeHtml | false | undefined) {
  if (text === undefined || text === false) return null;
  if (kind === 'problem')
    return html`<p class="notice notice-problem" role="alert">${icon('warning')} <span>${text}</span></p>`;
  return html`<p class="notice${kind === 'done' ? ' notice-done' : ''}" role="status">${icon(kind)} <span>${text}</span></p>`;
}
