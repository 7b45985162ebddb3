/**
 * An EHR that is unusual within the rules: its answers are understood, and our requests are exact (DI, AZ, TK, CAJ,
 * SCO).
 */
import { compactVerify, createLocalJWKSet, exportJWK, generateKeyPair } from 'jose';
import { describe, expect, test } from 'vitest';
import { titleOf, type Visit } from '#test/helpers/browser.ts';
import { givenEndpoints } from '#test/helpers/given-endpoints.ts';
import { challengeOf } from '#test/helpers/servers/stub-ehr.ts';
import {
  ehr,
  evil,
  LIST,
  launch,
  launchUrl,
  newOrganization,
  outcomeOf,
  partOf,
  tokenForm,
  useStubWorld,
} from '#test/helpers/stub-world.ts';

const CALLBACK = '/smart/callback';
const { world } = useStubWorld();
const otherKey = { ...(await exportJWK((await generateKeyPair('ES256')).publicKey)), kid: 'old', alg: 'ES256' };

describe('uses an unusual form, which is accepted', () => {
  test.for([
    'patient/*.read',
    'patient/Patient.read',
    'launch/patient patient/Patient.rs',
    'profile email patient/Patient.r',
    'OPENID patient/Patient.read',
  ])('SCO-20: a granted scope that does not repeat openid (%s): the verified id_token is the proof', async (scope) => {
    ehr.change('token', { scope });
    expect(titleOf(await launch())).toBe(LIST);
  });

  test.for([undefined, null, '', ' '])(
    'SCO-20: openid is missing if the id_token is %j and no granted scope names it',
    async (idToken) => {
      ehr.change('token', { scope: 'patient/*.read', id_token: idToken });
      const page = await launch();
      expect(outcomeOf(page)).toEqual({ status: 403, code: 'scope.missing' });
      expect(world().logLines.some((line) => line.includes('scope.missing') && line.includes('openid'))).toBe(true);
    },
  );

  test.for([undefined, null, '', ' '])(
    'TK-14: with openid granted an id_token that is %j is a separate error',
    async (idToken) => {
      ehr.change('token', { id_token: idToken });
      expect(outcomeOf(await launch())).toEqual({ status: 502, code: 'identity.invalid' });
    },
  );

  test('SCO-20: without openid in the scope a bad id_token is still refused', async () => {
    ehr.change('token', { scope: 'patient/*.read', id_token: 'abc' });
    expect(outcomeOf(await launch())).toEqual({ status: 502, code: 'identity.invalid' });
  });

  test.for([
    ['/auth/authorize', '/auth/token'],
    ['../auth/authorize', '../auth/token'],
  ])('DI-04, CAJ-06: relative endpoints %s and %s', async ([authorize, token]) => {
    // Below /fhir without a trailing slash, `../auth` and `/auth` are the same place.
    ehr.change('smart-configuration', { authorization_endpoint: authorize, token_endpoint: token });
    expect(titleOf(await launch())).toBe(LIST);
    expect(partOf(tokenForm().get('client_assertion'), 1).aud).toBe(`${ehr.origin}/auth/token`);
  });

  test('CAJ-06, TK-06: a token endpoint with port, path and query is the audience byte for byte', async () => {
    const path = '/t/a%2Fb/Token;v=1/?tenant=a%20b&x=1';
    ehr.on('/t/a%2Fb/Token;v=1/', (request) => ehr.standard({ ...request, route: 'token' }));
    ehr.change('smart-configuration', { token_endpoint: `${ehr.origin}${path}` });
    expect(titleOf(await launch())).toBe(LIST);
    const [posted, ...more] = ehr.requests.filter(({ method }) => method === 'POST');
    expect([posted?.path, more]).toEqual([path, []]);
    const assertion = new URLSearchParams(posted?.body).get('client_assertion');
    expect(partOf(assertion, 1).aud).toBe(`${ehr.origin}${path}`);
  });

  test('CB-10: a code full of separators arrives intact and injects no parameter', async () => {
    const code = 'a+b/=&grant_type=x%41';
    ehr.on('authorize', (request) => {
      const back = new URL(request.query.get('redirect_uri') ?? '');
      const answer = { code, state: request.query.get('state') ?? '', iss: `${ehr.origin}/auth` };
      back.search = new URLSearchParams(answer).toString();
      return { status: 302, headers: { location: back.href } };
    });
    await launch();
    expect(tokenForm().getAll('code')).toEqual([code]);
    expect(tokenForm().getAll('grant_type')).toEqual(['authorization_code']);
  });

  test('AZ-09, AZ-11: the verifier fits the challenge and was not sent before', async () => {
    const browser = world().browser();
    await launch({}, browser);
    const verifier = tokenForm().get('code_verifier') ?? '';
    expect(verifier).toMatch(/^[\w~.-]{43,128}$/);
    expect(ehr.seen('authorize')[0]?.query.get('code_challenge')).toBe(challengeOf(verifier));
    expect(JSON.stringify([browser.history, [...browser.jar]])).not.toContain(verifier);
  });

  test.for([
    ['odd header case', { 'CoNtEnT-tYpE': 'APPLICATION/JSON; Charset="utf-8"', 'CACHE-control': 'NO-STORE' }],
    ['a cookie', { 'set-cookie': 'canary=1; Path=/' }],
    ['no content type worth the name', { 'content-type': 'binary/octet-stream' }],
  ] as const)('DI-25: discovery with %s', async ([, headers]) => {
    ehr.on('smart-configuration', async (request) => ({ ...(await ehr.standard(request)), headers: { ...headers } }));
    expect(titleOf(await launch())).toBe(LIST);
    expect(ehr.requests.some((request) => request.headers['cookie'] !== undefined)).toBe(false);
  });

  test.for([
    ['a byte order mark', (text: string) => `\ufeff${text}`],
    [
      '__proto__ and constructor',
      (text: string) => `{"__proto__":{"enabled":false},"constructor":{"prototype":{"x":1}},${text.slice(1)}`,
    ],
    ['nesting', (text: string) => `{"deep":${'['.repeat(60)}${']'.repeat(60)},${text.slice(1)}`],
    [
      'duplicate keys',
      (text: string) => `{"token_endpoint":"https://evil.example","access_token":"evil",${text.slice(1)}`,
    ],
  ] as const)('DI-24, TK-15: %s in discovery, token, keys and patient', async ([, disturb]) => {
    for (const route of ['smart-configuration', 'openid-configuration', 'jwks', 'token', 'patient']) {
      ehr.on(route, async (request) => ({ body: disturb(JSON.stringify((await ehr.standard(request)).body)) }));
    }
    expect(titleOf(await launch())).toBe(LIST);
    expect(Object.keys(Object.prototype)).toEqual([]);
    ehr.reset();
    expect(titleOf(await launch())).toBe(LIST);
  });

  test.for([
    ['TK-12: no expires_in', { expires_in: undefined }],
    ['TK-12: expires_in as text', { expires_in: '3600' }],
    ['TK-12: expires_in 0 without a refresh token', { expires_in: 0 }],
    ['TK-12: expires_in "0" with an empty refresh token', { expires_in: '0', refresh_token: '' }],
    ['TK-13: a dotted opaque token', { access_token: 'abc.def.ghi' }],
    ['TK-13: a token of 8 kB with ~+/=', { access_token: `${'x'.repeat(8_000)}~+/=` }],
    ['TK-11: BEARER', { token_type: 'BEARER' }],
    ['TK-15: unknown members', { __x: { n: 1 }, 'https://x.example/ext': 1, authorization_details: [] }],
    ['SCO-17: no scope', { scope: undefined }],
    ['SCO-23: unknown scopes', { scope: 'openid fhirUser launch patient/*.read __x https://x.example/s system/*.*' }],
  ] as const)('%s', async ([, members]) => {
    ehr.change('token', members);
    expect(titleOf(await launch())).toBe(LIST);
    const token = 'access_token' in members && members.access_token;
    if (token) expect(ehr.seen('patient')[0]?.headers['authorization']).toBe(`Bearer ${token}`);
  });
});

