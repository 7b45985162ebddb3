/**
 * An EHR that is down: its visitors get a clear page at once, and others notice nothing (TL-06, MT-06, RF-07, TK-08).
 */
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Sandbox } from '#sandbox/sandbox.ts';
import { supportCodeOf, type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { linesWith } from '#test/helpers/log-lines.ts';
import { ORG_ID, useWorldWithFakeDate } from '#test/helpers/world.ts';

const FAILURES = 10;
const OVER_MS = 101_000;
const OTHER = 'other-hospital';

/** Moves the one clock that product, sandbox and authorization server share in this process. */
const advance = (ms: number) => void vi.setSystemTime(Date.now() + ms);

/** The error code of the log line that the page's support code finds. */
function codeOf(page: Visit, logLines: readonly string[]): unknown {
  return linesWith(logLines, supportCodeOf(page))[0]?.errorCode;
}

describe('on real Redis and PostgreSQL', () => {
  const world = useWorldWithFakeDate({ stores: 'real Redis and PostgreSQL' });
  let other: Sandbox;
  let browser: TestBrowser;
  let list: string;

  beforeAll(async () => {
    other = await world.addSandbox(OTHER);
    await world.setOrganization(OTHER, {}, other);
  });
  beforeEach(async () => {
    world.sandbox.faults.set('string-expires-in', '100');
    browser = world.browser();
    const page = await world.launch('pat-ada', browser);
    expect(titleOf(page)).toBe('Requests for Ada Moreno');
    list = page.url;
    world.sandbox.requests.clear();
  });
  afterEach(async () => {
    world.sandbox.faults.clear();
    // The next call is the probe that closes the circuit again.
    advance(10_000);
    await callEhr();
  });

  const callEhr = async (path = 'metadata', id = ORG_ID) => {
    const { dependencies, sandbox } = world;
    const organization = await dependencies.directory.find(id);
    if (!organization) throw new Error('no organization');
    return dependencies.outbound.forOrganization(organization).request(new URL(`${sandbox.fhirBase}/${path}`));
  };
  const openCircuit = async (id = ORG_ID) => {
    world.sandbox.faults.set('fhir-500');
    for (let call = 0; call < FAILURES; call += 1) expect((await callEhr('Patient/pat-ada', id)).status).toBe(500);
    world.sandbox.faults.clear('fhir-500');
    world.sandbox.requests.clear();
  };
  const seen = (what: string) => world.sandbox.requests.filter(({ body }) => body.includes(what));
  const expectLater = ({ status, headers }: Visit) => {
    expect(status).toBe(503);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  };

  test('TL-06: sixty pages of an EHR that does not answer do not delay another hospital; then they are refused at once, and open again later', async () => {
    world.sandbox.faults.set('slow-fhir', '60000');
    const ended: string[] = [];
    const hanging = Array.from({ length: 60 }, () => browser.visit(list).then((page) => (ended.push('A'), page)));
    const visitor = world.browser();
    const elsewhere = await visitor.open(other.launch('pat-ben'));
    expect(titleOf(elsewhere)).toBe('Requests for Ben Okafor');
    expect(titleOf(await visitor.visit(elsewhere.url))).toBe('Requests for Ben Okafor');
    expect(ended).toEqual([]);
    const statuses = (await Promise.all(hanging)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([503, 504]));

    world.sandbox.requests.clear();
    const refused = await browser.visit(list);
    expectLater(refused);
    expect(refused.body).toContain('Support code');
    expect([...world.sandbox.requests]).toEqual([]);

    world.sandbox.faults.clear('slow-fhir');
    advance(10_000);
    // The first call is the probe, and calls beside it are refused; the next page is complete.
    await expect.poll(async () => titleOf(await browser.visit(list))).toBe('Requests for Ada Moreno');
    const page = await browser.visit(list);
    expect(page.body).not.toContain('cannot show requests');
    const { body } = await browser.visit(`${world.url}/metrics`);
    for (const state of ['open', 'half-open', 'closed'])
      expect(body).toMatch(
        new RegExp(`smart_circuit_changes_total\\{organization="${ORG_ID}",state="${state}"\\} [1-9]`),
      );
    expect(body).toMatch(
      new RegExp(`smart_outbound_refused_total\\{organization="${ORG_ID}",reason="circuit-open"\\} [1-9]`),
    );
    expect(body).not.toMatch(new RegExp(`_(refused|circuit_changes)_total\\{organization="${OTHER}"`));
  });

  test('RF-07: a refresh that was not sent keeps its refresh token, which is used once when the EHR answers again', async () => {
    advance(OVER_MS);
    await openCircuit();
    expectLater(await browser.visit(list));
    expectLater(await browser.visit(list));
    expect(seen('grant_type=refresh_token')).toHaveLength(0);
    advance(60_000);
    expect(titleOf(await browser.visit(list))).toBe('Requests for Ada Moreno');
    expect(seen('grant_type=refresh_token')).toHaveLength(1);
  });

  test('TK-08: a code that could not be sent is not lost: the same callback works once when the EHR answers again', async () => {
    const callback = await browser.openUntil(world.sandbox.launch('pat-ben'), '/smart/callback');
    await openCircuit();
    const page = await browser.visit(callback);
    expectLater(page);
    expect(seen('grant_type=authorization_code')).toHaveLength(0);
    advance(10_000);
    expect(titleOf(await browser.open(callback))).toBe('Requests for Ben Okafor');
    expect(seen('grant_type=authorization_code')).toHaveLength(1);
  });

  test('TK-08: a code that was sent to an EHR that fails is never sent again', async () => {
    world.sandbox.faults.set('token-500');
    const callback = await browser.openUntil(world.sandbox.launch('pat-ben'), '/smart/callback');
    expect((await browser.visit(callback)).status).toBe(502);
    world.sandbox.faults.clear('token-500');
    expect((await browser.visit(callback)).status).toBe(400);
    expect(seen('grant_type=authorization_code')).toHaveLength(1);
  });

  test('MT-06: forged codes that cause server errors at the token endpoint close no chart', async () => {
    world.sandbox.faults.set('token-500');
    const stranger = world.browser();
    for (let call = 0; call < FAILURES; call += 1) {
      const callback = new URL(await stranger.openUntil(world.sandbox.launch('pat-ben'), '/smart/callback'));
      callback.searchParams.set('code', `made-up-${call}`);
      expect((await stranger.visit(callback.href)).status).toBe(502);
    }
    expect(titleOf(await browser.visit(list))).toBe('Requests for Ada Moreno');
  });

  test('no browser is sent to an EHR that is down: the launch gets a time to retry, and its launch value is not spent', async () => {
    const url = world.sandbox.launch('pat-ben');
    const visitor = world.browser();
    // After this launch, the app knows that cookies arrive.
    await visitor.open(world.sandbox.launch('pat-ben'));
    await openCircuit();
    const page = await visitor.visit(url);
    expectLater(page);
    expect(codeOf(page, world.logLines)).toBe('discovery.unavailable');
    expect([...world.sandbox.requests]).toEqual([]);
    advance(10_000);
    expect(titleOf(await visitor.open(url))).toBe('Requests for Ben Okafor');
  });

  test('a launch that needs discovery gets a time to retry at once', async () => {
    await world.setOrganization('never-launched');
    await openCircuit('never-launched');
    const { fhirBase } = world.sandbox;
    const url = `${world.url}/smart/launch?orgId=never-launched&iss=${encodeURIComponent(fhirBase)}&launch=opaque`;
    const page = await world.browser().open(url);
    expectLater(page);
    expect(codeOf(page, world.logLines)).toBe('discovery.unavailable');
    expect([...world.sandbox.requests]).toEqual([]);
  });

  test('MT-06: an organization over its budget gets a time to retry, and another is not delayed', async () => {
    const id = 'small-budget';
    const sandbox = await world.addSandbox(id);
    // Discovery and two documents of keys use the budget, so the token request is one too many.
    await world.setOrganization(id, { requestsPerMinute: 3 }, sandbox);
    const visitor = world.browser();
    const page = await visitor.open(sandbox.launch('pat-ada'));
    expectLater(page);
    expect(sandbox.requests.filter(({ body }) => body.includes('grant_type'))).toHaveLength(0);
    expectLater(await visitor.open(sandbox.launch('pat-ada')));
    expect(titleOf(await world.browser().open(other.launch('pat-ben')))).toBe('Requests for Ben Okafor');
    const { body } = await browser.visit(`${world.url}/metrics`);
    expect(body).toMatch(
      new RegExp(`smart_outbound_refused_total\\{organization="${id}",reason="over-budget"\\} [1-9]`),
    );
  });

  test('MT-06: the browser’s request to authorize counts once its code was accepted; unfinished launches do not count', async () => {
    const id = 'counted-budget';
    const budget = 40;
    const sandbox = await world.addSandbox(id);
    await world.setOrganization(id, { requestsPerMinute: budget }, sandbox);
    const url = sandbox.launch('pat-ada');
    const clinician = world.browser();
    const page = await clinician.open(url);
    const stranger = world.browser();
    for (let visit = 0; visit < budget; visit += 1) await stranger.openUntil(url, '/smart/callback');
    expect(titleOf(await clinician.visit(page.url))).toBe('Requests for Ada Moreno');

    const strangers = stranger.history.filter(({ url: at }) => at.startsWith(sandbox.origin)).length;
    const spent = sandbox.requests.length - strangers;
    const organization = await world.dependencies.directory.find(id);
    const client = world.dependencies.outbound.forOrganization(organization!);
    const call = () =>
      client.request(new URL(`${sandbox.fhirBase}/metadata`)).then(
        () => 'made',
        ({ failure }) => failure as string,
      );
    for (let calls = spent; calls < budget; calls += 1) expect(await call()).toBe('made');
    expect(await call()).toBe('busy');
  });
});
