/** A third set of misconfigurations, in launches: invented after the first two sets passed, to find missing rules. */
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import type { Rule } from '#src/errors/rules/table.ts';
import { expectSaid, type Seed, useSeededWorld } from './seeded-world.ts';

const { inspect, launchFrom, launchWith, prepare, world } = useSeededWorld();

type Case = [name: string, seed: Seed, step: string, rule: Rule, says?: RegExp];

const refused = (said: string): Seed => ({ fault: ['invalid-client', said] });
const code = (said: string): Seed => ({ fault: ['expired-code', said] });
const sign = (said: string): Seed => ({ fault: ['login-error', said] });
const members = (changed: Record<string, unknown>): Seed => ({
  fault: ['discovery-members', JSON.stringify(changed)],
});
const PRACTITIONERS = { userTypes: 'practitioner' };

const CLIENT: Case[] = [
  [
    'an EHR that cannot fetch our JWKS',
    refused('Unable to retrieve keys from jwks_uri'),
    'token',
    'client.jwks-unreachable',
  ],
  ['an EHR that reaches no JWKS in time', refused('JWKS: connection timed out'), 'token', 'client.jwks-unreachable'],
  ['a key that was revoked', refused('The signing key has been revoked'), 'token', 'client.key-off', /key [\w-]{4,}/],
  ['a client that is disabled', refused('Client is disabled'), 'token', 'client.off', /vectorcare-test/],
  ['a client that waits for approval', refused('application not approved for this tenant'), 'token', 'client.off'],
  ['a client with a shared secret', refused('client authentication method not allowed'), 'token', 'client.method'],
  ['another typ', refused('typ must be client-authentication+jwt'), 'token', 'client.type', /than JWT/],
  ['a node whose clock is behind', refused('iat is in the future'), 'token', 'client.assertion-times'],
  ['a node whose clock is ahead', refused('JWT has expired'), 'token', 'client.assertion-times'],
  ['a gateway that repeats requests', refused('jti has already been used'), 'token', 'client.assertion-used'],
  ['a code of another client', code('code was issued to another client'), 'token', 'grant.other-client'],
  ['a token endpoint of another environment', code('authorization code not found'), 'token', 'grant.unknown'],
];

const TOKEN: Case[] = [
  ['a token endpoint that is not there', { fault: 'token-no-oauth-error' }, 'token', 'token.not-there', /localhost/],
  ['a token endpoint for other methods', { fault: ['token-no-oauth-error', 405] }, 'token', 'token.not-there'],
  ['a firewall before the token endpoint', { fault: ['token-html-404', 403] }, 'token', 'token.web-page'],
  ['a token response that is not compressed as it says', { fault: 'token-garbled' }, 'token', 'network.garbled'],
  ['a token response labelled as text', { fault: 'token-plain-text' }, 'token', 'token.not-json'],
  ['a malformed request, as the EHR sees it', { fault: 'token-request-refused' }, 'token', 'token.request-refused'],
  ['a limit of requests for an hour', { fault: ['token-429', 3600] }, 'token', 'token.busy'],
  ['an access token that lives no time', { fault: ['string-expires-in', '0'] }, 'token', 'token.short-life', /0 s/],
];

const SIGN_IN: Case[] = [
  [
    'an authorization endpoint that is not there',
    { fault: 'authorize-absent' },
    'authorization-redirect',
    'authorization.not-back',
    /nothing is at the authorization endpoint on localhost/,
  ],
  [
    'a launch value that was used',
    sign('invalid_request:launch is unknown, expired or already used'),
    'callback',
    'authorization.launch-over',
  ],
  [
    'an authorization server of another FHIR server',
    sign('invalid_request:aud is not this server'),
    'callback',
    'authorization.audience',
    /\/fhir\/r4/,
  ],
  [
    'an authorization server without S256',
    sign('invalid_request:code_challenge_method is not supported'),
    'callback',
    'authorization.pkce',
  ],
  [
    'a redirect URI of old',
    sign('invalid_request:redirect_uri does not match'),
    'callback',
    'authorization.redirect-uri',
    /\/smart\/callback/,
  ],
  [
    'a client ID of the other environment',
    sign('invalid_client:no such client'),
    'callback',
    'authorization.client-unknown',
    /vectorcare-test/,
  ],
  ['a user whose EHR session is over', sign('login_required'), 'callback', 'authorization.sign-in-needed'],
  ['a consent that cannot be asked for', sign('consent_required'), 'callback', 'authorization.question-for-user'],
  ['a maintenance', sign('temporarily_unavailable'), 'callback', 'authorization.unavailable'],
  ['an issuer that is not named', members({ issuer: null }), 'callback', 'issuer.not-named', /\/auth/],
];

