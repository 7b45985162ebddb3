/** Reads values that many tests need from visits and cookies. */
import type { OutcomeKind } from '#src/http/sessions/after-post.ts';
import type { TestBrowser, Visit } from './browser.ts';

/** `<launch id>` of `/launches/<launch id>/…`. */
export function launchIdOf(visit: { url: string }): string {
  const id = /\/launches\/([^/]+)\//.exec(visit.url)?.[1];
  if (id === undefined) throw new Error(`not a page of a launch: ${visit.url}`);
  return id;
}

/** The app's cookies in this browser, by name, for any host. */
export function cookiesOf(browser: TestBrowser): Map<string, string> {
  return new Map([...browser.jar.values()].flatMap((cookies) => [...cookies]));
}

/** The csrf token of the page's form. */
export function csrfOf(page: Visit): string {
  return /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
}

/** A page's text without its form token, which changes each time. */
export function withoutToken(body: string): string {
  return body.replaceAll(/(name="csrf" value=")[^"]+/g, '$1');
}

/** Status, headers and body as one text, to assert that an answer does not contain something. */
export function wholeOf(visit: Visit): string {
  return [visit.status, ...Object.entries(visit.headers).map((pair) => pair.join(': ')), visit.body].join('\n');
}

/** The hidden fields of a New request form or of its review, as a browser posts them. */
export function ticketOf(page: Visit): { csrf: string; ticket: string } {
  return { csrf: csrfOf(page), ticket: /name="ticket" value="([^"]+)"/.exec(page.body)?.[1] ?? '' };
}

/** The names of the drafts to which this page's links lead. */
export function draftsOn(list: Visit): string[] {
  return [...list.body.matchAll(/href="[^"]*\/requests\/new\?form=([\w-]{43})"/g)].map(([, name]) => name ?? '');
}

/** The fields that "Send to the EHR" posts on the review of this form; the form itself if it is already reviewed. */
export async function reviewed(
  browser: TestBrowser,
  url: string,
  form: Record<string, string>,
): Promise<Record<string, string>> {
  const page = await browser.open(url, { form: { ...form, intent: 'review' } });
  const isReview = page.body.includes('<h1>Review the request</h1>');
  return isReview ? { ...form, ...ticketOf(page) } : form;
}

/** Posts a form and, if that leads to its review, sends the review. */
export async function sendForm(browser: TestBrowser, url: string, form: Record<string, string>): Promise<Visit> {
  const page = await browser.open(url, { form });
  const isAsked = page.body.includes('<h1>Review the request</h1>') && !page.body.includes('id="result"');
  return isAsked && form['intent'] === undefined ? browser.open(url, { form: { ...form, ...ticketOf(page) } }) : page;
}

/** Did a form's POST redirect the browser to this page, so that a reload posts nothing? */
export function isShownAgain(page: Visit): boolean {
  return page.status === 200 && /\/requests\/new\?form=[\w-]{43}$/.test(page.url);
}

/** The outcome of a POST in the settings: a refused form, news or a secret; undefined for any other answer. */
export function ledTo(answer: Visit): OutcomeKind | undefined {
  const leads = /[?&](form|done|secret|run)=[\w-]{43}$/.exec(answer.headers['location'] ?? '');
  return answer.status === 303 ? (leads?.[1] as OutcomeKind | undefined) : undefined;
}

/** Did such a POST redirect the browser to this page, so that a reload posts nothing? */
export function isAfterPost(page: Visit, kind: OutcomeKind): boolean {
  return page.status === 200 && new RegExp(`[?&]${kind}=[\\w-]{43}$`).test(page.url);
}
