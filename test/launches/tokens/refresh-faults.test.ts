/**
 * Every way a refresh can fail: what the visitor sees, what is sent, and whether the launch continues (RF-03..11,
 * LC-18).
 */
import { generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { addPerson, signedIn } from '#test/helpers/administrators.ts';
import { supportCodeOf, type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import type { Script, StubAnswer, StubRequest } from '#test/helpers/servers/stub-ehr.ts';
import { ehr, LIST, launch, outcomeOf, useStubWorld } from '#test/helpers/stub-world.ts';

const { world } = useStubWorld();
beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterAll(() => void vi.useRealTimers());
const advance = (ms: number) => void vi.setSystemTime(Date.now() + ms);

let browser: TestBrowser;
let page: Visit;
const reload = () => browser.visit(page.url);
const refreshes = () => ehr.seen('token').filter(({ body }) => body.includes('grant_type=refresh_token'));
const sentTokens = () => refreshes().map(({ body }) => new URLSearchParams(body).get('refresh_token'));
const record = () => world().dependencies.redis.get(`launch:${/launches\/([^/]+)/.exec(page.url)?.[1]}`);

/** Launches and lets the token expire, at an EHR that answers the refresh by this script. */
async function overAt(script: Script, settings: Record<string, unknown> = {}): Promise<void> {
  ehr.change('token', { expires_in: 60, refresh_token: 'first' });
  browser = world().browser();
  page = await launch(settings, browser);
  expect(titleOf(page)).toBe(LIST);
  ehr.requests.length = 0;
  advance(61_000);
  ehr.on('token', script);
}

const renewedBy =
  (change: Record<string, unknown>): Script =>
  async (request) => {
    const { body } = await ehr.standard(request);
    return { body: { ...(body as object), refresh_token: 'second', ...change } };
  };
const fine = renewedBy({});
const answers =
  (answer: StubAnswer): Script =>
  () =>
    answer;
const oauthError = (status: number, error: string, headers: Record<string, string> = {}) =>
  answers({ status, headers, body: { error } });

describe('passing failures keep the launch and its refresh token (RF-07)', () => {
  const hangUp: Script = (_request, response) => {
    response.destroy();
    return 'answered';
  };
  test.for<[string, Script, string?]>([
    ['500 without a body', answers({ status: 500 })],
    [
      '502 with a page',
      answers({ status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>Bad gateway</h1>' }),
    ],
    ['503', answers({ status: 503 })],
    ['503 with Retry-After', answers({ status: 503, headers: { 'retry-after': '1' } })],
    ['429 without Retry-After', answers({ status: 429 })],
    ['429 with Retry-After', answers({ status: 429, headers: { 'retry-after': '1' } })],
    ['a connection that is cut', hangUp],
    ...['slow_down', 'temporarily_unavailable'].map((error): [string, Script] => [error, oauthError(400, error)]),
    [
      'invalid_client, for a rate',
      answers({ status: 401, body: { error: 'invalid_client', error_description: 'Rate limit exceeded' } }),
    ],
    ['invalid_client', oauthError(401, 'invalid_client'), 'refresh.refused'],
    ['unauthorized_client', oauthError(400, 'unauthorized_client'), 'refresh.refused'],
  ])('%s', async ([, script, code = 'refresh.unavailable']) => {
    await overAt(script);
    const wait = await reload();
    expect(outcomeOf(wait)).toEqual({ status: 503, code });
    expect(Number(wait.headers['retry-after'])).toBeGreaterThan(0);
    expect(wait.body).not.toContain('Stella');
    // Another reload at once sends nothing, because of the pause.
    expect((await reload()).status).toBe(503);
    expect(refreshes()).toHaveLength(1);
    ehr.on('token', fine);
    advance(5_000);
    expect(titleOf(await reload())).toBe(LIST);
    expect(sentTokens()).toEqual(['first', 'first']);
  });

  test('each pause is longer than the one before', async () => {
    await overAt(answers({ status: 503 }));
    const waits: number[] = [];
    for (let failure = 0; failure < 4; failure += 1) {
      waits.push(Number((await reload()).headers['retry-after']));
      advance(120_000);
    }
    expect(refreshes()).toHaveLength(4);
    expect(waits[3]).toBeGreaterThan(waits[0] ?? 0);
  });
});

describe('final failures end the launch, and no reload sends a further request (RF-06, RF-08, LC-18)', () => {
  const OVER = { status: 401, code: 'session.expired' };
  const BROKEN = { status: 502, code: 'token.invalid' };
  const UNPROVEN = { status: 401, code: 'refresh.identity-refused' };
  test.for<[string, Script, { status: number; code: string }]>([
    ['invalid_grant', oauthError(400, 'invalid_grant'), OVER],
    ...[
      'The refresh token was issued to another client',
      'Tenant not found',
      'The tenant is not configured',
      'redirect_uri does not match',
    ].map((said): [string, Script, typeof OVER] => [
      `invalid_grant, “${said}”`,
      answers({ status: 400, body: { error: 'invalid_grant', error_description: said } }),
      OVER,
    ]),
    ['an answer without access token', answers({ body: { token_type: 'Bearer', expires_in: 60 } }), BROKEN],
    [
      'an answer that is no JSON',
      answers({ headers: { 'content-type': 'text/html' }, body: '<h1>Sign in</h1>' }),
      BROKEN,
    ],
    ['a token of another type', renewedBy({ token_type: 'DPoP' }), BROKEN],
    ['a token with a space', renewedBy({ access_token: 'two words' }), BROKEN],
    ['a token with a line feed', renewedBy({ access_token: 'a\r\nX-Evil: 1' }), BROKEN],
    ['a refresh token with a control character', renewedBy({ refresh_token: 'a\u0000' }), BROKEN],
    ['another patient', renewedBy({ patient: 'pat-2' }), OVER],
    ['another encounter', renewedBy({ encounter: 'enc-9' }), OVER],
    ['a patient that is no id', renewedBy({ patient: { reference: 'Patient/pat-1' } }), OVER],
    ['an id_token that is none', renewedBy({ id_token: 'abc' }), UNPROVEN],
    ['an id_token that is a number', renewedBy({ id_token: 7 }), UNPROVEN],
  ])('%s', async ([, script, outcome]) => {
    await overAt(script);
    const end = await reload();
    expect(outcomeOf(end)).toEqual(outcome);
    // A reload would not bring the launch back.
    expect(end.body).not.toContain('Reload this page');
    expect(await record()).toBeUndefined();
    expect((await reload()).status).toBe(401);
    expect(refreshes()).toHaveLength(1);
  });
});

describe('the id_token of a refresh (RF-10)', () => {
  const other = generateKeyPair('ES256');
  const signedAnew =
    (change: Record<string, unknown>, key?: CryptoKey): Script =>
    async (request: StubRequest) => {
      const { body } = await ehr.standard(request);
      const members = body as Record<string, string>;
      const [, payload = ''] = (members['id_token'] ?? '').split('.');
      const claims = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), ...change };
      const signer = new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'stub' });
      return { body: { ...members, refresh_token: 'second', id_token: await signer.sign(key ?? ehr.signingKey) } };
    };

  test.for<[string, Record<string, unknown>]>([
    ['another user', { sub: 'user-2' }],
    ['another issuer', { iss: 'https://evil.example' }],
    ['another audience', { aud: 'somebody-else' }],
    ['no audience', { aud: undefined }],
    ['another nonce', { nonce: 'replayed' }],
    ['a time long gone', { iat: 1_000_000 }],
    ['another azp', { azp: 'somebody-else' }],
    ['another sign-in', { auth_time: 1_700_000_001 }],
  ])('%s ends the launch', async ([, change]) => {
    await overAt(signedAnew(change));
    expect((await reload()).status).toBe(401);
    expect(await record()).toBeUndefined();
  });

  test('the inspector shows the failed rule, who has to act, and the setting that helps', async () => {
    await addPerson(world(), 'operator@example.com');
    const operator = await signedIn(world(), 'operator@example.com');
    const diagnosed = async (visit: { body: string }) => {
      const inspect = () => operator.open(`${world().url}/settings/launches?code=${supportCodeOf(visit)}`);
      await expect.poll(async () => (await inspect()).body).toContain('refresh.identity-refused');
      return (await inspect()).body;
    };
    const expectDiagnosis = (body: string, rule: string, setting: string | undefined) => {
      expect(/class="owner">([^<]+)</.exec(body)?.[1]).toBe('EHR team');
      expect(body).toContain(rule);
      // Only this rule advises to change the setting.
      expect(body.includes('refreshIdToken')).toBe(setting === 'refreshIdToken');
      expect(body).not.toContain('no refresh token');
    };
    await overAt(signedAnew({ aud: undefined }));
    expectDiagnosis(await diagnosed(await reload()), 'aud is missing', 'refreshIdToken');
    // The same happens when the FHIR server refuses the token early.
    ehr.change('token', { expires_in: 3_600, refresh_token: 'first' });
    browser = world().browser();
    page = await launch({}, browser);
    ehr.on('token', signedAnew({ nonce: 'replayed' }));
    ehr.on('patient', answers({ status: 401, body: {} }));
    expectDiagnosis(await diagnosed(await reload()), 'nonce is not the one we sent', undefined);
  });

  test('a signature by another key ends the launch', async () => {
    await overAt(signedAnew({}, (await other).privateKey));
    expect((await reload()).status).toBe(401);
  });

  test.for([
    ['a nonce', { nonce: undefined }],
    ['a time of sign-in', { auth_time: undefined }],
  ] as const)('an id_token without %s is accepted', async ([, change]) => {
    await overAt(signedAnew(change));
    expect(titleOf(await reload())).toBe(LIST);
  });

  test('refreshIdToken=missing-aud accepts a missing audience and no other fault', async () => {
    await overAt(signedAnew({ aud: undefined }), { refreshIdToken: 'missing-aud' });
    expect(titleOf(await reload())).toBe(LIST);
    for (const change of [{ aud: 'somebody-else' }, { aud: undefined, sub: 'user-2' }]) {
      await overAt(signedAnew(change), { refreshIdToken: 'missing-aud' });
      expect((await reload()).status).toBe(401);
    }
  });
});

