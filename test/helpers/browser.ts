/**
 * A test browser: a cookie jar, redirects followed one by one, and a record of every answer. It asks for no compression,
 * and is no `fetch`, which costs three times the CPU: thousands of requests are made in a run.
 */
import { request as send } from 'undici';

/** One answer and its address. */
export interface Visit {
  url: string;
  status: number;
  headers: Record<string, string>;
  setCookies: string[];
  body: string;
}

/** Options of a visit. */
export interface VisitOptions {
  method?: string;
  headers?: Record<string, string>;
  form?: Record<string, string>;
}

/** A browser with its own cookie jar. */
export interface TestBrowser {
  /** Cookie name (with prefix) → value, by host name. */
  jar: Map<string, Map<string, string>>;
  /** Every answer so far. */
  history: Visit[];
  /** One request, no redirect followed. */
  visit(url: string, options?: VisitOptions): Promise<Visit>;
  /** Follows redirects to the end; at most 12. */
  open(url: string, options?: VisitOptions): Promise<Visit>;
  /** Follows redirects until the next one would go to this path (such as the callback), and returns that URL. */
  openUntil(url: string, path: string): Promise<string>;
}

/** Options of a browser. */
export interface BrowserOptions {
  /** Drops every cookie, as a browser with all cookies blocked in frames does. */
  blocksCookies?: boolean;
  /** Sent with every visit, redirects included, such as `sec-fetch-dest`. */
  headers?: Record<string, string>;
}

/** A browser without cookies yet. */
export function createBrowser(options: BrowserOptions = {}): TestBrowser {
  const jar: TestBrowser['jar'] = new Map();
  const history: Visit[] = [];
  const visit: TestBrowser['visit'] = async (url, request = {}) => {
    const { hostname } = new URL(url);
    const cookies = [...(jar.get(hostname) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await send(url, {
      method: request.method ?? (request.form ? 'POST' : 'GET'),
      headers: {
        accept: 'text/html',
        ...(cookies ? { cookie: cookies } : {}),
        ...(request.form ? { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' } : {}),
        ...options.headers,
        ...request.headers,
      },
      ...(request.form
        ? {
            body: Object.entries(request.form)
              .map((pair) => pair.map(encode).join('='))
              .join('&'),
          }
        : {}),
    });
    const setCookies = [response.headers['set-cookie'] ?? []].flat();
    if (!options.blocksCookies) for (const line of setCookies) keep(jar, hostname, line);
    const headers = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)]));
    const answer = { url, status: response.statusCode, headers, setCookies, body: await response.body.text() };
    history.push(answer);
    return answer;
  };
  const next = (answer: Visit): string | undefined => {
    const location = answer.status >= 300 && answer.status < 400 ? answer.headers['location'] : undefined;
    return location === undefined ? undefined : new URL(location, answer.url).href;
  };
  return {
    jar,
    history,
    visit,
    open: async (url, request) => {
      let answer = await visit(url, request);
      for (let hops = 0; hops < 12; hops += 1) {
        const target = next(answer);
        if (target === undefined) return answer;
        answer = await visit(target);
      }
      throw new Error('too many redirects');
    },
    openUntil: async (url, path) => {
      let target: string | undefined = url;
      for (let hops = 0; hops < 12 && target !== undefined; hops += 1) {
        if (new URL(target).pathname === path) return target;
        target = next(await visit(target));
      }
      throw new Error(`the redirects never came to ${path}: ${history.at(-1)?.status}`);
    },
  };
}

/** Long values of forms, encoded: a test sends the same 100 kB again and again. */
const encoded = new Map<string, string>();

function encode(value: string): string {
  const text = encoded.get(value) ?? new URLSearchParams({ '': value }).toString().slice(1);
  if (value.length > 1_000) encoded.set(value, text);
  return text;
}

function keep(jar: TestBrowser['jar'], hostname: string, line: string): void {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
  const at = pair.indexOf('=');
  const name = pair.slice(0, at);
  const cookies = jar.get(hostname) ?? new Map<string, string>();
  jar.set(hostname, cookies);
  const isExpired = attributes.some(
    (attribute) => /^max-age=0$/i.test(attribute) || /^expires=thu, 01 jan 1970/i.test(attribute),
  );
  if (isExpired) cookies.delete(name);
  else cookies.set(name, pair.slice(at + 1));
}

/** The text of the page's title. */
export function titleOf(page: { body: string }): string | undefined {
  return /<title>([^<]*)<\/title>/.exec(page.body)?.[1];
}

/** The support code on an error page. */
export function supportCodeOf(page: { body: string }): string | undefined {
  return /Support code: <code>([^<]+)<\/code>/.exec(page.body)?.[1];
}
