/** The icons beside words: inline SVG in the colour of the text, which a CSP without inline styles allows. */
import { html, type SafeHtml } from '@remix-run/html-template';

/** Drawn on a 16 × 16 grid with strokes only. */
const drawings = {
  draft: html`<path d="M3 13l.6-3L11 2.6l2.4 2.4L6 12.4z"/>`,
  ordered: html`<path d="M4 3.4h8v10.4H4zM6.2 2h3.6v2.8H6.2zM6.2 7.8h3.6M6.2 10.6h3.6"/>`,
  sent: html`<path d="M2.4 8L13.6 2.8 10.4 13.4 7.6 9zM7.6 9l6-6.2"/>`,
  received: html`<path d="M2.6 9.2v4h10.8v-4M8 2.4v7.2M5 6.8l3 3 3-3"/>`,
  accepted: html`<path d="M2.8 8.4l3.4 3.6 7-7.6"/>`,
  booked: html`<path d="M2.8 3.8h10.4v9.6H2.8zM2.8 6.8h10.4M5.6 2.2v2.6M10.4 2.2v2.6M5.8 10l1.6 1.4 2.8-2.8"/>`,
  'under-way': html`<path d="M2 8h9.6M8.2 4.2L12 8l-3.8 3.8M14 4.2v7.6"/>`,
  question: html`<path d="M2.4 2.8h11.2v8H8l-3.2 2.8v-2.8H2.4zM6.6 5.6a1.5 1.5 0 112.3 1.2c-.6.4-.9.6-.9 1.2M8 9.3v.1"/>`,
  declined: html`<path d="M4 4l8 8M12 4l-8 8"/>`,
  hold: html`<circle cx="8" cy="8" r="6"/><path d="M6.4 5.8v4.4M9.6 5.8v4.4"/>`,
  waiting: html`<circle cx="8" cy="8" r="5"/>`,
  done: html`<circle cx="8" cy="8" r="6"/><path d="M5.2 8.2l2 2 3.6-4"/>`,
  cancelled: html`<circle cx="8" cy="8" r="6"/><path d="M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4"/>`,
  unknown: html`<circle cx="8" cy="8" r="6"/><path d="M6.2 6.4a1.8 1.8 0 113 1.3c-.8.6-1.2.9-1.2 1.7M8 11.4v.1"/>`,
  info: html`<circle cx="8" cy="8" r="6"/><path d="M8 7.4v3.6M8 5v.1"/>`,
  warning: html`<path d="M8 2.2l6.2 11.3H1.8zM8 6.6v3.4M8 11.8v.1"/>`,
  refresh: html`<path d="M13.2 6.2A5.5 5.5 0 103.6 11M13.5 2.6v3.8H9.7"/>`,
  window: html`<path d="M9 3H3v10h10V7M8.4 7.6L13.2 2.8M10 2.5h3.5V6"/>`,
} as const;

export type IconName = keyof typeof drawings;

/** A decorative icon. The word beside it has the meaning, so screen readers skip the icon. */
export function icon(name: IconName): SafeHtml {
  return html`<svg class="icon icon-${name}" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">${drawings[name]}</svg>`;
}
