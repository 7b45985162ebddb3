/**
 * A launch's record during a renewal: the store loses writes, others change it, or the owner dies (RF-03, RF-04,
 * RF-15).
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createApp } from '#src/app.ts';
import { AppError } from '#src/errors.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import { type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { startServer } from '#test/helpers/servers/listener.ts';
import type { Script } from '#test/helpers/servers/stub-ehr.ts';
import { ehr, LIST, launch, outcomeOf, useStubWorld } from '#test/helpers/stub-world.ts';
import { csrfOf, launchIdOf } from '#test/helpers/visits.ts';

const { world } = useStubWorld();
beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterAll(() => void vi.useRealTimers());
afterEach(() => void vi.restoreAllMocks());

const LIFETIME_SECONDS = 60;
const REVOCATION = '/auth/revoke';
const advance = (ms: number) => void vi.setSystemTime(Date.now() + ms);
const expire = () => advance(LIFETIME_SECONDS * 1_000 + 1);
const away = () => new AppError('store.unavailable', 'Redis did not answer');

let browser: TestBrowser;
let page: Visit;
let serial = 0;
const reload = () => browser.visit(page.url);
const at = (path: string) => page.url.replace(/requests$/, path);
const store = () => world().dependencies.redis;
const recordKey = () => `launch:${launchIdOf(page)}`;
/** The launch as it is stored now. */
const stored = async (): Promise<Launch | undefined> => {
  const key = recordKey();
  const sealed = await store().get(key);
  if (sealed === undefined) return undefined;
  return ((await world().dependencies.sealer.open(key, sealed)) as { launch: Launch }).launch;
};
const forms = (route: string) => ehr.seen(route).map(({ body }) => new URLSearchParams(body));
const refreshes = () => forms('token').filter((form) => form.get('grant_type') === 'refresh_token');
const sentTokens = () => refreshes().map((form) => form.get('refresh_token'));
const revoked = () => forms(REVOCATION).map((form) => form.get('token'));
/** `refresh-2` for `refresh-1`, and so on. */
const rotating: Script = async (request) => {
  serial += 1;
  const { body } = await ehr.standard(request);
  const tokens = { access_token: `access-${serial}`, refresh_token: `refresh-${serial}` };
  return { body: { ...(body as object), expires_in: LIFETIME_SECONDS, ...tokens } };
};
/** Scripts each replacement of the record from now on: the first is the claim, the second its result. */
const onReplace = (script: (index: number, real: () => Promise<boolean>) => Promise<boolean>) => {
  const { replace } = store();
  let index = 0;
  return vi.spyOn(store(), 'replace').mockImplementation((...given) => {
    // Retries that earlier tests left behind are not scripted.
    if (given[0] !== recordKey()) return replace(...given);
    index += 1;
    return script(index, () => replace(...given));
  });
};
/** Lets the claim succeed and its result fail until the store is back. */
const untilBack = () => {
  const redis = { isBack: false };
  onReplace(async (index, real) => (index === 1 || redis.isBack ? real() : Promise.reject(away())));
  return redis;
};
const signOut = () => browser.visit(at('sign-out'), { form: { csrf: csrfOf(page) } });

beforeEach(async () => {
  serial = 0;
  ehr.change('smart-configuration', { revocation_endpoint: `${ehr.origin}${REVOCATION}` });
  ehr.on(REVOCATION, () => ({}));
  ehr.on('token', rotating);
  browser = world().browser();
  page = await launch({}, browser);
  expect(titleOf(page)).toBe(LIST);
  expire();
});

