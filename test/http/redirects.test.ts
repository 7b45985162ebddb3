/** No redirect has a body, because it would repeat the address and with it launch values, codes and states (LA-04). */
import { expect, test } from 'vitest';
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
