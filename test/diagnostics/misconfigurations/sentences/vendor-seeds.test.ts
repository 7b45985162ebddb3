/** Misconfigurations in the words of vendors, most of them written down with their truth before they were tried. */
import { gzipSync } from 'node:zlib';
import { useSeededWorld } from '#test/diagnostics/misconfigurations/seeding/seeded-world.ts';
import {
  CONFIGURATION,
  code,
  FHIR,
  GUIDE,
  JSON_TYPE,
  KEYS,
  members,
  outcome,
  PATIENT,
  refused,
  SEARCH,
  sign,
  TOKEN,
} from '#test/diagnostics/misconfigurations/seeding/seeds.ts';
import type { Meddling } from '#test/helpers/servers/gateway.ts';
import { page } from '#test/helpers/servers/gateway.ts';

const { checksSay, launchesSay } = useSeededWorld();

const TEXT = 'text/plain';
const json = (path: RegExp, status: number, body: unknown) => page(path, status, JSON_TYPE, JSON.stringify(body));
const answering = (path: RegExp, status: number, headers: Record<string, string>, body: string | Buffer): Meddling => ({
  path,
  answer: (answer) => answer.writeHead(status, headers).end(body),
});
const saying = (path: RegExp, status: number, diagnostics: string) =>
  outcome(path, status, { code: 'processing', diagnostics });
const bearer = (path: RegExp, status: number, more: string) =>
  answering(path, status, { 'content-type': FHIR, 'www-authenticate': `Bearer ${more}` }, '{}');
const RINGS = '{"message":"failure to get a peer from the ring-balancer"}';
const UPSTREAM = 'upstream connect error or disconnect/reset before headers. reset reason: connection failure';
const DOCUMENT = '{"authorization_endpoint":"http://localhost/a","token_endpoint":"http://localhost/t"}';
const UTF_16 = Buffer.from(`\uFEFF${DOCUMENT}`, 'utf16le');

