/** Operators manage users: one-time passwords are shown once, sessions end, and the last operator stays. */
import { beforeAll, expect, test } from 'vitest';
import { addPerson, resultOf, signedIn, signIn, tokenOf, usersOf } from '#test/helpers/administrators.ts';
import type { TestBrowser, Visit } from '#test/helpers/browser.ts';
import { isAfterPost, ledTo } from '#test/helpers/visits.ts';
import { ORG_ID, useWorld } from '#test/helpers/world.ts';

const world = useWorld();
let operator: TestBrowser;
let operatorId: string;

beforeAll(async () => {
  operatorId = (await addPerson(world, 'operator@example.com')).id;
  operator = await signedIn(world, 'operator@example.com');
});

async function post(path: string, fields: Record<string, string> = {}, headers: Record<string, string> = {}) {
  return operator.visit(world.url + path, { form: { csrf: await tokenOf(world, operator), ...fields }, headers });
}
/** The page to which a post redirects. */
const pageAfter = (answer: Visit) => operator.visit(`${world.url}${answer.headers['location']}`);
const shownPassword = (body: string) => /class="one-time">([^<]+)</.exec(body)?.[1] ?? '';

test('an added administrator signs in with the password shown once, which is stored nowhere in clear', async () => {
  const added = await post('/settings/users', {
    email: 'New@Example.com',
    role: 'administrator',
    organization: 'st-elsewhere',
  });
  expect(ledTo(added)).toBe('secret');
  const page = await pageAfter(added);
  const password = shownPassword(page.body);
  // No letter that looks like another, as a small l does.
  expect(password).toMatch(/^([2-9A-HJ-NP-Z]{5}-){3}[2-9A-HJ-NP-Z]{5}$/);
  expect(JSON.stringify(added)).not.toContain(password);
  for (const url of [page.url, `${world.url}/settings/users`]) {
    expect((await operator.visit(url)).body).not.toContain(password);
  }
  expect(resultOf((await signIn(world, 'new@example.com', password)).answer)).toBe(303);
  const user = await usersOf(world).findByEmail('new@example.com');
  expect(user).toMatchObject({ role: 'administrator', organizationId: 'st-elsewhere', mustChangePassword: true });
  expect(user?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(JSON.stringify(user) + world.logLines.join('')).not.toContain(password);
});

test.for([
  ['an address that is none', { email: 'nobody', role: 'operator' }, 'Enter an e-mail address.'],
  ['a taken one', { email: 'operator@example.com', role: 'operator' }, 'A user with this address exists already.'],
  ['no organization', { email: 'x@example.com', role: 'administrator', organization: '' }, 'Choose the organization'],
  ['an unknown one', { email: 'x@example.com', role: 'administrator', organization: 'no' }, 'Choose the organization'],
  ['an unknown role', { email: 'x@example.com', role: 'root', organization: ORG_ID }, 'Choose the organization'],
] as const)('%s is refused at the field, and the input is kept', async ([, fields, reason]) => {
  const answer = await post('/settings/users', fields);
  expect(ledTo(answer)).toBe('form');
  for (const page of [await pageAfter(answer), await pageAfter(answer)]) {
    expect(isAfterPost(page, 'form')).toBe(true);
    expect(page.body).toContain(reason);
    expect(page.body).toContain('<title>Error: Users');
    expect(page.body).toContain(`value="${fields.email}"`);
  }
  expect((await post('/settings/users', fields, { accept: 'application/json' })).status).toBe(400);
  expect(await usersOf(world).findByEmail('x@example.com')).toBeUndefined();
});

test('a hostile address is shown as text', async () => {
  const answer = await post('/settings/users', { email: '"><script>alert(1)</script>', role: 'operator' });
  const page = await pageAfter(answer);
  expect(page.body).toContain('&lt;script&gt;alert(1)');
  expect(page.body).not.toContain('<script>alert');
});

test('a reset ends the sessions and the old password, and shows a new one once', async () => {
  const { id, email } = await addPerson(world, 'forgetful@example.com');
  const theirs = await signedIn(world, email);
  const reset = await post(`/settings/users/${id}/reset`);
  expect(ledTo(reset)).toBe('secret');
  const password = shownPassword((await pageAfter(reset)).body);
  expect((await theirs.visit(`${world.url}/settings/account`)).status).toBe(303);
  expect(resultOf((await signIn(world, email)).answer)).toBe('refused');
  expect(resultOf((await signIn(world, email, password)).answer)).toBe(303);
});

test('of resets at once, one shows a password, which works; the others say so', async () => {
  const { id, email } = await addPerson(world, 'twice@example.com', { mustChangePassword: true });
  const pages = await Promise.all([1, 2, 3].map(async () => pageAfter(await post(`/settings/users/${id}/reset`))));
  const shown = pages.map(({ body }) => shownPassword(body)).filter((password) => password !== '');
  expect(shown).toHaveLength(1);
  const said = pages.filter(({ body }) => body.includes('got another one-time password at the same moment'));
  expect(said).toHaveLength(2);
  expect(resultOf((await signIn(world, email, shown[0])).answer)).toBe(303);
  const again = shownPassword((await pageAfter(await post(`/settings/users/${id}/reset`))).body);
  expect(resultOf((await signIn(world, email, again)).answer)).toBe(303);
});

test('the one-time password is shown in this session on this page; HEAD does not use it up, and a reload says that it was shown', async () => {
  const { id } = await addPerson(world, 'once-shown@example.com');
  const reset = await post(`/settings/users/${id}/reset`);
  const url = `${world.url}${reset.headers['location']}`;
  const colleague = await signedIn(world, (await addPerson(world, 'colleague@example.com')).email);
  const same = await signedIn(world, 'operator@example.com');
  expect(shownPassword((await colleague.visit(url)).body)).toBe('');
  expect(shownPassword((await same.visit(url)).body)).toBe('');
  expect((await operator.visit(url, { method: 'HEAD' })).status).toBe(200);
  expect(await world.dumpRedis()).not.toContain('once-shown@');
  expect((await operator.visit(url.replace('/users?', '/account?'))).status).toBe(200);
  for (const kind of ['form', 'done']) {
    expect(shownPassword((await operator.visit(url.replace('secret=', `${kind}=`))).body)).toBe('');
  }
  expect(shownPassword((await operator.visit(url)).body)).not.toBe('');
  const again = await operator.visit(url);
  expect(shownPassword(again.body)).toBe('');
  expect(again.body).toContain('A one-time password is shown only once, and this one was shown already.');
  expect((await operator.visit(`${world.url}/settings/users`)).body).not.toContain('this one was shown already');
});

test('a one-time password works for three days', async () => {
  const { id, email } = await addPerson(world, 'slow@example.com');
  const password = shownPassword((await pageAfter(await post(`/settings/users/${id}/reset`))).body);
  const user = await usersOf(world).findByEmail(email);
  const days = ((user?.passwordExpiresAt?.getTime() ?? 0) - Date.now()) / 86_400_000;
  expect(days).toBeGreaterThan(2.9);
  expect(days).toBeLessThanOrEqual(3);
  expect(password).not.toBe('');
});

test('a disabled user cannot sign in; an enabled one can again', async () => {
  const { id, email } = await addPerson(world, 'leaver@example.com');
  expect((await post(`/settings/users/${id}/disable`)).status).toBe(303);
  expect(resultOf((await signIn(world, email)).answer)).toBe('refused');
  expect((await post(`/settings/users/${id}/enable`)).status).toBe(303);
  expect(resultOf((await signIn(world, email)).answer)).toBe(303);
});

test('operators cannot disable themselves, and the last one cannot be disabled at all', async () => {
  const refused = await post(`/settings/users/${operatorId}/disable`);
  expect(ledTo(refused)).toBe('form');
  expect((await pageAfter(refused)).body).toContain('You cannot disable yourself');
  const users = usersOf(world);
  for (const user of await users.list()) {
    if (user.role === 'operator' && user.id !== operatorId) await users.disable(user.id, new Date());
  }
  expect(await users.disable(operatorId, new Date())).toBeUndefined();
  expect((await users.find(operatorId))?.disabledAt).toBeNull();
});

test.for(['reset', 'enable'])('%s of an unknown user is a 404', async (verb) => {
  expect((await post(`/settings/users/not-a-uuid/${verb}`)).status).toBe(404);
  expect((await post(`/settings/users/00000000-0000-4000-8000-000000000000/${verb}`)).status).toBe(404);
});

test('every change is in the audit trail with actor, user and change', async () => {
  const { id } = await addPerson(world, 'traced@example.com');
  await post(`/settings/users/${id}/reset`);
  await post(`/settings/users/${id}/disable`);
  await world.dependencies.audit.flush();
  const { rows } = await world.dependencies.database.db.execute<{ actor: string; detail: { change: string } }>(
    `select actor, detail from audit_events where event = 'user-change' and detail->>'user' = '${id}' order by at, id`,
  );
  expect(rows.map(({ detail }) => detail.change).toSorted()).toEqual(['disabled', 'password reset']);
  expect(rows.every(({ actor }) => actor === `user:${operatorId}`)).toBe(true);
});
