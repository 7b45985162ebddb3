import { test, expect } from 'vitest';
import { sql } from 'drizzle-orm';
import { addPerson, PASSWORD, resultOf, signIn, signedIn, tokenOf, usersOf } from '#test/helpers/administrators.ts';
import { createBrowser } from '#test/helpers/browser.ts';
import { csrfOf } from '#test/helpers/visits.ts';
import { hashPassword } from '#src/admin/password.ts';
import { useWorld } from '#test/helpers/world.ts';
const world = useWorld({ stores: 'real Redis and PostgreSQL', env: { TRUST_PROXY: 'loopback' } });
const median = (a: number[]) => a.toSorted((x, y) => x - y)[a.length >> 1]!;
test('timing', async () => {
  const real = await hashPassword(PASSWORD);
  const db = world.dependencies.database.db;
  for (const who of ['known', 'disabled', 'sso', 'expired', 'once']) await addPerson(world, `${who}@example.com`);
  await db.execute(sql`update users set password_hash = ${real}`);
  await db.execute(sql`update users set disabled_at = now() where email = 'disabled@example.com'`);
  await db.execute(sql`update users set password_hash = null where email = 'sso@example.com'`);
  await db.execute(sql`update users set must_change_password = true, password_expires_at = '2020-01-01' where email = 'expired@example.com'`);
  await db.execute(sql`update users set must_change_password = true where email = 'once@example.com'`);
  const times = new Map<string, number[]>(); const seen = new Map<string, Set<string>>();
  let n = 0;
  for (let i = 0; i < 40; i += 1) for (const who of ['known', 'disabled', 'disabled-right', 'sso', 'expired-right', 'unknown', 'not-an-address', 'no-at']) {
    n += 1; const address = `198.51.${n >> 8}.${n & 255}`;
    const b = createBrowser({ headers: { 'x-forwarded-for': address } });
    const form = await b.visit(`${world.url}/sign-in`);
    const email = who === 'unknown' ? `u${i % 3}@example.com` : who === 'not-an-address' ? 'x@y@z' : who === 'no-at' ? 'hello' : `${who.replace('-right', '')}@example.com`;
    const t = performance.now();
    const a = await b.visit(`${world.url}/sign-in`, { form: { csrf: csrfOf(form), email, password: who.endsWith('right') ? PASSWORD : 'wrong horse battery' } });
    const list = times.get(who) ?? []; list.push(performance.now() - t); times.set(who, list);
    const key = `${a.status} ${a.headers['location']?.replace(/form=.*/, 'form=')} ${a.setCookies.length}`;
    seen.set(who, (seen.get(who) ?? new Set()).add(key));
  }
  for (const [who, list] of times) console.log(who.padEnd(18), median(list).toFixed(1), 'min', Math.min(...list).toFixed(1), [...(seen.get(who) ?? [])].join(' ; '));
}, 200000);
test('two resets', async () => {
  const op = await addPerson(world, 'op@example.com'); const b = await signedIn(world, 'op@example.com');
  let lostFirst = 0;
  for (let i = 0; i < 6; i += 1) {
    const victim = await addPerson(world, `v${i}@example.com`);
    const csrf = await tokenOf(world, b);
    const both = await Promise.all([1, 2].map(() => b.visit(`${world.url}/settings/users/${victim.id}/reset`, { form: { csrf } })));
    const pages = []; for (const a of both) pages.push(await b.visit(world.url + a.headers['location']));
    const passwords = pages.map((p) => /<code[^>]*>([A-Z0-9-]{20,})<\/code>/i.exec(p.body)?.[1] ?? `none ${p.status}`);
    const results = []; for (const p of passwords) { results.push(resultOf((await signIn(world, `v${i}@example.com`, p)).answer)); }
    const again = []; for (const p of passwords) again.push(resultOf((await signIn(world, `v${i}@example.com`, p)).answer));
    console.log(passwords.map((p) => p.slice(0, 4)), results, 'again', again);
  }
});
test('one-time used at once, and after reset', async () => {
  const op = await addPerson(world, 'op2@example.com'); const b = await signedIn(world, 'op2@example.com');
  const victim = await addPerson(world, `w@example.com`);
  const old = await signedIn(world, 'w@example.com');
  const a = await b.visit(`${world.url}/settings/users/${victim.id}/reset`, { form: { csrf: await tokenOf(world, b) } });
  const page = await b.visit(world.url + a.headers['location']);
  const p = /<code[^>]*>([A-Z0-9-]{20,})<\/code>/i.exec(page.body)?.[1] ?? '';
  console.log('shown again:', /<code[^>]*>([A-Z0-9-]{20,})<\/code>/i.exec((await b.visit(world.url + a.headers['location'])).body)?.[1]);
  console.log('old session', (await old.visit(`${world.url}/settings`)).status, (await old.visit(`${world.url}/settings`)).headers['location']);
  const all = await Promise.all(Array.from({ length: 8 }, () => signIn(world, 'w@example.com', p)));
  console.log(all.map(({ answer }) => resultOf(answer)));
  const winner = all.find(({ answer }) => resultOf(answer) === 303)!.browser;
  for (const path of ['/settings', '/settings/users', '/settings/account', '/settings/keys']) { const x = await winner.visit(world.url + path); console.log(path, x.status, x.headers['location']); }
  const csrf = await tokenOf(world, winner);
  const change = await Promise.all([1, 2, 3].map((n) => winner.visit(`${world.url}/settings/account/password`, { form: { csrf, current: p, next: `a new passphrase number ${n}`, again: `a new passphrase number ${n}` } })));
  console.log(change.map((c) => `${c.status} ${c.headers['location']?.slice(0, 40)}`));
  const can = []; for (const n of [1, 2, 3]) can.push(resultOf((await signIn(world, 'w@example.com', `a new passphrase number ${n}`)).answer));
  console.log('works', can, 'one-time again', resultOf((await signIn(world, 'w@example.com', p)).answer));
});
