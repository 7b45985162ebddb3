/** Shown instead of a launch that could not end well, because the browser keeps no cookies for us inside the EHR. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { startAgainLink, supportLine } from './error-page.ts';
import { icon } from './icons.ts';
import { layout } from './layout.ts';

/** What the page needs. */
export interface CookiesBlockedProps {
  /** our own launch URL with the EHR's parameters, built by us */
  readonly launchUrl: string;
  readonly supportCode: string;
  readonly kind: 'ehr' | 'standalone';
}

/**
 * Offers to continue in a window of its own, where cookies work; the EHR's one-time launch value is still unspent. Outside
 * the EHR there is no other window that would help.
 */
export function cookiesBlockedPage(props: CookiesBlockedProps): string {
  return layout(
    { title: 'Your browser blocks cookies here' },
    html`<div class="message">
<h1>${icon('window')} Your browser blocks cookies here</h1>
${props.kind === 'ehr' ? inTheChart(props.launchUrl) : inAWindow(props.launchUrl)}
${supportLine(props.supportCode)}
</div>
`,
  );
}

function inTheChart(launchUrl: string): SafeHtml {
  return html`<p>This app cannot sign you in inside the chart. Open it in a new window instead; it shows the same patient.</p>
<p><a class="btn btn-primary" href="${launchUrl}" target="_blank" rel="noopener noreferrer">Open in a new window</a></p>
<p>To use it inside the chart, ask your IT team to allow cookies for this site.</p>`;
}

function inAWindow(launchUrl: string): SafeHtml {
  return html`<p>This app cannot sign you in without them. Allow cookies for this site, or ask your IT team to, then start again.</p>
${startAgainLink(launchUrl)}`;
}
