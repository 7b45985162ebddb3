/** Seeded misconfigurations after the sign-in: each is named with its step, its owner and its own remedy. */
import { describe, expect, test } from 'vitest';
import type { Rule } from '#src/errors/rules/table.ts';
import { expectSaid, type Seed, useSeededWorld } from './seeded-world.ts';

const { launchWith } = useSeededWorld();

type Case = [name: string, seed: Seed, step: string, rule: Rule, says?: RegExp];

const ENUMERATED = 'launch openid fhirUser patient/Patient.read patient/ServiceRequest.read';

const TOKEN: Case[] = [
  [
    'a client assertion refused without a reason',
    { fault: 'invalid-client' },
    'token',
    'client.key',
    /must show the key [\w-]+/,
  ],
  ['a JWKS URL that is not ours', { registered: { jwksUrl: 'http://localhost:1/jwks.json' } }, 'token', 'client.key'],
  [
    'an audience setting that the EHR does not take',
    { settings: { assertionAudience: 'issuer' } },
    'token',
    'client.audience-setting',
  ],
  [
    'an assertion type that the EHR does not take',
    { settings: { assertionType: 'client-authentication+jwt' } },
    'token',
    'client.type-setting',
  ],
  ['an EHR that expects the issuer as audience', { sandbox: { profile: 'helseid-like' } }, 'token', 'client.assertion'],
  [
    'a client without this grant at the token endpoint',
    { fault: 'unauthorized-client' },
    'token',
    'client.grant-not-allowed',
  ],
  ['a code that expired', { fault: 'expired-code' }, 'token', 'grant.expired'],
  ['a token endpoint that fails', { fault: 'token-500' }, 'token', 'token.server-error'],
  ['a token endpoint in maintenance', { fault: 'token-503' }, 'token', 'token.busy'],
  ['a portal at the token endpoint', { fault: 'token-html-200' }, 'token', 'token.web-page'],
  ['a token endpoint that redirects', { fault: 'token-redirect' }, 'token', 'token.redirect'],
  ['an error with status 200', { fault: 'token-error-200' }, 'token', 'token.error-in-200'],
  ['a token type that is not Bearer', { fault: 'token-type-mac' }, 'token', 'token.type'],
  ['a response without access token', { fault: 'no-access-token' }, 'token', 'token.no-access-token'],
];

const IDENTITY: Case[] = [
  ['no id_token', { fault: 'no-id-token' }, 'id-token', 'id-token.missing'],
  ['a wrong signature', { fault: 'bad-signature' }, 'id-token', 'id-token.signature'],
  ['a key that is not published', { fault: 'unknown-key' }, 'id-token', 'id-token.unknown-key'],
  ['no signature', { fault: 'alg-none' }, 'id-token', 'id-token.algorithm', /none/],
  ['a nonce of another sign-in', { fault: 'wrong-nonce' }, 'id-token', 'id-token.nonce-wrong'],
  ['no nonce', { fault: 'no-nonce' }, 'id-token', 'id-token.nonce-missing', /accept its absence/],
  ['an id_token for another app', { fault: 'wrong-audience' }, 'id-token', 'id-token.audience'],
  ['an id_token for others as well', { fault: 'extra-audience' }, 'id-token', 'id-token.audience'],
  ['an issuer from elsewhere', { fault: 'foreign-issuer' }, 'id-token', 'id-token.issuer', /elsewhere\.example/],
  ['an old id_token', { fault: 'expired-id-token' }, 'id-token', 'id-token.expired'],
  ['an id_token from the future', { fault: 'future-id-token' }, 'id-token', 'id-token.clock-ahead'],
  ['no sub', { fault: 'no-sub' }, 'id-token', 'id-token.subject'],
  ['an at_hash of another token', { fault: 'wrong-at-hash' }, 'id-token', 'id-token.access-token-hash'],
  ['a key set that fails', { fault: 'jwks-500' }, 'id-token', 'keys.unreadable'],
  ['an empty key set', { fault: 'jwks-empty' }, 'id-token', 'keys.none-usable'],
  ['a web page for the OpenID document', { fault: 'oidc-html' }, 'id-token', 'keys.document-unreadable'],
  ['an OpenID document of another issuer', { fault: 'oidc-issuer-mismatch' }, 'id-token', 'keys.document-other-issuer'],
  [
    'an id_token issuer of the EHR’s own host',
    { sandbox: { profile: 'oracle-like' }, settings: { scopes: ENUMERATED } },
    'id-token',
    'id-token.issuer-of-ehr',
  ],
];

const USER: Case[] = [
  ['a grant without the patient', { fault: ['narrowed-scope', 'openid fhirUser launch'] }, 'scopes', 'scope.nothing'],
  ['no patient in context', { fault: 'no-patient' }, 'context', 'context.patient-missing'],
  ['a reference for a patient', { fault: ['bad-patient-id', 'Patient/pat-ada'] }, 'context', 'context.id-malformed'],
  ['no fhirUser', { fault: 'no-fhir-user', settings: { userTypes: 'practitioner' } }, 'user', 'user.no-fhir-user'],
  [
    'a fhirUser of another server',
    { fault: 'foreign-fhir-user', settings: { userTypes: 'practitioner' } },
    'user',
    'user.fhir-user-elsewhere',
  ],
];

const FHIR: Case[] = [
  ['a fresh token that FHIR refuses', { fault: 'fhir-401' }, 'patient', 'fhir.token-refused-at-once'],
  ['a chart that FHIR refuses', { fault: 'fhir-403' }, 'patient', 'fhir.patient-refused'],
  ['a FHIR server that fails', { fault: 'fhir-500' }, 'patient', 'fhir.failing'],
  ['a sign-in page in place of FHIR', { fault: 'fhir-html' }, 'patient', 'fhir.web-page'],
  ['another patient', { fault: 'wrong-patient' }, 'patient', 'fhir.other-patient'],
  ['an OperationOutcome for a patient', { fault: 'patient-outcome-200' }, 'patient', 'fhir.no-patient'],
  ['a FHIR server that redirects', { fault: 'fhir-redirect' }, 'patient', 'fhir.redirect'],
  ['a search that FHIR refuses', { fault: 'fhir-403-requests' }, 'requests', 'fhir.search-refused'],
  ['endless paging', { fault: 'endless-paging' }, 'requests', 'fhir.endless-paging'],
  ['a next page elsewhere', { fault: 'foreign-next-link' }, 'requests', 'fhir.page-elsewhere'],
];

describe.for([
  ['the token', TOKEN],
  ['the id_token and its keys', IDENTITY],
  ['scopes, patient and user', USER],
  ['FHIR', FHIR],
] as const)('%s', ([, cases]) => {
  test.for(cases)('%s', async ([, seed, step, rule, says = /./]) => {
    const said = await launchWith(seed);
    expectSaid(said, step, rule);
    expect(said.words).toMatch(says);
  });
});