launchesSay('token', [
  [
    'a code that Entra has seen before: a gateway repeats the request',
    code('AADSTS54005: OAuth2 Authorization code was already redeemed, please retry with a new valid code'),
    'grant.reused',
    { says: /gateway.*second time/ },
  ],
  ['a code, in the words of Keycloak', code('Code not valid'), 'grant.refused'],
  ['PKCE, in the words of Keycloak', code('PKCE verification failed: Code mismatch'), 'grant.pkce'],
  ['a redirect URI, in the words of Keycloak', code('Incorrect redirect_uri'), 'grant.redirect-uri'],
  [
    'a key that Ping does not find',
    refused(
      'Unable to find a suitable verification key for JWS w/ header {"alg":"RS384","kid":"x"} from JWKs [] obtained from https://app.example/.well-known/jwks.json',
    ),
    'client.key-unknown',
  ],
  [
    'an audience, in the words of Ping',
    refused(
      "JWT rejected due to invalid claims. [8] Audience (aud) claim [https://a.example/t] doesn't contain an acceptable identifier. Expected one of [https://sso.example]",
    ),
    'client.audience',
  ],
  [
    'an audience, in the words of Entra',
    refused('AADSTS700023: Client assertion audience claim does not match Realm issuer.'),
    'client.audience',
  ],
  [
    'an expired assertion, in the words of Ping',
    refused('The JWT is no longer valid - the evaluation time is on or after the Expiration Time (exp) claim value.'),
    'client.assertion-times',
  ],
  [
    'credentials that Entra misses',
    refused(
      "AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ),
    'token.body-lost',
  ],
  [
    'a code that Entra finds expired',
    code('AADSTS70008: The provided authorization code or refresh token has expired due to inactivity.'),
    'grant.expired',
  ],
  [
    'an API Management without this operation',
    json(TOKEN, 404, { statusCode: 404, message: 'Resource not found' }),
    'token.not-there',
  ],
  [
    'an API Management that wants a key',
    json(TOKEN, 401, { statusCode: 401, message: 'Access denied due to missing subscription key.' }),
    'network.gateway-key',
  ],
  [
    'a gateway that reaches no server',
    answering(TOKEN, 503, { 'content-type': TEXT }, UPSTREAM),
    'token.busy',
    /no server/,
  ],
  ['a gateway of nginx for short bodies', page(TOKEN, 413), 'token.body-lost'],
]);

launchesSay('callback', [
  [
    'a reply address, in the words of Entra',
    sign('invalid_request:AADSTS900971: No reply address provided.'),
    'authorization.redirect-uri',
  ],
  [
    'an endpoint for all tenants, in the words of Entra',
    sign(
      "unauthorized_client:AADSTS50194: Application 'x' is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps.",
    ),
    'authorization.tenant',
  ],
  [
    'no user signed in, in the words of Entra',
    sign('login_required:AADSTS50058: A silent sign-in request was sent but no user is signed in.'),
    'authorization.sign-in-needed',
  ],
  [
    'a redirect URI, in the words of Okta',
    sign("invalid_request:The 'redirect_uri' parameter must be a Login redirect URI in the client app settings"),
    'authorization.redirect-uri',
  ],
  ['a launch, in the words of Smile', sign('invalid_request:Unknown launch context ID'), 'authorization.launch-over'],
  [
    'a user who may not see the patient',
    sign('access_denied:The user does not have access to the patient'),
    'authorization.right',
    { shown: /^(?!.*which patient is open)/ },
  ],
  [
    'a scope that does not go with the patient context',
    sign('invalid_request:The scope patient/Observation.read is not valid for this patient context'),
    'scope.refused',
    { shown: /^(?!.*which patient is open)/ },
  ],
  [
    'a scope, in the words of ForgeRock',
    sign('invalid_scope:Unknown/invalid scope(s): [launch]'),
    'scope.refused-named',
    /launch/,
  ],
]);

launchesSay('discovery', [
  [
    'a document in UTF-16',
    answering(CONFIGURATION, 200, { 'content-type': 'application/json' }, UTF_16),
    'network.utf-16',
    { says: /UTF-16/, check: GUIDE, found: /UTF-16/ },
  ],
  [
    'a proxy that hides https from the server',
    members({ token_endpoint: 'http://localhost.example/token' }),
    'discovery.endpoint-not-https',
    { says: /X-Forwarded-Proto/, check: 'endpoints-https' },
  ],
  [
    'an application gateway of Azure',
    page(
      CONFIGURATION,
      403,
      'text/html',
      '<title>403 Forbidden</title><center>Microsoft-Azure-Application-Gateway/v2</center>',
    ),
    'discovery.forbidden',
    { check: GUIDE },
  ],
  [
    'a gateway without its servers, in the words of Kong',
    page(CONFIGURATION, 503, JSON_TYPE, RINGS),
    'discovery.server-error',
    /503/,
  ],
]);

launchesSay('patient', [
  [
    'a limit for an hour',
    answering(PATIENT, 429, { 'content-type': FHIR, 'retry-after': '3600' }, '{}'),
    'fhir.throttled',
    { shown: /in an hour(?!.*in a minute)/ },
  ],
  [
    'a limit of API Management',
    json(PATIENT, 429, { statusCode: 429, message: 'Rate limit is exceeded.' }),
    'fhir.throttled',
  ],
  [
    'an API Management without this path',
    json(PATIENT, 404, { statusCode: 404, message: 'Resource not found' }),
    'fhir.not-in-fhir',
  ],
  [
    'an audience, in the words of Firely',
    saying(PATIENT, 401, 'IDX10214: Audience validation failed.'),
    'fhir.token-not-accepted',
  ],
  [
    'a token without the scope, in the words of Epic',
    bearer(
      PATIENT,
      403,
      'error="insufficient_scope", error_description="The client application does not have scope to perform this request"',
    ),
    'fhir.insufficient-scope',
  ],
  [
    'a user without the right, in the words of Epic',
    outcome(PATIENT, 403, {
      code: 'forbidden',
      details: { coding: [{ code: '4118' }], text: 'User not authorized for request' },
    }),
    'fhir.user-right',
  ],
  [
    'a compartment, in the words of Firely',
    saying(PATIENT, 403, 'Access to compartment Patient/x is not allowed'),
    'fhir.patient-refused',
  ],
  [
    'a resource unknown to HAPI',
    saying(PATIENT, 404, 'HAPI-2001: Resource Patient/pat-ada is not known'),
    'fhir.patient-not-found',
  ],
  [
    'headers too long for nginx',
    page(
      PATIENT,
      400,
      'text/html',
      '<center><h1>400 Bad Request</h1></center><center>Request Header Or Cookie Too Large</center>',
    ),
    'fhir.headers-too-long',
  ],
  ['a quota, in the words of Mashery', page(PATIENT, 403, 'text/xml', '<h1>Developer Over Rate</h1>'), 'network.quota'],
  [
    'a gateway that reaches no server, in the words of Envoy',
    page(PATIENT, 503, TEXT, UPSTREAM),
    'fhir.failing',
    /503/,
  ],
]);

launchesSay('requests', [
  [
    'a limit for an hour',
    answering(SEARCH, 429, { 'content-type': FHIR, 'retry-after': '3600' }, '{}'),
    'fhir.throttled',
    { shown: /in an hour(?!.*in a minute)/ },
  ],
]);

const HOUR = { 'content-type': JSON_TYPE, 'retry-after': '3600' };
const IN_AN_HOUR = { shown: /in an hour(?!.*(?:in a (?:minute|moment)|Try again))/ };
const SOON = { ...HOUR, 'retry-after': '600' };

launchesSay('token', [
  ['a wait of an hour', answering(TOKEN, 429, HOUR, '{}'), 'token.throttled', IN_AN_HOUR],
  ['a token in UTF-16', answering(TOKEN, 200, { 'content-type': JSON_TYPE }, UTF_16), 'network.utf-16'],
]);

launchesSay('id-token', [
  ['a wait of an hour', answering(KEYS, 429, HOUR, '{}'), 'keys.unavailable', IN_AN_HOUR],
  ['keys in UTF-16', answering(KEYS, 200, { 'content-type': JSON_TYPE }, UTF_16), 'network.utf-16'],
]);

launchesSay('discovery', [
  ['a wait of an hour', answering(CONFIGURATION, 503, HOUR, '{}'), 'discovery.server-error', IN_AN_HOUR],
]);

launchesSay('patient', [
  ['a wait of an hour', answering(PATIENT, 503, HOUR, '{}'), 'fhir.failing', IN_AN_HOUR],
  [
    'a wait that ends while the page is open',
    answering(PATIENT, 503, SOON, '{}'),
    'fhir.failing',
    { shown: /in 10 minutes.* Try again / },
  ],
]);

checksSay([
  [
    'no authorization endpoint is one row',
    members({ authorization_endpoint: null }),
    'configuration-fields',
    'discovery.endpoint-missing',
  ],
  [
    'an issuer for all tenants, in the words of Entra',
    members({ issuer: 'https://login.microsoftonline.example/{tenantid}/v2.0' }),
    'guide-issuer',
    'keys.address-unusable',
  ],
  // One cause, one row: what else fails for it is not checked.
  [
    'a server for backend services alone',
    members({
      authorization_endpoint: null,
      capabilities: ['client-confidential-asymmetric'],
      grant_types_supported: ['client_credentials'],
      code_challenge_methods_supported: [],
    }),
    'configuration-fields',
    'discovery.endpoint-missing',
  ],
  ['an authorization server that is down', page(/^\/auth/, 503), 'guide-issuer', 'keys.unavailable'],
  ['an authorization server behind a firewall', page(/^\/auth/, 403), 'guide-issuer', 'keys.document-unreadable'],
  [
    'a server that names itself by plain http throughout',
    members({
      authorization_endpoint: 'http://h.example/a',
      token_endpoint: 'http://h.example/t',
      issuer: 'http://h.example',
      jwks_uri: 'http://h.example/k',
    }),
    'endpoints-https',
    'discovery.endpoint-not-https',
  ],
  [
    'a document that is compressed and does not say so',
    answering(CONFIGURATION, 200, { 'content-type': 'application/json' }, gzipSync(DOCUMENT)),
    GUIDE,
    'network.unnamed-gzip',
  ],
]);
