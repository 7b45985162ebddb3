/** Signing in to Settings and out again. */
import { describe, expect, test } from 'vitest';
import { addPerson, PASSWORD, resultOf, signedIn, signIn, tokenOf, usersOf } from '#test/helpers/administrators.ts';
import { createBrowser, titleOf } from '#test/helpers/browser.ts';
import { cookiesOf, csrfOf, isAfterPost, withoutToken } from '#test/helpers/visits.ts';
import { useWorld } from '#test/helpers/world.ts';

const MINUTE = 60_000;

describe('on embedded stores', () => {
  const world = useWorld({ clock: () => new Date(now) });
  let now = Date.now();
  let people = 0;

  const person = async (options: Parameters<typeof addPerson>[2] = {}) => {
    people += 1;
    return addPerson(world, `person-${people}@example.com`, options);
  };
  const visitAccount = (browser: ReturnType<typeof createBrowser>) => browser.visit(`${world.url}/settings/account`);

  test('e-mail address in any letter case and password lead to Settings, and to the requested page', async () => {
    const { email } = await person();
    const browser = createBrowser();
    const sent = await browser.visit(`${world.url}/settings/users?page=2`);
    expect([sent.status, sent.headers['location']]).toEqual([303, '/sign-in?next=%2Fsettings%2Fusers%3Fpage%3D2']);
    const form = await browser.visit(`${world.url}${sent.headers['location']}`);
    expect(titleOf(form)).toContain('Sign in');
    const fields = { csrf: csrfOf(form), email: ` ${email.toUpperCase()} `, password: PASSWORD };
    const answer = await browser.visit(`${world.url}/sign-in`, { form: { ...fields, next: '/settings/users?page=2' } });
    expect([answer.status, answer.headers['location']]).toEqual([303, '/settings/users?page=2']);
    expect((await browser.visit(`${world.url}/settings/users`)).status).toBe(200);
    expect((await usersOf(world).findByEmail(email))?.lastSignInAt).toEqual(new Date(now));
  });

  test.for([
    'https://evil.example/settings',
    '//evil.example/settings',
    String.raw`/\evil.example/settings`,
    '/settings/../smart/launch',
    '/settings-of-somebody',
    'javascript:alert(1)',
  ])('never redirects to %s', async (next) => {
    const { email } = await person();
    const browser = createBrowser();
    const form = await browser.visit(`${world.url}/sign-in?${new URLSearchParams({ next })}`);
    expect(form.body).toContain('name="next" value="/settings"');
    const answer = await browser.visit(`${world.url}/sign-in`, {
      form: { csrf: csrfOf(form), email, password: PASSWORD, next },
    });
    expect(answer.headers['location']).toBe('/settings');
  });

  test('requests of visitors, launches and key sets create no session: no cookie and no stored value', async () => {
    const browser = createBrowser();
    const before = await world.dumpRedis();
    for (const path of ['/sign-in', '/guide', '/settings', '/.well-known/jwks.json', '/smart/launch', '/health/live']) {
      await browser.visit(world.url + path);
    }
    expect(cookiesOf(browser).has('admin')).toBe(false);
    expect(await world.dumpRedis()).toBe(before);
    const signed = await signedIn(world, (await person()).email);
    const jwks = await signed.visit(`${world.url}/.well-known/jwks.json`);
    expect(jwks.setCookies).toEqual([]);
  });

  test('the cookie is HttpOnly, for this host and same-site requests only, and ends with the browser', async () => {
    const { answer } = await signIn(world, (await person()).email);
    const cookie = answer.setCookies.find((line) => line.startsWith('admin='));
    expect(cookie).toMatch(/^admin=s%3A[\w%.-]+; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  test('pages of Settings are never framed or cached, and send a referrer to the own origin only', async () => {
    const browser = await signedIn(world, (await person()).email);
    for (const page of [await visitAccount(browser), await createBrowser().visit(`${world.url}/sign-in`)]) {
      expect(page.headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(page.headers['cache-control']).toBe('no-store');
      expect(page.headers['referrer-policy']).toBe('same-origin');
    }
  });

  test('unknown user, wrong password, disabled user and expired one-time password get the same answer', async () => {
    const known = await person();
    const disabled = await person();
    await usersOf(world).disable(disabled.id, new Date(now));
    const expired = await person({ mustChangePassword: true, passwordExpiresAt: new Date(now) });
    const browser = createBrowser();
    const form = await browser.visit(`${world.url}/sign-in`);
    const attempts = [
      ['nobody@example.com', PASSWORD],
      ['not an address', PASSWORD],
      [known.email, 'wrong password'],
      [disabled.email, PASSWORD],
      [expired.email, PASSWORD],
    ] as const;
    const answers = [];
    for (const [email, password] of attempts) {
      const answer = await browser.visit(`${world.url}/sign-in`, { form: { csrf: csrfOf(form), email, password } });
      const location = answer.headers['location'] ?? '';
      const page = await browser.visit(`${world.url}${location}`);
      expect(withoutToken((await browser.visit(page.url)).body)).toBe(withoutToken(page.body));
      const told = [answer, page].map(({ status, headers, body }) => {
        const { date: _date, 'content-length': _length, 'set-cookie': _cookie, ...rest } = headers;
        const text = JSON.stringify({ status, rest, body: withoutToken(body) });
        return text.replaceAll(email, 'E-MAIL').replaceAll(/form=[\w-]{43}/g, 'form=NAME');
      });
      answers.push({ result: resultOf(answer), isShown: isAfterPost(page, 'form'), body: page.body, told });
    }
    expect(answers[0]).toMatchObject({ result: 'refused', isShown: true });
    expect(answers[0]?.body).toContain('The e-mail address or the password is wrong.');
    expect(answers[0]?.body).toContain(`value="${attempts[0][0]}"`);
    for (const { told } of answers) expect(told).toEqual(answers[0]?.told);
    expect(cookiesOf(browser).has('admin')).toBe(false);
  });

  test('a refusal is shown only to its browser; a client that asks for JSON gets the status', async () => {
    const { email } = await person();
    const { browser, answer } = await signIn(world, email, 'wrong password');
    const url = `${world.url}${answer.headers['location']}`;
    const page = await browser.visit(url);
    expect(page.body).toContain('The e-mail address or the password is wrong.');
    expect(page.body).not.toContain('wrong password');
    const stranger = createBrowser();
    // The stranger's first visit has no secret of its own, the second one has.
    for (let visits = 0; visits < 2; visits += 1) {
      const foreign = await stranger.visit(url);
      expect([foreign.status, foreign.body.includes(email), titleOf(foreign)?.includes('Not signed in')]).toEqual([
        200,
        false,
        false,
      ]);
    }
    const form = { csrf: csrfOf(page), email, password: 'wrong password' };
    const json = await browser.visit(`${world.url}/sign-in`, { form, headers: { accept: 'application/json' } });
    expect(json.status).toBe(401);
    expect(JSON.parse(json.body)).toEqual({ email, problem: 'The e-mail address or the password is wrong.' });
    expect(await world.dumpRedis()).not.toMatch(/wrong password|person-\d+@/);
  });

  test('the requested page is kept after a refusal', async () => {
    const { email } = await person();
    const browser = createBrowser();
    const next = '/settings/users?page=2';
    const csrf = csrfOf(await browser.visit(`${world.url}/sign-in?${new URLSearchParams({ next })}`));
    const refused = await browser.open(`${world.url}/sign-in`, { form: { csrf, email, password: 'no', next } });
    expect(isAfterPost(refused, 'form')).toBe(true);
    expect(refused.body).toContain(`name="next" value="${next}"`);
    const form = { csrf: csrfOf(refused), email, password: PASSWORD, next };
    const answer = await browser.visit(`${world.url}/sign-in`, { form });
    expect(answer.headers['location']).toBe(next);
  });

  test('a session id that was planted before the sign-in opens no page after it (fixation)', async () => {
    const attacker = await signedIn(world, (await person()).email);
    const planted = cookiesOf(attacker).get('admin') ?? '';
    const victim = createBrowser();
    await victim.visit(`${world.url}/sign-in`);
    victim.jar.get('localhost')?.set('admin', planted);
    // The planted session is signed in, so the sign-in page would redirect; the test sends the form all the same.
    const email = (await person()).email;
    const form = await createBrowser().visit(`${world.url}/sign-in`);
    const secret = /sign-in=([\w-]+)/.exec(form.setCookies.join())?.[1] ?? '';
    victim.jar.get('localhost')?.set('sign-in', secret);
    const fields = { csrf: csrfOf(form), email, password: PASSWORD };
    expect((await victim.visit(`${world.url}/sign-in`, { form: fields })).status).toBe(303);
    expect(cookiesOf(victim).get('admin')).not.toBe(planted);
    expect((await visitAccount(victim)).body).toContain(email);
    expect((await visitAccount(attacker)).status).toBe(303);
  });

  test('sign-out ends the session in the browser and in the store; the old cookie opens no page', async () => {
    const browser = await signedIn(world, (await person()).email);
    const old = cookiesOf(browser).get('admin') ?? '';
    const csrf = await tokenOf(world, browser);
    const answer = await browser.visit(`${world.url}/sign-out`, { form: { csrf } });
    expect([answer.status, answer.headers['location']]).toEqual([303, '/sign-in?signed-out']);
    expect(cookiesOf(browser).has('admin')).toBe(false);
    browser.jar.get('localhost')?.set('admin', old);
    expect((await visitAccount(browser)).status).toBe(303);
  });

  test.for([
    ['from another site', { 'sec-fetch-site': 'cross-site' }, 'right'],
    ['from a sibling host', { 'sec-fetch-site': 'same-site' }, 'right'],
    ['without a navigation from a page', { 'sec-fetch-site': 'none' }, 'right'],
    ['with another Origin', { origin: 'https://evil.example' }, 'right'],
    ['with a hidden Origin', { origin: 'null' }, 'right'],
    ['without token', {}, 'none'],
    ['with a wrong token', {}, 'wrong'],
    ["with another session's token", {}, 'foreign'],
  ] as const)('a form %s is refused (CSRF), before and after signing in', async ([, headers, kind]) => {
    const { email } = await person();
    const browser = await signedIn(world, email);
    const stranger = await signedIn(world, (await person()).email);
    const anonymous = createBrowser();
    const signInForm = await anonymous.visit(`${world.url}/sign-in`);
    const foreignForm = await createBrowser().visit(`${world.url}/sign-in`);
    const tokens = {
      right: [await tokenOf(world, browser), csrfOf(signInForm)],
      none: [],
      wrong: ['x', 'x'],
      foreign: [await tokenOf(world, stranger), csrfOf(foreignForm)],
    }[kind];
    const withToken = (token: string | undefined) => (token === undefined ? {} : { csrf: token });
    const signOut = await browser.visit(`${world.url}/sign-out`, { headers, form: withToken(tokens[0]) });
    expect(signOut.status).toBe(403);
    expect((await visitAccount(browser)).status).toBe(200);
    const form = { email, password: PASSWORD, ...withToken(tokens[1]) };
    expect((await anonymous.visit(`${world.url}/sign-in`, { headers, form })).status).toBe(403);
  });

  test('a sign-in form that was not shown to this browser is refused', async () => {
    const { email } = await person();
    const form = await createBrowser().visit(`${world.url}/sign-in`);
    const fields = { csrf: csrfOf(form), email, password: PASSWORD };
    expect((await createBrowser().visit(`${world.url}/sign-in`, { form: fields })).status).toBe(403);
  });

  test('a session ends eight hours after the sign-in, even if it is in use', async () => {
    const browser = await signedIn(world, (await person()).email);
    for (let minutes = 0; minutes < 8 * 60 - 20; minutes += 20) {
      now += 20 * MINUTE;
      expect((await visitAccount(browser)).status).toBe(200);
    }
    now += 20 * MINUTE;
    expect((await visitAccount(browser)).status).toBe(303);
  });

  test('half an hour without a request ends a session', async () => {
    const browser = await signedIn(world, (await person()).email);
    now += 29 * MINUTE;
    expect((await visitAccount(browser)).status).toBe(200);
    now += 29 * MINUTE;
    expect((await visitAccount(browser)).status).toBe(200);
    now += 30 * MINUTE;
    expect((await visitAccount(browser)).status).toBe(303);
  });

  test('disabling a user ends their open session at once', async () => {
    const user = await person();
    const browser = await signedIn(world, user.email);
    expect((await visitAccount(browser)).status).toBe(200);
    await usersOf(world).disable(user.id, new Date(now));
    expect((await visitAccount(browser)).status).toBe(303);
  });

  test('after ten wrong passwords no password is checked, neither for a known nor for an unknown account', async () => {
    const { email } = await person();
    for (const account of [email, 'nobody-at-all@example.com']) {
      const browser = createBrowser();
      const csrf = csrfOf(await browser.visit(`${world.url}/sign-in`));
      const attempt = (password: string) =>
        browser.visit(`${world.url}/sign-in`, { form: { csrf, email: account, password } });
      const wrong = await Promise.all(Array.from({ length: 12 }, () => attempt('wrong password')));
      const statuses = wrong.map(resultOf);
      expect(statuses.filter((status) => status === 'refused')).toHaveLength(10);
      expect(statuses.filter((status) => status === 429)).toHaveLength(2);
      const late = await attempt(PASSWORD);
      expect(late.status).toBe(429);
      expect(Number(late.headers['retry-after'])).toBeGreaterThan(800);
      expect(Number(late.headers['retry-after'])).toBeLessThanOrEqual(900);
    }
    const other = await person();
    expect(resultOf((await signIn(world, other.email)).answer)).toBe(303);
  });

  test('sign-in, refusal and sign-out are in the audit trail, without passwords, tokens and session ids', async () => {
    const { email, id } = await person({ role: 'administrator' });
    await signIn(world, email, 'canary wrong password');
    const browser = await signedIn(world, email);
    await browser.visit(`${world.url}/sign-out`, { form: { csrf: await tokenOf(world, browser) } });
    await world.dependencies.audit.flush();
    const { rows } = await world.dependencies.database.db.execute(
      `select * from audit_events where actor = 'user:${id}' order by at, id`,
    );
    expect(rows.map(({ event }) => String(event)).toSorted()).toEqual(['denial', 'sign-in', 'sign-out']);
    for (const row of rows) {
      expect(row).toMatchObject({ organization_id: 'st-elsewhere', address: expect.stringContaining('127.0.0.1') });
    }
    const session = decodeURIComponent(cookiesOf(await signedIn(world, email)).get('admin') ?? '').slice(2, 34);
    const everything = JSON.stringify(rows) + world.logLines.join('\n');
    expect(everything).not.toMatch(/canary|correct horse|argon2id/);
    expect(everything).not.toContain(session);
    expect(everything).not.toContain(email);
  });
});
