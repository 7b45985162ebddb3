/** "Send this to the EHR team": a redacted launch behind a link that cannot be guessed and expires. */
import { sql } from 'drizzle-orm';
import { beforeAll, expect, test } from 'vitest';
import { addPerson, signedIn, tokenOf } from '#test/helpers/administrators.ts';
import { createBrowser, supportCodeOf, type TestBrowser } from '#test/helpers/browser.ts';
import { leaksOf, secretsSeenBy } from '#test/helpers/canaries.ts';
import { useWorld } from '#test/helpers/world.ts';

const DAY_MS = 24 * 60 * 60_000;
let now = Date.now();
const world = useWorld({ clock: () => new Date(now) });
let administrator: TestBrowser;
let launchUrl: string;
let reportUrl: string;
let shownAt: string;

beforeAll(async () => {
  await addPerson(world, 'admin@example.com', { role: 'administrator' });
  administrator = await signedIn(world, 'admin@example.com');
  world.sandbox.faults.set('wrong-nonce');
  const answer = await world.launch('pat-ada');
  world.sandbox.faults.clear();
  launchUrl = (await administrator.open(`${world.url}/settings/launches?code=${supportCodeOf(answer)}`)).url;
  const form = { csrf: await tokenOf(world, administrator) };
  const made = await administrator.open(`${launchUrl}/report`, { form });
  shownAt = made.url;
  reportUrl = /<a href="([^"]*\/reports\/[^"]+)"><code/.exec(made.body)?.[1] ?? '';
});

test('opens without signing in, as a page to print and as JSON, and names the owner of the problem', async () => {
  const stranger = createBrowser();
  const page = await stranger.visit(reportUrl);
  expect(page.status).toBe(200);
  expect(page.body).toContain('data-step="id-token" aria-current="step"');
  expect(page.body).toContain('EHR team');
  expect(page.headers).toMatchObject({ 'x-robots-tag': 'noindex', 'cache-control': 'no-store' });
  expect(page.headers['referrer-policy']).toBe('no-referrer');
  const json = JSON.parse((await stranger.visit(`${reportUrl}.json`)).body) as { launch: { outcome: string } };
  expect(json.launch.outcome).toBe('identity.invalid');
});

test('the link is shown once; a reload of its page creates no other link and says that it was shown', async () => {
  expect(shownAt).toMatch(/\/settings\/launches\/[\da-f-]{36}\?secret=[\w-]{43}$/);
  const again = await administrator.visit(shownAt);
  expect(again.body).not.toContain('/reports/');
  expect(again.body).toContain('The link of a report is shown only once, and this one was shown already.');
  const { rows } = await world.dependencies.database.db.execute(sql`select * from shared_reports`);
  expect(rows).toHaveLength(1);
});

test('contains no secret, no person and no patient (ST-07)', async () => {
  const stranger = createBrowser();
  const text = (await stranger.visit(reportUrl)).body + (await stranger.visit(`${reportUrl}.json`)).body;
  expect(leaksOf(secretsSeenBy(world.sandbox), text)).toEqual([]);
  for (const word of ['Moreno', 'pat-ada', 'Rivera', 'admin@example.com']) expect(text).not.toContain(word);
});

test('the link is in no table and in no log line', async () => {
  const token = reportUrl.split('/').at(-1) ?? '';
  expect(token).toMatch(/^[\w-]{43}$/);
  await world.dependencies.audit.flush();
  const { db } = world.dependencies.database;
  const tables = [
    await db.execute(sql`select * from shared_reports`),
    await db.execute(sql`select * from audit_events`),
  ];
  expect(JSON.stringify(tables.map(({ rows }) => rows))).not.toContain(token);
  expect(world.logLines.join('')).not.toContain(token);
});

test.for(['unknown', 'A'.repeat(43), `${'A'.repeat(43)}.json`])('an invented link is a 404: %s', async (token) => {
  expect((await createBrowser().visit(`${world.url}/reports/${token}`)).status).toBe(404);
});

test('creating one needs the token of the page’s form', async () => {
  expect((await administrator.visit(`${launchUrl}/report`, { form: { csrf: 'forged' } })).status).toBe(403);
});

test('the link expires after fourteen days', async () => {
  now += 13 * DAY_MS;
  expect((await createBrowser().visit(reportUrl)).status).toBe(200);
  now += 2 * DAY_MS;
  expect((await createBrowser().visit(reportUrl)).status).toBe(404);
});
