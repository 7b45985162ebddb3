/** Fills in the mock EHR's sign-in page of a standalone launch. */
import type { TestBrowser, Visit } from './browser.ts';

/** A choice on that page. */
export interface SignInChoice {
  patient?: string;
  /** Default: the first on the page. */
  user?: string;
  action?: 'continue' | 'cancel';
}

/** The filled-in form of the page. @throws Error when this is another page. */
export function signInForm(page: Visit, choice: SignInChoice): Record<string, string> {
  const form = /name="form" value="([^"]+)"/.exec(page.body)?.[1];
  const firstUser = /<option value="([^"]+)"/.exec(page.body)?.[1];
  if (form === undefined || firstUser === undefined)
    throw new Error(`not the sign-in page: ${page.status} ${page.url}`);
  const { patient, user = firstUser, action = 'continue' } = choice;
  return { form, user, action, ...(patient === undefined ? {} : { patient }) };
}

/** Submits the form and follows every redirect, or those before `until`. */
export async function signIn(browser: TestBrowser, page: Visit, choice: SignInChoice): Promise<Visit> {
  return browser.open(new URL('/auth/sign-in', page.url).href, { form: signInForm(page, choice) });
}

/** Submits the form and stops before the callback; returns the callback's address. */
export async function signInUntilCallback(browser: TestBrowser, page: Visit, choice: SignInChoice): Promise<string> {
  const form = signInForm(page, choice);
  const { headers } = await browser.visit(new URL('/auth/sign-in', page.url).href, { form });
  return browser.openUntil(headers['location'] ?? '', '/smart/callback');
}