describe('ID-22: while the issuer’s keys are unavailable', () => {
  const away = () => ehr.on('jwks', answers({ status: 503 }));

  /** Longer than keys without a cache header are kept, shorter than a clinician may be idle. */
  const KEYS_FORGOTTEN_MS = 55 * 60_000;

  test('the renewed tokens are stored and not used; when the keys are available the launch goes on, and no request was sent twice', async () => {
    await overAt(fine);
    away();
    advance(KEYS_FORGOTTEN_MS);
    const wait = await reload();
    expect(wait.status).toBe(503);
    expect(wait.body).not.toContain('Stella');
    expect(ehr.seen('patient')).toHaveLength(0);
    expect((await reload()).status).toBe(503);
    ehr.on('jwks', (request) => ehr.standard(request));
    advance(60_000);
    expect(titleOf(await reload())).toBe(LIST);
    expect(sentTokens()).toEqual(['first']);
  });

  test('RF-15: keys that take too long count as unavailable: the claim does not wait for them, and they are fetched once', {
    timeout: 15_000,
  }, async () => {
    await overAt(fine);
    advance(KEYS_FORGOTTEN_MS);
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    ehr.on('jwks', async (request) => {
      await answered;
      return ehr.standard(request);
    });
    expect((await reload()).status).toBe(503);
    answer();
    advance(60_000);
    expect(titleOf(await reload())).toBe(LIST);
    expect(ehr.seen('jwks')).toHaveLength(1);
    expect(sentTokens()).toEqual(['first']);
  });

  test('and the launch ends if they show that the id_token is of another user', async () => {
    const script: Script = async (request) => {
      const { body } = await ehr.standard(request);
      const idToken = await new SignJWT({})
        .setProtectedHeader({ alg: 'ES256', kid: 'stub' })
        .setIssuer(`${ehr.origin}/auth`)
        .setSubject('user-2')
        .setAudience('vectorcare-test')
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(ehr.signingKey);
      return { body: { ...(body as object), id_token: idToken, refresh_token: 'second' } };
    };
    await overAt(script);
    away();
    advance(KEYS_FORGOTTEN_MS);
    expect((await reload()).status).toBe(503);
    ehr.on('jwks', (request) => ehr.standard(request));
    advance(60_000);
    expect((await reload()).status).toBe(401);
    expect(await record()).toBeUndefined();
  });
});

