/** The browser of the benchmark: cookies and redirects, and the time an app made it wait. */
import { Agent, request } from 'undici';

/** Where one launch ended and what it cost. */
export interface Landing {
  url: string;
  cookie: string;
  page: string;
  /** Waiting for the app under measurement; the authorization server's own page is not counted. */
  appMs: number;
  appRequests: number;
}

/** The measuring side keeps its connections open, so that it measures servers and not itself. */
const agent = new Agent({ connections: 64, keepAliveTimeout: 60_000 });

/**
 * Launches in a fresh browser and follows every redirect to the page.
 *
 * @param pauseAtEhrMs how long the browser is at the authorization server.
 * @param at the instance that answers a URL of the app's public address, as a load balancer decides.
 * @throws Error when the journey does not end in a page with the patient's name.
 */
export async function launchOnce(
  launchUrl: string,
  pauseAtEhrMs = 0,
  at: (url: string) => string = (url) => url,
): Promise<Landing> {
  const appOrigin = new URL(launchUrl).origin;
  const cookies = new Map<string, string>();
  let appMs = 0;
  let appRequests = 0;
  let url = launchUrl;
  for (let hop = 0; hop < 10; hop += 1) {
    const isApp = new URL(url).origin === appOrigin;
    if (!isApp && pauseAtEhrMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseAtEhrMs));
    const began = performance.now();
    const answer = await get(isApp ? at(url) : url, isApp ? serialize(cookies) : '');
    if (isApp) {
      appMs += performance.now() - began;
      appRequests += 1;
      keep(cookies, answer.setCookies);
    }
    if (answer.location === undefined) {
      assertPage(answer);
      return { url, cookie: serialize(cookies), page: answer.body, appMs, appRequests };
    }
    url = new URL(answer.location, url).href;
  }
  throw new Error('too many redirects');
}

/** Opens the page again, as a reload does. */
export async function reload({ url, cookie }: Landing): Promise<void> {
  const answer = await get(url, cookie);
  assertPage(answer);
}

export async function closeVisitors(): Promise<void> {
  await agent.close();
}

async function get(url: string, cookie: string) {
  const response = await request(url, {
    dispatcher: agent,
    headers: { accept: 'text/html', ...(cookie === '' ? {} : { cookie }) },
  });
  const { location, 'set-cookie': setCookie } = response.headers;
  return {
    status: response.statusCode,
    location: typeof location === 'string' ? location : undefined,
    setCookies: [setCookie ?? []].flat(),
    body: await response.body.text(),
  };
}

function assertPage({ status, body }: { status: number; body: string }): void {
  if (status !== 200 || !body.includes('<title>Requests for Belle Benchmark') || !body.includes('transport 39')) {
    throw new Error(`not the patient's page: ${status} ${body.slice(0, 300)}`);
  }
}

function keep(cookies: Map<string, string>, lines: readonly string[]): void {
  for (const line of lines) {
    const [pair = ''] = line.split(';');
    const at = pair.indexOf('=');
    if (/max-age=0|expires=thu, 01 jan 1970/i.test(line)) cookies.delete(pair.slice(0, at));
    else cookies.set(pair.slice(0, at), pair.slice(at + 1));
  }
}

function serialize(cookies: Map<string, string>): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
}
