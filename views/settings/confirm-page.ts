/** The confirmation page before an action that cannot be undone, and the link to it. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { icon } from '#views/icons.ts';
import { type PageAdmin, type SettingsPage, settingsPage } from './settings-layout.ts';

export interface QuestionProps {
  readonly current: SettingsPage;
  /** the action in words, such as `Undo the association of` */
  readonly question: string;
  /** the object of the action; shown after `question` */
  readonly subject?: string | undefined;
  /** sentences that say what will happen */
  readonly effect: string;
  /** default: the question */
  readonly button?: string;
  /** the URL of "Cancel" */
  readonly backHref: string;
}

export interface ConfirmPageProps extends QuestionProps {
  readonly admin: PageAdmin;
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** A whole page. Its form works without scripts, and nothing happens before it is posted. */
export function confirmPage(props: ConfirmPageProps): string {
  const { admin, current, question, subject, effect, button = question, backHref, action, fields } = props;
  const hidden = Object.entries({ csrf: admin.csrfToken, ...fields });
  const title = subject === undefined ? `${question}?` : `${question} ${subject}?`;
  return settingsPage(
    { title, ...admin, current },
    html`<h1>${icon('warning')} ${question}${subject === undefined ? null : html` <bdi>${subject}</bdi>`}?</h1>
<p>${effect}</p>
<div class="message-actions"><form method="post" action="${action}">${hidden.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}<button class="btn btn-outline-danger" type="submit">${button}</button></form>
<a class="btn btn-outline-secondary" href="${backHref}">Cancel</a></div>
`,
  );
}

/** A link to the confirmation page, in the place of the action's button. */
export function askLink(href: string, label: string, whom?: string): SafeHtml {
  return html`<a class="btn btn-sm" href="${href}">${label}${whom === undefined ? null : html`<span class="visually-hidden"> for ${whom}</span>`}</a>`;
}
