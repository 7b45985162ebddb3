/** The request list as a web resource: its framing, caching, methods and colours (LA-11, ER-02, ER-06, LC-13). */
import { beforeEach, describe, expect, test } from 'vitest';
import type { TestBrowser } from '#test/helpers/browser.ts';
import { startServer } from '#test/helpers/servers/listener.ts';
import { launchIdOf } from '#test/helpers/visits.ts';
import { useWorld } from '#test/helpers/world.ts';

const world = useWorld();
let browser: TestBrowser;
beforeEach(() => {
  world.sandbox.faults.clear();
  world.sandbox.requests.clear();
  browser = world.browser();
});

describe('the page as a resource', () => {
  test('LA-11, ER-06: it may be framed by the EHR only, is not cached, and loads nothing from another origin', async () => {
    const { headers, body } = await world.launch('pat-ada', browser);
    expect(headers['content-security-policy']).toBe(
      `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors ${world.sandbox.origin}`,
    );
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'content-type': 'text/html; charset=utf-8',
    });
    expect(headers['x-frame-options']).toBeUndefined();
    expect(headers['x-powered-by']).toBeUndefined();
    expect(headers['etag']).toBeUndefined();
    expect(body).not.toMatch(/(?:src|href|action)="(?!\/(?:assets|launches)\/|#|requests(?:\/|")|\?show=)/);
    expect(body).not.toMatch(/<script(?! src="\/assets\/)|<style|\son\w+=|style="/);
  });

  test.for(['HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s is refused and reads nothing', async (method) => {
    const page = await world.launch('pat-ada', browser);
    world.sandbox.requests.clear();
    const answer = await browser.visit(page.url, { method });
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'GET, POST']);
    expect(world.sandbox.requests).toHaveLength(0);
  });

  test('ER-02: a script gets JSON with the same code and status, and no redirect', async () => {
    const headers = { accept: 'application/json' };
    const answer = await browser.visit(`${world.url}/launches/${'x'.repeat(22)}/requests`, { headers });
    expect([answer.status, answer.headers['content-type']]).toEqual([401, 'application/json; charset=utf-8']);
    const body = JSON.parse(answer.body) as unknown;
    expect(body).toEqual({
      error: 'session.missing',
      title: 'Please open the app again',
      help: expect.any(String),
      supportCode: expect.stringMatching(/^[2-9A-Z-]{9}$/),
    });
  });

  test('LC-13: a style on another host is not fetched; the page works without it', async () => {
    const elsewhere = await startServer((_request, response) => response.end('{"color_text":"#fff"}'));
    world.sandbox.faults.set('hostile-style-url', `${elsewhere.origin}/style.json`);
    const page = await world.launch('pat-ada', browser);
    expect(page.status).toBe(200);
    const theme = await browser.visit(`${world.url}/launches/${launchIdOf(page)}/theme.css`);
    expect([theme.status, theme.headers['content-type'], theme.body]).toEqual([200, 'text/css; charset=utf-8', '']);
    expect(elsewhere.connections).toHaveLength(0);
    await elsewhere.close();
  });

  test('LC-13: the app fetches the EHR’s own style without the token, and serves it as CSS', async () => {
    const styles = await startServer((_request, response) => {
      response.end(JSON.stringify({ dim_border_radius: '4px', color_background: 'red;}body{display:none' }));
    });
    await world.setOrganization('styled', { allowedHosts: [new URL(styles.origin).host] });
    world.sandbox.faults.set('hostile-style-url', `${styles.origin}/style.json`);
    const page = await browser.open(world.sandbox.launch('pat-ada').replace('st-elsewhere', 'styled'));
    const path = `/launches/${launchIdOf(page)}/theme.css`;
    expect(page.body).toContain(`href="${path}"`);
    const theme = await browser.visit(`${world.url}${path}`);
    expect(theme.body).toBe(':root{--smart-dim-border-radius:4px}');
    expect(theme.headers['cache-control']).toBe('private, max-age=43200');
    await styles.close();
  });
});
