/** Strangers cannot lock operators out of the browsers they use, nor fill the queue before them. */
import { describe, expect, test } from 'vitest';
import { addPerson, PASSWORD, resultOf, signedIn, signIn } from '#test/helpers/administrators.ts';
import { createBrowser, type TestBrowser } from '#test/helpers/browser.ts';
import { cookiesOf, csrfOf } from '#test/helpers/visits.ts';
import { useWorld } from '#test/helpers/world.ts';

describe('on real Redis and PostgreSQL', () => {
  const world = useWorld({ stores: 'real Redis and PostgreSQL', env: { TRUST_PROXY: 'loopback' } });

  /** Opens a form that any number of addresses can send. */
  const openForm = async () => {
    const browser = createBrowser();
    const csrf = csrfOf(await browser.visit(`${world.url}/sign-in`));
    return (email: string, address: string, password = 'wrong password') =>
      browser.visit(`${world.url}/sign-in`, {
        form: { csrf, email, password },
        headers: { 'x-forwarded-for': address },
      });
  };
  /** The same browser some days later, without a session and with its lasting cookies. */
  const later = (browser: TestBrowser) => {
    const device = cookiesOf(browser).get('device') ?? '';
    const next = createBrowser();
    next.jar.set('localhost', new Map([['device', device]]));
    return next;
  };

  test('after fifty wrong passwords from strangers, a stranger is refused and the known browser signs in', async () => {
    const { email } = await addPerson(world, 'owner@example.com');
    const owner = later(await signedIn(world, email));
    const guess = await openForm();
    const statuses = [];
    // oxlint-disable-next-line no-await-in-loop -- the account counts them one by one
    for (let index = 0; index < 55; index += 1) statuses.push(resultOf(await guess(email, `198.51.100.${index}`)));
    expect(statuses.filter((status) => status === 'refused')).toHaveLength(50);
    expect((await signIn(world, email)).answer.status).toBe(429);

    const wrong = (await signIn(world, email, 'wrong password', owner)).answer;
    expect(resultOf(wrong)).toBe('refused');
    expect(resultOf((await signIn(world, email, PASSWORD, owner)).answer)).toBe(303);
    // The successful sign-in gives the strangers no new tries.
    expect((await guess(email, '203.0.113.1')).status).toBe(429);
  });

  test('a known browser is known for its own account only, has ten attempts, and cannot be forged', async () => {
    const { email } = await addPerson(world, 'one@example.com');
    const { email: other } = await addPerson(world, 'other@example.com');
    const ofOther = later(await signedIn(world, other));
    const mine = later(await signedIn(world, email));
    const guess = await openForm();
    // oxlint-disable-next-line no-await-in-loop -- as above
    for (let index = 0; index < 50; index += 1) await guess(email, `198.51.100.${index}`);
    const device = cookiesOf(mine).get('device') ?? '';
    const forgeries = [`${device}x`, device.replace(/^./, 'x'), device.split('~')[0] ?? '', '~', 'x'.repeat(3_000)];
    for (const forged of forgeries) {
      const browser = createBrowser();
      browser.jar.set('localhost', new Map([['device', forged]]));
      expect((await signIn(world, email, PASSWORD, browser)).answer.status).toBe(429);
    }
    expect((await signIn(world, email, PASSWORD, ofOther)).answer.status).toBe(429);
    const statuses = [];
    for (let index = 0; index < 11; index += 1)
      statuses.push(resultOf((await signIn(world, email, 'wrong password', mine)).answer));
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 'refused'), 429]);
  });

  test('a /64 is one visitor with ten wrong passwords, not fifty', async () => {
    const { email } = await addPerson(world, 'network@example.com');
    const guess = await openForm();
    const statuses = [];
    for (let index = 0; index < 30; index += 1) statuses.push(resultOf(await guess(email, `2001:db8:5:5::${index}`)));
    expect(statuses.filter((status) => status === 'refused')).toHaveLength(10);
    expect(resultOf((await signIn(world, email)).answer)).toBe(303);
  });

  test('of a hundred and twenty simultaneous sign-ins many get a 503, and the known browser signs in', async () => {
    const { email } = await addPerson(world, 'busy@example.com');
    const owner = later(await signedIn(world, email));
    const form = await owner.visit(`${world.url}/sign-in`);
    const guess = await openForm();
    const strangers = Array.from({ length: 120 }, (_unused, index) =>
      guess(`nobody-${index}@example.com`, `2001:db8:${index + 100}::1`),
    );
    const mine = await owner.visit(`${world.url}/sign-in`, {
      form: { csrf: csrfOf(form), email, password: PASSWORD },
    });
    expect(resultOf(mine)).toBe(303);
    const answers = await Promise.all(strangers);
    const refused = answers.filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThan(40);
    expect(answers.length - refused.length).toBe(answers.filter((one) => resultOf(one) === 'refused').length);
    for (const { headers, body } of refused) {
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      expect(body).toContain('Too many people are signing in at this moment');
    }
    // Passwords that were not checked do not count as tries.
    const again = await Promise.all(Array.from({ length: 10 }, () => guess(email, '2001:db8:100::1')));
    expect(again.map(resultOf)).toEqual(again.map(() => 'refused'));
  });

  test('the cookie is HttpOnly, for this host and same-site requests only, and identifies no user', async () => {
    const { email } = await addPerson(world, 'cookie@example.com');
    const { answer } = await signIn(world, email);
    const line = answer.setCookies.find((one) => one.startsWith('device=')) ?? '';
    expect(line).toMatch(/^device=[\w.~-]{50,400}; Max-Age=7776000; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/);
    expect(line).not.toContain('cookie@');
  });
});