describe('the claim', () => {
  test('RF-04, RF-15: the record has no refresh token while it is being sent', async () => {
    const seen: (Launch | undefined)[] = [];
    ehr.on('token', async (...given) => {
      seen.push(await stored());
      return rotating(...given);
    });
    expect(titleOf(await reload())).toBe(LIST);
    expect(seen).toEqual([expect.objectContaining({ refresh: expect.objectContaining({ kind: 'under-way' }) })]);
    expect(seen[0]?.tokens).toMatchObject({ accessToken: 'access-1' });
    expect(seen[0]?.tokens.refreshToken).toBeUndefined();
  });

  test('RF-15: of an instance that never stores the result ends the launch, and the token is not sent again', async () => {
    const redis = untilBack();
    expect((await reload()).status).toBe(503);
    advance(30_000);
    const over = reload();
    // The page waits a moment, because the owner of the claim may be alive.
    const isWaitedFor = async () => {
      advance(500);
      return Promise.race([over, new Promise((resolve) => setImmediate(resolve))]);
    };
    await expect.poll(isWaitedFor).toBeDefined();
    expect(outcomeOf(await over)).toEqual({ status: 401, code: 'session.expired' });
    expect(sentTokens()).toEqual(['refresh-1']);
    redis.isBack = true;
    await expect.poll(revoked).toContain('refresh-2');
  });

  test('that was made although the store did not answer is undone', async () => {
    onReplace(async (index, real) => {
      const done = await real();
      if (index === 1) throw away();
      return done;
    });
    expect(outcomeOf(await reload())).toEqual({ status: 503, code: 'store.unavailable' });
    await expect.poll(async () => (await reload()).status).toBe(200);
    expect(sentTokens()).toEqual(['refresh-1']);
  });

  test('RF-04: undoing a claim that was not made undoes no other renewal', async () => {
    const spy = onReplace(async (index, real) => (index === 1 ? Promise.reject(away()) : real()));
    expect((await reload()).status).toBe(503);
    expect(titleOf(await reload())).toBe(LIST);
    // The four are: the failed claim, another claim and its result, and the undoing of the first.
    await expect.poll(() => spy.mock.calls.filter(([key]) => key === recordKey()).length).toBe(4);
    await expect.poll(() => spy.mock.settledResults.at(-1)?.type).toBe('fulfilled');
    expire();
    expect(titleOf(await reload())).toBe(LIST);
    expect(sentTokens()).toEqual(['refresh-1', 'refresh-2']);
  });

  test('RF-15: lasts as long as the slowest refresh', async () => {
    const another = await startServer(createApp(world().dependencies));
    const there = page.url.replace(world().url, another.origin);
    let second: Promise<Visit> | undefined;
    ehr.on('token', async (...given) => {
      advance(16_000);
      const get = vi.spyOn(store(), 'get');
      const looks = () => get.mock.calls.filter(([key]) => key === recordKey()).length;
      second = browser.visit(there);
      await expect.poll(looks).toBeGreaterThan(2);
      advance(2_500);
      const before = looks();
      await expect.poll(looks).toBeGreaterThan(before + 1);
      return rotating(...given);
    });
    expect(titleOf(await reload())).toBe(LIST);
    expect(second && titleOf(await second)).toBe(LIST);
    expect(sentTokens()).toEqual(['refresh-1']);
    await another.close();
  });
});

