/** Settings > Audit: who may read which rows, what is exported, and whose chart it was (ER-05). */
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { appendAuditRows, listAuditRows } from '#src/audit/audit-store.ts';
import { csvLine } from '#src/http/sessions/csv-download.ts';
import { addPerson, signedIn, tokenOf } from '#test/helpers/administrators.ts';
import type { TestBrowser, Visit } from '#test/helpers/browser.ts';
import { isAfterPost } from '#test/helpers/visits.ts';
import { useWorld } from '#test/helpers/world.ts';

const rowsOf = (page: Visit) => [...page.body.matchAll(/<tr id="row-([^"]+)">.*?<\/tr>/gs)].map(([row]) => row);

describe('on real Redis and PostgreSQL', () => {
  const world = useWorld({ stores: 'real Redis and PostgreSQL' });
  let operator: TestBrowser;
  let administrator: TestBrowser;
  const audit = (who: TestBrowser, query = '') => who.visit(`${world.url}/settings/audit${query}`);

  beforeAll(async () => {
    await world.setOrganization('hospital-b');
    await addPerson(world, 'operator@example.com');
    await addPerson(world, 'admin@example.com', { role: 'administrator' });
    operator = await signedIn(world, 'operator@example.com');
    administrator = await signedIn(world, 'admin@example.com');
    await world.launch('pat-ada');
    const other = new URL(world.sandbox.launch('pat-ben'));
    other.searchParams.set('orgId', 'hospital-b');
    await world.browser().open(other.href);
  });

  /**
   * Expects the patient in no address and no log line. A reload or another session shows no patient and adds no event.
   */
  const shownOnce = async (page: Visit, patient: string) => {
    expect(isAfterPost(page, 'secret')).toBe(true);
    expect(page.url + world.logLines.join('')).not.toContain(patient);
    expect(await world.dumpRedis()).not.toContain(patient);
    await world.dependencies.audit.flush();
    const looks = () =>
      listAuditRows(world.dependencies.database.db, { organizationId: undefined, event: 'audit-viewed' }, 100);
    const before = (await looks()).length;
    for (const who of [administrator, operator]) {
      const again = await who.visit(page.url);
      expect([again.status, again.body.includes(patient)]).toEqual([200, false]);
    }
    expect((await operator.visit(page.url)).body).toContain('A patient is shown only once for each reason');
    await world.dependencies.audit.flush();
    expect(await looks()).toHaveLength(before);
  };

  test('MT-01: an administrator sees the rows of their organization only, whichever one the URL names, and no patient', async () => {
    for (const query of ['', '?organization=hospital-b']) {
      const page = await audit(administrator, query);
      expect(rowsOf(page).join('')).toContain('patient-opened');
      expect(page.body).not.toContain('hospital-b');
      expect(page.body).not.toContain('/patient"');
    }
    const csv = await administrator.visit(`${world.url}/settings/audit.csv?organization=hospital-b`);
    expect(csv.body).toContain('st-elsewhere');
    expect(csv.body).not.toContain('hospital-b');
  });

  test('an operator filters by event, organization, actor, day and support code', async () => {
    const opened = rowsOf(await audit(operator, '?event=patient-opened&organization=hospital-b'));
    expect(opened).toHaveLength(1);
    expect(opened[0]).toContain('hospital-b');
    const mine = rowsOf(await audit(operator, '?event=sign-in&actor=operator@example.com'));
    expect(mine).toHaveLength(1);
    expect(mine[0]).toContain('127.0.0.1');
    const code = /code=([A-Z2-9]{4}-[A-Z2-9]{4})/.exec(opened[0] ?? '')?.[1];
    expect(rowsOf(await audit(operator, `?code=${code?.toLowerCase()}`)).length).toBeGreaterThan(0);
    expect(rowsOf(await audit(operator, '?to=2000-01-01'))).toEqual([]);
  });

  test('rows are found by a clinician’s name and by minute, in one organization', async () => {
    const csrf = await tokenOf(world, administrator);
    const find = (fields: Record<string, string>) =>
      administrator.open(`${world.url}/settings/audit/find`, { form: { csrf, ...fields } });
    const page = await find({ clinician: 'rivera', event: 'patient-opened' });
    expect(page.url).toMatch(/\?event=patient-opened&who=[\da-f-]{36}$/);
    expect(rowsOf(page)).toHaveLength(1);
    expect(page.body).toContain('Of <strong><bdi>Dr. Elena Rivera</bdi></strong>');
    expect((await find({ clinician: 'Osei' })).body).toContain('No one on the Clinicians page has this name');
    const minute = new Date().toISOString().slice(0, 16);
    const zone = { from: '2026-01-01T00:00', to: minute.replace(/^\d+/, '2025') };
    expect(rowsOf(await find({ clinician: 'rivera', ...zone }))).toEqual([]);
  });

  test('25 rows a page, each row on one page, in both directions', async () => {
    const at = new Date('2026-01-02T03:04:05.678Z');
    const ids = Array.from({ length: 60 }, () => randomUUID());
    const row = (id: string) => ({ id, at, event: 'denial', organizationId: 'paged', actor: 'system', detail: {} });
    await appendAuditRows(world.dependencies.database.db, ids.map(row));
    const walk = async (start: string, rel: 'next' | 'prev') => {
      const pages: string[][] = [];
      for (let href: string | undefined = start; href !== undefined; ) {
        const page = await operator.visit(`${world.url}${href}`);
        pages.push([...page.body.matchAll(/<tr id="row-([^"]+)"/g)].map(([, id = '']) => id));
        const last: string = href;
        href = new RegExp(`rel="${rel}" href="([^"]+)"`).exec(page.body)?.[1]?.replaceAll('&amp;', '&');
        if (href === undefined) return { pages, last };
      }
      throw new Error('no page');
    };
    const down = await walk('/settings/audit?organization=paged&event=denial', 'next');
    expect(down.pages.map(({ length }) => length)).toEqual([25, 25, 10]);
    expect(down.pages.flat()).toEqual(ids.toSorted().toReversed());
    const up = await walk(down.last, 'prev');
    expect(up.pages.toReversed()).toEqual(down.pages);
  });

  test('hostile filters are shown as text and find nothing', async () => {
    const page = await audit(
      operator,
      `?actor=${encodeURIComponent('"><script>alert(1)</script>')}&older=x&from=x&who=x`,
    );
    expect(page.status).toBe(200);
    expect(page.body).not.toContain('<script>alert');
    expect(rowsOf(page)).toEqual([]);
  });

  test('an operator who gives a reason sees a patient, and this is audited', async () => {
    const [row = ''] = rowsOf(await audit(operator, '?event=patient-opened&organization=st-elsewhere'));
    expect(row).not.toContain('pat-ada');
    const [, id] = /row-([^"]+)"/.exec(row) ?? [];
    const csrf = await tokenOf(world, operator);
    const address = `${world.url}/settings/audit/${id}/patient`;
    const refused = await operator.open(address, { form: { csrf, reason: ' ' } });
    expect([isAfterPost(refused, 'form'), refused.body.includes('Enter a reason')]).toEqual([true, true]);
    expect(refused.body).not.toContain('pat-ada');
    const json = await operator.visit(address, {
      form: { csrf, reason: ' ' },
      headers: { accept: 'application/json' },
    });
    expect([json.status, JSON.parse(json.body)]).toEqual([
      400,
      expect.objectContaining({ error: 'settings.reason-needed' }),
    ]);
    const page = await operator.open(address, { form: { csrf, reason: 'access request 17' } });
    expect(page.body).toContain('<code>Patient/pat-ada</code>');
    await shownOnce(page, 'pat-ada');
    const { db } = world.dependencies.database;
    const [viewed] = await listAuditRows(db, { organizationId: 'st-elsewhere', event: 'audit-viewed' }, 1);
    expect(viewed).toMatchObject({
      detail: { row: id, reason: 'access request 17' },
      address: expect.stringMatching(/127/),
    });
  });

  test('the users who opened one chart are found without revealing each row, in one organization only', async () => {
    const csrf = await tokenOf(world, operator);
    const search = async (organization: string) =>
      rowsOf(
        await operator.open(`${world.url}/settings/audit/patient`, {
          form: { csrf, organization, patient: 'pat-ben', reason: 'access request 18' },
        }),
      ).filter((row) => row.includes('patient-opened'));
    expect(await search('hospital-b')).toHaveLength(1);
    expect(await search('st-elsewhere')).toHaveLength(0);
    const form = { csrf, organization: 'hospital-b', patient: 'pat-ben' };
    const send = (reason: string, patient = form.patient) =>
      operator.open(`${world.url}/settings/audit/patient`, { form: { ...form, patient, reason } });
    const page = await send('access request 18');
    // The page states the reason and not the patient. Only this session can open it and its export.
    expect(isAfterPost(page, 'form')).toBe(true);
    expect(page.body).toContain('of one patient. Reason of the search: “access request 18”');
    expect(page.url + page.body + world.logLines.join('')).not.toContain('pat-ben');
    expect(await world.dumpRedis()).not.toContain('pat-ben');
    expect(rowsOf(await operator.visit(page.url))).toHaveLength(rowsOf(page).length);
    const csv = await operator.visit(page.url.replace('/audit?', '/audit.csv?'));
    expect(csv.body.split('\r\n').length - 2).toBe(rowsOf(page).length);
    for (const [who, url] of [
      [administrator, page.url],
      [operator, page.url.replace(/form=.*/, `form=${'x'.repeat(43)}`)],
      [operator, page.url.replace('organization=hospital-b', 'organization=st-elsewhere')],
    ] as const) {
      const other = await who.visit(url);
      expect(rowsOf(other)).toEqual([]);
      expect(other.body).toContain('This search has expired');
    }
    for (const refused of [await send(' '), await send('access request 18', `pat-ben${'x'.repeat(60)}`)]) {
      expect(isAfterPost(refused, 'form')).toBe(true);
      for (const { body } of [refused, await operator.visit(refused.url)]) {
        expect(body).toContain('notice-problem');
        expect(body).toContain('value="pat-ben');
        expect(body).toContain('<option value="hospital-b" selected>');
      }
      expect(refused.url).not.toContain('pat-ben');
      expect((await administrator.visit(refused.url)).body).not.toContain('pat-ben');
    }
  });

  test.for([
    '/settings/audit/patient',
    '/settings/launches/patient',
    '/settings/audit/0d9c0cf6-0000-4000-8000-000000000000/patient',
  ])('an administrator may not: POST %s', async (path) => {
    const csrf = await tokenOf(world, administrator);
    const form = { csrf, organization: 'st-elsewhere', patient: 'pat-ada', reason: 'curious' };
    expect((await administrator.visit(`${world.url}${path}`, { form })).status).toBe(403);
  });

  test('the export has every row and no patient, and is audited', async () => {
    for (let n = 0; n < 2_100; n += 1)
      world.dependencies.audit.record({ event: 'denial', organizationId: 'busy', actor: 'system', detail: { n } });
    await world.dependencies.audit.flush();
    const csv = await operator.visit(`${world.url}/settings/audit.csv?organization=busy&event=denial`);
    expect(csv.headers['content-type']).toContain('text/csv');
    expect(csv.headers['content-disposition']).toContain('attachment');
    const numbers = [...csv.body.matchAll(/""n"":(\d+)/g)].map(([, n]) => n);
    expect(new Set(numbers).size).toBe(2_100);
    expect(numbers).toHaveLength(2_100);
    const all = await operator.visit(`${world.url}/settings/audit.csv`);
    expect(all.body).toContain('""as"":""csv""');
    expect(all.body).not.toContain('pat-ada');
  });
});

test.for(['=1+1', '+1', '-1', '@SUM(A1)', ' =1', '|cmd', '＝1', '﻿=1'])('a spreadsheet reads %j as text', (text) => {
  expect(csvLine([text])).toBe(`"'${text}"\r\n`);
});

test('quotes and line breaks do not end a cell', () => {
  expect(csvLine(['a "quoted"\nword', 'b'])).toBe('"a ""quoted""\nword","b"\r\n');
});

test.for([
  ['x;=HYPERLINK("http://evil.example")', `"x;'=HYPERLINK(""http://evil.example"")"\r\n`],
  ['x; +1', `"x;' +1"\r\n`],
  ['x;"=1', `"x;'""=1"\r\n`],
  ['x\t@SUM(1)', `"x\t'@SUM(1)"\r\n`],
  // A tab or line end also separates cells for a reader that ignores quotes.
  ['\t=1', `"'\t'=1"\r\n`],
  ['\r=1', `"'\r'=1"\r\n`],
  ['x\n-1', `"x\n'-1"\r\n`],
  ['a;b;＝c', `"a;b;'＝c"\r\n`],
  ['Ward 3; bed 4', '"Ward 3; bed 4"\r\n'],
] as const)('no cell begins a formula if semicolons or tabs are the separators: %j', ([text, line]) => {
  expect(csvLine([text])).toBe(line);
});
