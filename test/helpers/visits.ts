/** What tests read off visits and cookies again and again. */
import type { OutcomeKind } from '#src/http/sessions/after-post.ts';
import type { TestBrowser, Visit } from './browser.ts';

/** `<launch id>` of `/launches/<launch id>/…`. */
export function launchIdOf(visit: { url: string }): string {
  const id = /\/launches\/([^/]+)\//.exec(visit.url)?.[1];
  if (id === undefined) throw new Error(`not a page of a launch: ${visit.url}`);
  return id;
}

/** The cookies of ours in this browser, by name, whatever their host. */
export function cookiesOf(browser: TestBrowser): Map<string, string> {
  return new Map([...browser.jar.values()].flatMap((cookies) => [...cookies]));
}

/** The csrf token of the page's form. */
export function csrfOf(page: Visit): string {
  return /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
}

/** A page's text but for its form token, which is another one each time. */
export function withoutToken(body: string): string {
  return body.replaceAll(/(name="csrf" value=")[^"]+/g, '$1');
}

/** Status, headers and body as one text, for saying that something is not in an answer. */
export function wholeOf(visit: Visit): string {
  return [visit.status, ...Object.entries(visit.headers).map((pair) => pair.join(': ')), visit.body].join('\n');
}

/** Whether this page is where a form's post has sent the browser on to: a reload of it posts nothing. */
export function isShownAgain(page: Visit): boolean {
  return page.status === 200 && /\/requests\/new\?form=[\w-]{43}$/.test(page.url);
}

/** What a form's post of the settings leads to: a refused form, news or a secret; undefined for every other answer. */
export function ledTo(answer: Visit): OutcomeKind | undefined {
  const leads = /[?&](form|done|secret|run)=[\w-]{43}$/.exec(answer.headers['location'] ?? '');
  return answer.status === 303 ? (leads?.[1] as OutcomeKind | undefined) : undefined;
}

/** Whether this page is where such a post has sent the browser: a reload of it posts nothing. */
export function isAfterPost(page: Visit, kind: OutcomeKind): boolean {
  return page.status === 200 && new RegExp(`[?&]${kind}=[\\w-]{43}$`).test(page.url);
}
