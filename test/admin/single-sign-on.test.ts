/**
 * Single sign-on with a certified OpenID Connect provider: who may sign in, in which role, and every way it must fail.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addPerson, signIn, usersOf } from '#test/helpers/administrators.ts';
import { createBrowser, type TestBrowser, type Visit } from '#test/helpers/browser.ts';
import {
  SSO_CLIENT_ID,
  SSO_CLIENT_SECRET,
  startIdentityProvider,
  type TestIdentityProvider,
} from '#test/helpers/servers/identity-provider.ts';
import { cookiesOf } from '#test/helpers/visits.ts';
import { startWorld, type World } from '#test/helpers/world.ts';

const CALLBACK = '/sign-in/sso/callback';

async function startSsoWorld(env: Record<string, string> = {}) {
  let redirectUri = '';
  const provider = await startIdentityProvider(() => redirectUri);
  const oidc = {
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: SSO_CLIENT_ID,
    OIDC_CLIENT_SECRET: SSO_CLIENT_SECRET,
    OIDC_SCOPES: 'openid email groups',
  };
  const world = await startWorld({ env: { ...oidc, ...env } });
  redirectUri = `${world.url}${CALLBACK}`;
  const close = async () => {
    await world.close();
    await provider.close();
  };
  return { world, provider, close };
}

/** Signs in at the provider and comes back; the last answer is ours. */
async function comeIn(world: World, browser: TestBrowser = createBrowser()): Promise<Visit> {
  return browser.visit(await browser.openUntil(`${world.url}/sign-in/sso?next=/settings/account`, CALLBACK));
}
const accountOf = async (world: World, browser: TestBrowser) =>
  (await browser.visit(`${world.url}/settings/account`)).body;