const IDENTITY: Case[] = [
  ['a shared secret for id_tokens', { fault: 'shared-secret-id-token' }, 'id-token', 'id-token.algorithm', /HS256/],
  ['an opaque id_token', { fault: 'unreadable-id-token' }, 'id-token', 'id-token.form'],
  [
    'an encrypted id_token',
    { fault: ['unreadable-id-token', 'eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.a.b.c.d'] },
    'id-token',
    'id-token.encrypted',
  ],
  ['an id_token without exp', { fault: 'no-exp' }, 'id-token', 'id-token.time-missing'],
  ['an id_token without aud', { fault: 'no-audience' }, 'id-token', 'id-token.audience-missing'],
  ['an id_token authorized for another client', { fault: 'wrong-azp' }, 'id-token', 'id-token.audience'],
  ['a key set that is not there', { fault: ['jwks-500', 404] }, 'id-token', 'keys.unreadable'],
  ['a web page for the key set', { fault: 'jwks-html' }, 'id-token', 'keys.unreadable'],
  [
    'a key set on plain http',
    { fault: ['oidc-members', '{"jwks_uri":"http://ehr.example/jwks"}'] },
    'id-token',
    'keys.address-unusable',
  ],
  [
    'a key set on a closed port',
    { fault: ['oidc-members', '{"jwks_uri":"http://localhost:1/jwks"}'] },
    'id-token',
    'network.refused',
  ],
  ['no jwks_uri', { fault: ['oidc-members', '{"jwks_uri":null}'] }, 'id-token', 'keys.no-jwks-uri'],
  [
    'a patient as user',
    { fault: ['bad-fhir-user', 'Patient/pat-ada'], settings: PRACTITIONERS },
    'user',
    'user.other-kind',
  ],
  [
    'a fhirUser of the DSTU2 base',
    { fault: ['foreign-fhir-user', 'http://localhost:1/fhir/dstu2/Practitioner/prac-rivera'], settings: PRACTITIONERS },
    'user',
    'user.fhir-user-elsewhere',
  ],
  [
    'a grant without the patient',
    { fault: ['narrowed-scope', 'launch openid fhirUser patient/ServiceRequest.read'] },
    'scopes',
    'scope.patient-missing',
  ],
  [
    'a grant without openid',
    { fault: ['narrowed-scope', 'launch patient/Patient.read'] },
    'scopes',
    'scope.openid-missing',
  ],
];

const DISCOVERY: Case[] = [
  ['a proxy that wants a sign-in', { fault: ['discovery-proxy', 407] }, 'discovery', 'network.proxy-sign-in'],
  ['a gateway without its server', { fault: ['discovery-proxy', 502] }, 'discovery', 'discovery.server-error'],
  ['a document that is not compressed as it says', { fault: 'discovery-garbled' }, 'discovery', 'network.garbled'],
  ['a limit of requests for documents', { fault: ['discovery-500', 429] }, 'discovery', 'discovery.throttled'],
  [
    'a redirect to itself',
    { fault: ['discovery-redirect', '/fhir/r4/.well-known/smart-configuration/'] },
    'discovery',
    'discovery.redirect',
  ],
  [
    'an authorization endpoint on plain http',
    members({ authorization_endpoint: 'http://ehr.example/auth' }),
    'discovery',
    'discovery.endpoint-not-https',
  ],
];

const FHIR: Case[] = [
  [
    'a patient of another server',
    { fault: ['bad-patient-id', 'pat-of-another-server'] },
    'patient',
    'fhir.patient-not-found',
  ],
  ['a record that was merged', { fault: ['patient-refused', 410] }, 'patient', 'fhir.patient-gone'],
  ['a server that refuses JSON', { fault: ['patient-refused', 406] }, 'patient', 'fhir.no-json'],
  ['a server that answers in XML', { fault: 'fhir-xml' }, 'patient', 'fhir.no-json'],
  ['a search that is refused as invalid', { fault: 'search-refused' }, 'requests', 'fhir.search-invalid'],
  ['a search that is not there', { fault: ['search-refused', 404] }, 'requests', 'fhir.search-absent'],
  ['a search that is refused with 401', { fault: ['search-refused', 401] }, 'requests', 'fhir.search-token-refused'],
  ['an OperationOutcome for a list', { fault: 'search-outcome-200' }, 'requests', 'fhir.search-outcome'],
  ['a list of 12 MB', { fault: 'huge-bundle' }, 'requests', 'fhir.too-large'],
];

const FRAMED = { 'sec-fetch-dest': 'iframe', referer: 'https://chart.hospital.example/patients' };

test.for([...CLIENT, ...TOKEN, ...SIGN_IN, ...IDENTITY, ...DISCOVERY, ...FHIR])(
  '%s',
  async ([, seed, step, rule, says = /./]) => {
    const said = await launchWith(seed);
    expectSaid(said, step, rule);
    expect(said.words).toMatch(says);
  },
);

test('for a wrong frame address the page around the app is named, and where to add it', async () => {
  const said = await launchWith({
    settings: { frameAncestors: ['https://other.example'] },
    browser: { headers: FRAMED },
  });
  expect([said.rule, said.owner]).toEqual(['launch.other-frame', 'The organization’s administrator']);
  expect(said.words).toContain('https://chart.hospital.example');
});

test('a callback that is opened a second time', async () => {
  const { id, ehr } = await prepare({});
  const browser = world().browser();
  await launchFrom(ehr, {});
  const callback = await browser.openUntil(ehr.launch('pat-ada'), '/smart/callback');
  await browser.open(callback);
  const said = await inspect(await browser.open(callback), id);
  expect([said.step, said.owner]).toEqual(['callback', 'The user']);
});

test('a launch value that is opened a second time', async () => {
  const { id, ehr } = await prepare({});
  const url = ehr.launch('pat-ada');
  await world().browser().open(url);
  expectSaid(await inspect(await world().browser().open(url), id), 'callback', 'authorization.launch-over');
});

test.for([
  ['another service than HTTP', 'SSH-2.0-OpenSSH_9.6\r\n', 'network.garbled'],
  ['nothing, and hangs up', '', 'network.broken-off'],
] as const)('a port that answers with %s', async ([, greeting, rule]) => {
  const server = createServer((socket) => void socket.on('error', () => {}).end(greeting));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/fhir`;
  const seed: Seed = { settings: { fhirBaseUrl: base }, launch: (url) => url.searchParams.set('iss', base) };
  const said = await launchWith(seed);
  server.close();
  expectSaid(said, 'discovery', rule);
});