describe('the result', () => {
  test('RF-03: that could not be stored is stored later in the background', async () => {
    const redis = untilBack();
    expect(outcomeOf(await reload())).toEqual({ status: 503, code: 'store.unavailable' });
    redis.isBack = true;
    await expect.poll(async () => (await stored())?.tokens.refreshToken).toBe('refresh-2');
    expect(titleOf(await reload())).toBe(LIST);
    expire();
    expect(titleOf(await reload())).toBe(LIST);
    expect(sentTokens()).toEqual(['refresh-1', 'refresh-2']);
  });

  test('no visitor waits for a second try', async () => {
    onReplace((index, real) => {
      if (index === 1) return real();
      return index === 2 ? Promise.reject(away()) : new Promise(() => undefined);
    });
    expect((await reload()).status).toBe(503);
  });

  test('RF-03: that was stored although the store did not answer is used', async () => {
    onReplace(async (index, real) => {
      const done = await real();
      if (index === 2) throw away();
      return done;
    });
    expect((await reload()).status).toBe(503);
    expect(titleOf(await reload())).toBe(LIST);
    expect(sentTokens()).toEqual(['refresh-1']);
    expect(revoked()).toEqual([]);
  });

  test('RV-02: is revoked if the user signed out during the refresh', async () => {
    ehr.on('token', async (...given) => {
      expect((await signOut()).status).toBe(303);
      return rotating(...given);
    });
    expect((await reload()).status).toBe(401);
    await expect.poll(revoked).toEqual(expect.arrayContaining(['access-1', 'refresh-2', 'access-2']));
  });

  test.for<[string, number]>([
    ['an expired token', 0],
    ['a token that was still good', -10_000],
  ])(
    'RV-02: a refresh of %s that fails is over, and its refresh token revoked, when the visitor signed out',
    async ([, sinceExpiryMs]) => {
      advance(sinceExpiryMs);
      ehr.on('token', async () => {
        expect((await signOut()).status).toBe(303);
        return { status: 503 };
      });
      const over = await reload();
      expect(over.body).not.toContain('Stella');
      expect(outcomeOf(over)).toEqual({ status: 401, code: 'session.missing' });
      await expect.poll(revoked).toEqual(expect.arrayContaining(['access-1', 'refresh-1']));
      expect(await stored()).toBeUndefined();
    },
  );

  test('RV-02: an answer that is no token ends the launch, and its refresh token is revoked', async () => {
    ehr.on('token', () => ({ body: { access_token: 'two words', token_type: 'Bearer' } }));
    expect((await reload()).status).toBe(502);
    expect(await stored()).toBeUndefined();
    await expect.poll(revoked).toEqual(expect.arrayContaining(['access-1', 'refresh-1']));
  });

  test('RV-02: is revoked if the user signed out while the store was unavailable', async () => {
    const redis = untilBack();
    expect((await reload()).status).toBe(503);
    expect((await signOut()).status).toBe(303);
    redis.isBack = true;
    await expect.poll(revoked).toEqual(expect.arrayContaining(['access-1', 'refresh-2', 'access-2']));
    expect(await stored()).toBeUndefined();
  });

  test('RF-07: a refresh token that could not be restored is restored when the store answers again', async () => {
    ehr.on('token', () => ({ status: 503 }));
    const redis = untilBack();
    expect((await reload()).status).toBe(503);
    redis.isBack = true;
    await expect.poll(async () => (await stored())?.tokens.refreshToken).toBe('refresh-1');
    ehr.on('token', rotating);
    advance(5_000);
    expect(titleOf(await reload())).toBe(LIST);
    expect(sentTokens()).toEqual(['refresh-1', 'refresh-1']);
  });
});

describe('FU-07: a launch admitted while the database was unavailable', () => {
  let isBack: boolean;
  beforeEach(async () => {
    isBack = false;
    const { clinicians } = world().dependencies;
    const { admit, membership } = clinicians;
    const unrecorded = { kind: 'admitted', clinicianId: undefined, isFirst: false } as const;
    vi.spyOn(clinicians, 'admit').mockImplementation(async (...given) => (isBack ? admit(...given) : unrecorded));
    vi.spyOn(clinicians, 'membership').mockImplementation(async (...given) => {
      if (!isBack) throw new AppError('store.unavailable', 'the database did not answer');
      return membership(...given);
    });
    browser = world().browser();
    page = await launch({}, browser);
    expect(titleOf(page)).toBe(LIST);
    expire();
  });
  /** Visits a page in another tab that does not call the EHR. */
  const visitElsewhere = async () => {
    isBack = true;
    expect((await browser.visit(at('closing'))).status).toBe(200);
  };

  test('is linked to its clinician by the next page, not while its token is renewed', async () => {
    ehr.on('token', async (...given) => {
      await visitElsewhere();
      return rotating(...given);
    });
    expect(titleOf(await reload())).toBe(LIST);
    const renewed = await stored();
    expect(renewed?.tokens.refreshToken).toBe(`refresh-${serial}`);
    expect(titleOf(await reload())).toBe(LIST);
    expect(await stored()).toEqual({ ...renewed, clinicianId: expect.any(String) });
    expect(revoked()).toEqual([]);
  });

  test('is renewed although another page links it first', async () => {
    onReplace(async (index, real) => {
      if (index === 1) await visitElsewhere();
      return real();
    });
    expect(titleOf(await reload())).toBe(LIST);
    expect(refreshes()).toHaveLength(1);
    expect(await stored()).toMatchObject({
      clinicianId: expect.any(String),
      tokens: { refreshToken: `refresh-${serial}` },
    });
  });
});
