/** A store that is unavailable for a moment, and a flood of strangers, during a callback (TK-08, ER-03, RF-05). */
import { sql } from 'drizzle-orm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { AppError } from '#src/errors.ts';
import { createStoreRetries } from '#src/launches/session/store-retries.ts';
import { titleOf } from '#test/helpers/browser.ts';
import type { Script } from '#test/helpers/servers/stub-ehr.ts';
import { ehr, LIST, launchUrl, newOrganization, useStubWorld } from '#test/helpers/stub-world.ts';

const { world } = useStubWorld();
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const answersWith =
  (error: string): Script =>
  ({ query }) => {
    const back = new URL(query.get('redirect_uri') ?? '');
    back.search = new URLSearchParams({ error, state: query.get('state') ?? '', iss: `${ehr.origin}/auth` }).toString();
    return { status: 302, headers: { location: back.href } };
  };
/** Makes the store fail for keys with this prefix. */
function away(method: 'set' | 'setIfAbsent', prefix: string) {
  const { redis } = world().dependencies;
  const original = redis[method].bind(redis) as (...args: unknown[]) => Promise<never>;
  return vi.spyOn(redis, method).mockImplementation(async (...args: unknown[]) => {
    if (String(args[0]).startsWith(prefix)) throw new AppError('store.unavailable', 'test: away');
    return original(...args);
  });
}

describe('a callback that sent nothing can be repeated when the store answers again', () => {
  test.for([
    ['a code', undefined, 'setIfAbsent', 'code:', '/launches/'],
    ['a refusal of scopes that is asked again', 'invalid_scope', 'set', 'tx:', '/auth/authorize'],
  ] as const)('%s', async ([, error, method, prefix, onward]) => {
    if (error) ehr.on('authorize', answersWith(error));
    const browser = world().browser();
    const callback = await browser.openUntil(launchUrl(await newOrganization()), '/smart/callback');
    const store = away(method, prefix);
    expect((await browser.visit(callback)).status).toBe(503);
    expect(ehr.seen('token')).toEqual([]);
    store.mockRestore();
    const again = await browser.visit(callback);
    expect(again.headers['location']).toContain(onward);
  });
});

describe('a fail-over of the store after the code was sent costs time, but not the launch', () => {
  test.for([
    ['the launch’s record', 'set'],
    ['its place in the list of open launches', 'rank'],
    ['the other launches of the browser', 'getMany'],
  ] as const)('%s', async ([, method]) => {
    const organizationId = await newOrganization();
    const browser = world().browser();
    const { url } = await browser.open(launchUrl(organizationId));
    const callback = await browser.openUntil(launchUrl(organizationId), '/smart/callback');
    const failure = new AppError('store.unavailable', 'test: away');
    const store = vi.spyOn(world().dependencies.redis, method);
    store.mockRejectedValueOnce(failure).mockRejectedValueOnce(failure);
    const page = await browser.open(callback);
    expect([page.status, titleOf(page)]).toEqual([200, LIST]);
    expect(page.url).not.toBe(url);
    expect(ehr.seen('token')).toHaveLength(2);
  });
});

test('a shutdown during a fail-over waits until a launch that cannot be stored has begun to revoke its tokens', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const retries = createStoreRetries(world().dependencies);
  const visit = retries.outlast(async () => {
    vi.setSystemTime(Date.now() + 4_000);
    throw new AppError('store.unavailable', 'test: away');
  });
  let isRevoked = false;
  void visit.catch(() => retries.insist(async () => void (isRevoked = true)));
  await retries.flush();
  expect(isRevoked).toBe(true);
});

test('RF-05: a page during which a short token expires is read with the next token', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const short = { expires_in: 20, refresh_token: 'next' };
  ehr.change('token', short);
  const browser = world().browser();
  const { url } = await browser.open(launchUrl(await newOrganization()));
  vi.setSystemTime(Date.now() + 21_000);
  ehr.change('token', { ...short, access_token: 'token-2' });
  expect(titleOf(await browser.visit(url))).toBe(LIST);
  ehr.change('token', { ...short, access_token: 'token-3' });
  // The token is not due yet; the read of the Patient lasts until after its end, and is then refused.
  vi.setSystemTime(Date.now() + 9_000);
  ehr.on('patient', (request) => {
    if (request.headers.authorization !== 'Bearer token-2') return ehr.standard(request);
    vi.setSystemTime(Date.now() + 11_500);
    return { status: 401 };
  });
  expect(titleOf(await browser.visit(url))).toBe(LIST);
});

test('RF-05, ID-22: a short token whose id_token is verified late is renewed, and the launch goes on', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  ehr.change('token', { expires_in: 60, refresh_token: 'first' });
  const browser = world().browser();
  const { url } = await browser.open(launchUrl(await newOrganization()));
  vi.setSystemTime(Date.now() + 61_000 + 55 * 60_000);
  ehr.change('token', { access_token: 'token-2', expires_in: 30, refresh_token: 'second' });
  ehr.on('jwks', () => ({ status: 503 }));
  expect((await browser.visit(url)).status).toBe(503);
  ehr.on('jwks', (request) => ehr.standard(request));
  vi.setSystemTime(Date.now() + 40_000);
  ehr.change('token', { access_token: 'token-3', expires_in: 300, refresh_token: 'third' });
  for (const route of ['patient', 'requests']) {
    ehr.on(route, (request) =>
      request.headers.authorization === 'Bearer token-2' ? { status: 401 } : ehr.standard(request),
    );
  }
  expect(titleOf(await browser.visit(url))).toBe(LIST);
});

test('a denied user is audited even after a flood of anonymous denials in the same minute', async () => {
  const id = await newOrganization({ userTypes: 'practitioner' });
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(Math.ceil(Date.now() / 60_000) * 60_000);
  const browser = world().browser();
  ehr.on('authorize', answersWith('access_denied'));
  for (let visit = 0; visit < 31; visit += 1) await browser.open(launchUrl(id));
  ehr.on('authorize', (request) => ehr.standard(request));
  const { audit, database, clinicians } = world().dependencies;
  vi.spyOn(clinicians, 'admit').mockRejectedValue(new AppError('user.disabled', 'test: disabled'));
  expect((await browser.open(launchUrl(id))).status).toBe(403);
  await audit.flush();
  const { rows } = await database.db.execute(
    sql`select detail->>'code' as code from audit_events where event = 'denial' and organization_id = ${id}`,
  );
  expect(rows.map(({ code }) => code)).toContain('user.disabled');
});
