/** Launches that stop at the EHR’s sign-in, or when the browser comes back from it. */
import { expect, test } from 'vitest';
import { atPath } from '#test/helpers/servers/gateway.ts';
import { expectRow, expectSaid } from './seeding/expectations.ts';
import { useSeededWorld } from './seeding/seeded-world.ts';
import { CONFIGURATION, members, sign, urn } from './seeding/seeds.ts';

const { checkWith, inspect, launchFrom, launchesSay, launchWith, prepare, world } = useSeededWorld();

const ASKED = 'launch openid fhirUser patient/Patient.read patient/ServiceRequest.read';

launchesSay('authorization-redirect', [
  [
    'a client ID that is not registered',
    { settings: { clientId: 'of-the-other-environment' } },
    'authorization.not-back',
    /client_id of-the-other-environment.*redirect_uri http/,
  ],
  [
    'a redirect URI that is not registered',
    { registered: { redirectUri: 'https://app.example/callback' } },
    'authorization.not-back',
    /\/smart\/callback/,
  ],
  [
    'an authorization endpoint that is not there',
    'authorize-absent',
    'authorization.not-back',
    /nothing is at the authorization endpoint on localhost/,
  ],
  [
    'a gateway that drops the query of the sign-in',
    atPath(/authorize/, { isQueryLost: true }),
    'authorization.not-back',
    /drops/,
  ],
  [
    'a sign-in that may not be shown in the frame of the chart',
    { settings: { clientId: 'unknown' }, browser: { headers: { 'sec-fetch-dest': 'iframe' } } },
    'authorization.not-back-framed',
    /frame stays empty.*single sign-on.*client_id unknown/,
  ],
]);

