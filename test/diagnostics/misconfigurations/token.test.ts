/** Launches that stop at the token endpoint, though it knows the client: codes, gateways and broken answers. */
import { expect, test } from 'vitest';
import { atPath, page, redirect } from '#test/helpers/servers/gateway.ts';
import { expectSaid } from './seeding/expectations.ts';
import { useSeededWorld } from './seeding/seeded-world.ts';
import { CONFIGURATION, code, JSON_TYPE, members, refused, TOKEN, token, urn } from './seeding/seeds.ts';

const { launchesSay, launchWith, checkWith, prepare } = useSeededWorld();

const LABELLED = JSON.stringify({ access_token: 'x', token_type: 'Bearer' });
const APIGEE = '{"ErrorCode":"invalid_client","Error":"ClientId is Invalid"}';
const OKTA = `{"errorCode":"invalid_client","errorSummary":"Invalid value for 'client_id' parameter."}`;
const NESTED = '{"error":{"code":"invalid_client","message":"Unknown client"}}';
const XML = '<oauth><error>invalid_client</error><error_description>Unknown client</error_description></oauth>';
const NAMED = '{"error":"invalid_client","error_description":"Unknown client"}';
const framework = (status: number, error: string) => page(TOKEN, status, JSON_TYPE, JSON.stringify({ status, error }));
const APIGEE_FAULT = '{"fault":{"faultstring":"Invalid client identifier {0}"}}';

