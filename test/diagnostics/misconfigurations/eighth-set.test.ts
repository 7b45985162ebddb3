/** An eighth set: certificates of callers, plain http, proxies and caches on any path, fhirUser, and words of servers. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import type { Rule } from '#src/errors/rules/table.ts';
import { atPath, type Meddling, page, startGateway } from '#test/helpers/servers/gateway.ts';
import { expectRow, expectSaid, type Seed, useSeededWorld } from './seeded-world.ts';

const { checkWith, inspect, launchFrom, launchWith, prepare } = useSeededWorld();

const CONFIGURATION = /smart-configuration$/;
const TOKEN = /^\/auth\/token/;
const PATIENT = /^\/fhir\/r4\/Patient/;
const USER = /^\/fhir\/r4\/Practitioner/;
const NO_CERTIFICATE = '<center><h1>400 Bad Request</h1>No required SSL certificate was sent</center><hr>nginx';
const outcome = (status: number): Meddling =>
  page(USER, status, 'application/fhir+json', '{"resourceType":"OperationOutcome","issue":[]}');
const encoded = (coding: string): Meddling => ({
  path: TOKEN,
  answer: (answer) =>
    answer.writeHead(200, { 'content-type': 'application/json', 'content-encoding': coding }).end('{"access_token":1}'),
});
const token = (said: string): Seed => ({ fault: ['token-refused', said] });
const iss = (change: (iss: string) => string): Seed => ({
  launch: (url) => url.searchParams.set('iss', change(url.searchParams.get('iss') ?? '')),
  isProven: true,
});

type Case = [name: string, what: Meddling | Seed, step: string, rule: Rule, says?: RegExp];

const CASES: Case[] = [
  ['a proxy that wants a sign-in before the token endpoint', page(TOKEN, 407), 'token', 'network.proxy-sign-in'],
  ['a proxy that wants a sign-in before the key set', page(/jwks/, 407), 'id-token', 'network.proxy-sign-in'],
  ['a proxy before the OpenID document', page(/openid-configuration$/, 407), 'id-token', 'network.proxy-sign-in'],
  ['a proxy that wants a sign-in before FHIR', page(PATIENT, 407), 'patient', 'network.proxy-sign-in'],
  [
    'nginx that wants a client certificate for documents',
    page(CONFIGURATION, 400, 'text/html', NO_CERTIFICATE),
    'discovery',
    'tls.client-certificate',
  ],
  [
    'nginx that wants a client certificate for tokens',
    page(TOKEN, 400, 'text/html', NO_CERTIFICATE),
    'token',
    'tls.client-certificate',
    /signed assertions/,
  ],
  [
    'IIS that wants a client certificate for keys',
    page(/jwks/, 403, 'text/html', '<h2>403.7 - Forbidden: Client certificate required</h2>'),
    'id-token',
    'tls.client-certificate',
  ],
  [
    'nginx that wants one for FHIR',
    page(PATIENT, 400, 'text/html', NO_CERTIFICATE),
    'patient',
    'fhir.firewall',
    /certificate/,
  ],
  [
    'a server of plain http',
    { sandbox: { origin: (port) => `https://localhost:${port}` } },
    'discovery',
    'tls.plain-http',
  ],
  [
    'a portal that calls its page FHIR',
    page(PATIENT, 200, 'application/fhir+json', '<!DOCTYPE html>'),
    'patient',
    'fhir.web-page',
  ],
  ['a gateway for short bodies', page(TOKEN, 413, 'application/json', '{}'), 'token', 'token.body-lost'],
  ['brotli that is none', encoded('br'), 'token', 'network.garbled'],
  ['zstd that is none', encoded('zstd'), 'token', 'network.garbled'],
  ['a Practitioner who may not be read', outcome(403), 'practitioner', 'user.not-read', /status 403/],
  ['a Practitioner who is not there', outcome(404), 'practitioner', 'user.not-read', /status 404.*has to be there/],
  ['a directory that is down', outcome(503), 'practitioner', 'user.not-read', /status 503/],
  ['a portal in place of the user', page(USER, 200), 'practitioner', 'user.not-read', /no such resource came/],
  ['a fhirUser of another server', { fault: 'foreign-fhir-user' }, 'practitioner', 'user.fhir-user-elsewhere'],
  [
    'a fhirUser that is a bare id',
    { fault: ['bad-fhir-user', 'prac-rivera'] },
    'practitioner',
    'user.fhir-user-elsewhere',
  ],
  [
    'a fhirUser that is a urn',
    { fault: ['bad-fhir-user', 'urn:uuid:6f0d0a2e-0000-4000-8000-000000000000'] },
    'practitioner',
    'user.fhir-user-elsewhere',
  ],
  ['no fhirUser', { fault: 'no-fhir-user' }, 'practitioner', 'user.no-fhir-user'],
  [
    'an iss above the FHIR base',
    iss((url) => url.replace('/r4', '')),
    'launch',
    'launch.iss-not-the-base',
    /\/fhir\/r4/,
  ],
  [
    'an iss with another name of the host',
    iss((url) => url.replace('localhost', '127.0.0.1')),
    'launch',
    'launch.other-environment',
    /the same server under another name/,
  ],
  ['an iss in quotation marks', iss((url) => `"${url}"`), 'launch', 'launch.parameter-malformed', /quotation marks/],
  [
    'scopes with commas',
    atPath(TOKEN, { body: (text) => text.replace(/"scope":"[^"]*"/, (scope) => scope.replaceAll(' ', ',')) }),
    'scopes',
    'scope.nothing',
    /commas/,
  ],
  [
    'half a token response',
    page(TOKEN, 200, 'application/json', '{"access_token":"a'),
    'token',
    'token.not-json',
    /complete/,
  ],
  ['a gateway that does not reach the token endpoint', page(TOKEN, 504), 'token', 'token.server-error', /gateway/],
  [
    'a limit of how long assertions live',
    token('invalid_client:exp must be within 60 seconds'),
    'token',
    'client.assertion-life',
  ],
  [
    'a client of the other environment',
    token('unauthorized_client:Client is not allowed in this environment'),
    'token',
    'client.unknown',
  ],
  [
    'ES384 at an EHR that takes RS384',
    { ...token('invalid_client:Unsupported alg ES384'), settings: { assertionAlg: 'ES384' } },
    'token',
    'client.algorithm',
    /RS384 and ES384/,
  ],
  [
    'a key set for another algorithm',
    atPath(/jwks/, { body: (text) => text.replaceAll('"alg":"RS256"', '"alg":"RS1"') }),
    'id-token',
    'keys.none-usable',
    /the algorithm of id_tokens/,
  ],
];

const isMeddling = (what: Meddling | Seed): what is Meddling => 'path' in what;

async function behind<Result>(what: Meddling | Seed, use: (seed: Seed) => Promise<Result>): Promise<Result> {
  if (!isMeddling(what)) return use(what);
  const { options, close } = await startGateway(what);
  try {
    return await use({ sandbox: options });
  } finally {
    close();
  }
}

test.for(CASES)('%s', async ([, what, step, rule, says = /./]) => {
  const said = await behind(what, launchWith);
  expectSaid(said, step, rule);
  expect(said.words).toMatch(says);
});

test.for<[name: string, what: Meddling | Seed, row: string, rule: Rule]>([
  ['a proxy before the token endpoint', page(TOKEN, 407), 'token-endpoint', 'network.proxy-sign-in'],
  ['a proxy before the key set', page(/jwks/, 407), 'guide-jwks', 'network.proxy-sign-in'],
  ['a proxy before the OpenID document', page(/openid-configuration$/, 407), 'guide-issuer', 'network.proxy-sign-in'],
  [
    'nginx that wants a client certificate',
    page(CONFIGURATION, 400, 'text/html', NO_CERTIFICATE),
    'guide-smart-configuration',
    'tls.client-certificate',
  ],
  [
    'a server of plain http',
    { sandbox: { origin: (port) => `https://localhost:${port}` } },
    'tls-version',
    'tls.plain-http',
  ],
])('the checks: %s', async ([, what, row, rule]) => {
  expectRow((await behind(what, checkWith)).open, row, rule);
});

test('a token endpoint of plain http on a port for https', async () => {
  const answer: RequestListener = (_request, response) => void response.end('{}');
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `localhost:${(server.address() as AddressInfo).port}`;
  const members = JSON.stringify({ token_endpoint: `https://${host}/token` });
  const seed: Seed = { fault: ['discovery-members', members], settings: { allowedHosts: [host] } };
  expectSaid(await launchWith(seed), 'token', 'tls.plain-http');
  expectRow((await checkWith(seed)).open, 'token-endpoint', 'tls.plain-http');
  server.close();
});

test('a cache that answers a second launch with the first one’s tokens', async () => {
  let first: string | undefined;
  await behind(atPath(TOKEN, { body: (text) => (first ??= text) }), async (seed) => {
    const { id, ehr } = await prepare(seed);
    await launchFrom(ehr, {});
    const said = await inspect(await launchFrom(ehr, {}), id);
    expectSaid(said, 'id-token', 'id-token.nonce-wrong');
    expect(said.words).toMatch(/cache answers in place of the token endpoint/);
  });
});
