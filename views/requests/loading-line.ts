/** The line shown while the EHR is read: at first a short one; after some seconds it says that the EHR is slow. */
import { html, type SafeHtml } from '@remix-run/html-template';

/** CSS hides the line when the list has arrived: until then, an empty page would look like "no requests". */
export function loadingLine(base: string): SafeHtml {
  return html`<p class="loading" role="status" aria-live="polite">Reading requests from the EHR… <span class="loading-slow">The EHR is slow. Nothing is known about the requests yet. If no list comes within a minute, <a href="${base}/requests">refresh</a>.</span></p>
<div class="skeleton"></div><div class="skeleton"></div><div class="skeleton"></div>
`;
}