describe('discovery over time', () => {
  test('DI-13: a failure is not cached: the next launch works', async () => {
    const orgId = await newOrganization();
    const browser = world().browser();
    ehr.on('smart-configuration', () => ({ status: 503, body: {} }));
    expect(outcomeOf(await browser.open(launchUrl(orgId)))).toEqual({ status: 503, code: 'discovery.unavailable' });
    ehr.reset();
    expect(titleOf(await browser.open(launchUrl(orgId)))).toBe(LIST);
  });

  test('DI-13: a fresh document is not fetched again; one with no-store is', async () => {
    for (const [cacheControl, fetches] of [
      ['max-age=60', 1],
      ['no-store', 3],
    ] as const) {
      ehr.reset();
      ehr.on('smart-configuration', async (request) => ({
        ...(await ehr.standard(request)),
        headers: { 'cache-control': cacheControl },
      }));
      const orgId = await newOrganization();
      for (let round = 0; round < 3; round += 1) await world().browser().open(launchUrl(orgId));
      expect(ehr.seen('smart-configuration')).toHaveLength(fetches);
    }
  });

  test('DI-14, CAJ-08: fifty simultaneous cold launches share one discovery and no secret', async () => {
    const orgId = await newOrganization();
    const browsers = Array.from({ length: 50 }, () => world().browser());
    const pages = await Promise.all(browsers.map((browser) => browser.open(launchUrl(orgId))));
    expect(pages.map(titleOf)).toEqual(pages.map(() => LIST));
    expect(ehr.seen('smart-configuration')).toHaveLength(1);
    expect(ehr.seen('jwks')).toHaveLength(1);
    const assertions = ehr.seen('token').map(({ body }) => new URLSearchParams(body).get('client_assertion'));
    expect(new Set(assertions.map((assertion) => partOf(assertion, 1).jti)).size).toBe(50);
    const asked = ehr.seen('authorize').map(({ query }) => query);
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(new Set(asked.map((query) => query.get(name))).size).toBe(50);
    }
  });

  test('DI-06: a token endpoint that changes while the browser is at the EHR gets no code', async () => {
    const noStore = { 'cache-control': 'no-store' };
    ehr.on('smart-configuration', async (request) => ({ ...(await ehr.standard(request)), headers: noStore }));
    const orgId = await newOrganization({ allowedHosts: [new URL(evil.origin).host] });
    const browser = world().browser();
    const callback = await browser.openUntil(launchUrl(orgId), CALLBACK);
    ehr.change('smart-configuration', { token_endpoint: `${evil.origin}/token` });
    // Another user's launch discovers the change in the meantime.
    await world().browser().openUntil(launchUrl(orgId), CALLBACK);
    expect(titleOf(await browser.open(callback))).toBe(LIST);
    expect(ehr.seen('token')).toHaveLength(1);
  });

  test('MT-05: an administrator who changes the FHIR base ends the launches under way', async () => {
    const orgId = await newOrganization();
    const browser = world().browser();
    const callback = await browser.openUntil(launchUrl(orgId), CALLBACK);
    await world().setOrganization(orgId, { fhirBaseUrl: `${ehr.origin}/other` });
    await expect
      .poll(async () => (await world().dependencies.directory.find(orgId))?.fhirBaseUrl, { timeout: 5_000 })
      .toBe(`${ehr.origin}/other`);
    expect(outcomeOf(await browser.open(callback))).toEqual({ status: 400, code: 'callback.invalid' });
    expect(ehr.seen('token')).toEqual([]);
  });
});

