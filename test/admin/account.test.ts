/** The account page: a forced and a free change of the password, and what they end. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addPerson, PASSWORD, signedIn, signIn, tokenOf } from '#test/helpers/administrators.ts';
import type { TestBrowser } from '#test/helpers/browser.ts';
import { cookiesOf } from '#test/helpers/visits.ts';
import { startWorld, type World } from '#test/helpers/world.ts';

const NEXT = 'seven silent seagulls';
let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

async function change(browser: TestBrowser, fields: { current?: string; next?: string; again?: string } = {}) {
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
  test('every page leads to choosing an own one; then everything opens', async () => {
    await addPerson(world, 'first@example.com', { mustChangePassword: true });
    const browser = await signedIn(world, 'first@example.com');
    const sent = await browser.visit(`${world.url}/settings/users`);
    expect([sent.status, sent.headers['location']]).toEqual([303, '/settings/account']);
    const json = await browser.visit(`${world.url}/settings/users`, { headers: { accept: 'application/json' } });
    expect(json.status).toBe(403);
    expect((await browser.visit(`${world.url}/settings/account`)).body).toContain('Choose your own password');
    expect((await change(browser)).headers['location']).toBe('/settings/account?changed');
    expect((await browser.visit(`${world.url}/settings/users`)).status).toBe(200);
    expect((await signIn(world, 'first@example.com')).answer.status).toBe(401);
    expect((await signIn(world, 'first@example.com', NEXT)).answer.status).toBe(303);
  });
});

describe('changing the password', () => {
  test('gives this browser a new session and ends every other one of the user', async () => {
    await addPerson(world, 'two@example.com');
    const here = await signedIn(world, 'two@example.com');
    const elsewhere = await signedIn(world, 'two@example.com');
    const before = cookiesOf(here).get('admin');
    expect((await change(here)).status).toBe(303);
    expect(cookiesOf(here).get('admin')).not.toBe(before);
    expect((await here.visit(`${world.url}/settings/account?changed`)).body).toContain('Your password is changed');
    expect((await elsewhere.visit(`${world.url}/settings/account`)).status).toBe(303);
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
    expect(answer.status).toBe(400);
    expect(answer.body).toContain(reason);
    expect(answer.body).toContain('aria-invalid="true"');
    expect((await signIn(world, 'rules@example.com')).answer.status).toBe(303);
  });

  test('guessing the current password is throttled like signing in', async () => {
    await addPerson(world, 'guessed@example.com');
    const browser = await signedIn(world, 'guessed@example.com');
    const statuses = [];
    for (let attempt = 0; attempt < 11; attempt += 1) {
      statuses.push((await change(browser, { current: `wrong password ${attempt}` })).status);
    }
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 400), 429]);
  });
});
