/** Shown instead of a launch that could not end well, because the browser keeps no cookies for us inside the EHR. */
import { html } from '@remix-run/html-template';
import { supportLine } from './error-page.ts';
import { icon } from './icons.ts';
import { layout } from './layout.ts';

/**
 * Offers to continue in a window of its own, where cookies work; the EHR's one-time launch value is still unspent.
 *
 * @param props.launchUrl our own launch URL with the EHR's parameters, built by us.
 */
export function cookiesBlockedPage(props: { launchUrl: string; supportCode: string }): string {
  return layout(
    { title: 'Your browser blocks cookies here' },
    html`<div class="message">
<h1>${icon('window')} Your browser blocks cookies here</h1>
<p>This app cannot sign you in inside the chart. Open it in a new window instead; it shows the same patient.</p>
<p><a class="btn btn-primary" href="${props.launchUrl}" target="_blank" rel="noopener noreferrer">Open in a new window</a></p>
<p>To use it inside the chart, ask your IT team to allow cookies for this site.</p>
${supportLine(props.supportCode)}
</div>
`,
  );
}
