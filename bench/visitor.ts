/** The browser of the benchmark: handles cookies and redirects, measures waiting time, and checks whose page it got. */
import { Agent, request } from 'undici';
import { patientOf } from './stub/documents.ts';

/** The state of one browser during its redirects. */
export interface Journey {
  launch: string;
  appOrigin: string;
  url: string;
  cookies: Map<string, string>;
  /** The browser's claimed address; the service trusts this machine as its proxy. */
  address: string | undefined;
  /** Time spent waiting for the measured app; the authorization server's own page is not counted. */
  appMs: number;
}

/** A browser that has reached its page. */
export interface Landing extends Journey {
  page: string;
}

/** The page shows another patient than the launched one. */
export class ForeignPageError extends Error {}

/** How a browser reaches the app. */
export interface Route {
  /** How long the browser stays at the authorization server. */
  pauseAtEhrMs?: number;
  /** The instance that answers a URL of the app's public address, as a load balancer decides. */
  at?: (url: string) => string;
}

/** The agent keeps its connections open, so that it measures the servers and not itself. */
const agent = new Agent({ connections: 64, keepAliveTimeout: 60_000 });

/** A fresh browser before its first request. @param launchUrl with the EHR's `launch`, which names the patient. */
export function journeyTo(launchUrl: string, address?: string): Journey {
  const { origin, searchParams } = new URL(launchUrl);
  const launch = searchParams.get('launch') ?? '';
  return { launch, appOrigin: origin, url: launchUrl, cookies: new Map(), address, appMs: 0 };
}

/**
 * Requests the browser's current URL and follows every redirect to the page. This is a launch, the reload of a page, or
 * the retry of a failed step, because the journey stays where it failed.
 *
 * @throws ForeignPageError, or Error when it does not end in the page of this launch's patient.
 */
export async function follow(journey: Journey, { pauseAtEhrMs = 0, at = (url) => url }: Route = {}): Promise<Landing> {
  for (let hop = 0; hop < 10; hop += 1) {
    const isApp = new URL(journey.url).origin === journey.appOrigin;
    if (!isApp && pauseAtEhrMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseAtEhrMs));
    const began = performance.now();
    const answer = await get(isApp ? at(journey.url) : journey.url, isApp ? headersOf(journey) : {});
    if (isApp) {
      journey.appMs += performance.now() - began;
      keep(journey.cookies, answer.setCookies);
    }
    if (answer.location === undefined) {
      assertPage(answer, patientOf(journey.launch));
      return Object.assign(journey, { page: answer.body });
    }
    journey.url = new URL(answer.location, journey.url).href;
  }
  throw new Error('too many redirects');
}

/** Launches in a fresh browser. @throws as {@link follow} does. */
export function launchOnce(launchUrl: string, route: Route = {}): Promise<Landing> {
  return follow(journeyTo(launchUrl), route);
}

export async function closeVisitors(): Promise<void> {
  await agent.destroy();
}

async function get(url: string, headers: Record<string, string>) {
  const response = await request(url, { dispatcher: agent, headers: { accept: 'text/html', ...headers } });
  const { location, 'set-cookie': setCookie } = response.headers;
  return {
    status: response.statusCode,
    location: typeof location === 'string' ? location : undefined,
    setCookies: [setCookie ?? []].flat(),
    body: await response.body.text(),
  };
}

function headersOf({ cookies, address }: Journey): Record<string, string> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const from = address === undefined ? {} : { 'x-forwarded-for': address, 'x-forwarded-proto': 'http' };
  return { ...from, ...(cookie === '' ? {} : { cookie }) };
}

/**
 * Checks a page of any status: the patient's id must be in the name and in every row, and no other patient's id may
 * occur. A token cannot look like an id, because an id has two dots.
 */
function assertPage({ status, body }: { status: number; body: string }, patient: string): void {
  const others = new Set((body.match(/\bp\.t\.[A-Za-z0-9]+/g) ?? []).filter((named) => named !== patient));
  if (others.size > 0) throw new ForeignPageError(`the page of ${patient} names ${[...others].join(', ')}`);
  const isWhole = body.includes(`<title>Requests for Belle Benchmark ${patient}`) && body.includes(`39 ${patient}`);
  if (status !== 200 || !isWhole) throw new Error(`not the patient's page: ${status} ${textOf(body).slice(0, 300)}`);
}

function textOf(html: string): string {
  return html.replace(/<(style|script|svg).*?<\/\1>|<[^>]*>/gs, ' ').replace(/\s+/g, ' ');
}

function keep(cookies: Map<string, string>, lines: readonly string[]): void {
  for (const line of lines) {
    const [pair = ''] = line.split(';');
    const at = pair.indexOf('=');
    if (/max-age=0|expires=thu, 01 jan 1970/i.test(line)) cookies.delete(pair.slice(0, at));
    else cookies.set(pair.slice(0, at), pair.slice(at + 1));
  }
}
