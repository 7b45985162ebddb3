/** The pictures beside words: small inline SVG in the text's colour, allowed by a CSP without inline styles. */
import { html, type SafeHtml } from '@remix-run/html-template';

/** Drawn on a 16 × 16 grid with strokes only. */
const drawings = {
  draft: html`<path d="M3 13l.6-3L11 2.6l2.4 2.4L6 12.4z"/>`,
  ordered: html`<path d="M4 3.4h8v10.4H4zM6.2 2h3.6v2.8H6.2zM6.2 7.8h3.6M6.2 10.6h3.6"/>`,
  hold: html`<circle cx="8" cy="8" r="6"/><path d="M6.4 5.8v4.4M9.6 5.8v4.4"/>`,
  done: html`<circle cx="8" cy="8" r="6"/><path d="M5.2 8.2l2 2 3.6-4"/>`,
  cancelled: html`<circle cx="8" cy="8" r="6"/><path d="M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4"/>`,
  unknown: html`<circle cx="8" cy="8" r="6"/><path d="M6.2 6.4a1.8 1.8 0 113 1.3c-.8.6-1.2.9-1.2 1.7M8 11.4v.1"/>`,
  info: html`<circle cx="8" cy="8" r="6"/><path d="M8 7.4v3.6M8 5v.1"/>`,
  warning: html`<path d="M8 2.2l6.2 11.3H1.8zM8 6.6v3.4M8 11.8v.1"/>`,
  refresh: html`<path d="M13.2 6.2A5.5 5.5 0 103.6 11M13.5 2.6v3.8H9.7"/>`,
  window: html`<path d="M9 3H3v10h10V7M8.4 7.6L13.2 2.8M10 2.5h3.5V6"/>`,
} as const;

/** Every picture there is. */
export type IconName = keyof typeof drawings;

/** A decorative picture: the word beside it carries the meaning, so screen readers skip it. */
export function icon(name: IconName): SafeHtml {
  return html`<svg class="icon icon-${name}" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">${drawings[name]}</svg>`;
}
