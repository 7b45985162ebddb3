/** The account page: a forced and a voluntary change of the password, and the sessions that they end. */
import { describe, expect, test } from 'vitest';
import { changePassword, resetPassword } from '#src/admin/user-actions.ts';
import { addPerson, PASSWORD, resultOf, signedIn, signIn, tokenOf, usersOf } from '#test/helpers/administrators.ts';
import { createBrowser, type TestBrowser } from '#test/helpers/browser.ts';
import { cookiesOf, isAfterPost, ledTo } from '#test/helpers/visits.ts';
import { useWorld } from '#test/helpers/world.ts';

const NEXT = 'seven silent seagulls';
const world = useWorld();

async function change(
  browser: TestBrowser,
  fields: { current?: string; next?: string; again?: string; 'go-on'?: string } = {},
) {
  const form = {
    csrf: await tokenOf(world, browser),
    current: PASSWORD,
    next: NEXT,
    again: fields.next ?? NEXT,
    ...fields,
  };
  return browser.visit(`${world.url}/settings/account/password`, { form });
}

describe('with a one-time password', () => {
  test('every page leads to the password change; after it every page opens', async () => {
    await addPerson(world, 'first@example.com', { mustChangePassword: true });
    const browser = await signedIn(world, 'first@example.com');
    const sent = await browser.visit(`${world.url}/settings/users`);
    expect([sent.status, sent.headers['location']]).toEqual([303, '/settings/account?next=%2Fsettings%2Fusers']);
    const json = await browser.visit(`${world.url}/settings/users`, { headers: { accept: 'application/json' } });
    expect(json.status).toBe(403);
    const page = await browser.visit(`${world.url}${sent.headers['location'] ?? ''}`);
    expect(page.body).toContain('Choose your own password');
    expect(page.body).toContain('<input type="hidden" name="go-on" value="/settings/users">');
    const refused = await change(browser, { again: 'another one', 'go-on': '/settings/users' });
    expect(refused.headers['location']).toMatch(/^\/settings\/account\?next=%2Fsettings%2Fusers&form=[\w-]{43}$/);
    expect((await change(browser, { 'go-on': '/settings/users' })).headers['location']).toBe('/settings/users');
    expect((await browser.visit(`${world.url}/settings/users`)).status).toBe(200);
    expect(resultOf((await signIn(world, 'first@example.com')).answer)).toBe('refused');
    expect(resultOf((await signIn(world, 'first@example.com', NEXT)).answer)).toBe(303);
  });

  test('it works once: a second sign-in is refused, and the first session can still replace it', async () => {
    const { email } = await addPerson(world, 'once@example.com', { mustChangePassword: true });
    const browser = await signedIn(world, email);
    expect(resultOf((await signIn(world, email)).answer)).toBe('refused');
    expect(resultOf((await signIn(world, email, PASSWORD, browser)).answer)).toBe('refused');
    expect((await change(browser)).headers['location']).toBe('/settings');
    expect(resultOf((await signIn(world, email, NEXT)).answer)).toBe(303);
    expect(resultOf((await signIn(world, email, NEXT)).answer)).toBe(303);
  });

  test('of many simultaneous sign-ins with it one succeeds', async () => {
    const { email } = await addPerson(world, 'race@example.com', { mustChangePassword: true });
    const answers = await Promise.all(Array.from({ length: 5 }, () => signIn(world, email)));
    expect(answers.map(({ answer }) => String(resultOf(answer))).toSorted()).toEqual([
      '303',
      ...Array.from({ length: 4 }, () => 'refused'),
    ]);
  });

  test('a wrong password, or a disabled user, does not spend it', async () => {
    const { id, email } = await addPerson(world, 'unspent@example.com', { mustChangePassword: true });
    await addPerson(world, 'stays-operator@example.com');
    await signIn(world, email, 'wrong password');
    await usersOf(world).disable(id, new Date());
    expect(resultOf((await signIn(world, email)).answer)).toBe('refused');
    await usersOf(world).enable(id);
    expect(resultOf((await signIn(world, email)).answer)).toBe(303);
  });

  test.for([
    ['GET', '/settings'],
    ['GET', '/settings/users'],
    ['GET', '/settings/organizations'],
    ['GET', '/settings/keys'],
    ['GET', '/settings/audit'],
    ['GET', '/settings/audit.csv'],
    ['GET', '/settings/launches'],
    ['GET', '/settings/integrations/smart-on-fhir'],
    ['GET', '/settings/account/../users'],
    ['GET', '/settings/account/%2e%2e/users'],
    ['GET', '/settings//account'],
    ['GET', '/settings/ACCOUNT'],
    ['POST', '/settings/users'],
    ['POST', '/settings/organizations'],
    ['POST', '/settings/keys'],
    ['POST', '/settings/account'],
  ] as const)('until it is replaced, %s %s shows no data and changes nothing', async ([method, path]) => {
    const email = `forced-${Buffer.from(method + path).toString('hex')}@example.com`;
    await addPerson(world, email, { mustChangePassword: true });
    const browser = await signedIn(world, email);
    const form = { csrf: await tokenOf(world, browser), email: 'planted@example.com', role: 'operator' };
    const answer = await browser.visit(world.url + path, method === 'POST' ? { form } : {});
    expect([303, 404, 405]).toContain(answer.status);
    if (answer.status === 303) expect(answer.headers['location']).toMatch(/^\/settings\/account(?:\?next=|$)/);
    expect(await usersOf(world).findByEmail('planted@example.com')).toBeUndefined();
  });

  test('replacing it begins a session under a new id, and the old id opens no page (fixation)', async () => {
    const { email } = await addPerson(world, 'fixed@example.com', { mustChangePassword: true });
    const browser = await signedIn(world, email);
    const before = cookiesOf(browser).get('admin') ?? '';
    expect((await change(browser)).headers['location']).toBe('/settings');
    expect(cookiesOf(browser).get('admin')).not.toBe(before);
    const thief = createBrowser();
    thief.jar.set('localhost', new Map([['admin', before]]));
    expect((await thief.visit(`${world.url}/settings/account`)).status).toBe(303);
    for (const planted of [
      's:planted.forged',
      encodeURIComponent('s:planted.forged'),
      'planted',
      before.slice(0, -1),
    ]) {
      thief.jar.set('localhost', new Map([['admin', planted]]));
      const { browser: victim } = await signIn(world, email, NEXT, thief);
      expect(cookiesOf(victim).get('admin')).not.toBe(planted);
    }
  });
});

