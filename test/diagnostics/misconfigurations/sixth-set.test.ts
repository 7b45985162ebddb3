/** A sixth set: a proxy that rewrites Host, answers that are no resource, searches not offered, and introspection. */
import { expect, test } from 'vitest';
import type { Rule } from '#src/errors/rules/table.ts';
import { atPath, type Meddling, page, startGateway } from '#test/helpers/servers/gateway.ts';
import { expectSaid, type Seed, useSeededWorld } from './seeded-world.ts';

const { checkWith, launchWith } = useSeededWorld();

const PATIENT = /^\/fhir\/r4\/Patient/;
const SEARCH = /^\/fhir\/r4\/ServiceRequest/;
const TOKEN = /^\/auth\/token/;
const CONFIGURATION = /smart-configuration$/;
const FHIR_JSON = 'application/fhir+json';

/** Answers with the first half only, and hangs up. */
const half = (path: RegExp): Meddling => ({
  path,
  answer: (answer) => {
    answer.writeHead(200, { 'content-type': FHIR_JSON, 'content-length': '900' });
    answer.write('{"resourceType":', () => answer.destroy());
  },
});
const host = atPath(TOKEN, { headers: (headers) => void (headers.host = 'ehr.internal:8443') });
const introspection = (fault: 'introspection-401' | 'introspection-html' | 'introspection-other-client'): Seed => ({
  settings: { introspection: 'on' },
  fault,
});

test.for<[name: string, what: Meddling | Seed, step: string, rule: Rule, says: RegExp, shown: RegExp]>([
  [
    'a proxy that rewrites Host, so that the audience is another',
    host,
    'token',
    'client.key',
    /another address than that on localhost:\d+, as behind a proxy that rewrites Host.*let the proxy pass Host on/,
    /does not recognize this app/,
  ],
  [
    'a proxy that drops the content type',
    atPath(TOKEN, { headers: (headers) => void delete headers['content-type'] }),
    'token',
    'token.body-lost',
    /x-www-form-urlencoded/,
    /Trying again does not help/,
  ],
  [
    'a gateway for other content types',
    page(TOKEN, 415, 'text/plain', ''),
    'token',
    'token.body-lost',
    /body/,
    /refused/,
  ],
  [
    'a sign-in address that only the EHR’s own network knows, on plain http',
    atPath(CONFIGURATION, {
      body: (text) => text.replaceAll(/http:\/\/localhost:\d+\/auth/g, 'http://keycloak:8080/auth'),
    }),
    'discovery',
    'discovery.endpoint-inside',
    /external base URL/,
    /Trying again does not help/,
  ],
  [
    'metadata that writes its issuer in capitals, which is no setting of ours',
    atPath(CONFIGURATION, { body: (text) => text.replaceAll(/"issuer":"http/g, '"issuer":"HTTP') }),
    'callback',
    'callback.other-iss',
    /letter for letter/,
    /did not come back/,
  ],
  [
    'a redirect URI that the token endpoint sees differently',
    { fault: ['expired-code', 'redirect_uri mismatch'] },
    'token',
    'grant.redirect-uri',
    /Register http/,
    /The EHR refused to sign you in.*Trying again does not help/,
  ],
  [
    'an EHR with SMART’s older way alone',
    page(CONFIGURATION, 404),
    'callback',
    'discovery.older-way',
    /does not serve smart-configuration/,
    /did not come back/,
  ],
  [
    'a connection that breaks off',
    half(PATIENT),
    'patient',
    'network.broken-off',
    /before the answer was complete/,
    /patient/,
  ],
  [
    'a patient in plain text',
    page(PATIENT, 200, 'text/plain', '{"resourceType":"Patient","id":"pat-ada"}'),
    'patient',
    'fhir.no-json',
    /content type/,
    /Trying again does not help/,
  ],
  ['an empty patient', page(PATIENT, 204, FHIR_JSON, ''), 'patient', 'fhir.unreadable', /nothing/, /unexpected answer/],
  ['half a patient', page(PATIENT, 200, FHIR_JSON, '{"id":'), 'patient', 'fhir.unreadable', /a part/, /unexpected/],
  ['a list that is no resource', page(SEARCH, 200, FHIR_JSON, '{}'), 'requests', 'fhir.unreadable', /resource/, /Ada/],
  [
    'a search that is not allowed',
    page(SEARCH, 405, FHIR_JSON, ''),
    'requests',
    'fhir.search-absent',
    /does not offer ServiceRequest/,
    /does not offer requests to this app/,
  ],
  [
    'a search that is not implemented',
    page(SEARCH, 501, FHIR_JSON, ''),
    'requests',
    'fhir.search-absent',
    /does not offer ServiceRequest/,
    /does not offer requests to this app/,
  ],
  [
    'a fresh token that FHIR refuses',
    { fault: 'fhir-401' },
    'patient',
    'fhir.token-refused-at-once',
    /token arrived/,
    /The EHR does not accept this app’s access.*If it happens again, give the support code/,
  ],
  [
    'an introspection endpoint that refuses us',
    introspection('introspection-401'),
    'requests',
    'refresh.not-confirmed',
    /no usable answer \(status 401\).*the client vectorcare-test/,
    /Requests for Ada/,
  ],
  [
    'an introspection endpoint with a web page',
    introspection('introspection-html'),
    'requests',
    'refresh.not-confirmed',
    /no usable answer/,
    /Requests for Ada/,
  ],
  [
    'an introspection of another client',
    introspection('introspection-other-client'),
    'refresh',
    'refresh.other-launch',
    /another client or patient/,
    /If it happens again, give the support code/,
  ],
])('%s', async ([, what, step, rule, says, shown]) => {
  const gateway = 'path' in what ? await startGateway(what) : undefined;
  try {
    const said = await launchWith(gateway ? { sandbox: gateway.options } : (what as Seed));
    expectSaid(said, step, rule);
    expect(said.words).toMatch(says);
    expect(said.shown).toMatch(shown);
  } finally {
    gateway?.close();
  }
});

test('the checks of an EHR with SMART’s older way alone name its addresses in full', async () => {
  const gateway = await startGateway(page(CONFIGURATION, 404));
  try {
    const { open } = await checkWith({ sandbox: gateway.options });
    expect(open.map(({ id }) => id)).toEqual(['guide-smart-configuration', 'guide-issuer']);
    for (const row of open) expect(`${row.found} ${row.remedy}`).toMatch(/^[^{}]*http[^{}]*$/);
  } finally {
    gateway.close();
  }
});
