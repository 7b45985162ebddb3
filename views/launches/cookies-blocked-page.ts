/** The page in place of a launch that would fail, because the browser stores no cookies of this app inside the EHR. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { startAgainLink } from '#views/error-page.ts';
import { icon } from '#views/icons.ts';
import { layout } from '#views/layout.ts';
import { type SupportLineProps, supportLine } from '#views/support-line.ts';

export interface CookiesBlockedProps extends SupportLineProps {
  /** this app's own launch URL with the EHR's parameters, built by the app */
  readonly launchUrl: string;
  readonly kind: 'ehr' | 'standalone';
  /** whether the page is shown inside the chart; undefined where the browser does not say */
  readonly isFramed?: boolean | undefined;
  readonly isInChart?: boolean | undefined;
}

/**
 * Offers to continue in a window of its own, where cookies work; the EHR's one-time launch value is still unused. If
 * the page is already in a window of its own, or outside the EHR, another window does not help.
 */
export function cookiesBlockedPage(props: CookiesBlockedProps): string {
  return layout(
    { title: 'Your browser blocks cookies here', isInChart: props.isInChart, script: 'copy.js' },
    html`<div class="message">
<h1>${icon('window')} Your browser blocks cookies here</h1>
${props.kind === 'standalone' ? outsideTheChart(props.launchUrl) : props.isFramed === false ? inAWindow(props.launchUrl) : inTheChart(props)}
${supportLine(props)}
</div>
`,
  );
}

function inTheChart({ launchUrl, isFramed }: CookiesBlockedProps): SafeHtml {
  return html`<p>This app cannot sign you in inside the chart. Open it in a new window instead; it shows the same patient.</p>
<p><a class="btn btn-primary" href="${launchUrl}" target="_blank" rel="noopener noreferrer">Open in a new window</a></p>
<p>To use the app inside the chart, ask your help desk to allow cookies for this site.${isFramed === undefined ? ' If the app is in its own window already, allow cookies for this site in your browser.' : null}</p>`;
}

function inAWindow(launchUrl: string): SafeHtml {
  return html`<p>This app cannot sign you in without cookies. Allow cookies for this site in your browser, or ask your help desk to have them allowed. Then try again, or open the app again from the patient's chart.</p>
<p><a class="btn btn-primary" href="${launchUrl}">Try again</a></p>`;
}

function outsideTheChart(launchUrl: string): SafeHtml {
  return html`<p>This app cannot sign you in without cookies. Allow cookies for this site in your browser, or ask your help desk to have them allowed. Then start again.</p>
${startAgainLink(launchUrl)}`;
}