describe('publishes nothing, and its endpoints are given by hand', () => {
  const DOCUMENTS = ['smart-configuration', 'openid-configuration', 'metadata'];
  const documents = () => ehr.requests.filter(({ route }) => DOCUMENTS.includes(route));
  const absent = () => DOCUMENTS.forEach((route) => ehr.on(route, () => ({ status: 404, body: {} })));

  test('DI-23: a launch fetches no document, sends S256 and the scopes unchanged, and uses the given keys', async () => {
    absent();
    expect(titleOf(await launch(givenEndpoints(ehr)))).toBe(LIST);
    expect(documents()).toEqual([]);
    const asked = Object.fromEntries(ehr.seen('authorize')[0]?.query ?? []);
    expect(asked).toMatchObject({ code_challenge_method: 'S256', scope: expect.stringContaining('patient/*.read') });
    const assertion = tokenForm().get('client_assertion');
    expect(partOf(assertion, 0).alg).toBe('RS384');
    expect(partOf(assertion, 1).aud).toBe(`${ehr.origin}/auth/token`);
    expect(ehr.seen('jwks')).toHaveLength(1);
  });

  test('CAJ-01: the algorithm is the organization’s setting', async () => {
    expect(titleOf(await launch({ ...givenEndpoints(ehr), assertionAlg: 'ES384' }))).toBe(LIST);
    expect(partOf(tokenForm().get('client_assertion'), 0).alg).toBe('ES384');
  });

  test('DI-26: documents that appear later are not read', async () => {
    const elsewhere = { authorization_endpoint: `${evil.origin}/a`, token_endpoint: `${evil.origin}/token` };
    ehr.change('smart-configuration', { ...elsewhere, issuer: evil.origin, jwks_uri: `${evil.origin}/jwks` });
    ehr.change('openid-configuration', { jwks_uri: `${evil.origin}/jwks` });
    expect(titleOf(await launch(givenEndpoints(ehr)))).toBe(LIST);
    expect(documents()).toEqual([]);
  });

  test('DI-26: after the given endpoints are removed, only the EHR’s document counts', async () => {
    const orgId = await newOrganization({ ...givenEndpoints(ehr), tokenEndpoint: `${ehr.origin}/old/token` });
    ehr.on('/old/token', (request) => ehr.standard({ ...request, route: 'token' }));
    expect(titleOf(await world().browser().open(launchUrl(orgId)))).toBe(LIST);
    expect(ehr.seen('token')).toEqual([]);
    await world().setOrganization(orgId, { fhirBaseUrl: ehr.fhirBase });
    await expect
      .poll(async () => (await world().dependencies.directory.find(orgId))?.tokenEndpoint, { timeout: 5_000 })
      .toBe('');
    expect(titleOf(await world().browser().open(launchUrl(orgId)))).toBe(LIST);
    expect(ehr.seen('smart-configuration')).toHaveLength(1);
    expect(ehr.seen('token')).toHaveLength(1);
  });

  test.for(['authorizationEndpoint', 'tokenEndpoint', 'jwksUri', 'revocationEndpoint', 'introspectionEndpoint'])(
    'DI-05: %s on a host that the organization does not allow ends the launch before the redirect',
    async (field) => {
      const given = { ...givenEndpoints(ehr), [field]: `${evil.origin}/x` };
      expect(outcomeOf(await launch(given))).toEqual({ status: 502, code: 'discovery.endpoint-refused' });
      expect(ehr.requests).toEqual([]);
      expect(titleOf(await launch({ ...givenEndpoints(ehr), allowedHosts: [new URL(ehr.origin).host] }))).toBe(LIST);
    },
  );

  test('CB-11: a response of another issuer is refused; one without issuer is not, because none is promised', async () => {
    const answer = (iss: string | undefined) =>
      ehr.on('authorize', async (request) => {
        const { headers } = await ehr.standard(request);
        const back = new URL(headers?.['location'] ?? '');
        if (iss === undefined) back.searchParams.delete('iss');
        else back.searchParams.set('iss', iss);
        return { status: 302, headers: { location: back.href } };
      });
    answer(evil.origin);
    expect(outcomeOf(await launch(givenEndpoints(ehr))).code).toBe('callback.wrong-issuer');
    answer(undefined);
    expect(titleOf(await launch(givenEndpoints(ehr)))).toBe(LIST);
  });

  test('ID-02: an id_token must be of the given issuer, with or without the slash at its end', async () => {
    const given = { ...givenEndpoints(ehr), issuers: [`${ehr.origin}/auth/`] };
    ehr.on('authorize', async (request) => {
      const { headers } = await ehr.standard(request);
      const back = new URL(headers?.['location'] ?? '');
      back.searchParams.delete('iss');
      return { status: 302, headers: { location: back.href } };
    });
    expect(outcomeOf(await launch(given)).code).toBe('identity.invalid');
    expect(documents()).toEqual([]);
  });

  test('ID-08: a rotated key is fetched from the given URL', async () => {
    const orgId = await newOrganization(givenEndpoints(ehr));
    ehr.on('jwks', () => ({ headers: { 'cache-control': 'max-age=3600' }, body: { keys: [otherKey] } }));
    expect(outcomeOf(await world().browser().open(launchUrl(orgId))).code).toBe('identity.invalid');
    ehr.reset();
    expect(titleOf(await world().browser().open(launchUrl(orgId)))).toBe(LIST);
    expect(documents()).toEqual([]);
  });
});

