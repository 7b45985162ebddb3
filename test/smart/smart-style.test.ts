import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createOutbound } from '#src/adapters/ehr-http/client.ts';
import { fetchSmartStyle, smartStyleSheet } from '#src/smart/smart-style.ts';
import { startKeyServer } from '#test/smart/id-token/key-server.ts';

const outbound = createOutbound({ production: false, allowPrivate: ['127.0.0.0/8'] });
let server: Awaited<ReturnType<typeof startKeyServer>>;
beforeAll(async () => {
  server = await startKeyServer();
});
beforeEach(() => server.forget());
afterAll(async () => {
  await outbound.close();
  await server.close();
});

// This is the example of SMART App Launch 2.2.0, "Styling".
const EXAMPLE = {
  color_background: '#edeae3',
  color_error: '#9e2d2d',
  color_highlight: '#69b5ce',
  color_modal_backdrop: '',
  color_success: '#498e49',
  color_text: '#303030',
  dim_border_radius: '6px',
  dim_font_size: '13px',
  dim_spacing_size: '20px',
  font_family_body: "Georgia, Times, 'Times New Roman', serif",
  font_family_heading: "'HelveticaNeue-Light', Helvetica, Arial, 'Lucida Grande', sans-serif;",
};

test("the specification's example becomes custom properties (LC-13)", () => {
  expect(smartStyleSheet(EXAMPLE)).toBe(
    ':root{color-scheme:light;--smart-color-background:#edeae3;--smart-color-text:#303030;--smart-color-error:#9e2d2d;' +
      '--smart-color-line:#69b5ce;--smart-dim-border-radius:6px;--smart-dim-font-size:13px;' +
      "--smart-dim-spacing-size:20px;--smart-font-family-body:Georgia, Times, 'Times New Roman', serif;" +
      "--smart-font-family-heading:'HelveticaNeue-Light', Helvetica, Arial, 'Lucida Grande', sans-serif}",
  );
});

test.for([
  ['color_modal_backdrop', 'rgba(0, 10,255, 0.5)'],
  ['color_modal_backdrop', 'RGB(1,2,3)'],
  ['color_modal_backdrop', '#ABCDEF80'],
  ['dim_font_size', '0.875rem'],
  ['dim_border_radius', '0'],
  ['font_family_body', '-apple-system, "Segoe UI", sans-serif'],
])('%s may be %s', ([property, value]) => {
  expect(smartStyleSheet({ [property!]: value })).toBe(`:root{--smart-${property!.replaceAll('_', '-')}:${value}}`);
});

test.for([
  ['color_text', 'red;}body{background:url(https://evil.example)'],
  ['color_text', 'url(https://evil.example)'],
  ['color_text', '#12345'],
  ['color_text', 'var(--x)'],
  ['color_text', '#fff;;'],
  ['color_text', '#fff}'],
  ['color_text', 5],
  ['dim_font_size', '13'],
  ['dim_font_size', '900px'],
  ['dim_font_size', '0'],
  ['dim_font_size', '4px'],
  ['dim_font_size', '25px'],
  ['dim_font_size', '2rem'],
  ['dim_spacing_size', '33px'],
  ['dim_border_radius', '9em'],
  ['dim_font_size', 'calc(1px*1e9)'],
  ['dim_font_size', '13px/**/'],
  ['font_family_body', "'</style><script>'"],
  ['font_family_body', "a'b"],
  ['font_family_body', 'x;color:red'],
  ['font_family_body', 'url(x)'],
  ['font_family_body', 'a,'.repeat(400)],
  ['logo', '#fff'],
  ['__proto__', '#fff'],
])('%s: %s never reaches the stylesheet (LC-13)', ([property, value]) => {
  expect(smartStyleSheet(JSON.parse(`{${JSON.stringify(property)}:${JSON.stringify(value)}}`))).toBeUndefined();
});

test('a style is fetched from an allowed host', async () => {
  server.answers.set('/style.json', { body: { dim_font_size: '13px' } });
  const allowedHosts = [new URL(server.origin).host];
  expect(await fetchSmartStyle({ url: `${server.origin}/style.json`, allowedHosts, outbound })).toBe(
    ':root{--smart-dim-font-size:13px}',
  );
});

test('no style is fetched from another host, with credentials or by another scheme', async () => {
  const host = new URL(server.origin).host;
  const allowedHosts = [host, 'ehr.example'];
  server.answers.set('/style.json', { body: EXAMPLE });
  for (const url of [
    `${server.origin.replace('127.0.0.1', '127.0.0.2')}/style.json`,
    `http://user:secret@${host}/style.json`,
    'http://ehr.example/style.json',
    'javascript:alert(1)',
    'file:///etc/passwd',
    '//x',
    '',
  ]) {
    expect(await fetchSmartStyle({ url, allowedHosts, outbound })).toBeUndefined();
  }
  const url = `${server.origin}/style.json`;
  expect(await fetchSmartStyle({ url, allowedHosts: ['ehr.example', '127.0.0.1'], outbound })).toBeUndefined();
  expect(server.fetches).toEqual([]);
});

test.for([
  ['an error', { status: 500, body: EXAMPLE }],
  ['a redirect', { status: 302, headers: { location: 'https://evil.example' }, body: EXAMPLE }],
  ['a page', { headers: { 'content-type': 'text/html' }, body: '<html>' }],
  ['null', { body: null }],
  ['10 MB', { body: { ...EXAMPLE, filler: 'x'.repeat(10_000_000) } }],
] as const)('%s instead of a style gives none and no failure', async ([, answer]) => {
  server.answers.set('/style.json', answer);
  const allowedHosts = [new URL(server.origin).host];
  expect(await fetchSmartStyle({ url: `${server.origin}/style.json`, allowedHosts, outbound })).toBeUndefined();
});
