/** Cookies as an EHR's iframe needs them, and only there (LA-11, LA-12, CB-18, TL-03). */
import type { Request, Response } from 'express';
import { describe, expect, test } from 'vitest';
import { type Cookies, createCookies } from '#src/http/cookies.ts';
import { createCookieValue, createLaunchCookies } from '#src/launches/session/cookies.ts';
import { titleOf, type Visit } from '#test/helpers/browser.ts';
import { useWorld } from '#test/helpers/world.ts';

const PUBLIC_URL = 'https://fhir.example.com';

/** The name, value length and attributes of every cookie that an answer sets. */
function cookiesSetBy({ setCookies }: Visit) {
  return setCookies.map((line) => {
    const [pair = '', ...attributes] = line.split('; ');
    return {
      name: pair.split('=')[0] ?? '',
      value: pair.slice(pair.indexOf('=') + 1),
      attributes: attributes.toSorted(),
    };
  });
}

describe('on https, behind a trusted proxy', () => {
  const world = useWorld({ env: { PUBLIC_URL, TRUST_PROXY: 'loopback' } });

  const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example' };
  const launchPath = () => new URL(world.sandbox.launch('pat-ada')).search;
  const begin = async () => {
    const browser = world.browser();
    const first = await browser.visit(`${world.url}/smart/launch${launchPath()}`, { headers });
    const again = new URL(first.headers['location'] ?? '');
    return { first, again, second: await browser.visit(`${world.url}${again.pathname}${again.search}`, { headers }) };
  };

  test('every cookie is __Host-, HttpOnly, and kept inside the chart', async () => {
    const { first, second } = await begin();
    const cookies = [...cookiesSetBy(first), ...cookiesSetBy(second)];
    expect(cookies.map(({ name }) => name.replace(/-[\w-]{16}$/, '-…'))).toEqual(
      expect.arrayContaining(['__Host-probe', expect.stringMatching(/^__Host-tx-/)]),
    );
    for (const { attributes } of cookies)
      expect(attributes).toEqual([
        expect.stringMatching(/^Expires=/),
        'HttpOnly',
        expect.stringMatching(/^Max-Age=\d+$/),
        'Partitioned',
        'Path=/',
        'SameSite=None',
        'Secure',
      ]);
  });

  test('REG-02: redirects and redirect_uri are built from the configuration, not from the request', async () => {
    const { again, second } = await begin();
    expect(again.origin).toBe(PUBLIC_URL);
    const authorize = new URL(second.headers['location'] ?? '');
    expect(authorize.searchParams.get('redirect_uri')).toBe(`${PUBLIC_URL}/smart/callback`);
    expect(JSON.stringify([...second.setCookies, second.headers])).not.toContain('evil');
  });

  test('TL-03: a visitor by plain http is redirected to https first, without a cookie', async () => {
    const search = launchPath();
    const plain = { 'x-forwarded-proto': 'http' };
    const answer = await world.browser().visit(`${world.url}/smart/launch${search}`, { headers: plain });
    expect([answer.status, answer.headers['location']]).toEqual([308, `${PUBLIC_URL}/smart/launch${search}`]);
    expect(answer.body).toBe('');
    expect(answer.setCookies).toEqual([]);
    // Monitoring asks each instance by itself, in front of no proxy.
    for (const path of ['/health/live', '/health/ready', '/metrics'])
      expect([path, (await world.browser().visit(world.url + path)).status]).toEqual([path, 200]);
  });

  test('planted cookies without the prefix are ignored', async () => {
    const browser = world.browser();
    browser.jar.set('localhost', new Map([['probe', 'st-elsewhere']]));
    const answer = await browser.visit(`${world.url}/smart/launch${launchPath()}`, { headers });
    expect(new URL(answer.headers['location'] ?? '').searchParams.get('probed')).toBe('1');
  });
});

