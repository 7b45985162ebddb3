/** Settings: the page "Send to your EHR team", with a link that expires. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { copyButton } from '#views/copy-button.ts';
import { instantText } from '#views/date-text.ts';
import { icon } from '#views/icons.ts';
import { instant } from '#views/instant.ts';
import { REPORTS_KEPT } from '#views/kept-for.ts';
import { notice } from '#views/notice.ts';
import { askLink } from '#views/settings/confirm-page.ts';
import { type PageAdmin, settingsPage } from '#views/settings/settings-layout.ts';

export interface HandoverPageProps {
  readonly admin: PageAdmin;
  readonly organization: { readonly id: string; readonly name: string };
  /** the preset whose scopes and names the pages have */
  readonly preset: string;
  readonly page: string;
  readonly timeZone: string;
  /** links that have neither expired nor been revoked, newest first */
  readonly links: readonly { readonly id: string; readonly createdAt: Date; readonly expiresAt: Date }[];
  readonly link?: { readonly url: string; readonly expiresOn: string } | undefined;
  readonly isLinkGone: boolean;
  readonly done?: string | undefined;
}

/** A whole page. */
export function handoverPage(props: HandoverPageProps): string {
  const { admin, organization, preset, page, link, isLinkGone, done } = props;
  const title = 'Send to your EHR team';
  const query = String(new URLSearchParams({ organization: organization.id }));
  return settingsPage(
    { title, ...admin, current: 'guide', script: 'copy.js' },
    html`<p class="back"><a href="/settings/integrations/smart-on-fhir?${query}">Integrations &gt; SMART on FHIR</a></p>
<h1>${title}</h1>
<p class="lead">Everything that your EHR team registers for ${organization.name}, on two pages to read or print. They contain no secret.</p>
${notice('done', done)}
${notice('info', isLinkGone && 'Each link is shown only once, and this one was shown already. If you did not copy it, make a new link and revoke the old one.')}
${link === undefined ? null : html`<div class="notice notice-done" role="status">${icon('done')} <div><p><a class="value" href="${link.url}">${link.url}</a> ${copyButton('Copy the link', link.url)}</p><p class="note">Works until ${link.expiresOn}, without signing in. It is shown here only once.</p></div></div>`}
<form method="post" action="${page}"><input type="hidden" name="csrf" value="${admin.csrfToken}">
<p>The scopes and field names are those of <strong>${preset}</strong>. If the EHR is a different one, <a href="/settings/integrations/smart-on-fhir/advanced?${query}&amp;q=vendor">choose its preset</a> first.</p>
<p>Anyone with the link can read the pages for ${REPORTS_KEPT.words}, or until you revoke it. They stay as they are now: make a new link after a change.</p>
<button class="btn btn-primary" type="submit">Make a link</button> <a class="btn btn-outline-secondary" href="/guide/register?${query}">Look at the pages</a></form>
${linkList(props)}
`,
  );
}

function linkList({ links, organization, timeZone }: HandoverPageProps): SafeHtml | null {
  if (links.length === 0) return null;
  const askAt = (link: string) =>
    `/settings/handover/revoke?${new URLSearchParams({ organization: organization.id, link })}`;
  const item = ({ id, createdAt, expiresAt }: (typeof links)[number]) =>
    html`<li><span class="person">Made ${instant(createdAt, timeZone)}, ends ${instant(expiresAt, timeZone)}</span>
${askLink(askAt(id), 'Revoke', `the link of ${instantText(createdAt, timeZone)}`)}</li>
`;
  return html`<section aria-labelledby="links"><h2 id="links">Links that work</h2>
<ul class="people">
${links.map(item)}</ul></section>
`;
}
