/** Seeded misconfigurations that end a launch: each is named with its step, its owner and its own next step. */
import { describe, expect, test } from 'vitest';
import type { Rule } from '#src/errors/rules/table.ts';
import { expectSaid, type Seed, useSeededWorld } from './seeded-world.ts';

const { launchWith } = useSeededWorld();

type Case = [name: string, seed: Seed, step: string, rule: Rule, says?: RegExp];

const other = (host: string) => (url: URL) => {
  const iss = new URL(url.searchParams.get('iss') ?? '');
  url.searchParams.set('iss', `https://${host}${iss.pathname}`);
};
const issChanged = (change: (iss: string) => string) => (url: URL) =>
  url.searchParams.set('iss', change(url.searchParams.get('iss') ?? ''));

const ENUMERATED = 'launch openid fhirUser patient/Patient.read patient/ServiceRequest.read';

const LAUNCH: Case[] = [
  [
    'a bookmark of the launch URL',
    { launch: (url) => url.searchParams.delete('iss') },
    'launch',
    'launch.parameter-missing',
  ],
  [
    'an EHR that adds no launch',
    { launch: (url) => url.searchParams.delete('launch') },
    'launch',
    'launch.parameter-missing',
  ],
  [
    'iss typed into the registered launch URL as well',
    { launch: (url) => url.searchParams.append('iss', 'https://ehr.example/fhir') },
    'launch',
    'launch.parameter-repeated',
  ],
  ['an iss that is no URL', { launch: issChanged(() => 'ehr.example/fhir') }, 'launch', 'launch.parameter-malformed'],
  [
    'a launch URL without orgId',
    { launch: (url) => url.searchParams.delete('orgId') },
    'launch',
    'launch.org-id-missing',
  ],
  [
    'an orgId of the other deployment',
    { launch: (url) => url.searchParams.set('orgId', 'h-42') },
    'launch',
    'launch.org-id-unknown',
  ],
  [
    'a launch from the test environment into a connection that works',
    { launch: other('test.ehr.example'), isProven: true },
    'launch',
    'launch.other-environment',
    /from https:\/\/test\.ehr\.example.*Leave the FHIR URL in Settings as it is/,
  ],
  [
    'a launch with the base of another FHIR version',
    { launch: issChanged((iss) => iss.replace('/r4', '/dstu2')), isProven: true },
    'launch',
    'launch.other-environment',
  ],
  [
    'a FHIR URL in Settings that never answered',
    { settings: { fhirBaseUrl: 'https://elsewhere.example/fhir' } },
    'launch',
    'launch.fhir-url-unproven',
    /elsewhere\.example/,
  ],
  [
    'a FHIR URL that differs in letter case',
    { launch: issChanged((iss) => iss.replace('/fhir/r4', '/FHIR/R4')), isProven: true },
    'launch',
    'launch.iss-written-differently',
    /\/FHIR\/R4/,
  ],
  [
    'a FHIR URL that differs by two slashes at the end',
    { launch: issChanged((iss) => `${iss}//`), isProven: true },
    'launch',
    'launch.iss-written-differently',
  ],
  ['an organization that is switched off', { isDisabled: true }, 'launch', 'launch.organization-disabled'],
];

const DISCOVERY: Case[] = [
  ['a web page for smart-configuration', { fault: 'discovery-html' }, 'discovery', 'discovery.html'],
  ['a smart-configuration that breaks off', { fault: 'discovery-truncated' }, 'discovery', 'discovery.not-json'],
  ['a smart-configuration that is a list', { fault: 'discovery-not-an-object' }, 'discovery', 'discovery.not-json'],
  ['a smart-configuration that redirects', { fault: 'discovery-redirect' }, 'discovery', 'discovery.redirect'],
  ['a server that fails', { fault: 'discovery-500' }, 'discovery', 'discovery.server-error'],
  [
    'a smart-configuration without a token endpoint',
    { fault: 'discovery-no-token-endpoint' },
    'discovery',
    'discovery.endpoint-missing',
  ],
  ['a token endpoint on plain http', { fault: 'discovery-http-endpoint' }, 'discovery', 'discovery.endpoint-not-https'],
  [
    'a token endpoint on another host',
    { fault: 'discovery-foreign-token-endpoint' },
    'discovery',
    'discovery.endpoint-other-host',
  ],
  [
    'a server for shared secrets only',
    { fault: 'discovery-no-asymmetric' },
    'discovery',
    'discovery.no-private-key-jwt',
  ],
  [
    'a server without a common algorithm',
    { fault: 'discovery-no-common-algorithm' },
    'discovery',
    'discovery.no-common-algorithm',
  ],
  ['a smart-configuration of 12 MB', { fault: 'discovery-huge' }, 'discovery', 'network.too-large'],
];

const SIGN_IN: Case[] = [
  [
    'a client ID that is not registered',
    { settings: { clientId: 'of-the-other-environment' } },
    'authorization-redirect',
    'authorization.not-back',
    /client_id of-the-other-environment.*redirect_uri http/,
  ],
  [
    'a redirect URI that is not registered',
    { registered: { redirectUri: 'https://app.example/callback' } },
    'authorization-redirect',
    'authorization.not-back',
    /\/smart\/callback/,
  ],
  ['a user who may not use the app', { fault: 'access-denied' }, 'callback', 'authorization.denied'],
  [
    'a client without the grant',
    { fault: ['login-error', 'unauthorized_client'] },
    'callback',
    'authorization.client-not-allowed',
  ],
  [
    'a request the EHR does not take',
    { fault: ['login-error', 'invalid_request'] },
    'callback',
    'authorization.request-refused',
  ],
  ['a sign-in server that fails', { fault: ['login-error', 'server_error'] }, 'callback', 'authorization.server-error'],
  ['an error of the EHR’s own', { fault: ['login-error', 'tenant_mismatch'] }, 'callback', 'authorization.other-error'],
  ['a scope that is not registered', { fault: 'invalid-scope' }, 'callback', 'scope.refused'],
  ['a state that was changed on the way', { fault: 'wrong-state' }, 'callback', 'callback.state-changed'],
  ['a callback without state', { fault: 'no-state' }, 'callback', 'callback.state-changed'],
  ['a callback without code', { fault: 'no-code' }, 'callback', 'callback.malformed'],
  ['a callback of another issuer', { fault: 'issuer-mismatch' }, 'callback', 'callback.other-iss'],
  ['a callback without the promised iss', { fault: 'missing-iss' }, 'callback', 'callback.iss-missing'],
  [
    'an issuer setting that the EHR does not use',
    { settings: { issuers: ['https://ehr.example/oauth2'] } },
    'callback',
    'issuer.setting-differs',
    /ehr\.example\/oauth2/,
  ],
];

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
  ['the launch URL', LAUNCH],
  ['the SMART configuration', DISCOVERY],
  ['the sign-in', SIGN_IN],
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