launchesSay('token', [
  ['a code that expired', 'expired-code', 'grant.expired'],
  ['a token endpoint that fails', 'token-500', 'token.server-error'],
  ['a token endpoint in maintenance', 'token-503', 'token.busy'],
  ['a portal at the token endpoint', 'token-html-200', 'token.web-page', { check: 'token-endpoint' }],
  [
    'a token endpoint that redirects',
    'token-redirect',
    'token.redirect',
    { check: 'token-endpoint', shown: /Trying again does not help/ },
  ],
  [
    'a firewall that answers with status 200',
    page(TOKEN, 200, 'text/html', 'The requested URL was rejected. Please consult with your administrator.'),
    'network.web-firewall',
    { check: 'token-endpoint' },
  ],
  [
    'a proxy on the way out that wants a sign-in',
    { fault: ['token-redirect', 'https://gateway.zscloud.net/auD'] },
    'network.proxy-sign-in',
  ],
  [
    'a remote-access gateway that wants a sign-in',
    { fault: ['token-redirect', '/my.policy'] },
    'network.proxy-sign-in',
  ],
  [
    'a firewall of Cloudflare',
    page(TOKEN, 403, 'text/plain', 'error code: 1020'),
    'network.web-firewall',
    { check: 'token-endpoint' },
  ],
  ['a client ID unknown to Apigee', page(TOKEN, 401, JSON_TYPE, APIGEE), 'client.unknown'],
  ['a fault of Apigee', page(TOKEN, 401, JSON_TYPE, APIGEE_FAULT), 'client.unknown'],
  ['a client ID unknown to Okta', page(TOKEN, 401, JSON_TYPE, OKTA), 'client.unknown'],
  ['an unknown client, within an object', page(TOKEN, 400, JSON_TYPE, NESTED), 'client.unknown'],
  ['an unknown client, in XML', page(TOKEN, 400, 'application/xml', XML), 'client.unknown'],
  [
    'an unknown client, in a form',
    page(TOKEN, 400, 'text/plain', 'error=invalid_client&error_description=Unknown+client'),
    'client.unknown',
  ],
  [
    'an unknown client, with status 200',
    page(TOKEN, 200, JSON_TYPE, NAMED),
    'client.unknown',
    { shown: /Trying again does not help/ },
  ],
  [
    'an unknown client, with status 500',
    page(TOKEN, 500, JSON_TYPE, NAMED),
    'client.unknown',
    { shown: /Trying again does not help/ },
  ],
  [
    'an introspection endpoint',
    page(TOKEN, 200, JSON_TYPE, '{"active":false}'),
    'token.no-access-token',
    { says: /correct token_endpoint/, shown: /Trying again does not help/ },
  ],
  [
    'a resource server in the place of the token endpoint',
    page(TOKEN, 401, JSON_TYPE, '{"error":"invalid_token"}'),
    'token.forbidden',
    /correct token_endpoint/,
  ],
  ['an EHR that calls the client ID an API key', refused('Invalid API key'), 'client.unknown'],
  [
    'an access policy that blocks our servers',
    code('AADSTS53003: Access has been blocked by Conditional Access policies.'),
    'authorization.policy',
    { says: /egress addresses/, shown: /did not allow access.*Ask your help desk for access/ },
  ],
  ['an error with status 200', 'token-error-200', 'token.error-in-200'],
  [
    'a server that is busy',
    token('temporarily_unavailable'),
    'token.busy',
    { shown: /cannot sign you in at the moment/ },
  ],
  [
    'a key that is refused with status 200',
    page(TOKEN, 200, JSON_TYPE, '{"error":"invalid_client","error_description":"Public key not found"}'),
    'client.key-unknown',
    { shown: /does not match the app itself/ },
  ],
  ['a token type that is not Bearer', 'token-type-mac', 'token.type'],
  ['a response without access token', 'no-access-token', 'token.no-access-token'],
  ['a code of another client', code('code was issued to another client'), 'grant.other-client'],
  ['a token endpoint of another environment', code('authorization code not found'), 'grant.unknown'],
  [
    'a token endpoint that is not there',
    'token-no-oauth-error',
    'token.not-there',
    { says: /localhost/, check: 'token-endpoint', found: /404/ },
  ],
  ['a token endpoint for other methods', { fault: ['token-no-oauth-error', 405] }, 'token.not-there'],
  [
    'a firewall before the token endpoint',
    { fault: ['token-html-404', 403] },
    'token.forbidden',
    { check: 'token-endpoint' },
  ],
  ['a token response labelled as text', 'token-plain-text', 'token.not-json'],
  ['a malformed request, as the EHR sees it', 'token-request-refused', 'token.request-refused'],
  ['a limit of requests for an hour', { fault: ['token-429', 3600] }, 'token.throttled'],
  ['an access token that lives no time', { fault: ['string-expires-in', '0'] }, 'token.short-life', /0 s/],
  [
    'a code whose redirect URI does not match',
    code('redirect_uri mismatch'),
    'grant.redirect-uri',
    { says: /Register http\S*\/smart\/callback/, shown: /The EHR refused to sign you in.*Trying again does not help/ },
  ],
  ['a code whose PKCE does not match', code('code_verifier does not fit'), 'grant.pkce'],
  ['a code refused without a reason', code('grant request is invalid'), 'grant.refused'],
  ['a web page with 404 at the token endpoint', 'token-html-404', 'token.not-there', { check: 'token-endpoint' }],
  [
    'a framework that takes no forms',
    framework(415, 'Unsupported Media Type'),
    'token.body-lost',
    { check: 'token-endpoint', found: /415/ },
  ],
  [
    'a framework that takes no long forms',
    framework(413, 'Payload Too Large'),
    'token.body-lost',
    { check: 'token-endpoint', found: /413/ },
  ],
  [
    'a framework that takes no such header',
    framework(406, 'Not Acceptable'),
    'token.not-acceptable',
    { check: 'token-endpoint', found: /406/ },
  ],
  [
    'a framework behind a proxy of another host',
    framework(421, 'Misdirected Request'),
    'token.not-there',
    { check: 'token-endpoint', found: /421/ },
  ],
  ['an expires_in that is no number', { fault: ['string-expires-in', 'an hour'] }, 'token.member'],
  ['an audience of another FHIR server', token('invalid_target'), 'authorization.audience'],
  ['a policy that forbids the user', token('access_denied:blocked by policy'), 'authorization.blocked'],
  ['a failure with status 400', token('server_error'), 'token.server-error'],
  ['a maintenance with status 400', token('temporarily_unavailable'), 'token.busy'],
  ['no refresh token, though it was asked for', 'no-refresh-token', 'refresh.not-given', /online_access/],
  [
    'the authorization endpoint as token endpoint',
    atPath(CONFIGURATION, { body: (text) => text.replace('/auth/token"', '/auth/authorize"') }),
    'token.not-there',
    { check: 'token-endpoint', found: /same address/ },
  ],
  [
    'a token endpoint with a wrong path',
    atPath(CONFIGURATION, { body: (text) => text.replace('/auth/token"', '/oauth2/token"') }),
    'token.not-there',
    /host, path and tenant/,
  ],
  [
    'a gateway that sends the token request to https',
    redirect(TOKEN, 301, 'https://ehr.example/auth/token'),
    'token.redirect',
  ],
  [
    'a gateway that wants a sign-in before the token endpoint',
    redirect(TOKEN, 302, '/login?next=/token'),
    'token.redirect',
    /sign-in page/,
  ],
  ['a token endpoint that answers with nothing', page(TOKEN, 200, JSON_TYPE, ''), 'token.not-json'],
  [
    'a gateway that drops the body',
    token('invalid_request:grant_type is missing'),
    'token.body-lost',
    /x-www-form-urlencoded/,
  ],
  [
    'a tenant of another environment, as Oracle Health says it',
    token(`invalid_grant:${urn('oauth2:token:invalid-tenant')}`),
    'authorization.tenant',
    { says: /Compare the tenant/, shown: /Trying again does not help/ },
  ],
  ['offline access that the client may not have', token('not_allowed:Offline tokens not allowed'), 'token.scope'],
  [
    'a launch that is over at the token endpoint',
    code('Launch context is no longer valid'),
    'authorization.launch-over',
  ],
  [
    'a proxy that drops the content type',
    atPath(TOKEN, { headers: (headers) => void delete headers['content-type'] }),
    'token.body-lost',
    { says: /x-www-form-urlencoded/, shown: /Trying again does not help/ },
  ],
  [
    'a gateway for other content types',
    page(TOKEN, 415, 'text/plain', ''),
    'token.body-lost',
    { says: /body/, shown: /refused/ },
  ],
  ['a consent that was withdrawn', code('consent was revoked'), 'grant.consent'],
  [
    'a second factor, in Entra ID’s words',
    token('interaction_required:AADSTS50076 you must use multi-factor authentication'),
    'authorization.second-factor',
  ],
  [
    'an API gateway that forbids',
    page(TOKEN, 403, JSON_TYPE, '{"message":"Forbidden"}'),
    'token.forbidden',
    { check: 'token-endpoint' },
  ],
  ['an API gateway that wants a key', page(TOKEN, 401, JSON_TYPE, '{"error":{"code":9}}'), 'token.forbidden'],
  ['JSON labelled as a web page', page(TOKEN, 200, 'text/html', LABELLED), 'token.not-json'],
  ['a wrapped token', page(TOKEN, 200, JSON_TYPE, '{"data":{}}'), 'token.no-access-token'],
  [
    'a firewall’s page in the place of a token, labelled as JSON',
    page(TOKEN, 200, JSON_TYPE, '<script>location="/my.policy"</script>'),
    'token.web-page',
    { says: /Let POST requests of our egress addresses through.*without a sign-in/, check: 'token-endpoint' },
  ],
  ['a firewall’s text in the place of a token', page(TOKEN, 200, 'text/plain', 'Request rejected'), 'token.web-page'],
  ['XML in the place of JSON', page(TOKEN, 200, 'application/xml', '<?xml version="1.0"?><token/>'), 'token.not-json'],
  ['a bare token in the place of JSON', page(TOKEN, 200, 'text/plain', 'eyJhbGciOiJSUzI1NiJ9.e30.x'), 'token.not-json'],
  ['null in the place of JSON', page(TOKEN, 200, JSON_TYPE, 'null'), 'token.not-json'],
  ['a form in the place of JSON', page(TOKEN, 200, 'text/plain', 'access_token=x'), 'token.not-json'],
  ['a firewall that finds it not acceptable', page(TOKEN, 406), 'token.not-acceptable', { check: 'token-endpoint' }],
  ['a gateway that waited too long', page(TOKEN, 408, JSON_TYPE, '{}'), 'token.late', /408.*POST/],
  ['a gateway for small headers', page(TOKEN, 431), 'token.body-lost'],
  ['a gateway without this host', page(TOKEN, 421), 'token.not-there', /421/],
  ['a gateway for short bodies', page(TOKEN, 413, JSON_TYPE, '{}'), 'token.body-lost'],
  ['half a token response', page(TOKEN, 200, JSON_TYPE, '{"access_token":"a'), 'token.not-json', /complete/],
  ['a gateway that does not reach the token endpoint', page(TOKEN, 504), 'token.server-error', /gateway/],
]);

test('for a token endpoint of another environment both hosts are named', async () => {
  const { ehr: other } = await prepare({});
  const { host } = new URL(other.origin);
  const seed = { ...members({ token_endpoint: `${other.origin}/auth/token` }), settings: { allowedHosts: [host] } };
  const said = await launchWith(seed);
  expectSaid(said, 'token', 'grant.other-host');
  expect(said.words).toContain(host);
});

test.each([
  ['a token endpoint that refuses with 415 and an OAuth error', 415, 'invalid_request'],
  ['a framework that refuses with 401', 401, 'Unauthorized'],
  ['a framework that refuses with 400', 400, 'Bad Request'],
])('the checks let %s pass', async (_name, status, error) => {
  const { open } = await checkWith(framework(status, error));
  expect(open).toEqual([]);
});
