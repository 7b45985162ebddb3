/** A seventh set: refused creates, renewals, keys that were accepted before, and what vendors write into a refusal. */
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Rule } from '#src/errors/rules/table.ts';
import { dayFromNow } from '#test/helpers/days.ts';
import { atPath, type Meddling, page, redirect, startGateway } from '#test/helpers/servers/gateway.ts';
import { launchIdOf, sendForm, ticketOf } from '#test/helpers/visits.ts';
import { expectRow, expectSaid, type Said, type Seed, useSeededWorld } from './seeded-world.ts';

const { checkWith, inspect, launchFrom, launchWith, prepare, world } = useSeededWorld();
beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterAll(() => void vi.useRealTimers());

let closeGateway = () => {};
afterEach(() => {
  closeGateway();
  closeGateway = () => {};
  vi.setSystemTime(vi.getRealSystemTime());
});
const behind = async (meddling: Meddling): Promise<Pick<Seed, 'sandbox'>> => {
  const { options, close } = await startGateway(meddling);
  closeGateway = close;
  return { sandbox: options };
};

const token = (said: string): Seed => ({ fault: ['token-refused', said] });
const sign = (said: string): Seed => ({ fault: ['login-error', said] });

const WORDS: [name: string, seed: Seed, step: string, rule: Rule][] = [
  ['a demand for DPoP', token('invalid_dpop_proof:DPoP proof is required'), 'token', 'client.proof-of-possession'],
  [
    'a second factor, in Entra ID’s words',
    token('interaction_required:AADSTS50076 you must use multi-factor authentication'),
    'token',
    'authorization.question-for-user',
  ],
  [
    'a redirect URI, in Entra ID’s words',
    sign('invalid_client:AADSTS50011 The redirect URI does not match the redirect URIs configured for the application'),
    'callback',
    'authorization.redirect-uri',
  ],
];

const BELOW_THE_BASE: [name: string, seed: Seed, step: string, rule: Rule][] = ['metadata', '.well-known/x'].map(
  (document) => [
    `an iss that ends in ${document}, at an EHR that was never asked`,
    { launch: (url) => url.searchParams.set('iss', `${url.searchParams.get('iss')}/${document}`) },
    'launch',
    'launch.iss-not-the-base',
  ],
);

test.for([...WORDS, ...BELOW_THE_BASE])('%s', async ([, seed, step, rule]) => {
  expectSaid(await launchWith(seed), step, rule);
});

const TOKEN = /^\/auth\/token/;
const SEARCH = /^\/fhir\/r4\/ServiceRequest/;
test.for<[name: string, answer: Meddling, step: string, rule: Rule]>([
  [
    'an API gateway that forbids',
    page(TOKEN, 403, 'application/json', '{"message":"Forbidden"}'),
    'token',
    'token.forbidden',
  ],
  [
    'an API gateway that wants a key',
    page(TOKEN, 401, 'application/json', '{"error":{"code":9}}'),
    'token',
    'token.forbidden',
  ],
  ['a wrapped token', page(TOKEN, 200, 'application/json', '{"data":{}}'), 'token', 'token.no-access-token'],
  ['a firewall that calls a search bad', page(SEARCH, 400), 'requests', 'fhir.firewall'],
])('%s', async ([, answer, step, rule]) => {
  expectSaid(await launchWith(await behind(answer)), step, rule);
});

test.for<[path: RegExp, step: string, rule: Rule]>([
  [SEARCH, 'requests', 'fhir.search-invalid'],
  [/authorize/, 'authorization-redirect', 'authorization.not-back'],
])('a gateway that drops the query of %s', async ([path, step, rule]) => {
  const said = await launchWith(await behind(atPath(path, { isQueryLost: true })));
  expectSaid(said, step, rule);
  expect(said.words).toContain('drops');
});

test('the checks: an API gateway that forbids the token endpoint', async () => {
  const { open } = await checkWith(await behind(page(TOKEN, 403, 'application/json', '{"message":"Forbidden"}')));
  expectRow(open, 'token-endpoint', 'token.forbidden');
});

describe('a key that the EHR accepted before', () => {
  const refusedAfter = async (kid: (own: string) => string): Promise<Said> => {
    const { id, ehr } = await prepare({});
    const { keyRing, keyUses } = world().dependencies;
    keyUses.keyAccepted(id, kid(keyRing.signingKey('RS384').kid));
    ehr.faults.set('invalid-client');
    return inspect(await launchFrom(ehr, {}), id);
  };

  test('is not the cause: registration or proxy have changed', async () => {
    const said = await refusedAfter((own) => own);
    expectSaid(said, 'token', 'client.was-accepted');
    expect(said.words).toMatch(/vectorcare-test.*localhost:\d+/);
  });

  test('and is not the present one: the EHR keeps an old copy of our JWKS', async () => {
    expectSaid(await refusedAfter(() => 'the-key-before'), 'token', 'client.key-old-copy');
  });
});

const CREATE = /^\/fhir\/r4\/ServiceRequest$/;
const outcome = (status: number, code: string, text: string): Meddling =>
  page(
    CREATE,
    status,
    'application/fhir+json',
    JSON.stringify({ resourceType: 'OperationOutcome', issue: [{ severity: 'error', code, details: { text } }] }),
  );

