/**
 * No secret and no patient leaks: every page, header, log line and store dump is searched (ST-01..07, TK-20, ID-21,
 * FH-16).
 */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addPerson, signedIn } from '#test/helpers/administrators.ts';
import type { TestBrowser, Visit } from '#test/helpers/browser.ts';
import { decoded, leaksOf, type Secrets, secretsSeenBy } from '#test/helpers/canaries.ts';
import { dayFromNow } from '#test/helpers/days.ts';
import { faultsNamed } from '#test/helpers/faults-named.ts';
import { csrfOf, launchIdOf, sendForm, ticketOf } from '#test/helpers/visits.ts';
import { startWorld, type World } from '#test/helpers/world.ts';

/** Launches that end in every part of the product. */
const TROUBLES = faultsNamed(`
  hostile-error access-denied wrong-state issuer-mismatch token-500 token-error-200 expired-code invalid-client
  token-html-200 no-id-token wrong-nonce bad-signature expired-id-token wrong-at-hash empty-scope empty-grant
  invalid-scope narrowed-scope bad-patient-id no-patient odd-context hostile-style-url wrong-patient
  foreign-resource foreign-next-link fhir-401 fhir-403 fhir-500 fhir-html fhir-truncated huge-bundle outcome-entry
`);

const SCOPES = 'launch launch/patient openid fhirUser profile patient/*.read patient/ServiceRequest.write';
const TYPED = {
  ...{ service: 'transport', what: 'Van-what-CANARY', neededOn: dayFromNow(30), priority: 'routine' },
  ...{ reason: 'Fracture-reason-CANARY', note: 'Ring-note-CANARY', from: 'Ward-CANARY', phone: '+1 555 CANARY' },
};

const CLINICAL = ['Moreno', 'Ada Moreno', '1958-03-14', '100231', 'Wheelchair', 'Rivera', 'pat-ada', 'CANARY'];

describe('on real Redis and PostgreSQL', () => {
  let world: World;
  let browser: TestBrowser;
  let secrets: Secrets;
  let written: Awaited<ReturnType<typeof writeRequests>>;
  let auditFile: string;
  beforeAll(async () => {
    const settings = { createRequests: true, scopes: SCOPES };
    world = await startWorld({ stores: 'real Redis and PostgreSQL', settings });
    browser = world.browser();
    const page = await world.launch('pat-ada', browser);
    await browser.visit(page.url);
    written = await writeRequests(world, browser, page);
    for (const fault of TROUBLES) {
      world.sandbox.faults.set(fault);
      const answer = await world.launch('pat-ada', browser);
      if (answer.url.includes('/launches/')) await browser.visit(answer.url);
      world.sandbox.faults.clear();
    }
    await hostileVisits(world, browser);
    await browser.visit(`${world.url}/launches/${launchIdOf(page)}/sign-out`, { form: { csrf: csrfOf(page) } });
    await world.launch('pat-ada', browser);
    await browser.openUntil(world.sandbox.launch('pat-ada'), '/smart/callback');
    await world.dependencies.audit.flush();
    await addPerson(world, 'auditor@example.com');
    const auditor = await signedIn(world, 'auditor@example.com');
    auditFile = (await auditor.visit(`${world.url}/settings/audit.csv`)).body;
    secrets = secretsSeenBy(world.sandbox);
    for (const { setCookies } of browser.history)
      for (const line of setCookies) {
        const secret = line.split(';')[0]?.split('~')[1];
        if (secret) secrets.set('cookie secret', (secrets.get('cookie secret') ?? new Set()).add(secret));
      }
  });
  afterAll(() => world.close());

  test('the test has collected secrets of every kind', () => {
    const counts = Object.fromEntries([...secrets].map(([kind, values]) => [kind, values.size]));
    for (const kind of 'launch,state,nonce,code,code_verifier,client_assertion,access token,cookie secret'.split(','))
      expect(counts[kind], kind).toBeGreaterThan(5);
    expect(leaksOf(secrets, [...(secrets.get('code') ?? [])].join())).not.toEqual([]);
  });

  test('a draft was kept, and requests were searched, sent, corrected and cancelled', () => {
    expect(written).toEqual({ found: true, draft: true, sent: true, corrected: true, cancelled: true });
  });

  test('the audit export contains no secret, patient or request', () => {
    expect(auditFile).toContain('request-cancelled');
    expect(leaksOf(secrets, auditFile)).toEqual([]);
    expect(CLINICAL.filter((text) => auditFile.includes(text))).toEqual([]);
  });

  test('ST-01, FH-16: no page and no header contains one', () => {
    const ours = browser.history.filter(({ url }) => url.startsWith(world.url));
    expect(ours.length).toBeGreaterThan(100);
    const inside = ours.flatMap(({ status, headers, body, setCookies }) => {
      const { location: _location, 'set-cookie': _cookies, ...rest } = headers;
      const page = status === 303 ? '' : body;
      return [page, JSON.stringify(rest), ...setCookies.map((line) => line.replace(/~[^~]+~/, '~~'))];
    });
    expect(leaksOf(secrets, inside.join('\n'))).toEqual([]);
    const redirects = ours
      .flatMap(({ status, headers, body }) => (status === 303 ? [headers['location'], body] : []))
      .join('\n');
    expect(redirects).toContain('/auth/authorize');
    // AZ-18: the redirect to the authorization server holds only what belongs there.
    const belongs = new Set(['launch', 'state', 'nonce']);
    expect(
      leaksOf(
        secrets,
        redirects,
        [...secrets.keys()].filter((kind) => !belongs.has(kind)),
      ),
    ).toEqual([]);
  });

  test('ST-07, TK-20: no log line contains one, at the most detailed level, nor a name, number or request', () => {
    const lines = world.logLines.join('');
    expect(world.logLines.length).toBeGreaterThan(100);
    expect(leaksOf(secrets, lines)).toEqual([]);
    expect(CLINICAL.filter((text) => lines.includes(text))).toEqual([]);
    expect(lines).not.toMatch(/<script|alert\(1\)|BEGIN [A-Z ]*PRIVATE KEY|"d":/);
  });

  test('ST-03, ST-05: Redis contains none in clear, base64 or hex', async () => {
    const dump = await world.dumpRedis();
    expect(dump).toMatch(/^launch:/m);
    expect(dump).toMatch(/^tx:/m);
    expect(leaksOf(secrets, `${dump}\n${decoded(dump)}`)).toEqual([]);
    expect(CLINICAL.filter((text) => `${dump}${decoded(dump)}`.includes(text))).toEqual([]);
  });

  test('ST-03, CAJ-15: the database contains none, no private key and no opened patient', async () => {
    const { db } = world.dependencies.database;
    const tables = await db.execute<{ name: string }>(
      sql`select table_schema || '.' || quote_ident(table_name) as name from information_schema.tables
          where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`,
    );
    const rows = await Promise.all(
      tables.rows.map(({ name }) => db.execute<{ row: string }>(sql.raw(`select t::text as row from ${name} t`))),
    );
    const dump = rows.flatMap(({ rows: found }) => found.map(({ row }) => row)).join('\n');
    expect(dump).toContain('patient-opened');
    expect(dump).toContain('st-elsewhere');
    expect(leaksOf(secrets, `${dump}\n${decoded(dump)}`)).toEqual([]);
    expect(CLINICAL.filter((text) => `${dump}${decoded(dump)}`.includes(text))).toEqual([]);
    expect(dump).not.toMatch(/""d""|"d":|PRIVATE KEY/);
  });
});

