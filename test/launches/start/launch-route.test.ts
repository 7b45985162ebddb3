/** `GET /smart/launch` from outside: what an EHR, an attacker or a clumsy proxy may send (LA, REG). */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createBrowser, supportCodeOf, type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { ORG_ID, useWorld, type World } from '#test/helpers/world.ts';

const world = useWorld();
let other: World['sandbox'];
/** A browser that has our probe cookie, so that a launch redirects to the EHR at once. */
let warm: TestBrowser;
beforeAll(async () => {
  other = await world.addSandbox('other');
  await world.setOrganization('other', { clientId: 'other-client' }, other);
  await world.setOrganization('off');
  await world.disableOrganization('off');
  warm = world.browser();
  await world.launch('pat-ada', warm);
});
beforeEach(() => {
  world.sandbox.requests.clear();
  other.requests.clear();
});

const iss = () => world.sandbox.fhirBase;
const launchUrl = (parameters: Record<string, string>, path = '/smart/launch') =>
  `${world.url}${path}?${new URLSearchParams(parameters).toString()}`;
const good = (change: Record<string, string> = {}) => ({ orgId: ORG_ID, iss: iss(), launch: 'opaque', ...change });

/** Expects a plain page, no cookie of a transaction, and no request to any EHR. */
function expectRejected(page: Visit, status: number, code: string): void {
  expect(page.status).toBe(status);
  expect(page.headers['cache-control']).toBe('no-store');
  const line = world.logLines.find((text) => text.includes(supportCodeOf(page) ?? 'no support code'));
  expect(JSON.parse(line ?? '{}').errorCode).toBe(code);
  expect(page.setCookies).toEqual([]);
  expect([...world.sandbox.requests, ...other.requests]).toEqual([]);
}
async function authorizeRequest(url: string, headers: Record<string, string> = {}): Promise<URLSearchParams> {
  const page = await warm.visit(url, { headers });
  expect(page.status).toBe(303);
  const location = new URL(page.headers['location'] ?? '');
  expect(location.origin + location.pathname).toBe(`${world.sandbox.issuer}/authorize`);
  return location.searchParams;
}

describe('REJECT', () => {
  test.for<[string, (iss: string) => Record<string, string | undefined> | string, string, number?]>([
    ['LA-01: no launch', () => ({ launch: undefined }), 'launch.invalid'],
    ['LA-01: no iss', () => ({ iss: undefined }), 'launch.invalid'],
    ['LA-01: an empty launch', () => ({ launch: '' }), 'launch.invalid'],
    ['LA-02: an unknown host', () => ({ iss: 'https://ehr.example/fhir' }), 'launch.unknown-issuer'],
    ['LA-02: the host of another path', (base) => ({ iss: `${base}/x` }), 'launch.unknown-issuer'],
    ['LA-02: a longer host', (base) => ({ iss: base.replace('host', 'host.evil') }), 'launch.unknown-issuer'],
    ['LA-02: two slashes at the end', (base) => ({ iss: `${base}//` }), 'launch.unknown-issuer'],
    ['LA-03: userinfo', (base) => ({ iss: base.replace('//', '//evil@') }), 'launch.invalid'],
    ['LA-03: a line feed', (base) => ({ iss: `${base}\r\nX-Evil:1` }), 'launch.invalid'],
    ['LA-03: a query', (base) => ({ iss: `${base}?x=1` }), 'launch.invalid'],
    ['LA-05: iss twice', (base) => `orgId=${ORG_ID}&iss=${base}&iss=${base}&launch=x`, 'launch.invalid'],
    ['LA-05: launch twice', (base) => `orgId=${ORG_ID}&iss=${base}&launch=x&launch=y`, 'launch.invalid'],
    ['LA-06: a launch of 9 kB', () => ({ launch: 'x'.repeat(9_000) }), 'launch.invalid'],
    ['LA-08: the EHR of another organization', () => ({ orgId: 'other' }), 'launch.unknown-issuer'],
    ['no organization', () => ({ orgId: undefined }), 'launch.unknown-organization'],
    ['an unknown organization', () => ({ orgId: 'nobody' }), 'launch.unknown-organization'],
    ['an impossible organization', () => ({ orgId: '../x' }), 'launch.unknown-organization'],
    ['two organizations', (base) => `orgId=${ORG_ID}&orgId=other&iss=${base}&launch=x`, 'launch.unknown-organization'],
    ['REG-11: a disabled organization', () => ({ orgId: 'off' }), 'launch.organization-disabled', 403],
    [
      'REG-10: INF on a query-style URL',
      (base) => `orgId=${ORG_ID}?iss=${base}&launch=x`,
      'launch.unknown-organization',
    ],
  ])('%s', async ([, made, code, status = 400]) => {
    const query = made(iss());
    const given = (change: Record<string, string | undefined>) =>
      Object.fromEntries(
        Object.entries({ ...good(), ...change }).flatMap(([name, value]) =>
          value === undefined ? [] : [[name, value]],
        ),
      );
    const url = typeof query === 'string' ? `${world.url}/smart/launch?${query}` : launchUrl(given(query));
    expectRejected(await warm.visit(url), status, code);
    // A browser without any cookie gets the same page, before the cookies are tested.
    expectRejected(await world.browser().visit(url), status, code);
  });

  test('ER-02: a script gets the same as JSON', async () => {
    const page = await warm.visit(launchUrl({ orgId: ORG_ID, launch: 'x' }), {
      headers: { accept: 'application/json' },
    });
    expect(page.status).toBe(400);
    expect(JSON.parse(page.body)).toEqual({
      error: 'launch.invalid',
      title: expect.any(String),
      help: expect.any(String),
      supportCode: expect.stringMatching(/^[\w]{4}-[\w]{4}$/),
    });
  });

  test('LA-06: a query of 64 kB is refused, and the process goes on', async () => {
    const page = await warm.visit(launchUrl(good({ launch: 'x'.repeat(65_536) })));
    expect([400, 414, 431]).toContain(page.status);
    expect([...world.sandbox.requests]).toEqual([]);
    await authorizeRequest(launchUrl(good()));
  });
});

