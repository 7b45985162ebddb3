/** A launch that is refused for its scopes asks once more, and the next launch knows (ehr-behaviour 3.2; CB-14, ER-03, SCO-18). */
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createOrganizationStore } from '#src/organizations/store.ts';
import { supportCodeOf, type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { decoded, leaksOf, secretsSeenBy } from '#test/helpers/canaries.ts';
import { cookiesOf } from '#test/helpers/visits.ts';
import { startWorld, testStores, type World } from '#test/helpers/world.ts';

const CALLBACK = '/smart/callback';
const LIST = 'Requests for Ada Moreno';
/** A pattern for the sandbox: whatever has a wildcard. */
const WILDCARD = '\\*';
const ENUMERATED = [
  'openid fhirUser launch profile online_access',
  ...['Patient', 'Practitioner', 'ServiceRequest', 'PractitionerRole', 'Organization', 'Location'].map(
    (type) => `patient/${type}.read`,
  ),
].join(' ');

describe.for(await testStores())('on %s', (stores) => {
  let world: World;
  let browser: TestBrowser;
  let orgId: string;
  let serial = 0;
  const now = { current: new Date() };

  beforeAll(async () => {
    world = await startWorld({ stores, clock: () => now.current });
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    now.current = new Date();
    serial += 1;
    orgId = `ladder-${serial}`;
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
  /** Every instance reads an organization again after a second. */
  const aSecondLater = () => void (now.current = new Date(now.current.getTime() + 1_001));
  const codeOf = (page: Visit) => {
    const line = world.logLines.map((text) => JSON.parse(text)).find((one) => one.supportCode === supportCodeOf(page));
    return line?.errorCode as string | undefined;
  };
  const stored = async () => (await createOrganizationStore(world.dependencies.database.db).find(orgId))?.learnedScopes;

  test('invalid_scope is answered with one more request, the list is shown, and the next launch begins there', async () => {
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
    expect(await stored()).toMatchObject({ worked: { scope: ENUMERATED } });
    expect([...cookiesOf(browser).keys()].filter((name) => name.startsWith('tx-'))).toEqual([]);

    aSecondLater();
    world.sandbox.requests.clear();
    expect(titleOf(await launch(world.browser()))).toBe(LIST);
    expect(askedScopes()).toEqual([ENUMERATED]);
  });

  test('a launch that is asked once and granted writes nothing about scopes', async () => {
    expect(titleOf(await launch())).toBe(LIST);
    expect(askedScopes()).toHaveLength(1);
    expect(await stored()).toBeUndefined();
  });

  test.for([
    ['other scopes', { scopes: 'launch openid fhirUser patient/*.rs' }, 'launch openid fhirUser patient/*.rs'],
    ['another connection', { allowedHosts: ['elsewhere.example'] }, undefined],
  ] as const)('%s in the settings forget what was learned', async ([, change, asked]) => {
    world.sandbox.faults.set('invalid-scope', WILDCARD);
    await launch();
    world.sandbox.faults.clear();
    await world.setOrganization(orgId, change);
    aSecondLater();
    world.sandbox.requests.clear();
    expect(titleOf(await launch(world.browser()))).toBe(LIST);
    expect(askedScopes()).toEqual([asked ?? expect.stringContaining('patient/*.read')]);
  });

  test('ER-03: two refusals end in the error page after exactly two requests; this browser’s next launch begins there', async () => {
    world.sandbox.faults.set('invalid-scope');
    const page = await launch();
    expect({ status: page.status, code: codeOf(page) }).toEqual({ status: 502, code: 'authorization.scope-refused' });
    expect(page.body).not.toContain('http-equiv');
    expect(authorizations()).toHaveLength(2);
    expect(tokenCalls()).toBe(0);

    aSecondLater();
    world.sandbox.faults.set('invalid-scope', `${WILDCARD}|read`);
    world.sandbox.requests.clear();
    expect(titleOf(await launch())).toBe(LIST);
    expect(askedScopes()).toEqual([ENUMERATED.replaceAll('.read', '.rs')]);
    expect(await stored()).toMatchObject({ failed: [{}, { scope: ENUMERATED }] });
  });

  test('CB-06: a reload of either callback after the error page asks nothing more', async () => {
    world.sandbox.faults.set('invalid-scope');
    const first = await browser.openUntil(launchUrl(), CALLBACK);
    const again = await browser.visit(first);
    const second = await browser.openUntil(again.headers['location'] ?? '', CALLBACK);
    expect((await browser.visit(second)).status).toBe(502);
    for (const url of [first, second]) expect((await browser.visit(url)).status).toBe(400);
    expect(authorizations()).toHaveLength(2);
  });

  test('SCO-18, CB-22: an empty grant is given back and asked for in another spelling', async () => {
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
    aSecondLater();
    world.sandbox.requests.clear();
    expect(titleOf(await launch(world.browser()))).toBe(LIST);
    expect(askedScopes()).toEqual([second]);
  });

  test('SCO-18, SCO-20: two empty grants end in the page that names what is missing', async () => {
    world.sandbox.faults.set('empty-grant');
    const page = await launch();
    expect({ status: page.status, code: codeOf(page) }).toEqual({ status: 403, code: 'scope.none-granted' });
    expect(page.body).toContain('<strong>patient/Patient.read</strong>');
    expect(authorizations()).toHaveLength(2);
    expect(tokenCalls()).toBe(2);
  });

  test('an EHR that spends its launch value: the visitor opens the app again, which then asks for the next scopes', async () => {
    world.sandbox.faults.set('spends-launch-on-invalid-scope', WILDCARD);
    const page = await launch();
    expect({ status: page.status, code: codeOf(page) }).toEqual({ status: 502, code: 'scope.open-again' });
    expect(authorizations()).toHaveLength(2);
    aSecondLater();
    world.sandbox.requests.clear();
    expect(titleOf(await launch())).toBe(LIST);
    expect(askedScopes()).toEqual([ENUMERATED]);
    expect(await stored()).toMatchObject({ worked: { scope: ENUMERATED } });
  });

  const refusedBy = async (visitor: TestBrowser) => {
    const callback = new URL(await visitor.openUntil(launchUrl(), CALLBACK));
    callback.searchParams.delete('code');
    callback.searchParams.set('error', 'invalid_scope');
    return visitor.visit(callback.href);
  };

  test('MT-06: whoever comes back with invalid_scope and never signs in changes nothing for others', async () => {
    const stranger = world.browser();
    for (let visit = 0; visit < 3; visit += 1) await refusedBy(stranger);
    aSecondLater();
    world.sandbox.requests.clear();
    expect(titleOf(await launch())).toBe(LIST);
    expect(askedScopes()).toEqual([expect.stringContaining('patient/*.read')]);
    expect(await stored()).toBeUndefined();
  });

  test.for([
    ['other settings', { scopes: 'launch openid fhirUser patient/*.rs' }, (note: string) => note, 'patient/*.rs'],
    ['a note of another basis', {}, () => 'x.invalid-scope', 'patient/*.read'],
    ['a note of nonsense', {}, () => 'nonsense', 'patient/*.read'],
    ['a note that has nonsense added', {}, (note: string) => `${note}.nonsense.${'x'.repeat(2_000)}`, 'Patient.read'],
  ] as const)('%s and the note of what this browser was refused', async ([, settings, change, asked]) => {
    await refusedBy(browser);
    const name = `refused-${orgId}`;
    const cookies = [...browser.jar.values()].find((ofHost) => ofHost.has(name));
    cookies?.set(name, change(cookies.get(name) ?? ''));
    await world.setOrganization(orgId, settings);
    aSecondLater();
    world.sandbox.requests.clear();
    expect(titleOf(await launch())).toBe(LIST);
    expect(askedScopes()).toEqual([expect.stringContaining(asked)]);
  });

  test('a browser that was refused everything begins with the configured scopes again', async () => {
    world.sandbox.faults.set('invalid-scope');
    for (let visit = 0; visit < 10; visit += 1) await launch();
    const [configured, ...others] = askedScopes();
    expect(others).toContain(configured);
    expect(new Set(others).size).toBeGreaterThan(5);
  });

  test('a remembered string that is refused later is replaced by the next one', async () => {
    world.sandbox.faults.set('invalid-scope', WILDCARD);
    await launch();
    aSecondLater();
    world.sandbox.faults.set('invalid-scope', `${WILDCARD}|read`);
    world.sandbox.requests.clear();
    expect(titleOf(await launch(world.browser()))).toBe(LIST);
    expect(askedScopes()).toEqual([ENUMERATED, ENUMERATED.replaceAll('.read', '.rs')]);
  });

  test.for(['access_denied', 'invalid_request', 'server_error', 'temporarily_unavailable'])(
    'CB-14: %s is no question of scopes: one request, nothing learned',
    async (error) => {
      world.sandbox.faults.set('login-error', error);
      expect((await launch()).status).toBeGreaterThanOrEqual(403);
      expect(authorizations()).toHaveLength(1);
      expect(await stored()).toBeUndefined();
    },
  );

  test('CB-11: an invalid_scope of another issuer asks nothing and teaches nothing', async () => {
    const callback = new URL(await browser.openUntil(launchUrl(), CALLBACK));
    callback.searchParams.delete('code');
    callback.searchParams.set('error', 'invalid_scope');
    callback.searchParams.set('iss', 'https://evil.example');
    const page = await browser.visit(callback.href);
    expect({ status: page.status, code: codeOf(page) }).toEqual({ status: 400, code: 'callback.wrong-issuer' });
    expect(await stored()).toBeUndefined();
  });

  test('CB-03: another browser cannot ride the second request, and the first one may still finish', async () => {
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

  test.for([
    ['takes one spelling only', '\\*|\\.rs|\\.r( |$)'],
    ['takes several', WILDCARD],
  ])(
    'two first launches at once, at an EHR that %s: the later one follows what the first one learned',
    async ([, refused]) => {
      world.sandbox.faults.set('invalid-scope', refused);
      const later = world.browser();
      const callback = await later.openUntil(launchUrl(), CALLBACK);
      expect(titleOf(await launch())).toBe(LIST);
      const learned = await stored();
      expect(learned).toMatchObject({ worked: { scope: ENUMERATED } });
      aSecondLater();
      expect(titleOf(await later.open(callback))).toBe(LIST);
      expect(await stored()).toEqual(learned);
      world.sandbox.requests.clear();
      expect(titleOf(await launch(later))).toBe(LIST);
      expect(askedScopes()).toEqual([ENUMERATED]);
    },
  );

  test('LA-04, ST-07: the launch value is nowhere but in sealed transactions and on the way to the EHR', async () => {
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
    if (stores !== 'embedded stores') expect(dump).toMatch(/^tx:/m);
  });
});
