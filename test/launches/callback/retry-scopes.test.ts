/** A launch that is refused for its scopes asks once more (CB-14, ER-03, SCO-18). */
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { supportCodeOf, type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { decoded, leaksOf, secretsSeenBy } from '#test/helpers/canaries.ts';
import { linesWith } from '#test/helpers/log-lines.ts';
import { cookiesOf } from '#test/helpers/visits.ts';
import { useWorld } from '#test/helpers/world.ts';

const CALLBACK = '/smart/callback';
const LIST = 'Requests for Ada Moreno';
/** A pattern for the sandbox that matches every wildcard. */
const WILDCARD = '\\*';
const ENUMERATED = [
  'openid fhirUser launch profile online_access',
  ...['Patient', 'Practitioner', 'ServiceRequest', 'PractitionerRole', 'Organization', 'Location'].map(
    (type) => `patient/${type}.read`,
  ),
].join(' ');

describe('on real Redis and PostgreSQL', () => {
  const world = useWorld({ stores: 'real Redis and PostgreSQL' });
  let browser: TestBrowser;
  let orgId: string;
  let serial = 0;

  beforeEach(async () => {
    serial += 1;
    orgId = `fallback-${serial}`;
    await world.setOrganization(orgId);
    browser = world.browser();
    world.sandbox.requests.clear();
  });
  afterEach(() => world.sandbox.faults.clear());

  const launchUrl = () => {
    const url = new URL(world.sandbox.launch('pat-ada'));
    url.searchParams.set('orgId', orgId);
    return url.href;
  };
  const launch = (user = browser) => user.open(launchUrl());
  const authorizations = () =>
    world.sandbox.requests
      .filter(({ path }) => path.startsWith('/auth/authorize?'))
      .map(({ path }) => new URL(path, world.sandbox.origin).searchParams);
  const askedScopes = () => authorizations().map((query) => query.get('scope') ?? '');
  const tokenCalls = () => world.sandbox.requests.filter(({ path }) => path === '/auth/token').length;
  const codeOf = (page: Visit) => {
    return linesWith(world.logLines, supportCodeOf(page))[0]?.errorCode;
  };

  test('invalid_scope is answered with one more request, and the list is shown', async () => {
    world.sandbox.faults.set('invalid-scope', WILDCARD);
    expect(titleOf(await launch())).toBe(LIST);
    expect(askedScopes()).toEqual([expect.stringContaining('patient/*.read'), ENUMERATED]);
    const [first, second] = authorizations();
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(second?.get(name), name).toMatch(/^[\w-]{43}$/);
      expect(second?.get(name), name).not.toBe(first?.get(name));
    }
    for (const name of ['launch', 'aud', 'client_id', 'redirect_uri'])
      expect(second?.get(name), name).toBe(first?.get(name));
    expect([...cookiesOf(browser).keys()].filter((name) => name.startsWith('tx-'))).toEqual([]);
  });

  test('every launch begins with the configured scopes, even if the EHR refused them before', async () => {
    world.sandbox.faults.set('invalid-scope', WILDCARD);
    await launch();
    world.sandbox.faults.clear();
    world.sandbox.requests.clear();
    expect(titleOf(await launch())).toBe(LIST);
    expect(askedScopes()).toEqual([expect.stringContaining('patient/*.read')]);
  });

  test('ER-03: two refusals end in the error page after exactly two requests', async () => {
    world.sandbox.faults.set('invalid-scope');
    const page = await launch();
    expect({ status: page.status, code: codeOf(page) }).toEqual({ status: 502, code: 'authorization.scope-refused' });
    expect(page.body).not.toContain('http-equiv');
    expect(authorizations()).toHaveLength(2);
    expect(tokenCalls()).toBe(0);
  });

  test('CB-06: a reload of either callback after the error page sends no request', async () => {
    world.sandbox.faults.set('invalid-scope');
    const first = await browser.openUntil(launchUrl(), CALLBACK);
    const again = await browser.visit(first);
    const second = await browser.openUntil(again.headers['location'] ?? '', CALLBACK);
    expect((await browser.visit(second)).status).toBe(502);
    for (const url of [first, second]) expect((await browser.visit(url)).status).toBe(400);
    expect(authorizations()).toHaveLength(2);
  });

  test('SCO-18, CB-22: an empty grant is revoked and asked for in another syntax', async () => {
    world.sandbox.faults.set('empty-grant', WILDCARD);
    expect(titleOf(await launch())).toBe(LIST);
    const [first, second] = askedScopes();
    expect(first).toContain('patient/*.read');
    expect(second).toContain('launch/patient launch/encounter');
    expect(second).toContain('patient/Patient.read patient/Practitioner.read');
    expect(second).not.toContain('*');
    await world.dependencies.revoker.flush();
    const revoked = world.sandbox.requests.filter(({ path }) => path.startsWith('/auth/revoke'));
    expect(revoked.length).toBeGreaterThan(0);
  });

  test('SCO-18, SCO-20: two empty grants end in a page that names no scope', async () => {
    world.sandbox.faults.set('empty-grant');
    const page = await launch();
    expect({ status: page.status, code: codeOf(page) }).toEqual({ status: 403, code: 'scope.none-granted' });
    expect(page.body).not.toContain('Patient.read');
    expect(authorizations()).toHaveLength(2);
    expect(tokenCalls()).toBe(2);
  });

  test('if the EHR takes its launch value only once, the page explains the refusal of the first request', async () => {
    world.sandbox.faults.set('spends-launch-on-invalid-scope', WILDCARD);
    const page = await launch();
    expect({ status: page.status, code: codeOf(page) }).toEqual({ status: 502, code: 'authorization.scope-refused' });
    expect(authorizations()).toHaveLength(2);
  });

  test.for(['access_denied', 'invalid_request', 'server_error', 'temporarily_unavailable'])(
    'CB-14: %s is no refusal of scopes: one request',
    async (error) => {
      world.sandbox.faults.set('login-error', error);
      expect((await launch()).status).toBeGreaterThanOrEqual(403);
      expect(authorizations()).toHaveLength(1);
    },
  );

  test('CB-11: an invalid_scope of another issuer leads to no second request', async () => {
    const callback = new URL(await browser.openUntil(launchUrl(), CALLBACK));
    callback.searchParams.delete('code');
    callback.searchParams.set('error', 'invalid_scope');
    callback.searchParams.set('iss', 'https://evil.example');
    const page = await browser.visit(callback.href);
    expect({ status: page.status, code: codeOf(page) }).toEqual({ status: 400, code: 'callback.wrong-issuer' });
  });

  test('CB-03: another browser cannot finish the second request, and the first browser still can', async () => {
    world.sandbox.faults.set('invalid-scope', WILDCARD);
    const first = await browser.openUntil(launchUrl(), CALLBACK);
    const again = await browser.visit(first);
    const second = await browser.openUntil(again.headers['location'] ?? '', CALLBACK);
    const thief = await world.browser().visit(second);
    expect({ status: thief.status, code: codeOf(thief) }).toEqual({ status: 400, code: 'callback.invalid' });
    expect(tokenCalls()).toBe(0);
    expect(titleOf(await browser.open(second))).toBe(LIST);
  });

  test('CB-06: twenty callbacks at once with invalid_scope begin one second request', async () => {
    world.sandbox.faults.set('invalid-scope', WILDCARD);
    const callback = await browser.openUntil(launchUrl(), CALLBACK);
    const answers = await Promise.all(Array.from({ length: 20 }, () => browser.visit(callback)));
    const onward = new Set(answers.flatMap(({ headers }) => headers['location'] ?? []));
    expect(onward.size).toBe(1);
    for (const { status } of answers) expect([303, 400]).toContain(status);
    expect(titleOf(await browser.open([...onward][0] ?? ''))).toBe(LIST);
    expect(tokenCalls()).toBe(1);
  });

  test('LA-09: two launches of one browser that both ask again keep their own patients', async () => {
    world.sandbox.faults.set('invalid-scope', WILDCARD);
    const other = new URL(world.sandbox.launch('pat-ben'));
    other.searchParams.set('orgId', orgId);
    const again = [];
    for (const url of [launchUrl(), other.href]) {
      const answer = await browser.visit(await browser.openUntil(url, CALLBACK));
      again.push(answer.headers['location'] ?? '');
    }
    const titles = [];
    for (const url of again.toReversed()) titles.push(titleOf(await browser.open(url)));
    expect(titles).toEqual(['Requests for Ben Okafor', LIST]);
  });

  test('LA-04, ST-07: the launch value is only in sealed transactions and in requests to the EHR', async () => {
    world.sandbox.faults.set('invalid-scope', WILDCARD);
    await launch();
    const other = world.browser();
    const unfinished = await other.visit(await other.openUntil(launchUrl(), CALLBACK));
    await world.dependencies.audit.flush();
    await world.dependencies.traces.flush();
    const secrets = secretsSeenBy(world.sandbox);
    expect(secrets.get('launch')?.size).toBeGreaterThan(0);
    const { db } = world.dependencies.database;
    const tables = ['organizations', 'launch_traces', 'audit_events'];
    const rows = await Promise.all(tables.map((name) => db.execute(sql.raw(`select t::text as row from ${name} t`))));
    const dump = `${JSON.stringify(rows)}\n${await world.dumpRedis()}`;
    const answers = [...browser.history, ...other.history]
      .filter(({ url }) => url.startsWith(world.url))
      .map(({ headers: { location: _onward, ...headers }, body, setCookies }) =>
        JSON.stringify([headers, body, setCookies]),
      );
    const searched = [dump, decoded(dump), world.logLines.join(''), ...answers].join('\n');
    expect(leaksOf(secrets, searched, ['launch'])).toEqual([]);
    expect(leaksOf(secrets, unfinished.headers['location'] ?? '', ['launch'])).not.toEqual([]);
    expect(dump).toMatch(/^tx:/m);
  });
});
