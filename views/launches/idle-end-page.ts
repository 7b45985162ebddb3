/** Says that a page is about to close. It does not name the patient, because the user may have left. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { icon } from '#views/icons.ts';
import { clockTime } from '#views/instant.ts';
import { FORMS_KEPT } from '#views/kept-for.ts';
import { layout } from '#views/layout.ts';

export interface ClosingPageProps {
  /** `/launches/<id>`, without a trailing slash */
  readonly base: string;
  readonly closesAt: Date;
  /** false when the launch ends at that time, whatever the user does */
  readonly canStay: boolean;
  readonly kind: 'ehr' | 'standalone';
  readonly now: Date;
  readonly timeZone: string;
  /** the path, below `base`, of a typed request that was not sent and is kept; undefined where there is none */
  readonly backTo: string | undefined;
  readonly csrfToken: string;
  readonly isInChart?: boolean | undefined;
  readonly themeUrl?: string | undefined;
}

/** A whole page. When the time is up, the route makes it go to the next page by itself. */
export function closingPage(props: ClosingPageProps): string {
  const { base, canStay, csrfToken, backTo, isInChart, themeUrl } = props;
  const title = `This page closes in ${inWords(props)}`;
  return layout(
    { title, isInChart, themeUrl },
    html`<div class="message">
<h1>${icon('warning')} ${title}</h1>
${canStay ? idleText(props) : limitText(props)}
${backTo === undefined ? null : html`<p>The request you typed and did not send is kept for ${FORMS_KEPT.words}.</p>`}
<div class="message-actions"><a class="btn btn-primary" href="${base}/${backTo ?? 'requests'}">${canStay ? 'Stay' : backTo === undefined ? 'Back to the requests' : 'Back to your request'}</a>
<form method="post" action="${base}/sign-out"><input type="hidden" name="csrf" value="${csrfToken}"><button class="btn" type="submit">Sign out</button></form></div>
</div>
`,
  );
}

function idleText({ closesAt, timeZone }: ClosingPageProps): SafeHtml {
  return html`<p>This page has not been used for a while. To protect the patient, it closes at ${clockTime(closesAt, timeZone)} unless you choose Stay.</p>`;
}

function limitText({ closesAt, timeZone, kind }: ClosingPageProps): SafeHtml {
  const again = kind === 'ehr' ? "open the app again from the patient's chart" : 'start the app again';
  return html`<p>The app’s access to the chart ends at ${clockTime(closesAt, timeZone)} and cannot be extended. To continue after that, ${again}.</p>`;
}

function inWords({ closesAt, now }: ClosingPageProps): string {
  const minutes = Math.round((closesAt.getTime() - now.getTime()) / 60_000);
  if (minutes < 1) return 'less than a minute';
  return minutes === 1 ? 'one minute' : `${minutes} minutes`;
}
