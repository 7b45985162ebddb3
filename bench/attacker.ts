/**
 * An attacker in its own thread. It sends everything that can be sent without signing in, from one IPv4 address and
 * from a new address of one IPv6 /64 for each request. Loopback only.
 */
import { connect } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { Agent, request } from 'undici';

/** The input of the thread. */
export interface AttackOrder {
  origin: string;
  launchUrl: string;
  seconds: number;
}

const { origin, launchUrl, seconds } = workerData as AttackOrder;
const AT_ONCE = 24;
const SLOW_CONNECTIONS = 100;
const TIMEOUT_MS = 30_000;
const agent = new Agent({ connections: AT_ONCE, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
const end = performance.now() + seconds * 1_000;
const answers = new Map<string, number>();
let serial = 0;

/** The service trusts this machine as its proxy, so the header sets the visitor's address. */
function address(): string {
  serial += 1;
  return serial % 2 === 0
    ? '203.0.113.9'
    : `2001:db8:1:2:${(serial >> 16).toString(16)}::${(serial & 0xffff).toString(16)}`;
}

const marks = encodeURIComponent('\u0301'.repeat(8_000) + '\u0316'.repeat(8_000));
const heavy = [marks, ','.repeat(100_000), '%2F'.repeat(33_000), '('.repeat(100_000), 'a%40'.repeat(25_000)];
const form = { 'content-type': 'application/x-www-form-urlencoded' };

interface Shot {
  path: string;
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
}

/** The attacks, used in turn. */
const SHOTS: readonly (() => Shot)[] = [
  () => ({ path: '/sign-in', method: 'POST', headers: form, body: `email=${pick(heavy)}&password=x` }),
  () => ({ path: '/sign-in', method: 'POST', headers: form, body: `email=a%40b.example&password=${pick(heavy)}` }),
  () => ({ path: `/smart/launch?orgId=bench&launch=x&iss=${pick(heavy).slice(0, 12_000)}` }),
  () => ({ path: `/smart/callback?code=x&state=${pick(heavy).slice(0, 12_000)}` }),
  () => ({ path: new URL(launchUrl).pathname + new URL(launchUrl).search }),
  () => ({ path: '/.well-known/jwks.json', headers: { 'user-agent': `scanner ${serial}` } }),
  () => ({
    path: '/launches/AAAAAAAAAAAAAAAAAAAAAA/requests',
    headers: { cookie: `launch-AAAA=${'x'.repeat(4_000)}` },
  }),
  () => ({
    path: '/settings/integrations/smart-on-fhir',
    method: 'POST',
    headers: form,
    body: `fhirUrl=${pick(heavy)}`,
  }),
];

function pick(list: readonly string[]): string {
  return list[serial % list.length] ?? '';
}

async function shoot({ path, method = 'GET', headers = {}, body }: Shot): Promise<void> {
  const from = { 'x-forwarded-for': address(), 'x-forwarded-proto': 'http' };
  try {
    const answer = await request(`${origin}${path}`, {
      dispatcher: agent,
      method,
      headers: { ...from, ...headers },
      ...(body === undefined ? {} : { body }),
    });
    await answer.body.dump();
    note(String(answer.statusCode));
  } catch {
    note('no answer');
  }
}

/** Signs in with a wrong password and a valid cookie and token; every other time with a very long address. */
async function guessPassword(): Promise<void> {
  const headers = { 'x-forwarded-for': address() };
  const page = await request(`${origin}/sign-in`, { dispatcher: agent, headers }).catch(() => undefined);
  const text = (await page?.body.text()) ?? '';
  const [, csrf = ''] = /name="csrf" value="([^"]*)"/.exec(text) ?? [];
  const cookie = [page?.headers['set-cookie'] ?? []]
    .flat()
    .map((line) => line.split(';')[0])
    .join('; ');
  const wrong = new URLSearchParams({ csrf, email: 'operator@example.com', password: `guess ${serial}` }).toString();
  const body = serial % 4 < 2 ? wrong : `csrf=${encodeURIComponent(csrf)}&password=x&email=${pick(heavy)}`;
  await shoot({ path: '/sign-in', method: 'POST', headers: { ...form, cookie }, body });
}

/** Begins launches with a valid cookie and finishes none. */
async function beginLaunch(): Promise<void> {
  const { pathname, search } = new URL(launchUrl);
  const headers = { 'x-forwarded-for': address() };
  const probe = await request(`${origin}${pathname}${search}`, { dispatcher: agent, headers }).catch(() => undefined);
  await probe?.body.dump();
  const cookie = [probe?.headers['set-cookie'] ?? []]
    .flat()
    .map((line) => line.split(';')[0])
    .join('; ');
  await shoot({ path: `${pathname}${search}&probed=1`, headers: { cookie } });
}

/** Sends a request byte by byte and never completes it. */
function crawl(): void {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000\r\n');
  const timer = setInterval(() => socket.write('X-A: b\r\n'), 2_000);
  socket.on('close', () => {
    clearInterval(timer);
    if (performance.now() < end) setTimeout(crawl, 100);
  });
  setTimeout(() => socket.destroy(), Math.max(0, end - performance.now()));
}

function note(answer: string): void {
  answers.set(answer, (answers.get(answer) ?? 0) + 1);
}

async function attack(worker: number): Promise<void> {
  for (let turn = worker; performance.now() < end; turn += 1) {
    const shot = SHOTS[turn % (SHOTS.length + 2)];
    // oxlint-disable-next-line no-await-in-loop -- each worker sends one request after the other
    await (shot ? shoot(shot()) : turn % 2 === 0 ? guessPassword() : beginLaunch());
  }
}

for (let connection = 0; connection < SLOW_CONNECTIONS; connection += 1) crawl();
await Promise.all(Array.from({ length: AT_ONCE }, (_, worker) => attack(worker)));
await agent.close();
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
parentPort?.postMessage(Object.fromEntries(answers));