describe('AZ-14: authorize by POST', () => {
  const inputs = (page: Visit) =>
    Object.fromEntries(
      [...page.body.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)].map(([, name, value]) => [
        name,
        decode(value ?? ''),
      ]),
    );
  const decode = (text: string) =>
    text
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&amp;', '&');

  test('a hostile launch value stays inert, and the form finishes the launch', async () => {
    const hostile = `"><script>alert(1)</script>'&amp;${'x'.repeat(2_500)}`;
    ehr.change('smart-configuration', {
      capabilities: ['authorize-post'],
      authorization_endpoint: `${ehr.origin}/auth/authorize?tenant=a`,
    });
    const browser = world().browser();
    const page = await browser.open(launchUrl(await newOrganization(), hostile));
    expect(page.status).toBe(200);
    expect(page.body).not.toContain('<script>alert');
    expect(page.headers['content-security-policy']).toContain(`form-action 'self' ${ehr.origin};`);
    expect(page.body).toMatch(/<button[^>]*type="submit"/);
    const action = /action="([^"]+)"/.exec(page.body)?.[1];
    expect(action).toBe(`${ehr.origin}/auth/authorize?tenant=a`);

    const list = await browser.open(action ?? '', { form: inputs(page) });
    expect(titleOf(list)).toBe(LIST);
    const [asked] = ehr.seen('authorize');
    expect(asked).toMatchObject({ method: 'POST', path: '/auth/authorize?tenant=a' });
    expect(new URLSearchParams(asked?.body).get('launch')).toBe(hostile);
  });

  test('is not used unless the server offers it, however long the URL is', async () => {
    await world()
      .browser()
      .open(launchUrl(await newOrganization(), 'x'.repeat(4_096)));
    expect(ehr.seen('authorize')[0]).toMatchObject({ method: 'GET' });
  });
});