describe('Active User Presence (Oracle Health)', () => {
  test('with active_ttl the EHR gets active_at in seconds before the time is up', async () => {
    ehr.change('token', { expires_in: 3_600, active_ttl: 600, refresh_token: 'first' });
    browser = world().browser();
    page = await launch({}, browser);
    ehr.requests.length = 0;
    ehr.on('token', renewedBy({ expires_in: 3_600, active_ttl: '600' }));
    expect(titleOf(await reload())).toBe(LIST);
    expect(refreshes()).toHaveLength(0);
    advance(500_000);
    expect(titleOf(await reload())).toBe(LIST);
    expect(refreshes()).toHaveLength(1);
    expect(new URLSearchParams(refreshes()[0]?.body).get('active_at')).toBe('0');
  });

  test('without active_ttl no active_at is sent', async () => {
    await overAt(fine);
    expect(titleOf(await reload())).toBe(LIST);
    expect(new URLSearchParams(refreshes()[0]?.body).has('active_at')).toBe(false);
  });

  test.for([0, -1, 'soon', '', null, {}, 1.5])('an active_ttl of %j is ignored', async (value) => {
    ehr.change('token', { expires_in: 3_600, active_ttl: value, refresh_token: 'first' });
    browser = world().browser();
    page = await launch({}, browser);
    advance(1_000_000);
    expect(titleOf(await reload())).toBe(LIST);
    expect(refreshes()).toHaveLength(0);
  });
});
