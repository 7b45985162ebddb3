/** An EHR that names foreign addresses, lies, floods and stalls, through the real app (DI, TK, ID, FH, ER). */
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { titleOf } from '#test/helpers/browser.ts';
import { flood, type Script, startStubEhr } from '#test/helpers/servers/stub-ehr.ts';
import {
  ehr,
  evil,
  LIST,
  launch,
  launchUrl,
  newOrganization,
  outcomeOf,
  useStubWorld,
} from '#test/helpers/stub-world.ts';

const OK = { status: 200, code: undefined };
const { world } = useStubWorld();

describe('names other hosts', () => {
  const redirect =
    (status: number): Script =>
    () => ({ status, headers: { location: `${evil.origin}/elsewhere` } });
  const cases: [string, string, Script, { status: number; code: string }][] = [
    ['DI-16: discovery by 302', 'smart-configuration', redirect(302), { status: 502, code: 'discovery.invalid' }],
    ['DI-16: discovery by 308', 'smart-configuration', redirect(308), { status: 502, code: 'discovery.invalid' }],
    ['TK-07: the token endpoint by 307', 'token', redirect(307), { status: 502, code: 'token.invalid' }],
    ['TK-07: the token endpoint by 302', 'token', redirect(302), { status: 502, code: 'token.invalid' }],
    ['the keys by 302', 'jwks', redirect(302), { status: 502, code: 'identity.keys-unavailable' }],
    ['FH-03: the patient by 307', 'patient', redirect(307), { status: 503, code: 'patient.unavailable' }],
    ['FH-02: the patient by 201 and Location', 'patient', redirect(201), { status: 502, code: 'patient.unexpected' }],
  ];
  test.for(cases)('%s', async ([, route, script, outcome]) => {
    ehr.on(route, script);
    expect(outcomeOf(await launch())).toEqual(outcome);
    expect(evil.requests).toEqual([]);
  });

  test.for(['https:evil.example/token', '//evil.example/token', 'https://evil.example/token', 'http:EVIL'])(
    'DI-05: with the endpoint %s no browser is redirected and no code is sent',
    async (endpoint) => {
      const text = endpoint === 'http:EVIL' ? `http:${new URL(evil.origin).host}/token` : endpoint;
      for (const field of ['authorization_endpoint', 'token_endpoint']) {
        ehr.change('smart-configuration', { [field]: text });
        const browser = world().browser();
        const page = await browser.open(launchUrl(await newOrganization()));
        expect(page.status).toBeGreaterThanOrEqual(400);
        expect(browser.history.every(({ url }) => [world().url, ehr.origin].includes(new URL(url).origin))).toBe(true);
      }
      expect(evil.requests).toEqual([]);
    },
  );

  test('FH-02: a next link, an issuer and a style on another host get no request; the rest of the page is shown', async () => {
    const link = [{ relation: 'next', url: `${evil.origin}/fhir/ServiceRequest?page=2` }];
    ehr.change('requests', { link });
    ehr.change('token', {
      smart_style_url: `${evil.origin}/style.json`,
      fhirContext: [{ reference: `${evil.origin}/X/1` }],
    });
    const browser = world().browser();
    const page = await launch({}, browser);
    expect(titleOf(page)).toBe(LIST);
    const theme = /href="([^"]+theme\.css)"/.exec(page.body)?.[1];
    if (theme !== undefined) expect((await browser.visit(new URL(theme, world().url).href)).body).toBe('');
    expect(evil.requests).toEqual([]);
  });

  test('DI-18, DI-19: the CapabilityStatement is not read while the well-known document fails', async () => {
    ehr.on('smart-configuration', () => ({ status: 503, body: {} }));
    ehr.on('metadata', () => ({ body: { resourceType: 'CapabilityStatement' } }));
    expect(outcomeOf(await launch())).toEqual({ status: 503, code: 'discovery.unavailable' });
    expect(ehr.seen('metadata')).toEqual([]);
  });
});