describe('by verified e-mail address', () => {
  let world: World;
  let provider: TestIdentityProvider;
  let close: () => Promise<void>;

  beforeAll(async () => {
    ({ world, provider, close } = await startSsoWorld());
  });
  afterAll(() => close());
  beforeEach(() => {
    Object.assign(provider, { declines: false, changeTokens: undefined });
  });

  test('an existing user signs in without a password and reaches the requested page', async () => {
    const { id } = await addPerson(world, 'ada@example.com', { mustChangePassword: true });
    provider.current = { sub: 'ada', email: 'Ada@Example.com', email_verified: true };
    const browser = createBrowser();
    const answer = await comeIn(world, browser);
    expect([answer.status, answer.headers['location']]).toEqual([303, '/settings/account']);
    expect(await accountOf(world, browser)).toContain('ada@example.com');
    expect((await usersOf(world).find(id))?.ssoSubject).toBe(JSON.stringify([provider.issuer, 'ada']));
  });

  test('the request has PKCE S256 and a state and nonce of 256 bits, and no readable cookie contains them', async () => {
    const browser = createBrowser();
    const start = await browser.visit(`${world.url}/sign-in/sso`);
    const asked = new URL(start.headers['location'] ?? '').searchParams;
    expect(asked.get('code_challenge_method')).toBe('S256');
    for (const name of ['state', 'nonce', 'code_challenge']) expect(asked.get(name)).toMatch(/^[\w-]{43}$/);
    expect(asked.get('redirect_uri')).toBe(`${world.url}${CALLBACK}`);
    expect(start.setCookies[0]).toMatch(/^sso=[\w.-]+; Max-Age=600; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/);
    expect(start.setCookies[0]).not.toContain(asked.get('state'));
  });

  test.for([
    ['an address the provider has not verified', { sub: 'x1', email: 'ada@example.com', email_verified: false }],
    ['an address it says nothing about', { sub: 'x2', email: 'ada@example.com' }],
    ['"true" as a text', { sub: 'x3', email: 'ada@example.com', email_verified: 'true' }],
    ['another person who has the address now', { sub: 'x4', email: 'ada@example.com', email_verified: true }],
    ['an unknown person', { sub: 'x5', email: 'stranger@example.com', email_verified: true }],
    ['a person without address', { sub: 'x6' }],
    ['a disabled user', { sub: 'x7', email: 'gone@example.com', email_verified: true }],
    ['a full-width address', { sub: 'x8', email: 'ａｄａ@example.com', email_verified: true }],
    ['a full-width at sign and host', { sub: 'x9', email: 'free＠ｅｘａｍｐｌｅ.com', email_verified: true }],
    ['an ideographic full stop', { sub: 'x10', email: 'free@example。com', email_verified: true }],
    ['the Kelvin sign for k', { sub: 'x11', email: '\u212aeeper@example.com', email_verified: true }],
    ['the long s', { sub: 'x12', email: 'ſpare@example.com', email_verified: true }],
    ['a ligature', { sub: 'x13', email: 'ofﬁce@example.com', email_verified: true }],
    ['mathematical letters', { sub: 'x14', email: '𝒻𝓇𝑒𝑒@example.com', email_verified: true }],
    ['a zero-width space', { sub: 'x15', email: 'fr\u200bee@example.com', email_verified: true }],
    ['a soft hyphen', { sub: 'x16', email: 'fr\u00adee@example.com', email_verified: true }],
    ['spaces around it', { sub: 'x17', email: ' free@example.com\u00a0', email_verified: true }],
    ['a zero byte', { sub: 'x18', email: 'free@example.com\u0000', email_verified: true }],
    ['a Cyrillic e', { sub: 'x19', email: 'fr\u0435e@example.com', email_verified: true }],
    ['very many letters', { sub: 'x21', email: `${'ﷺ'.repeat(10_000)}@example.com`, email_verified: true }],
  ])('%s is refused, audited, and gets no session', async ([, person]) => {
    const gone = (await usersOf(world).findByEmail('gone@example.com')) ?? (await addPerson(world, 'gone@example.com'));
    const others = ['keeps-one-operator', 'free', 'keeper', 'spare', 'office'];
    for (const name of others) await addPerson(world, `${name}@example.com`).catch(() => undefined);
    await usersOf(world).disable(gone.id, new Date());
    provider.current = person as TestIdentityProvider['current'];
    const browser = createBrowser();
    const answer = await comeIn(world, browser);
    expect(answer.status).toBe(403);
    expect(answer.body).toContain('Your account has no access to these settings');
    expect(cookiesOf(browser).has('admin')).toBe(false);
    await world.dependencies.audit.flush();
    const { rows } = await world.dependencies.database.db.execute(
      "select 1 from audit_events where event = 'denial' and detail->>'via' = 'sso'",
    );
    expect(rows.length).toBeGreaterThan(0);
  });

  const flipped = (text: unknown) => {
    const [header, payload, signature = ''] = String(text).split('.');
    return `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
  };
  const unsigned = (text: unknown) => {
    const header = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    return `${header}.${String(text).split('.')[1]}.`;
  };

  test.for([
    ['a forged signature', (tokens) => ({ ...tokens, id_token: flipped(tokens['id_token']) })],
    ['no signature', (tokens) => ({ ...tokens, id_token: unsigned(tokens['id_token']) })],
    ['no id_token', ({ id_token: _gone, ...tokens }) => tokens],
  ] as [string, NonNullable<TestIdentityProvider['changeTokens']>][])(
    'a token response with %s is refused',
    async ([, change]) => {
      provider.current = { sub: 'ada', email: 'ada@example.com', email_verified: true };
      provider.changeTokens = change;
      const browser = createBrowser();
      expect((await comeIn(world, browser)).status).toBe(502);
      expect(cookiesOf(browser).has('admin')).toBe(false);
    },
  );

  test.for([
    ['nonce', 'nonce', 'x'.repeat(43)],
    ['PKCE challenge', 'code_challenge', 'x'.repeat(43)],
  ])('a request with a changed %s is refused', async ([, name, value]) => {
    provider.current = { sub: 'ada', email: 'ada@example.com', email_verified: true };
    const browser = createBrowser();
    const start = await browser.visit(`${world.url}/sign-in/sso`);
    const url = new URL(start.headers['location'] ?? '');
    url.searchParams.set(name ?? '', value ?? '');
    const answer = await browser.visit(await browser.openUntil(url.href, CALLBACK));
    expect(answer.status).toBe(502);
    expect(cookiesOf(browser).has('admin')).toBe(false);
  });

  test.for([
    ['another state', (url: URL) => url.searchParams.set('state', 'x'.repeat(43))],
    ['no state', (url: URL) => url.searchParams.delete('state')],
    ['another issuer', (url: URL) => url.searchParams.set('iss', 'https://evil.example')],
    ['another code', (url: URL) => url.searchParams.set('code', 'x')],
    ['an error in its place', (url: URL) => url.searchParams.set('error', 'server_error')],
  ] as const)('an answer with %s is refused', async ([, change]) => {
    provider.current = { sub: 'ada', email: 'ada@example.com', email_verified: true };
    const browser = createBrowser();
    const url = new URL(await browser.openUntil(`${world.url}/sign-in/sso`, CALLBACK));
    change(url);
    expect((await browser.visit(url.href)).status).toBe(502);
    expect(cookiesOf(browser).has('admin')).toBe(false);
  });

  test('an authorization response works once, in the browser that began', async () => {
    provider.current = { sub: 'ada', email: 'ada@example.com', email_verified: true };
    const browser = createBrowser();
    const url = await browser.openUntil(`${world.url}/sign-in/sso`, CALLBACK);
    expect((await createBrowser().visit(url)).status).toBe(502);
    expect((await browser.visit(url)).status).toBe(303);
    expect((await browser.visit(url)).status).toBe(502);
  });

  test('a user who declines returns to the sign-in page', async () => {
    provider.declines = true;
    const answer = await comeIn(world);
    expect([answer.status, answer.headers['location']]).toEqual([303, '/sign-in']);
  });

  test('the log contains no code, token, secret or e-mail address', () => {
    const log = world.logLines.join('\n');
    expect(log).not.toMatch(/eyJ|"code"|code=|state=/);
    expect(log).not.toContain(SSO_CLIENT_SECRET);
    expect(log).not.toContain('ada@example.com');
  });
});

describe('by group', () => {
  let world: World;
  let provider: TestIdentityProvider;
  let close: () => Promise<void>;
  const rules = { OIDC_OPERATOR_GROUP: 'smart-operators', OIDC_ADMINISTRATOR_GROUP_PREFIX: 'smart-admin-' };

  beforeAll(async () => {
    ({ world, provider, close } = await startSsoWorld({ ...rules, PASSWORD_SIGN_IN: 'off' }));
    await world.setOrganization('hospital-b');
  });
  afterAll(() => close());

  const member = (sub: string, groups: unknown) => ({ sub, email: `${sub}@example.com`, email_verified: true, groups });

  test.for([
    ['operators', ['smart-operators', 'others'], 'Operator: all organizations'],
    ['administrators of an organization', ['smart-admin-hospital-b'], 'hospital-b'],
    ['one group as a text', 'smart-operators', 'Operator: all organizations'],
  ] as const)('%s become users at their first sign-in', async ([name, groups, shown]) => {
    provider.current = member(name.replaceAll(' ', '-'), groups);
    const browser = createBrowser();
    expect((await comeIn(world, browser)).status).toBe(303);
    expect(await accountOf(world, browser)).toContain(shown);
    expect(await accountOf(world, browser)).not.toContain('type="password"');
  });

  test.for([
    ['no group', []],
    ['groups of other things', ['smart', 'smart-operators-not']],
    ['a group of an organization that does not exist', ['smart-admin-nowhere']],
    ['no groups claim', undefined],
    ['groups in an unknown form', { 'smart-operators': true }],
  ] as const)('a person with %s is refused, even if the address is known', async ([, groups]) => {
    await addPerson(world, 'known@example.com').catch(() => undefined);
    provider.current = member('known', groups);
    expect((await comeIn(world)).status).toBe(403);
  });

  test('a user refused for "no group" loses the role and all open sessions', async () => {
    provider.current = member('leaver', ['smart-operators']);
    const here = createBrowser();
    const elsewhere = createBrowser();
    await comeIn(world, here);
    await comeIn(world, elsewhere);
    const session = new Map(cookiesOf(here));
    provider.current = member('leaver', []);
    const answer = await comeIn(world, here);
    expect(answer.status).toBe(403);
    expect(answer.setCookies.join()).toMatch(/admin=;/);
    expect((await here.visit(`${world.url}/settings/users`)).status).toBe(303);
    expect((await elsewhere.visit(`${world.url}/settings/users`)).status).toBe(303);
    const thief = createBrowser();
    thief.jar.set('localhost', session);
    expect((await thief.visit(`${world.url}/settings/users`)).status).toBe(303);
  });

  test.for([
    ['no group', { sub: 'visitor', email: 'visitor@example.com', email_verified: true, groups: [] }],
    ['an odd address', { sub: 'odd', email: 'ｏdd@example.com', email_verified: true, groups: ['smart-operators'] }],
    ['no verified address', { sub: 'unverified', email: 'ada@example.com', groups: ['smart-operators'] }],
  ] as const)('another person refused for %s ends the operator session of the same browser', async ([, person]) => {
    provider.current = member('before', ['smart-operators']);
    const browser = createBrowser();
    await comeIn(world, browser);
    expect((await browser.visit(`${world.url}/settings/users`)).status).toBe(200);
    const stays = createBrowser();
    await comeIn(world, stays);
    provider.current = person;
    expect((await comeIn(world, browser)).status).toBe(403);
    expect((await browser.visit(`${world.url}/settings/users`)).status).toBe(303);
    expect((await stays.visit(`${world.url}/settings/users`)).status).toBe(200);
  });

  test('a forged authorization response signs no user out', async () => {
    provider.current = member('stays', ['smart-operators']);
    const browser = createBrowser();
    await comeIn(world, browser);
    for (const query of ['', '?code=x&state=y', '?error=access_denied&state=y', `?${'a'.repeat(2_000)}`])
      expect((await browser.visit(`${world.url}${CALLBACK}${query}`)).status).toBe(502);
    expect((await browser.visit(`${world.url}/settings/users`)).status).toBe(200);
  });

  test('a new group gives a new role at the next sign-in and ends the sessions of the old role', async () => {
    provider.current = member('mover', ['smart-operators']);
    const before = createBrowser();
    await comeIn(world, before);
    provider.current = member('mover', ['smart-admin-hospital-b']);
    const after = createBrowser();
    await comeIn(world, after);
    expect((await before.visit(`${world.url}/settings/users`)).status).toBe(303);
    expect((await after.visit(`${world.url}/settings/users`)).status).toBe(403);
  });

  test('a user whose e-mail address changed is still the same user', async () => {
    provider.current = member('married', ['smart-operators']);
    await comeIn(world);
    provider.current = { ...member('married', ['smart-operators']), email: 'new-name@example.com' };
    expect((await comeIn(world)).status).toBe(303);
    expect(await usersOf(world).findByEmail('new-name@example.com')).toBeUndefined();
  });

  test('with passwords switched off there is no password form, and no password is accepted', async () => {
    await addPerson(world, 'by-password@example.com');
    const { answer } = await signIn(world, 'by-password@example.com');
    expect(answer.status).toBe(403);
    const page = await createBrowser().visit(`${world.url}/sign-in`);
    expect(page.body).toContain('Use single sign-on');
    expect(page.body).not.toContain('type="password"');
  });
});

test('an unavailable provider leads to a page with a support code; one at a forbidden address is not called', async () => {
  const { world, close, provider } = await startSsoWorld({ OUTBOUND_ALLOW_PRIVATE: '10.9.9.9/32' });
  const answer = await createBrowser().visit(`${world.url}/sign-in/sso`);
  expect(answer.status).toBe(502);
  expect(answer.body).toContain('Support code');
  expect(provider.requests).toEqual([]);
  await close();
});

test('without a configured provider its routes do not exist', async () => {
  const world = await startWorld();
  expect((await createBrowser().visit(`${world.url}/sign-in/sso`)).status).toBe(404);
  expect((await createBrowser().visit(`${world.url}/sign-in`)).body).not.toContain('single sign-on');
  await world.close();
});
