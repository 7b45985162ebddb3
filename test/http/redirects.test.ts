/** No redirect has a body, because it would repeat the address and with it launch values, codes and states (LA-04). */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { useWorld } from '#test/helpers/world.ts';

const world = useWorld();

const redirectsOf = (history: { url: string; status: number; body: string; headers: Record<string, string> }[]) =>
  history.filter(({ url, status }) => url.startsWith(world.url) && status >= 300 && status < 400);

test('of a launch, its callback, its pages and its sign-out', async () => {
  const browser = world.browser();
  const page = await world.launch('pat-ada', browser);
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
  const form = { csrf };
  await browser.open(page.url.replace('/requests', '/sign-out'), { form, headers: { origin: world.url } });
  await browser.open(page.url.replace('/requests', '/association'));
  const redirects = redirectsOf(browser.history);
  expect(redirects.length).toBeGreaterThanOrEqual(3);
  expect(redirects.filter(({ body }) => body !== '').map(({ url }) => new URL(url).pathname)).toEqual([]);
});

test('of Settings', async () => {
  const admin = world.browser();
  await admin.open(`${world.url}/settings`);
  await admin.open(`${world.url}/settings/keys`);
  const redirects = redirectsOf(admin.history);
  expect(redirects.length).toBeGreaterThanOrEqual(2);
  expect(redirects.every(({ body, headers }) => body === '' && headers['location'] !== undefined)).toBe(true);
});

describe('by plain http through a trusted proxy', () => {
  const OURS = 'https://fhir.example.com';
  const proxied = useWorld({ env: { PUBLIC_URL: OURS, TRUST_PROXY: 'loopback' } });
  const headers = { 'x-forwarded-proto': 'http', 'x-forwarded-host': 'evil.example', 'x-original-url': '/evil' };

  test.for<[target: string, location: string | undefined]>([
    ['/smart/launch?iss=a&launch=b', `${OURS}/smart/launch?iss=a&launch=b`],
    ['/settings/%0d%0aSet-Cookie:a=b', `${OURS}/settings/%0d%0aSet-Cookie:a=b`],
    ['//evil.example/settings', `${OURS}//evil.example/settings`],
    ['http://evil.example/settings?a=b', `${OURS}/settings?a=b`],
    ['http://evil.example', `${OURS}/`],
    ['*', undefined],
    ['*@evil.example/settings', undefined],
    ['*.evil.example/settings', undefined],
  ])('a request for %s leads to no other host', async ([path, location]) => {
    const { port } = new URL(proxied.url);
    const [answer] = (await once(get({ port, path, headers: { ...headers, host: 'evil.example' } }), 'response')) as [
      IncomingMessage,
    ];
    answer.resume();
    expect([answer.statusCode, answer.headers.location]).toEqual([location === undefined ? 404 : 308, location]);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });
});