describe('the client assertion at the EHR', () => {
  test.for([
    ['RS384', 256],
    ['ES384', 96],
  ] as const)('CAJ-01, CAJ-02, CAJ-11: %s verifies by the published key, with %d bytes', async ([alg, bytes]) => {
    await launch({ assertionAlg: alg });
    const assertion = tokenForm().get('client_assertion') ?? '';
    const published = await (await fetch(`${world().url}/.well-known/jwks.json`)).json();
    const { protectedHeader } = await compactVerify(assertion, createLocalJWKSet(published));
    expect(protectedHeader).toEqual({ alg, kid: expect.any(String), typ: 'JWT' });
    expect(Buffer.from(assertion.split('.')[2] ?? '', 'base64url')).toHaveLength(bytes);
  });

  test.for([
    [['ES384'], 'ES384'],
    [['RS384'], 'RS384'],
    [['PS256', 'ES384'], 'ES384'],
  ] as const)('DI-09: if the EHR accepts only %j, the assertion is signed with %s', async ([algs, alg]) => {
    ehr.change('smart-configuration', { token_endpoint_auth_signing_alg_values_supported: algs });
    await launch();
    expect(partOf(tokenForm().get('client_assertion'), 0).alg).toBe(alg);
  });

  test.for([
    ['token_endpoint', () => `${ehr.origin}/auth/token`],
    ['issuer', () => `${ehr.origin}/auth`],
  ] as const)(
    'CAJ-05..07, CAJ-09: addressed to the %s, short-lived, in whole seconds',
    async ([audience, expected]) => {
      const before = Math.floor(Date.now() / 1_000);
      await launch({ assertionAudience: audience });
      const claims = partOf(tokenForm().get('client_assertion'), 1);
      expect(claims).toMatchObject({ iss: 'vectorcare-test', sub: 'vectorcare-test', aud: expected() });
      expect(Number.isInteger(claims.exp) && Number.isInteger(claims.iat)).toBe(true);
      expect(claims.iat).toBeGreaterThanOrEqual(before);
      expect(claims.exp - claims.iat).toBeLessThanOrEqual(300);
      expect(claims).not.toHaveProperty('nbf');
    },
  );

  test('TK-04, TK-05: client_id is in the body only if the organization’s setting says so, and no other authentication is sent', async () => {
    await launch();
    await launch({ clientIdInTokenBody: true });
    expect([tokenForm(0).getAll('client_id'), tokenForm(1).getAll('client_id')]).toEqual([[], ['vectorcare-test']]);
    for (const { headers, body } of ehr.seen('token')) {
      expect(headers).not.toHaveProperty('authorization');
      expect(headers).not.toHaveProperty('cookie');
      expect(body).not.toContain('client_secret');
    }
  });
});

test('SCO-02, DI-11: the server’s capabilities decide between v1 and v2, and scopes_supported removes no scope', async () => {
  const asked = async (capabilities: string[]) => {
    ehr.reset();
    ehr.change('smart-configuration', { capabilities, scopes_supported: ['system/*.read'] });
    await launch();
    return ehr.seen('authorize')[0]?.query.get('scope')?.split(' ') ?? [];
  };
  expect(await asked(['permission-v1'])).toContain('patient/*.read');
  expect(await asked(['permission-v2'])).toContain('patient/*.rs');
  expect(await asked(['permission-v1', 'permission-v2'])).toContain('patient/*.read');
  expect(await asked([])).toEqual(expect.arrayContaining(['openid', 'fhirUser', 'launch', 'patient/*.read']));
});

test('DI-07: S256 whatever the server advertises', async () => {
  for (const methods of [undefined, [], ['plain'], 'S256', ['S256']]) {
    ehr.reset();
    ehr.change('smart-configuration', { code_challenge_methods_supported: methods });
    await launch();
    expect(ehr.seen('authorize')[0]?.query.get('code_challenge_method')).toBe('S256');
  }
});
