/** The links to the previous and the next page, under a list. */
import { html, type SafeHtml } from '@remix-run/html-template';

/** The URLs; undefined where there is no such page. */
export interface PageLinksProps {
  readonly newerHref: string | undefined;
  readonly olderHref: string | undefined;
}

/** Returns nothing if everything is on one page. */
export function pageLinks({ newerHref, olderHref }: PageLinksProps): SafeHtml | null {
  if (newerHref === undefined && olderHref === undefined) return null;
  const link = (href: string | undefined, rel: 'prev' | 'next', text: string) =>
    href === undefined ? null : html`<a class="btn btn-sm" rel="${rel}" href="${href}">${text}</a>`;
  return html`<nav class="row-actions" aria-label="Pages">${link(newerHref, 'prev', 'Previous page')}${link(olderHref, 'next', 'Next page')}</nav>
`;
}
