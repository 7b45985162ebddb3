/** The two addresses of the sign-in are asked once by a run that a person waits for; every answer has its own words. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { runChecks } from '#src/checks/run.ts';
import { type Rule, ruleRows } from '#src/errors/rules/table.ts';
import { type Checkup, createCheckup, row } from '#test/checks/checkup.ts';
import { alter, type HealthyEhr, startHealthyEhr } from '#test/checks/healthy-ehr.ts';
import type { StubAnswer } from '#test/helpers/servers/stub-ehr.ts';
import { organizationSettings } from '#test/integration-page/organization-settings.ts';

let ehr: HealthyEhr;
let checkup: Checkup;
beforeAll(async () => {
  ehr = await startHealthyEhr();
  checkup = createCheckup();
});
afterEach(() => ehr.heal());
afterAll(async () => {
  await checkup.close();
  await ehr.close();
});

const OURS = 'http://localhost:1/smart/callback';
const HTML = { headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>Portal</title>' };
const json = (status: number, body: object): StubAnswer => ({ status, body });
const to = (location: string): StubAnswer => ({ status: 302, headers: { location }, body: '' });

async function askedRow(id: string, clientId = 'abc', introspection: 'on' | 'off' = 'off') {
  const organization = organizationSettings({
    fhirBaseUrl: ehr.fhirBase,
    ...{ clientId, introspection },
    frameAncestors: ['https://chart.example'],
  });
  const input = { fhirUrl: ehr.fhirBase, organization, asksSignIn: true } as const;
  return row(await runChecks(input, checkup.dependencies).finished, id);
}

type Case = [name: string, answer: StubAnswer, verdict: string, found: RegExp, rule?: Rule];

const AUTHORIZATION: Case[] = [
  [
    'no sign-in without a user, and without the promised iss',
    to(`${OURS}?error=login_required&state=x`),
    'warning',
    /promises iss/,
    'callback.iss-missing',
  ],
  [
    'another issuer',
    to(`${OURS}?error=login_required&iss=https://elsewhere.example/auth`),
    'failure',
    /elsewhere\.example/,
    'callback.other-iss',
  ],
  ['a sign-in page', HTML, 'pass', /status 200$/],
  [
    'a sign-in page that no frame may show',
    { ...HTML, headers: { ...HTML.headers, 'x-frame-options': 'DENY' } },
    'warning',
    /empty frame/,
    'authorization.sign-in-unframed',
  ],
  [
    'a sign-in page that only pages elsewhere may frame',
    { ...HTML, headers: { ...HTML.headers, 'content-security-policy': "frame-ancestors 'self' https://x.example" } },
    'warning',
    /empty frame/,
    'authorization.sign-in-unframed',
  ],
  [
    'a sign-in page that the chart may frame, whatever the older header says',
    {
      ...HTML,
      headers: {
        ...HTML.headers,
        'x-frame-options': 'DENY',
        'content-security-policy': "default-src 'self'; frame-ancestors 'self' https://chart.example; img-src *",
      },
    },
    'pass',
    /status 200$/,
  ],
  ['a sign-in elsewhere', to('https://login.example/start'), 'pass', /login\.example; a launch shows/],
  [
    'an error page',
    { ...HTML, status: 400 },
    'warning',
    /client ID abc or the redirect URI http/,
    'authorization.error-page',
  ],
  [
    'an error page elsewhere',
    to('/error?error=invalid_client'),
    'warning',
    /\(invalid_client\)/,
    'authorization.error-page',
  ],
  [
    'a client without the grant',
    to(`${OURS}?error=unauthorized_client`),
    'warning',
    /knows the client ID abc/,
    'authorization.client-not-allowed',
  ],
  ['nothing', { ...HTML, status: 404 }, 'failure', /Nothing is at/, 'authorization.not-there'],
  ['no GET', { ...HTML, status: 405 }, 'failure', /Nothing is at/, 'authorization.not-there'],
  ['a firewall', { ...HTML, status: 403 }, 'info', /browsers may be let in/],
  ['a failure', { ...HTML, status: 502 }, 'warning', /it fails/],
  ['a code without a user', to(`${OURS}?code=abc`), 'warning', /without a user/],
  ['a redirect without an address', { status: 302, body: '' }, 'warning', /without an address/],
  [
    'a page of status 200 that refuses the redirect URI',
    { ...HTML, body: '<h1>Sign in</h1><p>AADSTS50011: The redirect URI specified in the request does not match</p>' },
    'warning',
    /does not accept the redirect URI http/,
    'authorization.redirect-uri',
  ],
  [
    'a page of status 200 that does not know the client',
    { ...HTML, body: '<h1>Error</h1><p>Unknown client_id in the request.</p>' },
    'warning',
    /does not know the client ID abc/,
    'authorization.client-unknown',
  ],
  [
    'a sign-in page that has a script about redirects',
    { ...HTML, body: '<h1>Sign in</h1><script>if (invalid) location = redirect_uri; // not a valid page</script>' },
    'pass',
    /200/,
  ],
];

test.for(AUTHORIZATION)('the authorization endpoint answers with %s', async ([, answer, verdict, found, rule]) => {
  ehr.on('authorize', () => answer);
  const seen = await askedRow('authorization-endpoint');
  expect(seen).toMatchObject({ verdict, found: expect.stringMatching(found) });
  if (rule) expect(seen.owner).toBe(ruleRows[rule].owner);
});

const TOKEN: Case[] = [
  ['invalid_client', json(401, { error: 'invalid_client' }), 'pass', /401, invalid_client/],
  ['invalid_request', json(400, { error: 'invalid_request' }), 'pass', /400, invalid_request/],
  ['a portal', HTML, 'failure', /web page/, 'token.web-page'],
  ['a web page with 404', { ...HTML, status: 404 }, 'failure', /Nothing accepts token requests/, 'token.not-there'],
  ['nothing', json(404, { message: 'no' }), 'failure', /Nothing accepts token requests/, 'token.not-there'],
  ['a framework without this address', json(404, { error: 'Not Found' }), 'failure', /404/, 'token.not-there'],
  ['a redirect', to('https://elsewhere.example/token'), 'failure', /redirects/, 'token.redirect'],
  ['a gateway’s words', json(401, { message: 'Unauthorized' }), 'warning', /without an OAuth error/, 'token.forbidden'],
  ['a maintenance', json(503, { error: 'temporarily_unavailable' }), 'warning', /maintenance/, 'token.busy'],
  ['a failure', { ...HTML, status: 500 }, 'warning', /500, text\/html: it fails$/],
  ['too many requests', json(429, { error: 'slow_down' }), 'warning', /429/, 'token.throttled'],
  ['an unknown client, with status 500', json(500, { error: 'invalid_client' }), 'pass', /500, invalid_client/],
  ['a client that may not, with 502', json(502, { error: 'unauthorized_client' }), 'pass', /502, unauthorized_client/],
  ['a failure inside', json(500, { error: 'server_error' }), 'warning', /500, application\/json: it fails$/],
  ['an error with 200', json(200, { error: 'invalid_grant' }), 'failure', /200/, 'token.error-in-200'],
  [
    'a token for an invented code',
    json(200, { access_token: 'a', token_type: 'Bearer' }),
    'failure',
    /took an invented code/,
  ],
];

test('the authorization endpoint answers with no sign-in without a user, in the name of its issuer', async () => {
  ehr.on('authorize', () => to(`${OURS}?error=login_required&iss=${encodeURIComponent(ehr.fhirBase)}`));
  const { verdict, found } = await askedRow('authorization-endpoint');
  expect([verdict, found]).toEqual(['pass', expect.stringMatching(/to our redirect URI \(login_required\)/)]);
});

test.for(TOKEN)('the token endpoint answers with %s', async ([, answer, verdict, found, rule]) => {
  ehr.on('token', () => answer);
  const seen = await askedRow('token-endpoint');
  expect(seen).toMatchObject({ verdict, found: expect.stringMatching(found) });
  expect(JSON.stringify(seen)).not.toContain('(not known)');
  if (rule) expect(seen.owner).toBe(ruleRows[rule].owner);
});

test('without a client ID, a token endpoint that wants a password speaks of this app', async () => {
  ehr.on('token', () => ({ ...json(401, {}), headers: { 'www-authenticate': 'Basic realm="x"' } }));
  const { found, remedy } = await askedRow('token-endpoint', '');
  expect(`${found} ${remedy}`).toMatch(/this app/);
  expect(`${found} ${remedy}`).not.toMatch(/\(not known\)|[Ll]et\s{2}|client\s{2}/);
});

test.for([
  ['authorization_endpoint', 'authorization-endpoint', 'warning', /not reached from this service/],
  ['token_endpoint', 'token-endpoint', 'failure', /nothing listens/],
] as const)('a closed port at %s', async ([member, id, verdict, found]) => {
  alter(ehr, 'smart-configuration', { [member]: 'http://127.0.0.1:1/x' });
  const organization = organizationSettings({ fhirBaseUrl: ehr.fhirBase, allowedHosts: ['127.0.0.1:1'] });
  const input = { fhirUrl: ehr.fhirBase, organization, asksSignIn: true } as const;
  const seen = row(await runChecks(input, checkup.dependencies).finished, id);
  expect(seen).toMatchObject({ verdict, found: expect.stringMatching(found) });
});

const DOCUMENT = '/fhir/.well-known/openid-configuration';
test.for([
  ['an issuer that keeps us out', DOCUMENT, 403, 'skipped', '2.'],
  ['an issuer that is down', DOCUMENT, 503, 'skipped', '2.'],
  ['keys that keep us out', '/auth/jwks', 401, 'skipped', '3.'],
  // Launches do without this document, so its row fails nothing.
  ['an issuer without a document', DOCUMENT, 404, 'failure', 'Nothing accepts token requests'],
  ['nothing else', '/nowhere', 404, 'failure', 'Nothing accepts token requests'],
] as const)('a token endpoint that is not there, beside %s', async ([, path, status, verdict, found]) => {
  ehr.on('token', () => json(404, { message: 'no' }));
  ehr.on(path, () => json(status, { message: 'no' }));
  expect(await askedRow('token-endpoint')).toMatchObject({ verdict, found: expect.stringContaining(found) });
});

test('a token endpoint that works passes beside a document of its host that fails', async () => {
  ehr.on('token', () => json(401, { error: 'invalid_client' }));
  ehr.on(DOCUMENT, () => json(503, { message: 'no' }));
  expect(await askedRow('token-endpoint')).toMatchObject({ verdict: 'pass' });
});

test('each endpoint gets one request without user, launch and key, which cannot succeed', async () => {
  ehr.on('authorize', () => to(`${OURS}?error=login_required`));
  await askedRow('token-endpoint');
  const [authorize, token] = [ehr.seen('authorize'), ehr.seen('token')];
  expect([authorize.length, token.length]).toEqual([1, 1]);
  expect(authorize[0]?.query.get('prompt')).toBe('none');
  expect(authorize[0]?.query.get('scope')).toBe('openid');
  expect(authorize[0]?.query.has('launch')).toBe(false);
  expect([...new URLSearchParams(token[0]?.body).keys()]).toEqual(['grant_type', 'code']);
});

test('without a client ID no request goes to the authorization endpoint', async () => {
  ehr.on('authorize', () => ({ ...HTML, status: 400 }));
  expect(await askedRow('authorization-endpoint', '')).toMatchObject({ verdict: 'pass' });
  expect(ehr.seen('authorize')[0]?.query.size).toBe(0);
});

test('a scheduled check sends a request to neither endpoint', async () => {
  const finished = await checkup.run(ehr.fhirBase, {});
  for (const id of ['authorization-endpoint', 'token-endpoint']) expect(row(finished, id).verdict).toBe('skipped');
  expect([...ehr.seen('authorize'), ...ehr.seen('token')]).toEqual([]);
});

test('the introspection setting gets a warning if the EHR has no introspection endpoint', async () => {
  const seen = row(await checkup.run(ehr.fhirBase, { introspection: 'on' }), 'introspection-endpoint');
  expect(seen).toMatchObject({ verdict: 'warning', owner: 'Your administrator' });
  alter(ehr, 'smart-configuration', { introspection_endpoint: `${ehr.origin}/auth/introspect` });
  expect(row(await checkup.run(ehr.fhirBase, { introspection: 'on' }), 'introspection-endpoint').verdict).toBe('pass');
  expect(row(await checkup.run(ehr.fhirBase, {}), 'introspection-endpoint').verdict).toBe('skipped');
});

test.for<[string, StubAnswer, string, RegExp]>([
  ['a refusal without our key', json(401, { error: 'invalid_client' }), 'pass', /status 401 without our key/],
  ['a forbidden one', json(403, {}), 'pass', /status 403 without our key/],
  ['a bad request', json(400, { error: 'invalid_request' }), 'pass', /status 400 without our key/],
  ['no active token', json(200, { active: false }), 'pass', /status 200, not active/],
  ['a page that refuses', { ...HTML, status: 401 }, 'warning', /gives no usable answer \(status 401\)/],
  ['a page', HTML, 'warning', /gives no usable answer/],
  ['nothing there', json(404, {}), 'warning', /status 404/],
  ['an error', json(500, {}), 'warning', /status 500/],
  ['an invented token that is active', json(200, { active: true }), 'failure', /calls an invented token active/],
])('the introspection endpoint answers with %s', async ([, answer, verdict, found]) => {
  alter(ehr, 'smart-configuration', { introspection_endpoint: `${ehr.origin}/auth/introspect` });
  ehr.on('/auth/introspect', () => answer);
  const seen = await askedRow('introspection-endpoint', 'abc', 'on');
  expect(seen).toMatchObject({ verdict, found: expect.stringMatching(found) });
});