/**
 * Searches the list, keeps a draft, and sends, corrects and cancels a request.
 *
 * @returns which of it the pages confirm.
 */
async function writeRequests(world: World, browser: TestBrowser, list: Visit) {
  const url = (path: string) => `${world.url}/launches/${launchIdOf(list)}/requests${path}`;
  const sending = 'The request was sent to the EHR.';
  const found = await browser.open(url(''), { form: { csrf: csrfOf(list), text: 'Wheelchair-CANARY' } });
  const draft = { ...ticketOf(await browser.visit(url('/new'))), ...TYPED, what: 'Draft-what-CANARY' };
  const kept = await browser.open(url('/new'), { form: { ...draft, intent: 'back' } });
  const form = { ...ticketOf(await browser.visit(url('/new'))), ...TYPED };
  const sent = await sendForm(browser, url('/new'), form);
  const [, id = ''] = /requests\/([\w-]+)">Van-what-CANARY/.exec(sent.body) ?? [];
  const correction = await browser.open(url(`/${id}/correct`), { form: { csrf: csrfOf(sent) } });
  const corrected = await sendForm(browser, url('/new'), {
    ...TYPED,
    ...ticketOf(correction),
    what: 'Bed-what-CANARY',
  });
  const [, newId = ''] = /requests\/([\w-]+)">Bed-what-CANARY/.exec(corrected.body) ?? [];
  const asked = await browser.visit(url(`/${newId}/cancel`));
  const [, version = ''] = / name="version" value="([^"]*)"/.exec(asked.body) ?? [];
  const fields = { csrf: csrfOf(asked), version, status: 'revoked', reason: 'Walks-CANARY' };
  const cancelled = await browser.open(url(`/${newId}/cancel`), { form: fields });
  return {
    found: found.body.includes('Wheelchair-CANARY'),
    draft: kept.body.includes('Draft-what-CANARY'),
    sent: sent.body.includes(sending),
    corrected: corrected.body.includes(sending),
    cancelled: cancelled.body.includes('The request is cancelled in the EHR.'),
  };
}

/** Sends what a stranger might send so that it is stored or logged somewhere. */
async function hostileVisits(world: World, browser: TestBrowser): Promise<void> {
  const marker = 'CANARY-visitor-1234567890';
  for (const path of [
    `/smart/launch?orgId=${marker}&iss=${marker}&launch=${marker}`,
    `/smart/launch?orgId=st-elsewhere&iss=https://${marker}/&launch=${marker}`,
    `/smart/callback?code=${marker}&state=${marker}`,
    `/smart/callback?error=${marker}&error_description=${marker}`,
    `/launches/x/requests?access_token=${marker}`,
    `/nowhere?token=${marker}`,
  ])
    await browser.visit(`${world.url}${path}`, {
      headers: {
        authorization: `Bearer ${marker}`,
        referer: `https://${marker}/`,
        'user-agent': marker,
        'x-forwarded-for': marker,
      },
    });
}
