/** The chart that a person sees: patients, the app in an iframe with a new launch, and the switches for faults. */
import { fetch } from 'undici';
import { expect, test } from 'vitest';
import { startSandbox } from '#sandbox/sandbox.ts';
import { smartStyleSheet } from '#src/smart/smart-style.ts';
import { useStarted } from '#test/helpers/started.ts';
import { authorizationRequest, authorize, post, startTinyApp } from './tiny-app.ts';

const tiny = useStarted(() => startTinyApp());
const sandbox = useStarted(() => startSandbox({ app: tiny.app }));

const page = async (path: string) => (await fetch(`${sandbox.origin}${path}`)).text();

/** The app URL in the iframe, unescaped. */
function appUrl(text: string): URL {
  return new URL((/<iframe[^>]* src="([^"]+)"/.exec(text)?.[1] ?? '').replaceAll('&amp;', '&'));
}

const launchOf = (url: URL) => url.searchParams.get('launch') ?? '';

test('lists the patients and says that they are synthetic', async () => {
  const text = await page('/chart');
  expect(text).toContain('SYNTHETIC DATA');
  expect(text).toContain('Moreno, Ada');
  expect(text).toContain('Okafor, Ben');
  expect(text).not.toContain('<iframe');
});

test('shows a hostile name as text', async () => {
  const text = await page('/chart/pat-script');
  expect(text).not.toContain('<script>alert');
  expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
});

test('every view of a chart mints a launch that works once', async () => {
  const [first, second] = [appUrl(await page('/chart/pat-ada')), appUrl(await page('/chart/pat-ada'))];
  const { parameters } = authorizationRequest(sandbox, tiny);
  const { answer } = await authorize(sandbox, { ...parameters, launch: launchOf(first) });
  expect(first.origin).toBe(new URL(tiny.app.launchUrl).origin);
  expect(first.searchParams.get('iss')).toBe(sandbox.fhirBase);
  expect(launchOf(first)).not.toBe(launchOf(second));
  expect(answer.get('code')).toBeTruthy();
});

test('opens the app in a new window by a redirect with its own launch', async () => {
  const response = await fetch(`${sandbox.origin}/chart/pat-ada/new-window`, { redirect: 'manual' });
  expect(response.status).toBe(303);
  expect(response.headers.get('location')).toContain('launch=');
});

test('links to the app outside the chart only where the app offers that', async () => {
  const link = 'Open the app outside the chart (standalone)';
  expect(await page('/chart')).not.toContain(link);
  sandbox.configureApp({ ...tiny.app, standaloneUrl: 'http://localhost:1/standalone/a' });
  const text = await page('/chart/pat-ada');
  sandbox.configureApp(tiny.app);
  expect(text).toContain(`<a href="http://localhost:1/standalone/a" target="_blank" rel="noopener">${link}</a>`);
});

test('an unknown patient has no chart and gets no launch', async () => {
  const statuses = ['/chart/pat-nobody', '/chart/pat-nobody/new-window'].map(
    async (path) => (await fetch(`${sandbox.origin}${path}`, { redirect: 'manual' })).status,
  );
  expect(await Promise.all(statuses)).toEqual([404, 404]);
});

test('the faults page switches the same faults as tests', async () => {
  await post(`${sandbox.origin}/faults`, { name: 'slow-token', value: '40', action: 'on' });
  expect(sandbox.faults.active()).toEqual(['slow-token']);
  expect(await page('/faults')).toContain('On: switch off');
  expect(await page('/chart')).toContain('Faults on: slow-token');
  await post(`${sandbox.origin}/faults`, { action: 'clear-all' });
  expect(sandbox.faults.active()).toEqual([]);
});

test('the faults page says when discovery and key faults take effect, and cites no rule code', async () => {
  const text = await page('/faults');
  expect(text).toContain('only when that copy has run out');
  expect(text).not.toMatch(/\b[A-Z]{2,4}-\d{2}\b/);
});

test('every page finds its icon', async () => {
  expect(await page('/chart')).toContain('href="/favicon.svg"');
  const icons = await Promise.all(['/favicon.svg', '/favicon.ico'].map((path) => fetch(`${sandbox.origin}${path}`)));
  expect(icons.map(({ status }) => status)).toEqual([200, 200]);
  expect(icons[0]?.headers.get('content-type')).toContain('image/svg+xml');
});

test.for(['/style.json', '/style-night.json'])(
  '%s is a style that the app uses completely: readable colours and a sans-serif font',
  async (path) => {
    const style: Record<string, string> = JSON.parse(await page(path));
    const sheet = smartStyleSheet(style) ?? '';
    for (const value of Object.values(style).filter(Boolean)) expect(sheet).toContain(`:${value}`);
    expect(sheet).toContain(`--smart-color-highlight:${style['color_highlight']}`);
    expect(style['font_family_body']).toMatch(/sans-serif$/);
  },
);

test('a form cannot switch on an unknown fault', async () => {
  await post(`${sandbox.origin}/faults`, { name: 'constructor', action: 'on' });
  expect(sandbox.faults.active()).toEqual([]);
});

test('the request log keeps method, path, headers and body, and can be cleared', async () => {
  sandbox.requests.clear();
  await post(`${sandbox.origin}/auth/token?x=1`, { grant_type: 'password' }, { cookie: 'a=b' });
  const [only] = sandbox.requests;
  expect(only).toMatchObject({ method: 'POST', path: '/auth/token?x=1', body: 'grant_type=password' });
  expect(only?.headers.cookie).toBe('a=b');
});
