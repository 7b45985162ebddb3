/** Says that a page is about to close, without saying which patient it was about: the user may have left. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { icon } from '#views/icons.ts';
import { clockTime } from '#views/instant.ts';
import { layout } from '#views/layout.ts';

export interface ClosingPageProps {
  /** `/launches/<id>`, without a trailing slash */
  readonly base: string;
  readonly closesAt: Date;
  /** false when the launch ends then whatever the visitor does */
  readonly canStay: boolean;
  readonly now: Date;
  /** the organization's */
  readonly timeZone: string;
  /** whether a request is kept that was typed and not sent */
  readonly isKept: boolean;
  readonly csrfToken: string;
}

/** A whole page. It moves on by itself when the time is up; the route sees to that. */
export function closingPage(props: ClosingPageProps): string {
  const { base, canStay, csrfToken } = props;
  const title = `This page closes in ${inWords(props)}`;
  return layout(
    { title },
    html`<div class="message">
<h1>${icon('warning')} ${title}</h1>
${canStay ? idleText(props) : limitText(props)}
${props.isKept ? html`<p>A request that was typed and not sent is kept for an hour.</p>` : null}
<div class="message-actions"><a class="btn btn-primary" href="${base}/requests">${canStay ? 'Stay' : 'Back to the requests'}</a>
<form method="post" action="${base}/sign-out"><input type="hidden" name="csrf" value="${csrfToken}"><button class="btn" type="submit">Sign out</button></form></div>
</div>
`,
  );
}

function idleText({ closesAt, timeZone }: ClosingPageProps): SafeHtml {
  return html`<p>It has not been used for a while. It closes at ${clockTime(closesAt, timeZone)}, to protect the patient, unless you stay.</p>`;
}

function limitText({ closesAt, timeZone }: ClosingPageProps): SafeHtml {
  return html`<p>Its access to the chart ends at ${clockTime(closesAt, timeZone)} and cannot be made longer. To go on after that, open the app again from the patient's chart.</p>`;
}

function inWords({ closesAt, now }: ClosingPageProps): string {
  const minutes = Math.round((closesAt.getTime() - now.getTime()) / 60_000);
  if (minutes < 1) return 'less than a minute';
  return minutes === 1 ? 'one minute' : `${minutes} minutes`;
}
