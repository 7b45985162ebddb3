/** One row per way a launch ends: the audit trail has it, remaining tokens are revoked, and the next page says why. */
import { SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { AppError } from '#src/errors.ts';
import { type EndReason, endReasons } from '#src/launches/session/end-reasons.ts';
import { addPerson, signedIn, tokenOf } from '#test/helpers/administrators.ts';
import { type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import type { Script } from '#test/helpers/servers/stub-ehr.ts';
import { ehr, LIST, launchUrl, newOrganization, useStubWorld } from '#test/helpers/stub-world.ts';
import { csrfOf, launchIdOf } from '#test/helpers/visits.ts';

const { world } = useStubWorld();
const REVOCATION = '/auth/revoke';
const INTROSPECTION = '/auth/introspect';
const MINUTE_MS = 60_000;
const advance = (ms: number) => void vi.setSystemTime(Date.now() + ms);
let operator: TestBrowser;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  await addPerson(world(), 'operator@example.com');
});
afterAll(() => void vi.useRealTimers());
afterEach(() => void vi.restoreAllMocks());

let browser: TestBrowser;
let page: Visit;
let orgId: string;
let serial = 0;
const reload = () => browser.visit(page.url);
const store = () => world().dependencies.redis;
const audited = async (launchId: string) => {
  await world().dependencies.audit.flush();
  const { rows } = await world().dependencies.database.db.execute(
    `select * from audit_events where launch = '${world().dependencies.sealer.fingerprint(launchId)}'
     and event in ('launch-ended', 'sign-out')`,
  );
  return rows;
};
/** Revoked tokens, sorted because two grants are revoked in parallel. */
const revoked = () =>
  ehr
    .seen(REVOCATION)
    .map(({ body }) => new URLSearchParams(body).get('token') ?? '')
    .toSorted();

const answering =
  (status: number, body: unknown = {}): Script =>
  () => ({ status, body });
/** Answers with numbered tokens, for this user. */
const tokensFor =
  (sub: string): Script =>
  async (request) => {
    serial += 1;
    const body = (await ehr.standard(request)).body as Record<string, string>;
    const [, payload = ''] = (body['id_token'] ?? '').split('.');
    const claims = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), sub };
    const idToken = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'stub' }).sign(ehr.signingKey);
    const tokens = { access_token: `access-${serial}`, refresh_token: `refresh-${serial}`, expires_in: 3_600 };
    return { body: { ...body, ...tokens, id_token: idToken } };
  };
/** Answers the same, with these members changed. */
const changed =
  (members: Record<string, unknown>): Script =>
  async (...request) => ({
    body: { ...((await tokensFor('user-1')(...request)) as { body: object }).body, ...members },
  });

interface End {
  reason: EndReason;
  name: string;
  /** The script of the first launch's token response. */
  token?: Script;
  settings?: Record<string, unknown>;
  /** Ends the launch, up to its next visit. */
  act(): unknown;
  actor?: 'system' | 'user-1' | 'user-2' | 'administrator';
  /** The title of the next page. */
  title: string;
  /** The names of the tokens that we revoke; tokens that the EHR has revoked itself are not among them. */
  revokes: readonly string[];
}

const OVER = 'Your EHR session for this app has ended';
const BOTH = ['refresh-1', 'access-1'];

