/** What all answers have in common: headers, refusals, sizes, and a stranger's error page (ER-01..03, ER-06, TL-07). */
import { request as send } from 'node:http';
import { describe, expect, test } from 'vitest';
import { supportCodeOf, titleOf, type Visit } from '#test/helpers/browser.ts';
import { useWorld, type World } from '#test/helpers/world.ts';
import { assetPath } from '#views/assets.ts';

const world = useWorld({ env: { PUBLIC_URL: 'https://fhir.example.com' } });

const visit = (path: string, options: Parameters<ReturnType<World['browser']>['visit']>[1] = {}): Promise<Visit> =>
  world.browser().visit(`${world.url}${path}`, options);

const EVERYWHERE = ['/nowhere', '/smart/launch', '/smart/callback', '/launches/x/requests', '/launches/x/theme.css'];

describe('ER-06', () => {
  test.for([...EVERYWHERE, '/health/live', '/.well-known/jwks.json', assetPath('app.css'), '/assets/nowhere.css'])(
    '%s carries the security headers once',
    async (path) => {
      const { headers } = await visit(path);
      expect(headers).toMatchObject({
        'content-security-policy': expect.stringMatching(/^default-src 'none'; .*frame-ancestors 'none'$/),
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'strict-transport-security': 'max-age=31536000; includeSubDomains',
      });
      expect(headers['x-powered-by']).toBeUndefined();
      expect(headers['content-security-policy']).not.toMatch(/unsafe|\*|http:/);
    },
  );

  test.for(EVERYWHERE)('%s is not cached', async (path) => {
    expect((await visit(path)).headers['cache-control']).toBe('no-store');
  });

  test.for(['app.css', 'bootstrap.css', 'favicon.svg'] as const)('%s may be cached', async (name) => {
    const { status, headers } = await visit(assetPath(name));
    expect([status, headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable']);
    expect(headers['set-cookie']).toBeUndefined();
  });

  test.for([
    ...['/assets', '/assets/', '/assets/../package.json', '/assets/..%2fpackage.json', '/assets/%2e%2e/.env'],
    ...['/.env', '/src/app.ts'],
  ])('REG-08: %s is a 404', async (path) => {
    expect((await visit(path)).status).toBe(404);
  });
});

describe('ER-01: every refusal is the error page', () => {
  test('an unknown path is a 404', async () => {
    const page = await visit('/nowhere?token=CANARY');
    expect([page.status, titleOf(page)]).toEqual([404, 'Page not found']);
    expect(supportCodeOf(page)).toMatch(/^[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$/);
    expect(page.body).not.toMatch(/CANARY|nowhere|at .*\.ts|node_modules|Error:/);
    expect(page.body).not.toMatch(/http-equiv|<script(?! src)/);
  });

  test('an error page in Settings does not advise to open a chart', async () => {
    const page = await visit('/settings/nowhere');
    expect([page.status, titleOf(page)]).toEqual([404, 'Page not found']);
    expect(page.body).toContain('open Settings and choose the page there');
    expect(page.body).not.toMatch(/chart/);
  });

  test('two refusals have two support codes, each in one log line', async () => {
    const codes = [supportCodeOf(await visit('/nowhere')), supportCodeOf(await visit('/nowhere'))];
    expect(codes[0]).not.toBe(codes[1]);
    for (const code of codes)
      await expect.poll(() => world.logLines.filter((line) => line.includes(String(code)))).toHaveLength(1);
  });

  test.for([
    ['text/html', 'text/html; charset=utf-8'],
    ['*/*', 'text/html; charset=utf-8'],
    ['application/json', 'application/json; charset=utf-8'],
    ['application/json, text/plain, */*', 'application/json; charset=utf-8'],
    ['image/png', 'text/html; charset=utf-8'],
  ])('ER-02: Accept: %s is answered with %s', async ([accept = '', type]) => {
    const answer = await visit('/nowhere', { headers: { accept } });
    expect([answer.status, answer.headers['content-type']]).toEqual([404, type]);
    expect(answer.headers['vary']).toContain('Accept');
  });

  test.for([
    ['POST', '/smart/launch', 'GET'],
    ['HEAD', '/smart/launch', 'GET'],
    ['OPTIONS', '/smart/launch/st-elsewhere', 'GET'],
    ['POST', '/smart/callback', 'GET'],
    ['HEAD', '/smart/callback', 'GET'],
    ['DELETE', '/launches/x/requests', 'GET, POST'],
    ['HEAD', '/launches/x/requests', 'GET, POST'],
    ['HEAD', '/launches/x/theme.css', 'GET'],
    ['GET', '/launches/x/sign-out', 'POST'],
    ['POST', '/.well-known/jwks.json', 'GET, HEAD'],
  ])('%s %s is a 405 with the allowed methods', async ([method = '', path = '', allow]) => {
    const answer = await visit(path, { method });
    expect([answer.status, answer.headers['allow'], answer.setCookies]).toEqual([405, allow, []]);
  });

  test('JW-12: the key set answers HEAD', async () => {
    const answer = await visit('/.well-known/jwks.json', { method: 'HEAD' });
    expect([answer.status, answer.body]).toEqual([200, '']);
  });

  test('REG-01: paths are exact', async () => {
    for (const path of [
      '/SMART/launch',
      '/smart/launch/',
      '/smart/callback/',
      '/smart//launch',
      '/Launches/x/requests',
    ])
      expect((await visit(path)).status, path).toBe(404);
  });
});

describe('TL-07: line breaks and NUL in any input reach no header and cause no failure', () => {
  test.for([
    '/smart/launch?orgId=st-elsewhere&iss=https://a%0d%0aSet-Cookie:%20a=b&launch=x%0d%0ay',
    '/smart/launch/%0d%0aSet-Cookie:%20a=b?iss=x&launch=y',
    '/smart/callback?state=%0d%0aSet-Cookie:%20a=b&code=%00',
    '/smart/callback?error=%0d%0aLocation:%20x&state=y',
    '/launches/%0d%0aSet-Cookie:%20a=b/requests',
    '/%00',
    '/%E0%A4%A',
    '/launches/%E0%A4%A/requests',
  ])('%s', async (path) => {
    const answer = await visit(path);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(JSON.stringify(answer.headers)).not.toMatch(/a=b|"x"/);
    expect(supportCodeOf(answer)).toBeDefined();
  });

  test('LA-06: an oversized query is refused and the process goes on', async () => {
    const status = await new Promise((resolve, reject) => {
      const { hostname, port } = new URL(world.url);
      const asking = send({ hostname, port, path: `/smart/launch?launch=${'x'.repeat(65_536)}` }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      asking.on('error', reject).end();
    });
    expect([400, 414, 431]).toContain(status);
    expect((await visit('/health/live')).status).toBe(200);
  });
});