describe('changing the password', () => {
  test('gives this browser a new session and ends every other one of the user', async () => {
    await addPerson(world, 'two@example.com');
    const here = await signedIn(world, 'two@example.com');
    const elsewhere = await signedIn(world, 'two@example.com');
    const before = cookiesOf(here).get('admin');
    const changed = await change(here);
    expect(ledTo(changed)).toBe('done');
    expect(cookiesOf(here).get('admin')).not.toBe(before);
    const page = `${world.url}${changed.headers['location']}`;
    expect((await here.visit(page)).body).toContain('Your password is changed');
    expect((await here.visit(page)).body).not.toContain('Your password is changed');
    expect((await elsewhere.visit(`${world.url}/settings/account`)).status).toBe(303);
  });

  test('a reset that is under way while its user changes the password is not stopped by the change', async () => {
    const user = await addPerson(world, 'taken-over@example.com');
    const { audit, clock } = world.dependencies;
    const deps = { users: usersOf(world), audit, clock };
    const reset = resetPassword(deps, { actor: 'cli' }, user.id);
    const changed = { ...user, passwordHash: 'of another', mustChangePassword: false };
    await deps.users.replacePassword(user, changed);
    expect((await reset)?.user).toMatchObject({ mustChangePassword: true, sessionGeneration: 3 });
  });

  test('a change that is under way while an operator resets the password does not undo the reset', async () => {
    const user = await addPerson(world, 'stolen@example.com');
    const { audit, clock } = world.dependencies;
    const deps = { users: usersOf(world), audit, clock };
    const reset = await resetPassword(deps, { actor: 'cli' }, user.id);
    const typed = { current: PASSWORD, next: NEXT, again: NEXT };
    const changed = await changePassword(deps, { actor: { userId: user.id } }, user, typed);
    expect(changed).toMatchObject({ ok: false, field: 'current' });
    expect(resultOf((await signIn(world, user.email, NEXT)).answer)).toBe('refused');
    expect(resultOf((await signIn(world, user.email, reset?.oneTimePassword)).answer)).toBe(303);
  });

  test.for([
    ['the current one is wrong', { current: 'wrong password' }, 'This is not your current password.'],
    ['it is too short', { next: 'eleven char' }, 'Use at least 12 characters.'],
    ['it is the e-mail address', { next: 'Rules@Example.com' }, 'other than your e-mail'],
    ['it is easy to guess', { next: 'Password1234!' }, 'too easy to guess'],
    ['it is the same', { next: PASSWORD }, 'Choose a new password.'],
    ['the two differ', { again: 'something else' }, 'The two new passwords differ.'],
  ] as const)('is refused at the field when %s, and nothing changes', async ([, fields, reason]) => {
    await addPerson(world, 'rules@example.com').catch(() => undefined);
    const browser = await signedIn(world, 'rules@example.com');
    const answer = await change(browser, fields);
    expect(ledTo(answer)).toBe('form');
    const url = `${world.url}${answer.headers['location']}`;
    for (const page of [await browser.visit(url), await browser.visit(url)]) {
      expect(isAfterPost(page, 'form')).toBe(true);
      expect(page.body).toContain(reason);
      expect(page.body).toContain('aria-invalid="true"');
    }
    expect(resultOf((await signIn(world, 'rules@example.com')).answer)).toBe(303);
  });

  test('attempts at the current password are limited like sign-ins', async () => {
    await addPerson(world, 'guessed@example.com');
    const browser = await signedIn(world, 'guessed@example.com');
    const statuses = [];
    for (let attempt = 0; attempt < 11; attempt += 1) {
      const answer = await change(browser, { current: `wrong password ${attempt}` });
      statuses.push(ledTo(answer) ?? answer.status);
    }
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 'form'), 429]);
  });
});