describe('REG-01: only the published URLs launch', () => {
  test.for([
    '/smart/Launch',
    '/SMART/launch',
    '/smart/launch/',
    '/smart/launch/x/y',
    '/smart/launch/..',
    '/smart/launch;x',
    '/smart',
    '//smart/launch',
  ])('%s is a 404', async (path) => {
    const page = await warm.visit(launchUrl(good(), path));
    expect(page.status).toBe(404);
    expect(page.setCookies).toEqual([]);
    expect([...world.sandbox.requests]).toEqual([]);
  });
});

describe('what the EHR receives', () => {
  test.for(['opaque', 'a+b/=%25&é"<> ~', '"><script>alert(1)</script>', '\r\nSet-Cookie: a=b', 'x'.repeat(900)])(
    'LA-04: the launch value %j, byte for byte',
    async (launch) => {
      expect((await authorizeRequest(launchUrl(good({ launch })))).get('launch')).toBe(launch);
    },
  );

  test('LA-04, LA-06, AZ-14: a launch value of 4 kB unchanged, by POST, because the URL would be long', async () => {
    const launch = `"><script>${'x'.repeat(4_096)}`;
    const page = await warm.visit(launchUrl(good({ launch })));
    expect(page.status).toBe(200);
    expect(page.body).toContain(`name="launch" value="&quot;&gt;&lt;script&gt;${'x'.repeat(4_096)}"`);
    expect(page.body).toContain(`<form id="authorize" method="post" action="${world.sandbox.issuer}/authorize">`);
    expect(page.headers['content-security-policy']).toContain(`form-action 'self' ${world.sandbox.origin};`);
    expect(page.setCookies.some((line) => line.startsWith('tx-'))).toBe(true);
  });

  test.for(['', '/'])('AZ-04: iss as the EHR writes it, as aud (with "%s" at the end)', async (slash) => {
    expect((await authorizeRequest(launchUrl(good({ iss: `${iss()}${slash}` })))).get('aud')).toBe(`${iss()}${slash}`);
  });

  test('LA-07, REG-03: no value that the request tries to set', async () => {
    const steering = {
      aud: 'https://evil.example',
      scope: 'system/*.*',
      redirect_uri: 'https://evil.example/cb',
      redirectUri: 'https://evil.example/cb',
      client_id: 'evil',
      clientId: 'evil',
      clientSecret: 'evil',
      patient: 'pat-ben',
      patientId: 'pat-ben',
      fhirServiceUrl: 'https://evil.example/fhir',
      state: 'evil',
      nonce: 'evil',
      code_challenge_method: 'plain',
      response_mode: 'fragment',
      next: '//evil.example',
    };
    const plain = await authorizeRequest(launchUrl(good()));
    const steered = await authorizeRequest(launchUrl(good(steering)));
    const fresh = ['state', 'nonce', 'code_challenge'];
    for (const name of fresh) expect(steered.get(name)).not.toBe(plain.get(name));
    const rest = (parameters: URLSearchParams) => [...parameters].filter(([name]) => !fresh.includes(name));
    expect(rest(steered)).toEqual(rest(plain));
    expect(steered.toString()).not.toContain('evil');
  });

  test('REG-03: the client id of that organization', async () => {
    const page = await warm.visit(launchUrl({ orgId: 'other', iss: other.fhirBase, launch: 'x' }));
    expect(new URL(page.headers['location'] ?? '').searchParams.get('client_id')).toBe('other-client');
  });

  test.for<Record<string, string>>([
    { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', 'x-forwarded-port': '444' },
    { forwarded: 'host=evil.example;proto=https' },
    { 'x-original-url': '/evil', 'x-rewrite-url': '/evil', 'x-forwarded-prefix': '/evil' },
    { host: 'evil.example' },
  ])('REG-02, TL-05: the configured redirect_uri, whatever %j says', async (headers) => {
    const asked = await authorizeRequest(launchUrl(good()), headers);
    expect(asked.get('redirect_uri')).toBe(`${world.url}/smart/callback`);
  });

  test('REG-02: the probe redirect goes to the configured address too', async () => {
    const page = await world.browser().visit(launchUrl(good()), { headers: { host: 'evil.example' } });
    expect(new URL(page.headers['location'] ?? '').origin).toBe(world.url);
  });

  test('REG-10: the same launch by the path form, to which test kits append ?iss=', async () => {
    const asked = await authorizeRequest(launchUrl({ iss: iss(), launch: 'x' }, `/smart/launch/${ORG_ID}`));
    expect(asked.get('aud')).toBe(iss());
    const page = await world
      .browser()
      .open(world.sandbox.launch('pat-ada').replace(`?orgId=${ORG_ID}&`, `/${ORG_ID}?`));
    expect(titleOf(page)).toBe('Requests for Ada Moreno');
  });

  test('AZ-15, AZ-20: a 303 that is not cached and sends no referrer', async () => {
    const page = await warm.visit(launchUrl(good()));
    expect(page.status).toBe(303);
    expect(page.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  });
});

describe('LA-10: HEAD and prefetch are not launches', () => {
  test.for(['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is refused with 405', async (method) => {
    const page = await warm.visit(launchUrl(good()), { method });
    expect(page.status).toBe(405);
    expect(page.headers['allow']).toBe('GET');
    expect(page.setCookies).toEqual([]);
    expect([...world.sandbox.requests]).toEqual([]);
  });

  test.for<Record<string, string>>([
    { 'sec-purpose': 'prefetch' },
    { 'sec-purpose': 'prefetch;prerender' },
    { purpose: 'prefetch' },
  ])('a GET with %j creates nothing', async (headers) => {
    const page = await warm.visit(launchUrl(good()), { headers });
    expect(page.status).toBe(503);
    expect(page.setCookies).toEqual([]);
    expect([...world.sandbox.requests]).toEqual([]);
  });
});

test('LA-14: an unfinished launch does not affect the earlier one', async () => {
  const browser = world.browser();
  const before = await world.launch('pat-ada', browser);
  await browser.openUntil(world.sandbox.launch('pat-ben'), '/smart/callback');
  expect(titleOf(await browser.open(before.url))).toBe('Requests for Ada Moreno');
});

test('LA-11: only the organization’s EHR may frame a launch, on every page of it', async () => {
  const policy = (page: Visit) => /frame-ancestors ([^;]*)/.exec(page.headers['content-security-policy'] ?? '')?.[1];
  const visit = (parameters: Record<string, string>) => warm.visit(launchUrl(parameters));
  const [one, two, refused, unknown] = [
    await visit(good()),
    await visit({ orgId: 'other', iss: other.fhirBase, launch: 'x' }),
    await visit({ orgId: 'other', iss: iss(), launch: 'x' }),
    await visit({ orgId: 'nobody', iss: iss(), launch: 'x' }),
  ];
  expect([one, two, refused, unknown].map(policy)).toEqual([
    world.sandbox.origin,
    other.origin,
    other.origin,
    "'none'",
  ]);
  for (const page of [one, two, refused, unknown]) expect(page.headers).not.toHaveProperty('x-frame-options');
  const page = await world.launch('pat-ada');
  expect(policy(page)).toBe(world.sandbox.origin);
});

describe('LA-12: with cookies blocked', () => {
  test('one page names cookies and offers a new window, where the unspent launch works', async () => {
    const blocked = createBrowser({ blocksCookies: true });
    const page = await blocked.open(world.sandbox.launch('pat-ada'));
    expect({ status: page.status, title: titleOf(page) }).toEqual({
      status: 400,
      title: 'Your browser blocks cookies here',
    });
    expect(blocked.history).toHaveLength(2);
    expect([...world.sandbox.requests]).toEqual([]);
    const line = world.logLines.find((text) => text.includes(supportCodeOf(page) ?? 'none'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({ errorCode: 'launch.cookies-blocked', organizationId: ORG_ID });
    expect(page.headers['cache-control']).toBe('no-store');

    const link = /href="([^"]+)" target="_blank"/.exec(page.body)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const list = await world.browser().open(link);
    expect({ status: list.status, title: titleOf(list) }).toEqual({ status: 200, title: 'Requests for Ada Moreno' });
  });

  test('the new window that also blocks them gets the page again, not a loop', async () => {
    const blocked = createBrowser({ blocksCookies: true });
    const page = await blocked.open(`${world.sandbox.launch('pat-ada')}&probed=1`);
    expect(page.status).toBe(400);
    expect(blocked.history).toHaveLength(1);
  });
});

test('LA-16, ST-07: no part of a launch value is in the log', async () => {
  await warm.visit(launchUrl(good({ launch: 'CANARY-launch-value' })));
  await warm.visit(launchUrl(good({ launch: 'CANARY-launch-value', iss: 'https://canary.example' })));
  expect(world.logLines.join('')).not.toMatch(/CANARY-launch|canary\.example/);
});

test('LA-15: a burst of unfinished launches is stopped; completed ones and other organizations are not', async () => {
  await world.setOrganization('busy');
  const begin = () => warm.visit(launchUrl(good({ orgId: 'busy' })));
  for (let finished = 0; finished < 5; finished += 1) {
    const own = new URL(world.sandbox.launch('pat-none'));
    own.searchParams.set('orgId', 'busy');
    const callback = await warm.openUntil(own.href, '/smart/callback');
    // A callback that is called ten times at once still frees only one place.
    const pages = await Promise.all(Array.from({ length: 10 }, () => warm.visit(callback)));
    expect(pages.map(({ status }) => status)).toEqual(pages.map(() => 303));
  }
  const statuses: number[] = [];
  for (let batch = 0; batch < 8; batch += 1) {
    const pages = await Promise.all(Array.from({ length: 40 }, begin));
    statuses.push(...pages.map(({ status }) => status));
  }
  expect(statuses.filter((status) => status === 303)).toHaveLength(300);
  expect(statuses.filter((status) => status === 429)).toHaveLength(20);
  world.sandbox.requests.clear();
  const refused = await begin();
  expectRejected(refused, 429, 'request.too-many');
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
  expect((await warm.visit(launchUrl({ orgId: 'other', iss: other.fhirBase, launch: 'x' }))).status).toBe(303);
});

describe('LA-11, CB-18: reached by https', () => {
  const PUBLIC_URL = 'https://app.example';
  const secure = useWorld({ env: { PUBLIC_URL } });
  beforeAll(async () => {
    secure.sandbox.configureApp({
      launchUrl: `${PUBLIC_URL}/smart/launch?orgId=${ORG_ID}`,
      redirectUri: `${PUBLIC_URL}/smart/callback`,
      jwksUrl: `${secure.url}/.well-known/jwks.json`,
      clientId: 'vectorcare-test',
    });
  });

  test('every cookie is __Host-, Secure, HttpOnly, SameSite=None, Partitioned and holds no token', async () => {
    const browser = secure.browser();
    const cookies: string[] = [];
    // This stands for a proxy: requests to app.example go to the process behind it.
    let url: string | undefined = secure.sandbox.launch('pat-ada');
    let page: Visit | undefined;
    for (let hops = 0; hops < 12 && url !== undefined; hops += 1) {
      page = await browser.visit(url.replace(PUBLIC_URL, secure.url));
      if (page.url.startsWith(secure.url)) cookies.push(...page.setCookies);
      const location = page.headers['location'];
      url = location === undefined ? undefined : new URL(location, url).href;
    }
    expect(titleOf(page ?? { body: '' })).toBe('Requests for Ada Moreno');
    const names = cookies.map((line) => /^__Host-(probe=|tx-|launch-)/.exec(line)?.[1] ?? line);
    expect(new Set(names)).toEqual(new Set(['probe=', 'tx-', 'launch-']));
    for (const line of cookies) {
      const attributes = line.split('; ').slice(1);
      expect(attributes).toEqual(
        expect.arrayContaining(['Path=/', 'HttpOnly', 'Secure', 'SameSite=None', 'Partitioned']),
      );
      expect(line).not.toMatch(/domain=/i);
      expect(line.length).toBeLessThan(400);
    }
    expect(page?.headers['strict-transport-security']).toContain('max-age=');
  });
});