describe('on http://localhost', () => {
  const world = useWorld();

  test('cookies lack prefix, Secure, SameSite=None and Partitioned, and nothing else changes', async () => {
    const browser = world.browser();
    await world.launch('pat-ada', browser);
    const cookies = browser.history.filter(({ url }) => url.startsWith(world.url)).flatMap(cookiesSetBy);
    const kept = cookies.filter(({ value }) => value !== '');
    expect(new Set(kept.map(({ name }) => name.split('-')[0]))).toEqual(new Set(['probe', 'tx', 'launch']));
    for (const { attributes } of kept)
      expect(attributes).toEqual([expect.anything(), 'HttpOnly', expect.anything(), 'Path=/', 'SameSite=Lax']);
  });

  test('TL-05: without a trusted proxy X-Forwarded-* headers are ignored', async () => {
    const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example', 'x-forwarded-for': '10.9.8.7' };
    const answer = await world.browser().visit(world.sandbox.launch('pat-ada'), { headers });
    expect(new URL(answer.headers['location'] ?? '').origin).toBe(world.url);
    expect(world.logLines.join('')).not.toContain('10.9.8.7');
  });

  const GONE = 'x'.repeat(22);
  test.for<[string, string, string]>([
    ['unfinished launches', 'tx-', '/smart/launch'],
    ['notes of ended launches', 'ended-', `/launches/${GONE}/requests`],
  ])('600 cookies that look like %s cost no more than 100', async ([, prefix, path]) => {
    const browser = world.browser();
    const planted = Array.from({ length: 600 }, (_, at) => [`${prefix}${at}`, '1~a~b'] as const);
    const other = [['probe', 'st-elsewhere'] as const, [`launch-${GONE}`, '1~a~st-elsewhere'] as const];
    browser.jar.set('localhost', new Map([...other, ...planted]));
    const { search } = new URL(world.sandbox.launch('pat-ada'));
    const answer = await browser.visit(`${world.url}${path}${search}`);
    expect(answer.status).toBeLessThan(500);
    expect(answer.setCookies.length).toBeGreaterThan(50);
    expect(answer.setCookies.length).toBeLessThan(103);
  });

  test('LA-12: a browser without cookies gets the page about cookies, and the launch value stays unspent', async () => {
    const browser = world.browser({ blocksCookies: true });
    const launchUrl = world.sandbox.launch('pat-ada');
    const page = await browser.open(launchUrl);
    expect([page.status, titleOf(page)]).toEqual([400, 'Your browser blocks cookies here']);
    expect(browser.history).toHaveLength(2);
    const link = /href="([^"]+)" target="_blank"/.exec(page.body)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(link).not.toContain('probed');
    expect(titleOf(await world.browser().open(link))).toBe('Requests for Ada Moreno');
  });
});

test('of many launches that were begun, the oldest gives way to the next, in whatever order a browser names them', () => {
  const begun = Array.from({ length: 10 }, (_, at) => [`tx-${at}`, `${(at === 7 ? 1 : 100 + at).toString(36)}~s~org`]);
  for (const sent of [begun, begun.toReversed()]) {
    const cleared: string[] = [];
    const clear = (_response: unknown, name: string) => void cleared.push(name);
    const stub = { read: () => new Map(sent as [string, string][]), set: () => {}, clear } as unknown as Cookies;
    const cookies = createLaunchCookies({ ehr: stub, standalone: stub });
    const origin = { kind: 'ehr', organizationId: 'org' } as const;
    cookies.setTransaction({} as Request, {} as Response, 'state', createCookieValue(origin, new Date()));
    expect(cleared).toEqual(['tx-7']);
  }
});

test('on https, a cookie without our prefix is not ours: another host of the domain can set it; nor is an overlong one', () => {
  const longest = 'x'.repeat(4_096);
  const planted = ['launch=a', '1234567launch=b', '__host-launch=d', '\u00a0__Host-launch=e', '\u0085__Host-launch=f'];
  const own = ['__Host-launch=c', `__Host-long=${longest}`, `__Host-longer=${longest}x`, '__Host-launch=g'];
  const cookie = [...planted, 'x=y,__Host-launch=h', ...own].join('; ');
  const read = createCookies(new URL('https://app.example')).read({ headers: { cookie } } as Request);
  expect([...read]).toEqual([
    ['launch', 'c'],
    ['long', longest],
  ]);
});
