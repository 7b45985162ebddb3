/** Settings > Clinicians > timeline of one person: launches, refusals, sign-outs, changes of admission. It names no patient. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { exactInstant } from '#views/instant.ts';
import { type PageLinksProps, pageLinks } from '#views/page-links.ts';
import { type PageAdmin, settingsPage } from './settings-layout.ts';

export interface TimelineRowProps {
  readonly id: string;
  readonly at: Date;
  readonly what: string;
  readonly detail: string | undefined;
  /** the URL of the launch's trace */
  readonly href: string | undefined;
  readonly supportCode: string | undefined;
}

export interface TimelinePageProps extends PageLinksProps {
  readonly admin: PageAdmin;
  readonly name: string | undefined;
  /** false if no EHR user is linked: then no launch can be assigned to the clinician */
  readonly isLinked: boolean;
  readonly timeZone: string;
  /** newest first */
  readonly rows: readonly TimelineRowProps[];
  readonly backHref: string;
  readonly launchesHref: string;
}

/** A whole page. */
export function timelinePage(props: TimelinePageProps): string {
  const { admin, name = 'Name not known', isLinked, rows, backHref, launchesHref } = props;
  return settingsPage(
    { title: `Timeline of ${name}`, ...admin, current: 'clinicians', styles: ['diagnostics.css'] },
    html`<p class="back"><a href="${backHref}">All clinicians</a></p>
<h1>Timeline of <bdi>${name}</bdi></h1>
<p>Launches, refusals, sign-outs and changes of admission. <a href="${launchesHref}">Search launches of this clinician</a></p>
${isLinked ? null : html`<p class="notice">No EHR user is linked now. Events of earlier EHR users are listed up to the end of their association.</p>`}
${rows.length === 0 ? html`<p class="empty">Nothing is recorded.</p>` : table(props)}
${pageLinks(props)}
`,
  );
}

function table({ rows, timeZone }: TimelinePageProps): SafeHtml {
  return html`<table class="settings-table launches">
<thead><tr><th scope="col">When</th><th scope="col">What</th><th scope="col">Detail</th><th scope="col">Support code</th></tr></thead>
<tbody>
${rows.map((row) => timelineRow(row, timeZone))}</tbody>
</table>
`;
}

function timelineRow({ id, at, what, detail, href, supportCode }: TimelineRowProps, timeZone: string): SafeHtml {
  return html`<tr id="row-${id}"><td data-label="When">${exactInstant(at, timeZone)}</td>
<td data-label="What">${href === undefined ? what : html`<a href="${href}">${what}</a>`}</td>
<td data-label="Detail">${detail ?? ''}</td><td data-label="Support code">${supportCode === undefined ? '' : html`<code>${supportCode}</code>`}</td></tr>
`;
}