const ENDS: End[] = [
  {
    reason: 'refresh-refused',
    name: 'the EHR refuses to renew the token',
    act: async () => {
      ehr.on('token', answering(400, { error: 'invalid_grant' }));
      advance(3_601_000 - 10 * MINUTE_MS);
      await browser.visit(page.url);
      advance(10 * MINUTE_MS);
      await reload();
    },
    title: OVER,
    // The refresh token was used, so it is not revoked.
    revokes: ['access-1'],
  },
  {
    reason: 'refresh-lost',
    name: 'the process that had the refresh token never stored what came for it',
    token: changed({ expires_in: 60 }),
    act: async () => {
      const { replace } = store();
      let isClaimed = false;
      let isBack = false;
      vi.spyOn(store(), 'replace').mockImplementation(async (...given) => {
        if (isClaimed && !isBack) throw new AppError('store.unavailable', 'Redis did not answer');
        isClaimed = true;
        return replace(...given);
      });
      advance(61_000);
      await reload();
      advance(30_000);
      const over = reload();
      // The page waits a moment, because the owner of the claim may be alive.
      const isWaitedFor = async () => {
        advance(500);
        return Promise.race([over, new Promise((resolve) => setImmediate(resolve))]);
      };
      await expect.poll(isWaitedFor).toBeDefined();
      isBack = true;
    },
    title: OVER,
    // The process was alive after all; its new tokens find no record and are revoked too.
    revokes: ['access-1', 'refresh-2', 'access-2'],
  },
  {
    reason: 'refresh-identity',
    name: 'the id_token of a refresh is of another user',
    token: changed({ expires_in: 60 }),
    act: async () => {
      ehr.on('token', tokensFor('user-2'));
      advance(61_000);
      await reload();
    },
    title: OVER,
    revokes: ['refresh-2', 'access-2', 'access-1'],
  },
  {
    reason: 'refresh-identity',
    name: 'the id_token of a refresh is of another user, as keys say that were unavailable when it came',
    token: changed({ expires_in: 60 }),
    act: async () => {
      ehr.on('token', tokensFor('user-2'));
      ehr.on('jwks', answering(503));
      advance(55 * MINUTE_MS);
      await reload();
      ehr.on('jwks', (request) => ehr.standard(request));
      advance(MINUTE_MS);
      await reload();
    },
    title: OVER,
    revokes: ['refresh-2', 'access-2'],
  },
  {
    reason: 'token-refused',
    name: 'the FHIR server refuses every token',
    act: async () => {
      ehr.on('patient', answering(401));
      advance(2 * MINUTE_MS);
      await reload();
    },
    title: OVER,
    revokes: ['refresh-2', 'access-2'],
  },
  {
    reason: 'token-never-accepted',
    name: 'the FHIR server refuses every token from the first page on',
    act: async () => {
      ehr.on('patient', answering(401));
      page = await browser.open(launchUrl(orgId));
    },
    title: 'The EHR does not accept this app’s access',
    revokes: ['refresh-3', 'access-3'],
  },
  {
    reason: 'token-inactive',
    name: 'introspection says that the token is another patient’s',
    settings: { introspection: 'on' },
    act: async () => {
      ehr.on(INTROSPECTION, answering(200, { active: true, patient: 'pat-2' }));
      await store().delete(`introspected:${launchIdOf(page)}`);
      await reload();
    },
    title: OVER,
    revokes: BOTH,
  },
  {
    reason: 'token-expired',
    name: 'the token has expired, and there was never a refresh token',
    token: changed({ expires_in: 60, refresh_token: undefined }),
    act: () => advance(61_000),
    title: OVER,
    revokes: ['access-1'],
  },
  {
    reason: 'limit',
    name: 'twelve hours are over',
    token: changed({ expires_in: undefined }),
    act: async () => {
      for (let passed = 0; passed < 13 * 60; passed += 50) {
        // oxlint-disable-next-line no-await-in-loop -- each visit begins a new hour
        await browser.visit(page.url.replace('/requests', '/theme.css'));
        advance(50 * MINUTE_MS);
      }
    },
    title: 'This page was open for twelve hours',
    revokes: BOTH,
  },
  {
    reason: 'signed-out',
    name: 'the user signs out',
    act: () => browser.visit(page.url.replace(/requests$/, 'sign-out'), { form: { csrf: csrfOf(page) } }),
    actor: 'user-1',
    title: 'You are signed out',
    revokes: BOTH,
  },
  {
    reason: 'administrator',
    name: 'an administrator ends it',
    act: async () => {
      operator = await signedIn(world(), 'operator@example.com');
      const form = { csrf: await tokenOf(world(), operator), launch: launchIdOf(page) };
      await operator.visit(`${world().url}/settings/live-launches/end?organization=${orgId}`, { form });
    },
    actor: 'administrator',
    title: 'An administrator has closed this page',
    revokes: BOTH,
  },
  {
    reason: 'clinician',
    name: 'the user is not linked to the clinician any more',
    act: async () => {
      const { db } = world().dependencies.database;
      await db.execute(`delete from ehr_identities where organization_id = '${orgId}'`);
      // The product touches the organization's row as well, so that instances drop what they have in memory.
      await db.execute(`update organizations set id = id where id = '${orgId}'`);
      advance(2_000);
    },
    title: 'Your access to this app was changed',
    revokes: BOTH,
  },
  {
    reason: 'organization',
    name: 'the organization is connected otherwise',
    act: async () => {
      const settings = { fhirBaseUrl: ehr.fhirBase, frameAncestors: [ehr.origin], clientId: 'another' };
      await world().setOrganization(orgId, settings);
      advance(5_000);
    },
    title: 'Your organization&#39;s connection to this app was changed or switched off',
    revokes: BOTH,
  },
  {
    reason: 'replaced',
    name: 'another user launches in the same browser',
    act: async () => {
      ehr.on('token', tokensFor('user-2'));
      expect(titleOf(await browser.open(launchUrl(orgId)))).toBe(LIST);
    },
    actor: 'user-2',
    title: 'The app was opened again and closed this page',
    revokes: BOTH,
  },
];

