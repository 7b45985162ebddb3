/**
 * Settings > Live launches: administrators see who has the app open in their organization, and end it at once (RF-16,
 * MT-01).
 */
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createApp } from '#src/app.ts';
import { openDependencies } from '#src/open-dependencies.ts';
import { addPerson, signedIn, tokenOf } from '#test/helpers/administrators.ts';
import { type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { decoded, leaksOf, secretsSeenBy } from '#test/helpers/canaries.ts';
import { csrfOf, launchIdOf, ledTo, wholeOf } from '#test/helpers/visits.ts';
import { ORG_ID, useWorld } from '#test/helpers/world.ts';

const NONE = 'The launch had already ended.';
const PAGE = '/settings/live-launches';

describe('on real Redis and PostgreSQL', () => {
  const world = useWorld({ stores: 'real Redis and PostgreSQL' });
  let admin: TestBrowser;
  let otherAdmin: TestBrowser;
  let operator: TestBrowser;
  beforeAll(async () => {
    await world.setOrganization('hospital-b');
    await addPerson(world, 'a@example.com', { role: 'administrator' });
    await addPerson(world, 'b@example.com', { role: 'administrator', organizationId: 'hospital-b' });
    await addPerson(world, 'operator@example.com');
    admin = await signedIn(world, 'a@example.com');
    otherAdmin = await signedIn(world, 'b@example.com');
    operator = await signedIn(world, 'operator@example.com');
  });
  beforeEach(async () => {
    world.sandbox.faults.clear();
    await post(operator, 'end-all', {}, `?organization=${ORG_ID}`);
    await post(operator, 'end-all', {}, '?organization=hospital-b');
    await world.dependencies.revoker.flush();
    world.sandbox.requests.clear();
  });

  const see = async (browser: TestBrowser, query = '') => (await browser.visit(`${world.url}${PAGE}${query}`)).body;
  const post = async (browser: TestBrowser, action: string, form: Record<string, string>, query = '') =>
    browser.visit(`${world.url}${PAGE}/${action}${query}`, { form: { csrf: await tokenOf(world, browser), ...form } });
  /** What the page after the form says. */
  const endedBy = async (browser: TestBrowser, action: string, form: Record<string, string>, query = '') => {
    const { headers } = await post(browser, action, form, query);
    const page = await browser.visit(`${world.url}${headers['location']}`);
    return /notice-done.*?<span>([^<]*)</s.exec(page.body)?.[1];
  };
  const launchAt = (id: string, patient: string, options = {}, browser = world.browser()) =>
    browser.open(world.sandbox.launch(patient, options).replace(`orgId=${ORG_ID}`, `orgId=${id}`));
  const rowsOf = (body: string) => [...body.matchAll(/<tr><td data-label="User">.*?<\/tr>/gs)].map(([row]) => row);
  const revocations = () => world.sandbox.requests.filter(({ path }) => path === '/auth/revoke');
  const record = (page: Visit) => world.dependencies.redis.get(`launch:${launchIdOf(page)}`);

  test('the list shows user, start and end of each launch, and no patient or token', async () => {
    const browser = world.browser();
    await launchAt(ORG_ID, 'pat-ada', {}, browser);
    await launchAt(ORG_ID, 'pat-ben', {}, browser);
    await launchAt(ORG_ID, 'pat-ada', { user: 'prac-osei' });
    const answer = await admin.visit(`${world.url}${PAGE}`);
    const rows = rowsOf(answer.body);
    expect(rows).toHaveLength(3);
    expect(answer.body).toContain('3 launches open.');
    expect(answer.body).toContain('less than a minute ago');
    expect(rows.every((row) => row.includes('after an hour without use'))).toBe(true);
    expect(leaksOf(secretsSeenBy(world.sandbox), wholeOf(answer))).toEqual([]);
    expect(answer.body).not.toMatch(/Moreno|Okafor|pat-ada|pat-ben/);
  });

  test('End ends one launch on every instance and revokes the tokens', async () => {
    const browser = world.browser();
    const page = await launchAt(ORG_ID, 'pat-ada', {}, browser);
    const other = world.browser();
    const kept = await launchAt(ORG_ID, 'pat-ben', { user: 'prac-osei' }, other);
    const second = await openDependencies(world.config, {
      clock: world.dependencies.clock,
      log: world.dependencies.log,
      database: world.dependencies.database,
    });
    const server = createApp(second.dependencies).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const elsewhere = page.url.replace(/localhost:\d+/, `localhost:${typeof address === 'object' ? address?.port : 0}`);
    expect((await browser.visit(elsewhere)).status).toBe(200);

    const answer = await post(admin, 'end', { launch: launchIdOf(page) });
    expect(ledTo(answer)).toBe('done');
    const said = `${world.url}${answer.headers['location']}`;
    expect((await admin.visit(said)).body).toContain('1 launch was ended.');
    expect((await admin.visit(said)).body).not.toContain('1 launch was ended.');
    expect(await record(page)).toBeUndefined();
    const over = await browser.visit(elsewhere);
    server.close();
    await second.close();
    expect([over.status, titleOf(over)]).toEqual([401, 'An administrator has closed this page']);
    expect(titleOf(await browser.visit(page.url))).toBe('An administrator has closed this page');
    await world.dependencies.revoker.flush();
    expect(revocations().map(({ body }) => new URLSearchParams(body).get('token_type_hint'))).toEqual([
      'refresh_token',
      'access_token',
    ]);
    expect((await other.visit(kept.url)).status).toBe(200);
    expect(rowsOf(await see(admin))).toHaveLength(1);
  });

  test('End all of the organization ends no other organization’s launch', async () => {
    const other = world.browser();
    const kept = await launchAt('hospital-b', 'pat-ada', {}, other);
    const pages = [await launchAt(ORG_ID, 'pat-ada'), await launchAt(ORG_ID, 'pat-ben')];
    expect(await endedBy(admin, 'end-all', {})).toBe('2 launches were ended.');
    for (const page of pages) expect(await record(page)).toBeUndefined();
    expect((await other.visit(kept.url)).status).toBe(200);
    expect(await see(admin)).toContain('The app is not open anywhere.');
    await world.dependencies.revoker.flush();
    expect(revocations()).toHaveLength(4);
  });

  test('MT-01: an administrator sees and ends no launch of another organization, whichever one URL and form name', async () => {
    const browser = world.browser();
    const page = await launchAt('hospital-b', 'pat-ada', {}, browser);
    expect(rowsOf(await see(otherAdmin))).toHaveLength(1);
    for (const query of ['', '?organization=hospital-b', '?organization=']) {
      expect(rowsOf(await see(admin, query))).toHaveLength(0);
      expect(await endedBy(admin, 'end', { launch: launchIdOf(page) }, query)).toBe(NONE);
      expect(await endedBy(admin, 'end-all', {}, query)).toBe(NONE);
    }
    expect((await browser.visit(page.url)).status).toBe(200);
  });

  test('an operator chooses the organization first, and cannot end launches without one', async () => {
    const page = await launchAt('hospital-b', 'pat-ada');
    expect(rowsOf(await see(operator))).toHaveLength(0);
    expect(await see(operator)).toContain('Which organization?');
    expect((await post(operator, 'end-all', {})).status).toBe(404);
    expect((await operator.visit(`${world.url}${PAGE}?organization=nowhere`)).status).toBe(404);
    expect(await record(page)).toBeDefined();
    const query = '?organization=hospital-b';
    expect(rowsOf(await see(operator, query))).toHaveLength(1);
    const answer = await post(operator, 'end', { launch: launchIdOf(page) }, query);
    expect(answer.headers['location']).toMatch(/^\/settings\/live-launches\?organization=hospital-b&done=/);
    expect((await operator.visit(`${world.url}${answer.headers['location']}`)).body).toContain('1 launch was ended.');
  });

  test('a form without the session’s token ends no launch', async () => {
    const page = await launchAt(ORG_ID, 'pat-ada');
    for (const action of ['end', 'end-all']) {
      const form = { launch: launchIdOf(page) };
      expect((await admin.visit(`${world.url}${PAGE}/${action}`, { form })).status).toBe(403);
    }
    expect(await record(page)).toBeDefined();
  });

  test('launches that were signed out, ended or expired are not listed', async () => {
    const browser = world.browser();
    const [first, second, third] = [
      await launchAt(ORG_ID, 'pat-ada', {}, browser),
      await launchAt(ORG_ID, 'pat-ben', {}, browser),
      await launchAt(ORG_ID, 'pat-none', {}, browser),
    ];
    expect(rowsOf(await see(admin))).toHaveLength(3);
    await browser.visit(first.url.replace(/requests$/, 'sign-out'), { form: { csrf: csrfOf(first) } });
    await world.dependencies.redis.delete(`launch:${launchIdOf(third)}`);
    const rows = rowsOf(await see(admin));
    expect(rows).toHaveLength(1);
    expect(rows[0]).toContain(launchIdOf(second));
    expect(await world.dependencies.redis.ranked(`live:${ORG_ID}`, 0)).toEqual([launchIdOf(second)]);
  });

  test('every ended launch is audited with actor and reason', async () => {
    const page = await launchAt(ORG_ID, 'pat-ada');
    await post(admin, 'end', { launch: launchIdOf(page) });
    await world.dependencies.audit.flush();
    const { rows } = await world.dependencies.database.db.execute(
      `select * from audit_events where event = 'launch-ended' order by at desc limit 1`,
    );
    expect(rows[0]).toMatchObject({
      organization_id: ORG_ID,
      actor: expect.stringMatching(/^user:/),
      detail: { reason: 'administrator' },
      launch: world.dependencies.sealer.fingerprint(launchIdOf(page)),
      support_code: expect.stringMatching(/^\w{4}-\w{4}$/),
    });
  });

  test('/metrics counts them by organization', async () => {
    await launchAt(ORG_ID, 'pat-ada');
    await launchAt(ORG_ID, 'pat-ben');
    await launchAt('hospital-b', 'pat-ben');
    const { body } = await world.browser().visit(`${world.url}/metrics`);
    expect(body).toContain(`smart_open_launches{organization="${ORG_ID}"} 2`);
    expect(body).toContain('smart_open_launches{organization="hospital-b"} 1');
  });

  test('a page lists 25 of many launches, and the confirmation of End all names their number', async () => {
    const { sealer, redis, clock } = world.dependencies;
    const page = await launchAt(ORG_ID, 'pat-ada');
    const stored = (await sealer.open(`launch:${launchIdOf(page)}`, (await record(page)) ?? '')) as {
      launch: Record<string, unknown>;
    };
    const score = clock().getTime() + 60_000;
    const ids = Array.from({ length: 59 }, (_, at) => `many-${at}`);
    // Some launches are gone but still in the index.
    const gone = Array.from({ length: 30 }, (_, at) => `gone-${at}`);
    for (const id of gone)
      await redis.rank(`live:${ORG_ID}`, id, { score: score + 1, dropBelow: 0, lifetimeMs: 60_000 });
    for (const id of ids) {
      const key = `launch:${id}`;
      await redis.set(key, await sealer.seal(key, { ...stored, launch: { ...stored.launch, id } }), 60_000);
      await redis.rank(`live:${ORG_ID}`, id, { score, dropBelow: 0, lifetimeMs: 60_000 });
    }
    const reads = vi.spyOn(redis, 'lifetimeLeftMs');
    const seen: string[] = [];
    const sizes: number[] = [];
    for (let href: string | undefined = ''; href !== undefined; ) {
      const body = await see(admin, href);
      expect(body).toContain('60 launches open');
      const listed = [
        ...rowsOf(body)
          .join('')
          .matchAll(/end\?launch=([\w-]+)/g),
      ].map(([, id = '']) => id);
      seen.push(...listed);
      sizes.push(listed.length);
      href = /rel="next" href="\/settings\/live-launches([^"]*)"/.exec(body)?.[1];
    }
    expect(sizes).toEqual([25, 25, 10]);
    expect(new Set(seen)).toEqual(new Set([...ids, launchIdOf(page)]));
    // Each page reads its own launches, and those that are gone only once.
    expect(reads).toHaveBeenCalledTimes(60 + gone.length);
    reads.mockRestore();
    expect(titleOf({ body: await see(admin, '/end-all') })).toContain('End all 60 launches of Hospital st-elsewhere?');
    expect(await see(admin, '?page=2')).toContain('rel="prev" href="/settings/live-launches?page=1"');
    expect((await admin.visit(`${world.url}${PAGE}?page=4`)).headers['location']).toBe(PAGE);
    expect(await endedBy(admin, 'end-all', {})).toBe('60 launches were ended.');
    expect(await redis.countRanked(`live:${ORG_ID}`, 0)).toBe(0);
  });

  test('ST-03: neither the index nor a tombstone contains a token, a secret or a patient', async () => {
    const browser = world.browser();
    const page = await launchAt(ORG_ID, 'pat-ada', {}, browser);
    await launchAt(ORG_ID, 'pat-ben', {}, browser);
    await post(admin, 'end', { launch: launchIdOf(page) });
    const dump = await world.dumpRedis();
    expect(dump).toMatch(/^live:st-elsewhere [\w-]{22}$/m);
    expect(dump).toMatch(/^ended:/m);
    expect(leaksOf(secretsSeenBy(world.sandbox), `${dump}\n${decoded(dump)}`)).toEqual([]);
    expect(dump).not.toMatch(/pat-ada|pat-ben|Moreno|Okafor|Rivera/);
  });
});
