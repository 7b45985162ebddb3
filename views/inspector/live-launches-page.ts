/** Settings > Live launches: which users have the app open now. The page names no patient. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { age, instant } from '#views/instant.ts';
import { notice } from '#views/notice.ts';
import { type PageLinksProps, pageLinks } from '#views/page-links.ts';
import { askLink } from '#views/settings/confirm-page.ts';
import { type PageAdmin, settingsPage } from '#views/settings/settings-layout.ts';

export interface LiveLaunchProps {
  readonly id: string;
  readonly userName: string | undefined;
  readonly startedAt: Date;
  readonly lastUsedAt: Date;
  readonly endsAt: Date;
  /** the EHR issued a refresh token */
  readonly isRenewable: boolean;
}

export interface LiveLaunchesPageProps extends PageLinksProps {
  readonly admin: PageAdmin;
  readonly organization: { readonly name: string; readonly timeZone: string };
  /** the URL of a question */
  readonly hrefOf: (step: string, more?: Readonly<Record<string, string>>) => string;
  readonly rows: readonly LiveLaunchProps[];
  readonly total: number;
  readonly now: Date;
  /** how many launches the last form ended */
  readonly ended: number | undefined;
}

const TITLE = 'Live launches';

/** A whole page. */
export function liveLaunchesPage(props: LiveLaunchesPageProps): string {
  const { admin, organization, rows, total, ended } = props;
  return settingsPage(
    { title: TITLE, ...admin, current: 'live', styles: ['diagnostics.css'] },
    html`<h1>${TITLE}</h1>
<p>The launches of ${organization.name} that are open now. Ending a launch closes it at the next click and revokes its tokens at the EHR.</p>
${notice('done', ended !== undefined && endedWords(ended))}
${
  rows.length === 0
    ? html`<p class="empty">The app is not open anywhere.</p>`
    : html`<p>${total === 1 ? '1 launch' : `${total} launches`} open. The launch that stays open longest without further use comes first.</p>
${table(props)}
${pageLinks(props)}
<p class="end-all"><a class="btn btn-outline-danger" href="${props.hrefOf('end-all')}">End all…</a></p>`
}
`,
  );
}

function endedWords(ended: number): string {
  if (ended === 0) return 'The launch had already ended.';
  return ended === 1 ? '1 launch was ended.' : `${ended} launches were ended.`;
}

function table(props: LiveLaunchesPageProps): SafeHtml {
  return html`<table class="settings-table launches">
<thead><tr><th scope="col">User</th><th scope="col">Began</th><th scope="col">Last used</th><th scope="col">Ends</th><th scope="col">Actions</th></tr></thead>
<tbody>
${props.rows.map((row) => launchRow(row, props))}</tbody>
</table>
`;
}

function launchRow(row: LiveLaunchProps, props: LiveLaunchesPageProps): SafeHtml {
  const name = row.userName ?? 'name not known';
  return html`<tr><td data-label="User"><bdi>${name}</bdi></td>
<td data-label="Began">${instant(row.startedAt, props.organization.timeZone)}</td>
<td data-label="Last used">${age(row.lastUsedAt, props.now)} ago</td>
<td data-label="Ends">${row.isRenewable ? 'after an hour without use, at the latest' : 'with its token,'} ${instant(row.endsAt, props.organization.timeZone)}</td>
<td data-label="Actions">${askLink(props.hrefOf('end', { launch: row.id }), 'End', name)}</td></tr>
`;
}
