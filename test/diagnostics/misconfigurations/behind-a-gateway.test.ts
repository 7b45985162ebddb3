/** A fifth set: gateways, firewalls and proxies that stand before the EHR, and refusals in the words of other servers. */
import { expect, test } from 'vitest';
import type { Rule } from '#src/errors/rules/table.ts';
import { atPath, type Meddling, page, redirect, startGateway } from '#test/helpers/servers/gateway.ts';
import { expectRow, expectSaid, type Seed, useSeededWorld } from './seeded-world.ts';

const { checkWith, launchWith } = useSeededWorld();

const PATIENT = /^\/fhir\/r4\/Patient/;
const SEARCH = /^\/fhir\/r4\/ServiceRequest/;
const TOKEN = /^\/auth\/token/;
const CONFIGURATION = /smart-configuration$/;

type Case = [name: string, meddling: Meddling, step: string, rule: Rule, says?: RegExp];

const GATEWAYS: Case[] = [
  [
    'a token endpoint that is published with a slash too many',
    atPath(CONFIGURATION, { body: (text) => text.replace('/auth/token"', '/auth/token/"') }),
    'token',
    'client.audience-slash',
  ],
  [
    'a token endpoint with a wrong path',
    atPath(CONFIGURATION, { body: (text) => text.replace('/auth/token"', '/oauth2/token"') }),
    'token',
    'token.web-page',
    /Compare host and path of token_endpoint/,
  ],
  [
    'a gateway that sends the token request to https',
    redirect(TOKEN, 301, 'https://ehr.example/auth/token'),
    'token',
    'token.redirect',
  ],
  [
    'a gateway that wants a sign-in before the token endpoint',
    redirect(TOKEN, 302, '/login?next=/token'),
    'token',
    'token.redirect',
    /sign-in page/,
  ],
  ['a token endpoint that answers with nothing', page(TOKEN, 200, 'application/json', ''), 'token', 'token.not-json'],
  [
    'a proxy that removes the Authorization header',
    atPath(/^\/fhir\/r4\//, { headers: (headers) => void delete headers.authorization }),
    'patient',
    'fhir.token-refused-at-once',
    /removes the Authorization header/,
  ],
  [
    'a proxy that removes it from searches',
    atPath(SEARCH, { headers: (headers) => void delete headers.authorization }),
    'requests',
    'fhir.search-token-refused',
  ],
  ['a firewall that blocks searches', page(SEARCH, 403), 'requests', 'fhir.firewall'],
  ['a firewall that blocks the patient', page(PATIENT, 403), 'patient', 'fhir.firewall'],
  ['a gateway for short addresses', page(SEARCH, 414), 'requests', 'fhir.firewall', /length/],
  ['a gateway for small headers', page(PATIENT, 431), 'patient', 'fhir.firewall', /headers/],
  ['a gateway without its FHIR server', page(PATIENT, 502), 'patient', 'fhir.failing'],
  [
    'a portal that wants a sign-in before FHIR',
    redirect(PATIENT, 302, '/login'),
    'patient',
    'fhir.redirect',
    /sign-in page/,
  ],
  [
    'a cache that adds a comment to documents',
    atPath(CONFIGURATION, { body: (text) => `${text}<!-- cached -->` }),
    'discovery',
    'discovery.not-json',
  ],
  ['a key set behind a sign-in', redirect(/jwks/, 302, '/login'), 'id-token', 'keys.unreadable'],
  [
    'a key set for encryption only',
    atPath(/jwks/, { body: (text) => text.replaceAll('"use":"sig"', '"use":"enc"') }),
    'id-token',
    'keys.none-usable',
  ],
];

async function behind<Result>(meddling: Meddling, use: (seed: Seed) => Promise<Result>): Promise<Result> {
  const gateway = await startGateway(meddling);
  try {
    return await use({ sandbox: gateway.options });
  } finally {
    gateway.close();
  }
}

test.for(GATEWAYS)('%s', async ([, meddling, step, rule, says = /./]) => {
  const said = await behind(meddling, launchWith);
  expectSaid(said, step, rule);
  expect(said.words).toMatch(says);
  // A button would contradict the words beside it.
  if (said.shown.includes('Trying again does not help')) expect(said.shown).not.toContain('Try again');
});

test.for([
  [
    'a firewall before the CapabilityStatement',
    page(/^\/fhir\/r4\/metadata/, 403),
    'capability-statement',
    'fhir.firewall',
  ],
  [
    'an authorization endpoint of another tenant',
    atPath(CONFIGURATION, { body: (text) => text.replace('/auth/authorize"', '/tenant-b/authorize"') }),
    'authorization-endpoint',
    'authorization.not-there',
  ],
] as [string, Meddling, string, Rule][])('the checks: %s', async ([, meddling, row, rule]) => {
  expectRow((await behind(meddling, checkWith)).open, row, rule);
});

const token = (said: string): Seed => ({ fault: ['token-refused', said] });
const sign = (said: string): Seed => ({ fault: ['login-error', said] });

test.for([
  [
    'an app that is registered as public',
    { fault: ['invalid-client', 'Public clients must not authenticate'] },
    'token',
    'client.method',
    /confidential/,
  ],
  [
    'a gateway that drops the body',
    token('invalid_request:grant_type is missing'),
    'token',
    'token.body-lost',
    /x-www-form-urlencoded/,
  ],
  [
    'offline access that the client may not have',
    token('not_allowed:Offline tokens not allowed'),
    'token',
    'token.scope',
  ],
  [
    'a launch that is over at the token endpoint',
    { fault: ['expired-code', 'Launch context is no longer valid'] },
    'token',
    'authorization.launch-over',
  ],
  [
    'a reply URL',
    sign('invalid_request:The reply URL does not match the reply URLs of the application'),
    'callback',
    'authorization.redirect-uri',
    /\/smart\/callback/,
  ],
  [
    'a resource indicator',
    sign('invalid_request:Invalid resource indicator'),
    'callback',
    'authorization.audience',
    /\/fhir\/r4/,
  ],
  [
    'a launch context of another environment',
    sign('invalid_request:The launch context could not be resolved'),
    'callback',
    'authorization.launch-over',
  ],
] as [string, Seed, string, Rule, RegExp?][])('%s', async ([, seed, step, rule, says = /./]) => {
  const said = await launchWith(seed);
  expectSaid(said, step, rule);
  expect(said.words).toMatch(says);
});
