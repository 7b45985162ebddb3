/** Carries an authorization request by POST, for servers that offer `authorize-post` when a URL would be too long. */
import { html } from '@remix-run/html-template';
import { layout } from '#views/layout.ts';

/** A form that public/send-authorize-form.js sends at once. @param props.action the pinned authorization endpoint. */
export function authorizeFormPage(props: { action: string; fields: Readonly<Record<string, string>> }): string {
  const inputs = Object.entries(props.fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">
`,
  );
  return layout(
    { title: 'Continue to sign-in', script: 'send-authorize-form.js' },
    html`<div class="message">
<h1>Continue to sign-in</h1>
<p>Your EHR signs you in; then this app opens.</p>
<form id="authorize" method="post" action="${props.action}">
${inputs}<button class="btn btn-primary" type="submit">Continue to sign-in</button>
</form>
</div>
`,
  );
}
