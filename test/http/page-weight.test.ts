/** The weight of pages on the wire, and what a browser caches: compressed pages, hashed files, the patient first. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { brotliDecompressSync, createGunzip, gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { addPerson, signIn } from '#test/helpers/administrators.ts';
import type { TestBrowser } from '#test/helpers/browser.ts';
import { startCpuTime } from '#test/helpers/cpu-time.ts';
import { cookiesOf, csrfOf, launchIdOf } from '#test/helpers/visits.ts';
import { useWorld } from '#test/helpers/world.ts';
import { assetPath, assets } from '#views/assets.ts';

const AS_CHROME_ASKS = 'gzip, deflate, br, zstd';
const MANY = 'pat-many';

const world = useWorld();
afterEach(() => world.sandbox.faults.clear());

interface Asked {
  browser?: TestBrowser;
  method?: string;
  encoding?: string | undefined;
}

interface Answer {
  status: number | undefined;
  headers: IncomingMessage['headers'];
  bytes: Buffer;
  encoding: string | undefined;
  length: number;
}

/** Requests a page and returns the answer as it is on the wire, from its first byte. */
async function begin(url: string, { browser, method = 'GET', encoding }: Asked = {}): Promise<IncomingMessage> {
  const cookie = browser && [...cookiesOf(browser)].map((pair) => pair.join('=')).join('; ');
  const headers = {
    accept: 'text/html',
    ...(cookie ? { cookie } : {}),
    ...(encoding === undefined ? {} : { 'accept-encoding': encoding }),
  };
  const asking = request(url, { method, headers }).end();
  const [answer] = (await once(asking, 'response')) as [IncomingMessage];
  return answer;
}

async function ask(url: string, asked: Asked = {}): Promise<Answer> {
  const answer = await begin(url, asked);
  const { statusCode: status, headers } = answer;
  const bytes = Buffer.concat(await answer.toArray());
  return { status, headers, bytes, encoding: headers['content-encoding'], length: bytes.length };
}

const at = (path: string) => `${world.url}${path}`;

describe('a first visit', () => {
  test('a page of 25 requests has 4 kB, and all its files together 25 kB', async () => {
    const browser = world.browser();
    const page = await world.launch(MANY, browser);
    const list = await ask(page.url, { browser, encoding: AS_CHROME_ASKS });
    const text = gunzipSync(list.bytes).toString();
    const rows = text.match(/<tr[ >]/g)?.length ?? 0;
    expect(rows).toBeGreaterThanOrEqual(25);
    expect((list.length * 25) / rows).toBeLessThan(4_096);

    const paths = [...text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path = '']) => path);
    expect(paths).toHaveLength(6);
    const all = [
      ...paths,
      assetPath('settings.css'),
      assetPath('diagnostics.css'),
      assetPath('keep-draft.js'),
      assetPath('new-request.css'),
    ];
    const files = await Promise.all(all.map((path) => ask(at(path), { encoding: AS_CHROME_ASKS })));
    expect(files.map(({ status }) => status)).toEqual(all.map(() => 200));
    expect(files.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(25_600);
    // A second visit requests none of them.
    for (const { headers } of files) expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
  });
});

