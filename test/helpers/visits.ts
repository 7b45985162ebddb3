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

/** The hidden fields of a New request form or of its review, as a browser posts them. */
export function ticketOf(page: Visit): { csrf: string; ticket: string } {
  return { csrf: csrfOf(page), ticket: /name="ticket" value="([^"]+)"/.exec(page.body)?.[1] ?? '' };
}

/** The draft's name by which the list, or an address, leads to it. */
export function draftsOn(list: Visit): string[] {
  return [...list.body.matchAll(/href="[^"]*\/requests\/new\?form=([\w-]{43})"/g)].map(([, name]) => name ?? '');
}

/** What "Send to the EHR" posts, on the review that this form leads to; the form itself where it is reviewed already. */
export async function reviewed(
  browser: TestBrowser,
  url: string,
  form: Record<string, string>,
): Promise<Record<string, string>> {
  const page = await browser.open(url, { form: { ...form, intent: 'review' } });
  const isReview = page.body.includes('<h1>Review the request</h1>');
  return isReview ? { ...form, ...ticketOf(page) } : form;
}

/** Posts a form and, where that leads to its review, sends it there. */
export async function sendForm(browser: TestBrowser, url: string, form: Record<string, string>): Promise<Visit> {
  const page = await browser.open(url, { form });
  const isAsked = page.body.includes('<h1>Review the request</h1>') && !page.body.includes('id="result"');
  return isAsked && form['intent'] === undefined ? browser.open(url, { form: { ...form, ...ticketOf(page) } }) : page;
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