launchesSay('callback', [
  ['a user who may not use the app', 'access-denied', 'authorization.denied'],
  [
    'a user who is not assigned to the app',
    sign('interaction_required:AADSTS50105: The signed in user is not assigned to the application'),
    'authorization.not-assigned',
    { says: /Assign the user/, shown: /did not allow access.*Ask your help desk for access/ },
  ],
  [
    'a sign-in page that was open for too long',
    sign('temporarily_unavailable:authentication_expired'),
    'authorization.sign-in-needed',
    { shown: /Sign in to the EHR/ },
  ],
  ['a client without the grant', sign('unauthorized_client'), 'authorization.client-not-allowed'],
  ['a request the EHR does not take', sign('invalid_request'), 'authorization.request-refused'],
  ['a sign-in server that fails', sign('server_error'), 'authorization.server-error'],
  ['an error of the EHR’s own', sign('vendor_code'), 'authorization.other-error'],
  ['an error of the EHR’s own that speaks', sign('tenant_mismatch'), 'authorization.tenant', /Compare the tenant/],
  [
    'another user in the browser, as Oracle Health says it',
    sign(`access_denied:${urn('smart-v1:grant:launch:mismatched-identity')}`),
    'authorization.other-user',
    { shown: /takes you for another user.*Sign out/ },
  ],
  [
    'a client that the tenant does not have, as Oracle Health says it',
    sign(`unauthorized_client:${urn('oauth2:grant:unauthorized-client-for-tenant')}`),
    'client.off',
    { check: 'authorization-endpoint' },
  ],
  ['a scope that is not registered', 'invalid-scope', 'scope.refused'],
  [
    'a scope that is not registered, and is named',
    sign('invalid_scope:Invalid scopes: "patient/ServiceRequest.read". Of patient/Smith.read too, at launch'),
    'scope.refused-named',
    /names patient\/ServiceRequest\.read\..*Register patient\/ServiceRequest\.read for/,
  ],
  [
    'scopes that are named in a row',
    sign('invalid_scope:Invalid scopes: openid launch profile fhirUser'),
    'scope.refused-named',
    /names (?:[^.]*, )?launch[,.]/,
  ],
  [
    'a list of all scopes that were asked for',
    { ...sign(`invalid_scope:Invalid scopes: ${ASKED}`), settings: { scopes: ASKED, scopeVersion: 'v1' } },
    'scope.refused',
  ],
  [
    'a scope beside those that are allowed',
    sign('invalid_scope:Invalid scope. Allowed: openid fhirUser'),
    'scope.refused',
  ],
  ['a scope that was not asked for', sign('invalid_scope:Invalid scope patient/Smith.read'), 'scope.refused'],
  ['a state that was changed on the way', 'wrong-state', 'callback.state-changed'],
  ['a callback without state', 'no-state', 'callback.state-changed'],
  ['a callback without code', 'no-code', 'callback.malformed'],
  ['a callback of another issuer', 'issuer-mismatch', 'callback.other-iss', { check: 'authorization-endpoint' }],
  ['a callback without the promised iss', 'missing-iss', 'callback.iss-missing', { check: 'authorization-endpoint' }],
  [
    'an issuer setting that the EHR does not use',
    { settings: { issuers: ['https://ehr.example/oauth2'] } },
    'issuer.setting-differs',
    /ehr\.example\/oauth2/,
  ],
  [
    'a launch value that was used',
    sign('invalid_request:launch is unknown, expired or already used'),
    'authorization.launch-over',
  ],
  [
    'an authorization server of another FHIR server',
    sign('invalid_request:aud is not this server'),
    'authorization.audience',
    /\/fhir\/r4/,
  ],
  [
    'an authorization server without S256',
    sign('invalid_request:code_challenge_method is not supported'),
    'authorization.pkce',
  ],
  [
    'a redirect URI of old',
    sign('invalid_request:redirect_uri does not match'),
    'authorization.redirect-uri',
    /\/smart\/callback/,
  ],
  [
    'a client ID of the other environment',
    sign('invalid_client:no such client'),
    'authorization.client-unknown',
    /vectorcare-test/,
  ],
  ['a user whose EHR session is over', sign('login_required'), 'authorization.sign-in-needed'],
  ['a consent that cannot be asked for', sign('consent_required'), 'authorization.question-for-user'],
  ['a maintenance', sign('temporarily_unavailable'), 'authorization.unavailable'],
  [
    'an issuer by the name of the inside',
    members({ issuer: 'http://keycloak:8080/realms/x' }),
    'keys.address-unusable',
    { says: /external base URL/, check: 'guide-issuer' },
  ],
  ['an issuer that is not named', members({ issuer: null }), 'issuer.not-named', /\/auth/],
  ['a redirect URI in the words of others', sign('redirect_uri_mismatch'), 'authorization.redirect-uri'],
  ['an app that the tenant has not enabled', sign('access_denied:tenant has not enabled this app'), 'client.off'],
  [
    'a demand for pushed requests',
    sign('invalid_request:Pushed authorization request is required'),
    'authorization.pushed-request',
    /vectorcare-test/,
  ],
  [
    'a reply URL',
    sign('invalid_request:The reply URL does not match the reply URLs of the application'),
    'authorization.redirect-uri',
    /\/smart\/callback/,
  ],
  ['a resource indicator', sign('invalid_request:Invalid resource indicator'), 'authorization.audience', /\/fhir\/r4/],
  [
    'a launch context of another environment',
    sign('invalid_request:The launch context could not be resolved'),
    'authorization.launch-over',
  ],
  [
    'metadata that writes its issuer in capitals, which is no setting of ours',
    atPath(CONFIGURATION, { body: (text) => text.replaceAll(/"issuer":"http/g, '"issuer":"HTTP') }),
    'callback.other-iss',
    { says: /letter for letter/, shown: /did not come back/ },
  ],
  ['an audience the EHR does not serve', sign('invalid_target:aud'), 'authorization.audience'],
  ['a redirect URI of old', sign('invalid_redirect_uri:no'), 'authorization.redirect-uri'],
  ['an app that is switched off', sign('access_denied:The app is disabled'), 'client.off', /vectorcare-test/],
  [
    'a redirect URI, in Entra ID’s words',
    sign('invalid_client:AADSTS50011 The redirect URI does not match the redirect URIs configured for the application'),
    'authorization.redirect-uri',
  ],
  [
    'a client that may not be launched from a chart',
    sign('unauthorized_client:Client is not allowed to use EHR launch'),
    'authorization.launch-type',
    { says: /Enable EHR launch/, shown: /Trying again does not help/, check: 'authorization-endpoint' },
  ],
  [
    'a client that is switched off',
    sign('unauthorized_client:The client is not enabled in this environment'),
    'client.off',
    { check: 'authorization-endpoint' },
  ],
]);

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

test('a browser that lost its cookies on the way is not reported as the EHR’s fault', async () => {
  const { id, ehr } = await prepare({});
  const browser = world().browser();
  const callback = await browser.openUntil(ehr.launch('pat-ada'), '/smart/callback');
  browser.jar.clear();
  expectSaid(await inspect(await browser.open(callback), id), 'callback', 'callback.no-cookie');
});

test('a browser that blocks cookies is the workstation team’s job', async () => {
  const said = await launchWith({ browser: { blocksCookies: true } });
  expect([said.step, said.owner]).toEqual(['cookies', 'Workstation team']);
});

test('a server that only posts its answers is noticed before a launch', async () => {
  const { open } = await checkWith({ fault: ['discovery-members', '{"response_modes_supported":["form_post"]}'] });
  expectRow(open, 'flow', 'callback.posted');
});