describe('breaks the protocol', () => {
  test.for([
    ['TK-11: token_type DPoP', { token_type: 'DPoP' }, 502, 'token.invalid'],
    ['TK-11: no token_type', { token_type: undefined }, 502, 'token.invalid'],
    ['TK-12: expires_in 3600.5', { expires_in: 3600.5 }, 502, 'token.invalid'],
    ['TK-12: expires_in 1e99', { expires_in: 1e99 }, 502, 'token.invalid'],
    ['SCO-15: scopes that only look granted', { scope: 'xopenid patient/*.readx' }, 403, 'scope.none-granted'],
    ['LC-02: a patient that is a list', { patient: ['pat-1'] }, 502, 'context.invalid'],
    ['LC-02: a patient that is a path', { patient: '../Patient/2' }, 502, 'context.invalid'],
  ] as const)('%s', async ([, members, status, code]) => {
    ehr.change('token', members);
    expect(outcomeOf(await launch())).toEqual({ status, code });
    // After an empty grant, the app asks once more with other scopes.
    expect(ehr.seen('token')).toHaveLength(code === 'scope.none-granted' ? 2 : 1);
    expect(ehr.seen('patient')).toEqual([]);
  });

  test.for(['invalid_clien\u0074', 'constructor', '__proto__', 'a b', '<script>alert(1)</script>'])(
    'TK-16: the OAuth error %j ends in one page',
    async (error) => {
      ehr.on('token', () => ({ status: 400, body: JSON.stringify({ error, error_description: 'CANARY<b>' }) }));
      const page = await launch();
      const code = error === 'invalid_client' ? 'token.invalid-client' : 'token.refused';
      expect(outcomeOf(page)).toEqual({ status: 502, code });
      expect(page.body + world().logLines.join('')).not.toMatch(/CANARY|<script>alert/);
    },
  );
});

describe('floods', () => {
  // Made before the launches: on a busy machine that takes longer than the app waits for an answer.
  const once = gzipSync(Buffer.alloc(60e6));
  const twice = gzipSync(once);
  const bomb: Script = () => ({ body: once, headers: { 'content-encoding': 'gzip' } });
  const bombInBomb: Script = () => ({ body: twice, headers: { 'content-encoding': 'gzip, gzip' } });
  const endless: Script = (_request, response) => flood(response, 50e6);
  const headers: Script = () => ({ headers: { 'x-padding': 'x'.repeat(200_000) }, body: {} });
  const nonsense: Script = (_request, response) => {
    response.socket?.end('HTTP/1.1 999\r\n\u0000\r\n\r\n');
    return 'answered';
  };
  test.for([
    ['DI-15: 50 MB of discovery', 'smart-configuration', endless, 502, 'discovery.invalid'],
    ['DI-15: a gzip bomb at discovery', 'smart-configuration', bomb, 502, 'discovery.invalid'],
    ['DI-15: a bomb in a bomb', 'smart-configuration', bombInBomb, 502, 'discovery.invalid'],
    ['DI-15: 200 kB of headers', 'smart-configuration', headers, 503, 'discovery.unavailable'],
    ['nonsense instead of HTTP', 'smart-configuration', nonsense, 503, 'discovery.unavailable'],
    ['TK-19: 50 MB of token', 'token', endless, 502, 'token.invalid'],
    ['TK-19: a gzip bomb at the token endpoint', 'token', bomb, 502, 'token.invalid'],
    ['ID-22: 50 MB of keys', 'jwks', endless, 502, 'identity.keys-unavailable'],
    ['FH-12: 50 MB of patient', 'patient', endless, 502, 'patient.unexpected'],
    ['FH-12: a gzip bomb as patient', 'patient', bomb, 502, 'patient.unexpected'],
  ] as [string, string, Script, number, string][])('%s', async ([, route, script, status, code]) => {
    let written = () => 0;
    ehr.on(route, (request, response) => {
      const { socket } = response;
      written = () => socket?.bytesWritten ?? 0;
      return script(request, response);
    });
    expect(outcomeOf(await launch())).toEqual({ status, code });
    // The EHR could not send what the app did not read, so memory stays bounded.
    expect(written()).toBeLessThan(30e6);
    if (route === 'smart-configuration') expect(ehr.seen('metadata')).toEqual([]);
    ehr.reset();
    expect(outcomeOf(await launch())).toEqual(OK);
  });

  test('FH-12: with 50 MB of requests the page shows the patient and says that the list could not be read', async () => {
    ehr.on('requests', endless);
    expect(titleOf(await launch())).toBe(LIST);
  });
});

describe('is slow', () => {
  const drip: Script = (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const timer = setInterval(() => response.write(' '), 100);
    response.once('close', () => clearInterval(timer));
    return 'answered';
  };
  test('DI-15, TK-19, TL-06: an answer that comes byte by byte ends at the deadline, while another organization is served', async () => {
    const routes = [
      ['smart-configuration', 'discovery.timeout'],
      ['token', 'token.timeout'],
      ['jwks', 'identity.keys-timeout'],
    ] as const;
    const stubs = await Promise.all(routes.map(() => startStubEhr()));
    const stalled = routes.map(async ([route, code], index) => {
      const stub = stubs[index] ?? ehr;
      stub.on(route, drip);
      const page = await world()
        .browser()
        .open(launchUrl(await newOrganization({}, stub), 'opaque', stub));
      expect(outcomeOf(page)).toEqual({ status: 504, code });
    });
    const done: string[] = [];
    const all = Promise.all(stalled).then(() => done.push('stalled'));
    expect(titleOf(await launch())).toBe(LIST);
    done.push('served');
    await all;
    expect(done).toEqual(['served', 'stalled']);
    await Promise.all(stubs.map((stub) => stub.close()));
  });
});