test.for<[name: string, answer: Meddling, rule: Rule]>([
  ['401', outcome(401, 'login', 'Unauthorized'), 'fhir.create-token-refused'],
  ['403', outcome(403, 'forbidden', 'Client not authorized for ServiceRequest.Create'), 'fhir.create-forbidden'],
  ['403 of a firewall', page(CREATE, 403), 'fhir.firewall'],
  ['404', outcome(404, 'not-found', 'Unknown resource type'), 'fhir.create-not-offered'],
  ['405', outcome(405, 'not-supported', 'Method not allowed'), 'fhir.create-not-offered'],
  ['405 of a gateway', page(CREATE, 405), 'fhir.create-not-offered'],
  ['400 for an interaction that is not there', outcome(400, 'not-supported', 'create'), 'fhir.create-not-offered'],
  ['409', outcome(409, 'conflict', 'Resource exists'), 'fhir.create-conflict'],
  ['412', outcome(412, 'multiple-matches', 'If-None-Exist'), 'fhir.create-conflict'],
  ['422 for a duplicate', outcome(422, 'duplicate', 'An order like this is open'), 'fhir.create-conflict'],
  ['413 of a gateway', page(CREATE, 413), 'fhir.firewall'],
  ['415', outcome(415, 'structure', 'application/xml is expected'), 'fhir.no-json'],
  ['422', outcome(422, 'business-rule', 'Encounter is required'), 'fhir.create-refused'],
  ['400', outcome(400, 'code-invalid', 'Unknown code'), 'fhir.create-refused'],
  ['429', outcome(429, 'throttled', 'Rate limit'), 'fhir.throttled'],
  ['a redirect to a sign-in page', redirect(CREATE, 302, '/login'), 'fhir.redirect'],
  ['500', outcome(500, 'exception', 'NullPointerException'), 'fhir.create-unclear'],
])('a create that is refused: %s', async ([, answer, rule]) => {
  const scopes =
    'launch launch/patient openid fhirUser profile online_access patient/*.read patient/ServiceRequest.write';
  const { id, ehr } = await prepare({ ...(await behind(answer)), settings: { createRequests: true, scopes } });
  const browser = world().browser();
  const list = await browser.open(ehr.launch('pat-ada'));
  const url = `${world().url}/launches/${launchIdOf(list)}/requests/new`;
  const typed = { service: 'transport', what: 'Wheelchair van', neededOn: dayFromNow(20), priority: 'urgent' };
  const shown = await sendForm(browser, url, { ...ticketOf(await browser.visit(url)), ...typed, reason: 'Dialysis' });
  const said = await inspect(shown, id);
  expectSaid(said, 'create', rule);
  expect(said.shown).toMatch(/Not sent|did not confirm/);
});

const REUSED = 'Maximum allowed refresh token reuse exceeded';
const OTHER_CLIENT = "Invalid refresh token. Token client and authorized client don't match";
const refusing = (said: string) => () => JSON.stringify({ error: 'invalid_grant', error_description: said });
const withScope = (text: string) => JSON.stringify({ ...JSON.parse(text), scope: 'openid fhirUser launch' });

test.for<[name: string, change: (text: string) => string, status: number, rule: Rule]>([
  ['a refresh token that was used before', refusing(REUSED), 400, 'refresh.reused'],
  ['a refresh token of another client', refusing(OTHER_CLIENT), 400, 'grant.other-client'],
  ['a session that is over', refusing('Session not active'), 400, 'refresh.session-over'],
  ['a second factor', () => '{"error":"interaction_required"}', 400, 'authorization.question-for-user'],
  ['fewer scopes', withScope, 200, 'refresh.scope-smaller'],
])('a renewal with %s', async ([, change, status, rule]) => {
  let isArmed = false;
  const meddling = atPath(TOKEN, {
    body: (text) => (isArmed ? change(text) : text),
    status: (answered) => (isArmed ? status : answered),
  });
  const { id, ehr } = await prepare({ ...(await behind(meddling)), fault: ['string-expires-in', '60'] });
  const browser = world().browser();
  const list = await browser.open(ehr.launch('pat-ada'));
  isArmed = true;
  vi.setSystemTime(Date.now() + 61_000);
  expectSaid(await inspect(await browser.visit(list.url), id), 'refresh', rule);
});

describe('the checks of an introspection endpoint', () => {
  const INTROSPECT = /^\/auth\/introspect/;
  const settings = { introspection: 'on' };
  const json = (status: number, body: string) => page(INTROSPECT, status, 'application/json', body);

  test.for<[name: string, answer: Meddling, owner: string, found: RegExp]>([
    ['a web page', page(INTROSPECT, 200), 'EHR team', /not a JSON object/],
    ['nothing there', page(INTROSPECT, 404), 'EHR team', /status 404/],
    ['a portal that refuses', page(INTROSPECT, 403), 'EHR team', /status 403/],
    ['a server that fails', json(500, '{}'), 'EHR team', /status 500/],
    ['a redirect to a sign-in', redirect(INTROSPECT, 302, '/login'), 'EHR team', /status 302/],
    ['an invented token that is active', json(200, '{"active":true}'), 'EHR team', /calls an invented token active/],
  ])('%s', async ([, answer, owner, found]) => {
    const { open } = await checkWith({ ...(await behind(answer)), settings });
    expect(open.map((row) => [row.id, row.owner])).toEqual([['introspection-endpoint', owner]]);
    expect(open[0]?.found).toMatch(found);
    expect(`${open[0]?.found} ${open[0]?.remedy}`).not.toMatch(/[{}]|\(not known\)/);
  });

  test.for([
    ['that refuses a caller without a key', json(401, '{"error":"invalid_client"}')],
    ['that answers everybody', json(200, '{"active":false}')],
  ] as const)('an endpoint %s is there', async ([, answer]) => {
    expect((await checkWith({ ...(await behind(answer)), settings })).open).toEqual([]);
  });
});