beforeEach(() => {
  serial = 0;
  browser = world().browser();
  ehr.change('smart-configuration', {
    revocation_endpoint: `${ehr.origin}${REVOCATION}`,
    introspection_endpoint: `${ehr.origin}${INTROSPECTION}`,
  });
  ehr.on(REVOCATION, answering(200));
  ehr.on(INTROSPECTION, answering(200, { active: true }));
});

const actorOf = (who: End['actor']) => {
  if (who === 'administrator') return expect.stringMatching(/^user:/);
  if (who === undefined || who === 'system') return 'system';
  return world().dependencies.sealer.fingerprint(JSON.stringify([`${ehr.origin}/auth`, who]));
};

describe('every end of a launch', () => {
  test.for(ENDS)(
    '$reason: $name',
    async ({ reason, token = tokensFor('user-1'), settings, act, actor, title, revokes }) => {
      ehr.on('token', token);
      orgId = await newOrganization(settings);
      page = await browser.open(launchUrl(orgId));
      expect(titleOf(page)).toBe(LIST);
      await act();
      const next = await reload();
      expect([next.status, titleOf(next)]).toEqual([401, title]);
      expect(next.body).not.toContain('Stella');
      const rows = await audited(launchIdOf(page));
      expect(rows).toEqual([
        expect.objectContaining({
          event: reason === 'signed-out' ? 'sign-out' : 'launch-ended',
          organization_id: orgId,
          actor: actorOf(actor),
          detail: reason === 'signed-out' ? {} : { reason },
          patient: null,
          patient_hash: null,
        }),
      ]);
      expect(JSON.stringify(rows)).not.toMatch(/access-|refresh-\d|Stella|pat-1|user-1/);
      await expect.poll(revoked).toEqual(revokes.toSorted());
      await world().dependencies.revoker.flush();
      expect(revoked()).toEqual(revokes.toSorted());
      expect(await store().get(`launch:${launchIdOf(page)}`)).toBeUndefined();
    },
  );

  test('not-stored: the store saves the record and does not answer', async () => {
    ehr.on('token', tokensFor('user-1'));
    const { set } = store();
    // Nothing is waited for, as after the longest wait.
    vi.spyOn(world().dependencies.retries, 'outlast').mockImplementation((work) => work());
    let launchId = '';
    vi.spyOn(store(), 'set').mockImplementation(async (...given) => {
      await set(...given);
      if (!given[0].startsWith('launch:')) return;
      launchId = given[0].slice('launch:'.length);
      throw new AppError('store.unavailable', 'Redis did not answer');
    });
    const answer = await browser.open(launchUrl(await newOrganization()));
    expect(answer.status).toBe(503);
    await expect.poll(() => store().get(`launch:${launchId}`)).toBeUndefined();

    await expect
      .poll(() => audited(launchId))
      .toEqual([
        expect.objectContaining({ event: 'launch-ended', actor: actorOf('user-1'), detail: { reason: 'not-stored' } }),
      ]);
    await world().dependencies.revoker.flush();
    expect(revoked()).toEqual(BOTH.toSorted());
  });

  test('is in this table, except the reason that ends no launch', () => {
    const shown = new Set<EndReason>([...ENDS.map(({ reason }) => reason), 'not-stored', 'idle']);
    expect(endReasons.filter((reason) => !shown.has(reason))).toEqual([]);
  });
});
