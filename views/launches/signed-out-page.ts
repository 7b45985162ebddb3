/** The page after signing out of one launch. */
import { html } from '@remix-run/html-template';
import { startAgainLink } from '#views/error-page.ts';
import { icon } from '#views/icons.ts';
import { layout } from '#views/layout.ts';

/** Says what has ended and what has not: this launch has, but not the EHR session and not the app in other charts. */
export function signedOutPage(startAgain?: string, isInChart = false): string {
  return layout(
    { title: 'You are signed out', isInChart },
    html`<div class="message">
<h1>${icon('done')} You are signed out</h1>
<p>This app no longer has access to the chart. Your EHR session is not affected.</p>
${startAgain === undefined ? html`<p>To use the app again, open it from the patient's chart.</p>` : startAgainLink(startAgain)}
</div>
`,
  );
}
