/** If an organization's setting is on, the EHR is asked whether a token is still active (RV-06, RV-07, CAJ-13). */
import { decodeJwt } from 'jose';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { FaultName } from '#sandbox/faults.ts';
import { AppError } from '#src/errors.ts';
import { readIntrospection } from '#src/smart/introspection.ts';
import { type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { launchIdOf } from '#test/helpers/visits.ts';
import { useWorld } from '#test/helpers/world.ts';

describe('on embedded stores', () => {
  const world = useWorld({ settings: { introspection: 'on' } });
  let browser: TestBrowser;
  let page: Visit;
  beforeEach(async () => {
    world.sandbox.faults.clear();
    browser = world.browser();
    page = await world.launch('pat-ada', browser);
    expect(titleOf(page)).toBe('Requests for Ada Moreno');
  });

  const to = (path: string) => world.sandbox.requests.filter((request) => request.path === `/auth/${path}`);
  const refreshes = () => to('token').filter(({ body }) => body.includes('grant_type=refresh_token'));
  /** Ends the minute by hand, because Redis counts it by its own clock. */
  const nextMinute = () => world.dependencies.redis.delete(`introspected:${launchIdOf(page)}`);
  const reloadWith = async (fault: FaultName) => {
    await nextMinute();
    world.sandbox.requests.clear();
    world.sandbox.faults.set(fault);
    const answer = await browser.visit(page.url);
    await world.dependencies.revoker.flush();
    return answer;
  };

  test('CAJ-13: the first page introspects the token, with an assertion for this endpoint alone', () => {
    const [asked] = to('introspect').slice(-1);
    const form = new URLSearchParams(asked?.body);
    expect([...form.keys()].toSorted()).toEqual([
      'client_assertion',
      'client_assertion_type',
      'token',
      'token_type_hint',
    ]);
    expect(decodeJwt(form.get('client_assertion') ?? '')).toMatchObject({
      aud: `${world.sandbox.origin}/auth/introspect`,
      iss: 'vectorcare-test',
      sub: 'vectorcare-test',
    });
    expect(asked?.path).not.toContain('?');
  });

  test('a full store, which keeps no mark of the minute, stops no open launch: the token is introspected', async () => {
    const { redis } = world.dependencies;
    const { setIfAbsent } = redis;
    onTestFinished(() => void Object.assign(redis, { setIfAbsent }));
    redis.setIfAbsent = () => Promise.reject(new AppError('store.unavailable', 'OOM'));
    world.sandbox.requests.clear();
    expect(titleOf(await browser.visit(page.url))).toBe('Requests for Ada Moreno');
    expect(to('introspect')).toHaveLength(1);
  });

  test('the token is introspected once a minute, however many pages are opened', async () => {
    world.sandbox.requests.clear();
    await Promise.all([1, 2, 3, 4].map(() => browser.visit(page.url)));
    expect(to('introspect')).toHaveLength(0);
    await nextMinute();
    await Promise.all([1, 2, 3, 4].map(() => browser.visit(page.url)));
    expect(to('introspect')).toHaveLength(1);
  });

  test.for(['introspection-inactive', 'introspection-string-true', 'introspection-empty'] as const)(
    'RV-06: %s is not active: one refresh, and the page with the new token',
    async (fault) => {
      const answer = await reloadWith(fault);
      expect(titleOf(answer)).toBe('Requests for Ada Moreno');
      expect(refreshes()).toHaveLength(1);
      // The token was renewed a moment ago and is not active either, so the launch ends without another try.
      const over = await reloadWith(fault);
      expect([over.status, titleOf(over)]).toEqual([401, 'Your EHR session for this app has ended']);
      expect(refreshes()).toHaveLength(0);
      expect(to('revoke')).toHaveLength(2);
      expect(titleOf(await browser.visit(page.url))).toBe('Your EHR session for this app has ended');
    },
  );

  test('RV-06: an inactive token without a refresh token ends the launch', async () => {
    world.sandbox.faults.set('no-refresh-token');
    page = await world.launch('pat-ben', browser);
    const answer = await reloadWith('introspection-inactive');
    expect([answer.status, titleOf(answer)]).toEqual([401, 'Your EHR session for this app has ended']);
    expect(answer.body).not.toContain('Okafor');
    expect(to('revoke').map(({ body }) => new URLSearchParams(body).get('token_type_hint'))).toEqual(['access_token']);
  });

  test('RV-06: an inactive token whose refresh the EHR refuses ends the launch', async () => {
    world.sandbox.faults.set('refresh-invalid-grant');
    const answer = await reloadWith('introspection-inactive');
    expect([answer.status, titleOf(answer)]).toEqual([401, 'Your EHR session for this app has ended']);
  });

  test.for(['introspection-500', 'introspection-401', 'introspection-html'] as const)(
    'RV-06: %s neither ends the launch nor refreshes the token',
    async (fault) => {
      expect(titleOf(await reloadWith(fault))).toBe('Requests for Ada Moreno');
      expect([refreshes(), to('revoke')]).toEqual([[], []]);
      expect(to('introspect')).toHaveLength(1);
      expect(world.logLines.join('')).toContain('introspection.failed');
    },
  );

  test.for(['introspection-other-client', 'introspection-other-patient'] as const)(
    'RV-07: %s ends the launch and revokes its tokens',
    async (fault) => {
      const answer = await reloadWith(fault);
      expect([answer.status, titleOf(answer)]).toEqual([401, 'Your EHR session for this app has ended']);
      expect(answer.body).not.toMatch(/Moreno|Okafor/);
      expect(refreshes()).toHaveLength(0);
      expect(to('revoke')).toHaveLength(2);
      expect(await world.dependencies.redis.get(`launch:${launchIdOf(page)}`)).toBeUndefined();
    },
  );

  const base = () => world.sandbox.fhirBase;
  const own: [string, () => unknown][] = [
    ['the id', () => 'pat-ada'],
    ['a reference', () => 'Patient/pat-ada'],
    ['the URL', () => `${base()}/Patient/pat-ada`],
    ['a version of it', () => 'Patient/pat-ada/_history/2'],
    ['the URL of a version', () => `${base()}/Patient/pat-ada/_history/2`],
    ['the URL with its scheme in capitals', () => `${base().replace('http:', 'HTTP:')}/Patient/pat-ada`],
    ['nothing, in words', () => ''],
    ['null', () => null],
  ];
  test.for(own)('RV-07: %s is the patient of the launch', async ([, patient]) => {
    world.sandbox.faults.set('introspection-other-patient', JSON.stringify(patient()));
    await nextMinute();
    expect(titleOf(await browser.visit(page.url))).toBe('Requests for Ada Moreno');
  });

  const foreign: [string, () => unknown][] = [
    ['another reference', () => 'Patient/pat-ben'],
    ['another type', () => 'Practitioner/pat-ada'],
    ['another server', () => 'https://elsewhere.example/fhir/Patient/pat-ada'],
    ['a base that begins like ours', () => `${base()}2/Patient/pat-ada`],
    ['a path that climbs', () => `${base()}/Patient/pat-ben/../pat-ada`],
    ['a query', () => `${base()}/Patient/pat-ada?x=pat-ben`],
    ['a fragment', () => 'Patient/pat-ada#pat-ben'],
    ['a scheme-relative URL', () => `${base().replace('http:', '')}/Patient/pat-ada`],
    ['a broken version', () => 'Patient/pat-ada/_history/'],
    ['two patients', () => 'pat-ada pat-ben'],
    ['a type in small letters', () => 'patient/pat-ada'],
    ['an encoded slash', () => 'Patient%2Fpat-ada'],
  ];
  test.for(foreign)('RV-07: %s is not the patient of the launch, and ends it', async ([, patient]) => {
    world.sandbox.faults.set('introspection-other-patient', JSON.stringify(patient()));
    await nextMinute();
    const answer = await browser.visit(page.url);
    expect([answer.status, titleOf(answer)]).toEqual([401, 'Your EHR session for this app has ended']);
  });

  test('with the default setting no token is introspected', async () => {
    await world.setOrganization('silent');
    world.sandbox.requests.clear();
    const silent = await browser.open(world.sandbox.launch('pat-ada').replace('st-elsewhere', 'silent'));
    expect(titleOf(silent)).toBe('Requests for Ada Moreno');
    expect(to('introspect')).toHaveLength(0);
  });
});

describe('the answer', () => {
  const now = new Date('2026-11-25T12:00:00Z');
  const seconds = now.getTime() / 1_000;
  test.for<[string, string, string]>([
    ['active', '{"active":true}', 'active'],
    ['active with members of odd types', '{"active":true,"client_id":7,"patient":[],"exp":"x"}', 'active'],
    ['active until later', JSON.stringify({ active: true, exp: seconds + 1 }), 'active'],
    ['active until now, by a clock that is off', JSON.stringify({ active: true, exp: seconds - 59 }), 'active'],
    ['active, and long over', JSON.stringify({ active: true, exp: seconds - 61 }), 'inactive'],
    ['false', '{"active":false}', 'inactive'],
    ['1', '{"active":1}', 'inactive'],
    ['"true"', '{"active":"true"}', 'inactive'],
    ['null', '{"active":null}', 'inactive'],
    ['nothing', '{}', 'inactive'],
    ['an array', '[]', 'unknown'],
    ['a bare true', 'true', 'unknown'],
    ['no JSON', '<html>', 'unknown'],
    ['nothing at all', '', 'unknown'],
  ])('%s', ([, body, kind]) => {
    expect(readIntrospection(body, now).kind).toBe(kind);
  });
});
