/** What a renewal shows is of the renewal: its own key, issuer and id_token, and not those of the launch before it. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { FaultName } from '#sandbox/faults.ts';
import type { Rule } from '#src/errors/rules/table.ts';
import { atPath } from '#test/helpers/servers/gateway.ts';
import { expectSaid } from './seeding/expectations.ts';
import { useSeededWorld } from './seeding/seeded-world.ts';
import { type Seed, TOKEN } from './seeding/seeds.ts';

const { inspect, prepare, world } = useSeededWorld();
beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterAll(() => void vi.useRealTimers());
afterEach(() => void vi.setSystemTime(vi.getRealSystemTime()));

const SHORT_LIFE: Seed = { fault: ['string-expires-in', '60'] };

/** Launches, lets the token run out, and reads what the inspector says of its renewal. */
async function renewedAfter(seed: Seed, change: (arrange: Awaited<ReturnType<typeof prepare>>) => void) {
  const arranged = await prepare(seed);
  const browser = world().browser();
  const list = await browser.open(arranged.ehr.launch('pat-ada'));
  change(arranged);
  vi.setSystemTime(Date.now() + 61_000);
  const said = await inspect(await browser.visit(list.url), arranged.id);
  return { ...said, again: () => browser.visit(list.url) };
}

test.for<[fault: FaultName, rule: Rule, says: RegExp]>([
  [
    'foreign-issuer',
    'id-token.issuer',
    /issuer https:\/\/elsewhere\.example\S*, but the EHR’s metadata names http:\/\/localhost/,
  ],
  ['unknown-key', 'id-token.unknown-key', /under the kid unpublished-key/],
  ['alg-none', 'id-token.algorithm', /not accepted \(none\)/],
  ['no-sub', 'id-token.subject', /names no user/],
  ['wrong-audience', 'id-token.audience', /another app/],
  ['no-audience', 'refresh.audience-missing', /has no aud/],
  ['token-500', 'token.server-error', /logs of the authorization server/],
  ['token-html-404', 'token.not-there', /token_endpoint/],
  ['slow-token', 'token.late', /JWKS/],
])('a renewal with the fault %s', async ([fault, rule, says]) => {
  const said = await renewedAfter(SHORT_LIFE, ({ ehr }) => ehr.faults.set(fault));
  expectSaid(said, 'refresh', rule);
  expect(said.words).toMatch(says);
});

test('a renewal that refuses the key of the launch names our key, and that it was accepted', async () => {
  const said = await renewedAfter(SHORT_LIFE, ({ ehr }) => ehr.faults.set('invalid-client'));
  expectSaid(said, 'refresh', 'client.was-accepted');
  expect(said.words).toContain(world().dependencies.keyRing.signingKey('RS384').kid);
});

test('a renewal in the name of another user', async () => {
  const said = await renewedAfter(SHORT_LIFE, ({ ehr }) => ehr.faults.set('id-token-claims', '{"sub":"another"}'));
  expectSaid(said, 'refresh', 'refresh.other-user');
  expect(said.words).toMatch(/Keep sub/);
});

test('a renewal for another patient', async () => {
  let patient = 'pat-ada';
  const gateway = atPath(TOKEN, { body: (text) => text.replace('"patient":"pat-ada"', `"patient":"${patient}"`) });
  const said = await renewedAfter({ ...SHORT_LIFE, gateway }, () => void (patient = 'pat-ben'));
  expectSaid(said, 'refresh', 'refresh.other-context');
});

const REUSED = 'Maximum allowed refresh token reuse exceeded';
const OTHER_CLIENT = "Invalid refresh token. Token client and authorized client don't match";
const refusing = (said: string) => () => JSON.stringify({ error: 'invalid_grant', error_description: said });
const withScope = (text: string) => JSON.stringify({ ...JSON.parse(text), scope: 'openid fhirUser launch' });

test.for<[name: string, change: (text: string) => string, status: number, rule: Rule]>([
  ['a refresh token that was used before', refusing(REUSED), 400, 'refresh.reused'],
  ['a refresh token of another client', refusing(OTHER_CLIENT), 400, 'grant.other-client'],
  ['a session that is over', refusing('Session not active'), 400, 'refresh.session-over'],
  [
    'a policy that blocks it',
    refusing('Access has been blocked by Conditional Access policies'),
    400,
    'authorization.policy',
  ],
  ['a user who was switched off', refusing('User account is disabled'), 400, 'authorization.account-off'],
  ['a consent that was withdrawn', refusing('Consent was revoked by the user'), 400, 'grant.consent'],
  ['a second factor', () => '{"error":"interaction_required"}', 400, 'authorization.question-for-user'],
  ['fewer scopes', withScope, 200, 'refresh.scope-smaller'],
])('a renewal with %s', async ([, change, status, rule]) => {
  let isArmed = false;
  const gateway = atPath(TOKEN, {
    body: (text) => (isArmed ? change(text) : text),
    status: (answered) => (isArmed ? status : answered),
  });
  const said = await renewedAfter({ ...SHORT_LIFE, gateway }, () => void (isArmed = true));
  expectSaid(said, 'refresh', rule);
});

// The page is kept, and would fail again until another launch brings a token, or the EHR team has acted.
test.for<[error: string, rule: Rule, shown: RegExp]>([
  ['unauthorized_client', 'refresh.not-allowed', /Open the app again/],
  ['unsupported_grant_type', 'refresh.not-allowed', /Open the app again/],
  ['invalid_scope', 'refresh.not-allowed', /Open the app again/],
  ['invalid_client:Client disabled', 'client.off', /Trying again does not help/],
  ['invalid_client', 'client.was-accepted', /Trying again does not help/],
  ['invalid_client:Unable to find key', 'client.key-unknown', /Trying again does not help/],
  ['invalid_client:Invalid audience', 'client.audience', /Trying again does not help/],
  ['access_denied', 'authorization.blocked', /Ask your help desk for access/],
])('a renewal that is refused for a lasting reason does not offer to try again: %s', async ([named, rule, shown]) => {
  let isArmed = false;
  const [error, said] = named.split(':');
  const gateway = atPath(TOKEN, {
    body: (text) => (isArmed ? JSON.stringify({ error, error_description: said }) : text),
    status: (answered) => (isArmed ? 400 : answered),
  });
  const page = await renewedAfter({ ...SHORT_LIFE, gateway }, () => void (isArmed = true));
  expectSaid(page, 'refresh', rule);
  expect(page.shown).toMatch(shown);
  expect(page.shown).not.toContain('Try again');
  expect((await page.again()).body).not.toContain('Try again');
});

test.for<[said: string, rule: Rule]>([
  ['Fetching JWKS failed with status 503', 'client.jwks-unreachable'],
  ['The JWT is not active yet', 'client.assertion-times'],
])('a renewal that is refused for what may pass offers to try again: %s', async ([said, rule]) => {
  const page = await renewedAfter(SHORT_LIFE, ({ ehr }) => ehr.faults.set('invalid-client', said));
  expectSaid(page, 'refresh', rule);
  expect(page.shown).toContain('Try again');
});

test('a gateway whose quota is used up may let the next renewal pass', async () => {
  let isArmed = false;
  const gateway = atPath(TOKEN, {
    body: (text) =>
      isArmed
        ? '{"statusCode":403,"message":"Out of call volume quota. Quota will be replenished in 00:01:00."}'
        : text,
    status: (answered) => (isArmed ? 403 : answered),
  });
  const page = await renewedAfter({ ...SHORT_LIFE, gateway }, () => void (isArmed = true));
  expectSaid(page, 'refresh', 'network.quota');
  expect(page.shown).toContain('Try again');
});
