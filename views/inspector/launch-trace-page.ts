/** One launch: its page in Settings, and its report for an EHR team. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { REPORTS_KEPT } from '#views/kept-for.ts';
import { layout } from '#views/layout.ts';
import { type PageAdmin, settingsPage } from '#views/settings/settings-layout.ts';
import { type DrawnLaunch, launchDrawing, outcomeWord } from './launch-drawing.ts';

const styles = ['settings.css', 'diagnostics.css'] as const;

export interface LaunchTracePageProps {
  readonly admin: PageAdmin;
  readonly launch: DrawnLaunch;
  /** the text that the user saw, for a launch that failed */
  readonly shownTitle: string | undefined;
  readonly timeZone: string;
  readonly sameUserHref: string | undefined;
  /** the name that the Clinicians page shows for the user; never in a report */
  readonly userName: string | undefined;
  /** the organization here whose FHIR URL a refused launch came from; only for operators */
  readonly home: { readonly id: string; readonly name: string } | undefined;
  readonly report: { readonly url: string; readonly expiresOn: string } | undefined;
  /** the link of a report was shown at this URL before, and is not shown again */
  readonly isReportGone: boolean;
}

/** Settings > Launches > one launch. */
export function launchTracePage(props: LaunchTracePageProps): string {
  return settingsPage({ title: 'Launch', ...props.admin, current: 'launches', styles }, traceMain(props));
}

function traceMain(props: LaunchTracePageProps): SafeHtml {
  const { launch, shownTitle, timeZone, sameUserHref, userName, home, report, isReportGone, admin } = props;
  return html`<p class="back"><a href="/settings/launches">All launches</a></p>
<h1>${heading(launch, shownTitle)}</h1>
${userName === undefined ? null : html`<p class="lead-in">By <strong><bdi>${userName}</bdi></strong> (the name on the page Clinicians). A report does not name the user.</p>`}
${isReportGone ? html`<p class="notice" role="status">The link of a report is shown only once, and this one was shown already. If you did not copy it, make a new one.</p>` : null}
${report === undefined ? null : reportNotice(report)}
${home === undefined ? null : html`<p class="notice">The launch came from the FHIR URL of <a href="/settings/integrations/smart-on-fhir?organization=${home.id}">${home.name} (${home.id})</a>. If its users launched, the launch URL in that EHR needs the Org ID ${home.id}.</p>`}
${launchDrawing(launch, timeZone, shownTitle)}
<div class="trace-actions">
${sameUserHref === undefined ? null : html`<p><a href="${sameUserHref}">Launches of the same user</a></p>`}
<form method="post" action="/settings/launches/${launch.id}/report"><input type="hidden" name="csrf" value="${admin.csrfToken}">
<button class="btn btn-primary" type="submit">Send this to the EHR team</button>
<p class="hint">Makes a link that opens this page without sign-in for ${REPORTS_KEPT.words}. The page holds no secrets and no chart data.</p></form>
</div>
`;
}

function heading(launch: DrawnLaunch, shownTitle: string | undefined): string {
  const word = outcomeWord(launch, shownTitle).toLowerCase();
  return shownTitle === undefined ? `Launch: ${word}` : `Launch ${word}: ${shownTitle}`;
}

function reportNotice({ url, expiresOn }: { url: string; expiresOn: string }): SafeHtml {
  return html`<div class="notice notice-done" role="status">
<p><strong>Send this link to the EHR team.</strong> It works until ${expiresOn} and is not shown again.</p>
<p><a href="${url}"><code class="value">${url}</code></a></p>
<p>For machines: <a href="${url}.json">JSON</a></p>
</div>
`;
}

export interface LaunchReportPageProps {
  readonly launch: DrawnLaunch;
  readonly shownTitle: string | undefined;
  /** the server's time zone, because readers may be in any zone; the page names it */
  readonly timeZone: string;
  /** `YYYY-MM-DD` in that zone */
  readonly madeOn: string;
  readonly expiresOn: string;
  readonly jsonUrl: string;
}

/** The report. It prints on one or two sheets. */
export function launchReportPage(props: LaunchReportPageProps): string {
  return layout(
    { title: 'Launch report', styles },
    html`<div class="report">
<h1>${heading(props.launch, props.shownTitle)}</h1>
<p class="lead-in">Report of one SMART launch, made on ${props.madeOn}, available until ${props.expiresOn}. It contains names and formats only: no token, no code, no chart data. <a class="no-print" href="${props.jsonUrl}">JSON</a></p>
${launchDrawing(props.launch, props.timeZone, props.shownTitle)}
</div>
`,
  );
}