describe('the files of the pages', () => {
  test.for([
    ['br, gzip', 'br'],
    [AS_CHROME_ASKS, 'br'],
    ['gzip', 'gzip'],
    ['*', 'br'],
    ['br;q=0, gzip', 'gzip'],
    ['identity;q=0, gzip;q=0.1', 'gzip'],
    ['identity', undefined],
    ['br;q=0', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('Accept-Encoding: %s is answered in %s', async ([encoding, sent]) => {
    const plain = await ask(at(assetPath('app.css')));
    const file = await ask(at(assetPath('app.css')), { encoding });
    expect([file.status, file.encoding, file.headers['vary']]).toEqual([200, sent, 'Accept-Encoding']);
    const open = { br: brotliDecompressSync, gzip: gunzipSync, undefined: (bytes: Buffer) => bytes }[String(sent)];
    expect(open?.(file.bytes).equals(plain.bytes)).toBe(true);
    if (sent) expect(file.length).toBeLessThan(plain.length / 3);
  });

  test('no file loads another one; the pages name them all', () => {
    const loads = /@import|url\((?!"data:)|\bimport\b|['"]\/assets\//;
    const loading = Object.entries(assets).filter(([, { content }]) => loads.test(String(content)));
    expect(loading.map(([name]) => name)).toEqual([]);
  });

  test('HEAD has the headers of GET and no body', async () => {
    const get = await ask(at(assetPath('app.css')), { encoding: 'br' });
    const head = await ask(at(assetPath('app.css')), { encoding: 'br', method: 'HEAD' });
    const said = ({ headers: { date: _date, ...headers } }: Answer) => headers;
    expect([head.length, said(head)]).toEqual([0, said(get)]);
  });

  test.for([
    ['app.css', 'text/css; charset=utf-8'],
    ['keep-draft.js', 'text/javascript; charset=utf-8'],
    ['favicon.svg', 'image/svg+xml'],
  ] as const)('%s is %s', async ([name, type]) => {
    expect((await ask(at(assetPath(name)))).headers['content-type']).toMatch(type);
  });

  test.for([
    ['of another version', assetPath('app.css').replace(/\.[\da-f]{16}\./, '.0123456789abcdef.')],
    ['without its hash', '/assets/app.css'],
    ['that no page names', '/assets/reduce-bootstrap.ts'],
    ['of another name', assetPath('app.css').replace('app', 'settings')],
  ])('a file %s is a 404 that is not cached', async ([, path = '']) => {
    const { status, headers } = await ask(at(path));
    expect([status, headers['cache-control']]).toEqual([404, 'no-store']);
  });
});

describe('pages', () => {
  test.for([
    ['gzip, deflate, br', 'gzip'],
    ['gzip;q=0', undefined],
    ['br', undefined],
    ['identity;q=0, gzip', 'gzip'],
    ['identity', undefined],
    [undefined, undefined],
  ])('Accept-Encoding: %s is answered in %s, whole and in parts', async ([encoding, sent]) => {
    const browser = world.browser();
    const { url } = await world.launch('pat-ada', browser);
    for (const one of [url, at('/guide'), at('/nowhere')]) {
      const page = await ask(one, { browser, encoding });
      expect([page.encoding, page.headers['vary']], one).toEqual([sent, expect.stringContaining('Accept-Encoding')]);
      const text = (sent ? gunzipSync(page.bytes) : page.bytes).toString();
      expect(text, one).toMatch(/^<!doctype html>[^]*<\/html>\s*$/);
    }
  });

  test('the patient is shown while the EHR still searches, also compressed', async () => {
    const browser = world.browser();
    const page = await world.launch('pat-ada', browser);
    world.sandbox.faults.set('slow-requests');
    const answer = await begin(page.url, { browser, encoding: 'gzip' });
    expect(answer.headers['content-encoding']).toBe('gzip');
    const unpacked = answer.pipe(createGunzip());
    const [first] = (await once(unpacked, 'data')) as [Buffer];
    expect(String(first)).toContain('Reading requests from the EHR');
    expect(String(first)).toContain('Ada Moreno');
    expect(String(first)).not.toContain('</html>');
    answer.destroy();
  });

  test('long texts and multi-byte texts arrive unchanged', async () => {
    const browser = world.browser();
    const { url } = await world.launch('pat-arabic', browser);
    const [packed, plain] = [await ask(url, { browser, encoding: 'gzip' }), await ask(url, { browser })];
    const text = (bytes: Buffer) => String(bytes).replaceAll(/name="csrf" value="[^"]+"|<time.*?<\/time>/g, '');
    expect(text(gunzipSync(packed.bytes))).toBe(text(plain.bytes));
  });
});

describe('BREACH', () => {
  test('two pages have two form tokens, and both are accepted', async () => {
    const browser = world.browser();
    const page = await world.launch('pat-ada', browser);
    const [first, second] = [csrfOf(await browser.visit(page.url)), csrfOf(await browser.visit(page.url))];
    expect(first).toMatch(/^[\w-]{86}$/);
    expect(first).not.toBe(second);
    const signOut = at(`/launches/${launchIdOf(page)}/sign-out`);
    // A changed byte of the pad or proof is refused.
    for (const forged of [first.slice(0, 43) + second.slice(43), `${first}AAAA`, first.slice(0, 80), 'A'.repeat(86)])
      expect((await browser.visit(signOut, { form: { csrf: forged } })).status).toBe(403);
    expect((await browser.visit(signOut, { form: { csrf: first } })).status).toBe(303);
  });

  test('the older of two tokens is accepted too', async () => {
    const browser = world.browser();
    const page = await world.launch('pat-ada', browser);
    await browser.visit(page.url);
    const answer = await browser.visit(at(`/launches/${launchIdOf(page)}/sign-out`), { form: { csrf: csrfOf(page) } });
    expect(answer.status).toBe(303);
  });

  test('a page that shows text of its URL, or a secret that is shown once, is not compressed', async () => {
    await addPerson(world, 'breach@example.com', { role: 'operator' });
    const { browser } = await signIn(world, 'breach@example.com');
    const users = await browser.visit(at('/settings/users'));
    expect((await ask(at('/settings/users'), { browser, encoding: 'gzip' })).encoding).toBe('gzip');
    const form = { csrf: csrfOf(users), email: 'new@example.com', role: 'operator', organization: '' };
    const answer = await browser.visit(at('/settings/users'), { form });
    expect(answer.headers['location']).toMatch(/\?secret=/);
    const secret = await ask(at(answer.headers['location'] ?? ''), { browser, encoding: 'gzip' });
    expect(String(secret.bytes)).toContain('One-time password');
    for (const path of ['/settings/launches?organization=x', '/settings/audit?actor=x', '/sign-in?next=/settings'])
      expect((await ask(at(path), { browser, encoding: 'gzip' })).encoding, path).toBeUndefined();
  });
});

test('pages that are the same for every stranger cost no more than the smallest one, whatever their size', async () => {
  const spentOn = async (path: string) => {
    const spent = startCpuTime();
    // oxlint-disable-next-line no-await-in-loop -- one after the other, to know what they cost
    for (let count = 0; count < 60; count += 1) await ask(at(path), { encoding: AS_CHROME_ASKS });
    return spent();
  };
  const pages = await Promise.all([ask(at('/guide')), ask(at('/guide'), { encoding: 'gzip' })]);
  expect(gunzipSync(pages[1].bytes).equals(pages[0].bytes)).toBe(true);
  expect(pages[0].headers['content-type']).toBe('text/html; charset=utf-8');
  await expect.poll(async () => (await spentOn('/guide')) / (await spentOn('/.well-known/jwks.json'))).toBeLessThan(3);
});
