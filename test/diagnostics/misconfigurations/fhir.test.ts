/** Launches that stop at the FHIR server: the patient, and the search for requests. */
import { expect, test } from 'vitest';
import { atPath, type Meddling, page, redirect } from '#test/helpers/servers/gateway.ts';
import { expectSaid } from './seeding/expectations.ts';
import { useSeededWorld } from './seeding/seeded-world.ts';
import { FHIR, JSON_TYPE, NO_CERTIFICATE, outcome, PATIENT, SEARCH } from './seeding/seeds.ts';

const { launchesSay, launchWith } = useSeededWorld();

const restricted = { code: 'suppressed', details: { coding: [{ code: '4130' }] } };
const subjects = (written: string) =>
  atPath(SEARCH, { body: (text) => text.replaceAll('{"reference":"Patient/pat-ada"}', written) });
const NOT_SHOWN = /could not be shown: this app cannot read/;
/** What the notes of a list say is in the inspector too. */
const noting = (change: (bundle: { entry?: { fullUrl?: string }[] }) => unknown) =>
  atPath(SEARCH, { body: (text) => JSON.stringify(change(JSON.parse(text))) });
const NARROWER = [{ relation: 'self', url: 'ServiceRequest?patient=pat-ada&status=active' }];
/** A refusal in words of its own, or with a challenge. */
const refusing = (path: RegExp, status: number, type: string, body: string, challenge: string): Meddling => ({
  path,
  answer: (answer) => answer.writeHead(status, { 'content-type': type, 'www-authenticate': challenge }).end(body),
});
/** Another launch would end the same way, so the line asks for none. */
const NO_REQUESTS = /shows this app no requests\. Look in the EHR itself, and tell/;
const BEYOND = 'Bearer error="insufficient_scope", scope="patient/Patient.read"';
const SURVIVOR = { id: 'pat-survivor', link: [{ type: 'replaces', other: { reference: 'Patient/pat-ada' } }] };
const NOT_TAKEN = /does not accept this app’s search for requests\. Look in the EHR itself/;
const saying = (path: RegExp, status: number, diagnostics: string) =>
  outcome(path, status, { code: 'processing', diagnostics });
const wanting = (status: number, diagnostics: string) => outcome(SEARCH, status, { code: 'processing', diagnostics });

launchesSay('patient', [
  [
    'a fresh token that FHIR refuses',
    'fhir-401',
    'fhir.token-refused-at-once',
    {
      says: /token arrived/,
      shown: /The EHR does not accept this app’s access.*If it happens again, give the support code/,
    },
  ],
  ['a chart that FHIR refuses', 'fhir-403', 'fhir.patient-refused'],
  ['a FHIR server that fails', 'fhir-500', 'fhir.failing'],
  ['a sign-in page in place of FHIR', 'fhir-html', 'fhir.web-page'],
  ['another patient', 'wrong-patient', 'fhir.other-patient'],
  ['an OperationOutcome for a patient', 'patient-outcome-200', 'fhir.no-patient'],
  ['a FHIR server that redirects', 'fhir-redirect', 'fhir.redirect'],
  ['a patient of another server', { fault: ['bad-patient-id', 'pat-of-another-server'] }, 'fhir.patient-not-found'],
  ['a record that was merged', { fault: ['patient-refused', 410] }, 'fhir.patient-gone'],
  ['a server that refuses JSON', { fault: ['patient-refused', 406] }, 'fhir.no-json'],
  ['a server that answers in XML', 'fhir-xml', 'fhir.no-json'],
  ['a FHIR server that asks to slow down', { fault: ['fhir-429', 60] }, 'fhir.throttled'],
  ['a FHIR server that breaks off', 'fhir-truncated', 'fhir.unreadable'],
  [
    'a proxy that removes the Authorization header',
    atPath(/^\/fhir\/r4\//, { headers: (headers) => void delete headers.authorization }),
    'fhir.token-not-there',
    /removes the Authorization header/,
  ],
  [
    'a FHIR base of another partition',
    page(
      PATIENT,
      404,
      'application/fhir+json',
      JSON.stringify({
        resourceType: 'OperationOutcome',
        issue: [
          { severity: 'error', code: 'processing', diagnostics: 'HAPI-1319: Partition name "stjude" is not valid' },
        ],
      }),
    ),
    'discovery.tenant-unknown',
    /Compare the tenant/,
  ],
  ['a firewall that blocks the patient', page(PATIENT, 403), 'fhir.firewall'],
  ['a gateway for small headers', page(PATIENT, 431), 'fhir.headers-too-long', /limit for the headers/],
  ['a gateway for small headers, as text', page(PATIENT, 431, 'text/plain'), 'fhir.headers-too-long'],
  ['a gateway without its FHIR server', page(PATIENT, 502), 'fhir.failing'],
  ['a portal that wants a sign-in before FHIR', redirect(PATIENT, 302, '/login'), 'fhir.redirect', /sign-in page/],
  [
    'a patient in plain text',
    page(PATIENT, 200, 'text/plain', '{"resourceType":"Patient","id":"pat-ada"}'),
    'fhir.no-json',
    { says: /content type/, shown: /Trying again does not help/ },
  ],
  [
    'an empty patient',
    page(PATIENT, 204, FHIR, ''),
    'fhir.unreadable',
    { says: /nothing/, shown: /unexpected answer/ },
  ],
  ['half a patient', page(PATIENT, 200, FHIR, '{"id":'), 'fhir.unreadable', { says: /a part/, shown: /unexpected/ }],
  ['nginx that wants one for FHIR', page(PATIENT, 400, 'text/html', NO_CERTIFICATE), 'tls.client-certificate'],
  [
    'a server before FHIR that answers for it',
    page(PATIENT, 404),
    'fhir.not-in-fhir',
    { shown: /Trying again does not/ },
  ],
  [
    'a gateway that forbids, under a member error',
    page(PATIENT, 403, JSON_TYPE, '{"error":"Forbidden","detail":"no such permission"}'),
    'fhir.not-in-fhir',
  ],
  [
    'an app that the practice has not let in',
    page(PATIENT, 403, JSON_TYPE, '{"detailedmessage":"The application is not authorized for this practice"}'),
    'fhir.app-not-enabled',
  ],
  [
    'a sign-in of Windows',
    refusing(PATIENT, 401, 'text/html', '<h2>401</h2>', 'Negotiate, NTLM'),
    'network.gateway-key',
    /Windows sign-in/,
  ],
  [
    'a firewall that answers with status 200',
    page(PATIENT, 200, 'text/html', '<p>Request unsuccessful. Incapsula incident ID: 4-1</p>'),
    'network.web-firewall',
    { shown: /Trying again does not help/ },
  ],
  ['a mesh that forbids', page(PATIENT, 403, 'text/plain', 'RBAC: access denied'), 'fhir.not-in-fhir', /text/],
  [
    'a server that refuses in plain text',
    page(PATIENT, 403, 'text/plain', 'User may not see this'),
    'fhir.patient-refused',
  ],
  ['a gateway without a route', page(PATIENT, 404, JSON_TYPE, '{"message":"no Route"}'), 'fhir.not-in-fhir', /route/],
  [
    'a gateway that forbids our address',
    page(PATIENT, 403, JSON_TYPE, '{"message":"Your IP address is not allowed"}'),
    'network.address-refused',
    { shown: /Trying again does not help\. Give/ },
  ],
  [
    'a gateway that wants a key of its own',
    refusing(/^\/fhir\/r4\/P/, 401, JSON_TYPE, '{"message":"No API key found in request"}', 'Key realm="kong"'),
    'network.gateway-key',
    { says: /wants its own key.*without a key or sign-in of its own/, shown: /Trying again does not help/ },
  ],
  [
    'a token of another environment',
    refusing(PATIENT, 401, FHIR, '{}', 'Bearer error="invalid_token", error_description="Invalid issuer. Expected b"'),
    'fhir.token-not-accepted',
    { shown: /Trying again does not help/ },
  ],
  [
    'a token that did not come',
    refusing(PATIENT, 401, FHIR, '{}', 'Bearer error="invalid_token", error_description="The token is missing"'),
    'fhir.token-not-there',
  ],
  [
    'nginx for small headers',
    page(PATIENT, 400, 'text/html', '<h1>400 Bad Request</h1>Request Header Or Cookie Too Large'),
    'fhir.headers-too-long',
  ],
  ['a gateway that FHIR does not answer', page(PATIENT, 504), 'fhir.failing', /gateway before it reaches no server/],
  ['a token beyond its scope', refusing(PATIENT, 403, FHIR, '{}', BEYOND), 'fhir.insufficient-scope'],
  [
    'a chart that is restricted in words alone',
    outcome(PATIENT, 403, { code: 'forbidden', diagnostics: 'Break-the-Glass security check' }),
    'fhir.restricted',
    { shown: /Open the chart in the EHR/ },
  ],
  [
    'a record that another one replaces',
    atPath(PATIENT, { body: (text) => JSON.stringify({ ...JSON.parse(text), ...SURVIVOR }) }),
    'fhir.patient-gone',
    { says: /merged/, shown: /different patient.*Open the app from the patient’s current record/ },
  ],
  [
    'an app that is not enabled for the tenant',
    outcome(PATIENT, 403, { code: 'forbidden', diagnostics: 'Client is not authorized for tenant ec2458f2' }),
    'fhir.app-not-enabled',
    { says: /Enable vectorcare-test for this tenant/, shown: /Trying again does not help/ },
  ],
  [
    'an app that is not enabled for the practice, in a gateway’s words',
    page(PATIENT, 403, JSON_TYPE, '{"message":"Application not activated for this practice"}'),
    'fhir.app-not-enabled',
  ],
  [
    'a user who may not do this in the tenant',
    outcome(PATIENT, 403, { code: 'forbidden', diagnostics: 'User is not authorized in tenant ec2458f2' }),
    'fhir.patient-refused',
  ],
  [
    'a token that no gateway passed on, in the words of Azure',
    page(PATIENT, 401, JSON_TYPE, '{"statusCode":401,"message":"JWT not present."}'),
    'fhir.token-not-there',
    { shown: /Trying again does not help/ },
  ],
  [
    'a token that no gateway passed on, in the words of Spring',
    saying(PATIENT, 401, 'Full authentication is required to access this resource'),
    'fhir.token-not-there',
  ],
  [
    'a token that Apigee did not give out',
    page(PATIENT, 401, JSON_TYPE, '{"fault":{"detail":{"errorcode":"keymanagement.service.invalid_access_token"}}}'),
    'fhir.token-not-accepted',
  ],
  [
    'a token without a claim',
    saying(PATIENT, 401, 'The token is missing the required claim aud'),
    'fhir.token-not-accepted',
  ],
  [
    'a clock of the FHIR server that is ahead',
    page(PATIENT, 401, JSON_TYPE, '{"fault":{"faultstring":"Access Token expired"}}'),
    'fhir.token-over-at-once',
    { says: /NTP/, shown: /Trying again does not help/ },
  ],
  ...[
    'is expired, revoked, malformed, or invalid for other reasons',
    'is missing or invalid',
    'is invalid or has expired',
  ].map(
    (words) =>
      [
        `a token that ${words}`,
        saying(PATIENT, 401, `The access token ${words}`),
        'fhir.token-refused-at-once',
      ] as const,
  ),
  [
    'an address that is not on a list',
    saying(PATIENT, 403, 'Client IP address is not allowed'),
    'network.address-refused',
  ],
  ['an address of the patient', saying(PATIENT, 403, 'The patient’s address is protected'), 'fhir.patient-refused'],
  ['an app that was switched off', saying(PATIENT, 403, 'Client application is inactive'), 'fhir.app-not-enabled'],
  ['a user who was switched off', saying(PATIENT, 403, 'User account is disabled'), 'fhir.patient-refused'],
  ['a patient who has not agreed', saying(PATIENT, 403, 'Patient has opted out of data sharing'), 'fhir.consent'],
  ['a user who has not agreed', saying(PATIENT, 403, 'The user has not given consent'), 'fhir.patient-refused'],
  ['an id that the server does not take', saying(PATIENT, 400, 'Invalid id'), 'fhir.other-status'],
  ['a portal that calls its page text', page(PATIENT, 200, 'text/plain', '<html>Sign in</html>'), 'fhir.web-page'],
  ['a portal that calls its page FHIR', page(PATIENT, 200, FHIR, '<!DOCTYPE html>'), 'fhir.web-page'],
]);

launchesSay('scopes', [
  ['a search that was not granted', 'narrowed-scope', 'fhir.search-not-granted'],
  [
    'scopes that do not ask for requests',
    { settings: { scopes: 'launch openid fhirUser patient/Patient.read' } },
    'fhir.search-not-asked',
    { check: 'scopes' },
  ],
]);

launchesSay('requests', [
  ['a search that FHIR refuses', 'fhir-403-requests', 'fhir.search-refused'],
  ['endless paging', 'endless-paging', 'fhir.endless-paging'],
  ['a next page elsewhere', 'foreign-next-link', 'fhir.page-elsewhere'],
  ['a search that is refused as invalid', 'search-refused', 'fhir.search-invalid'],
  ['a search that is not there', { fault: ['search-refused', 404] }, 'fhir.search-absent'],
  ['a search that is refused with 401', { fault: ['search-refused', 401] }, 'fhir.search-token-refused'],
  ['an OperationOutcome for a list', 'search-outcome-200', 'fhir.search-outcome'],
  ['a list of 12 MB', 'huge-bundle', 'fhir.too-large'],
  ['requests of another patient on the list', 'foreign-resource', 'fhir.others-in-search'],
  ['a search that fails', 'search-500', 'fhir.failing'],
  [
    'a parameter of searches that the EHR does not know',
    { settings: { searchParameters: ['foo=bar'] }, fault: 'search-refused' },
    'fhir.search-setting',
    /add these parameters to it: foo\./,
  ],
  [
    'a proxy that removes it from searches',
    atPath(SEARCH, { headers: (headers) => void delete headers.authorization }),
    'fhir.token-not-there',
  ],
  ['a firewall that blocks searches', page(SEARCH, 403), 'fhir.firewall'],
  ['a gateway for short addresses', page(SEARCH, 414), 'fhir.firewall', /length/],
  ['a list that is no resource', page(SEARCH, 200, FHIR, '{}'), 'fhir.unreadable', { says: /resource/, shown: /Ada/ }],
  [
    'a search that is not allowed',
    page(SEARCH, 405, FHIR, ''),
    'fhir.search-absent',
    { says: /does not offer ServiceRequest/, shown: /does not offer requests to this app/ },
  ],
  [
    'a search that is not implemented',
    page(SEARCH, 501, FHIR, ''),
    'fhir.search-absent',
    { says: /does not offer ServiceRequest/, shown: /does not offer requests to this app/ },
  ],
  ['a firewall that calls a search bad', page(SEARCH, 400), 'fhir.firewall'],
  ['a gateway that drops the query of searches', atPath(SEARCH, { isQueryLost: true }), 'fhir.search-invalid', /drops/],
  ['a cache that answers for FHIR', page(SEARCH, 304, 'text/plain', ''), 'fhir.other-status'],
  [
    'requests with subjects on a base that only the EHR knows',
    subjects('{"reference":"http://fhir-app01:8080/fhir/Patient/pat-ada"}'),
    'fhir.subject-elsewhere',
    { shown: NOT_SHOWN },
  ],
  [
    'requests with subjects that are a urn',
    subjects('{"reference":"urn:uuid:0f3c2d66-2a9b-4c9e-9b1e-6f2f1f0a1111"}'),
    'fhir.subject-elsewhere',
    { shown: NOT_SHOWN },
  ],
  [
    'requests with subjects by number alone',
    subjects('{"identifier":{"system":"urn:mrn","value":"100231"}}'),
    'fhir.subject-elsewhere',
    { shown: NOT_SHOWN },
  ],
  [
    'entries without a resource',
    noting((bundle) => ({ ...bundle, entry: bundle.entry?.map(({ fullUrl }) => ({ fullUrl })) })),
    'fhir.entries-unreadable',
  ],
  ['a count of more than came', noting((bundle) => ({ ...bundle, total: 50 })), 'fhir.fewer-than-counted'],
  ['a search that was made narrower', noting((bundle) => ({ ...bundle, link: NARROWER })), 'fhir.search-limited'],
  ['a search of a restricted chart', outcome(SEARCH, 403, restricted), 'fhir.restricted'],
  [
    'a search that wants a key of the gateway’s own',
    refusing(SEARCH, 401, JSON_TYPE, '{"message":"No API key found in request"}', 'Key realm="kong"'),
    'network.gateway-key',
    { shown: NO_REQUESTS },
  ],
  ...[
    { name: 'a mesh that forbids', status: 403, type: 'text/plain', body: 'RBAC: access denied' },
    { name: 'a gateway that forbids', status: 403, type: JSON_TYPE, body: '{"message":"Forbidden"}' },
  ].map(
    ({ name, status, type, body }) =>
      [name, page(SEARCH, status, type, body), 'fhir.not-in-fhir', { shown: NO_REQUESTS }] as const,
  ),
  [
    'a quota that is used up',
    page(SEARCH, 403, JSON_TYPE, '{"message":"Out of call volume quota."}'),
    'network.quota',
    { says: /Raise the quota/, shown: NO_REQUESTS },
  ],
  [
    'a server that filters long queries',
    page(SEARCH, 404, 'text/html', 'The request filtering module is configured to deny a request'),
    'fhir.firewall',
    { shown: NO_REQUESTS },
  ],
  [
    'a search that is forbidden with status 200',
    outcome(SEARCH, 200, { code: 'forbidden' }),
    'fhir.search-outcome',
    { says: /let vectorcare-test search ServiceRequest/, shown: /did not let this app read requests/ },
  ],
  [
    'a gateway that does not list the API of requests',
    page(SEARCH, 401, JSON_TYPE, '{"fault":{"faultstring":"Invalid API call as no apiproduct match found"}}'),
    'fhir.search-token-refused',
    /list an API for each resource/,
  ],
  [
    'a search that misses an element',
    outcome(SEARCH, 400, { code: 'required', diagnostics: 'Must have either code or category.' }),
    'fhir.search-wants-parameter',
  ],
  ['a search that requires one', wanting(422, 'Search requires category parameter'), 'fhir.search-wants-parameter'],
  ['a search without the practice', wanting(403, 'ah-practice is required'), 'fhir.search-wants-parameter'],
  [
    'a search that misses one parameter',
    wanting(400, 'Missing mandatory search parameter: category'),
    'fhir.search-wants-parameter',
  ],
  ['a search whose patient a gateway dropped', wanting(400, 'Parameter patient is required'), 'fhir.search-invalid'],
  [
    'a scope that is missing',
    saying(SEARCH, 403, 'Missing required scope: user/ServiceRequest.rs'),
    'fhir.insufficient-scope',
    { shown: NO_REQUESTS },
  ],
  [
    'scopes that do not permit it',
    saying(SEARCH, 403, 'Interaction is not permitted by any of the passed scopes'),
    'fhir.insufficient-scope',
  ],
  ['a scope of practice', saying(SEARCH, 403, 'Not in the scope of practice that is required'), 'fhir.search-refused'],
  [
    'a type that is not there',
    saying(SEARCH, 400, "Unknown resource type 'ServiceRequest'"),
    'fhir.search-absent',
    { shown: NOT_TAKEN },
  ],
  ['a search by patient that is not there', saying(SEARCH, 400, 'patient is not supported'), 'fhir.search-parameter'],
  [
    'a search by patient, in the words of Oracle',
    saying(SEARCH, 400, 'Unsupported parameter(s): patient'),
    'fhir.search-parameter',
  ],
  [
    'another parameter, with a list of all',
    saying(SEARCH, 400, 'Unknown search parameter "_count" for "ServiceRequest". Valid are: [_id, patient]'),
    'fhir.search-invalid',
    { shown: NOT_TAKEN },
  ],
  [
    'a quota, in the words of Apigee',
    page(SEARCH, 500, JSON_TYPE, '{"fault":{"faultstring":"Rate limit quota violation"}}'),
    'network.quota',
    { shown: /Reload this page in a moment/ },
  ],
  ['a search that took too long', saying(SEARCH, 408, 'Timeout'), 'network.late'],
  [
    'a firewall that answers searches with status 200',
    page(SEARCH, 200, 'text/html', 'The requested URL was rejected.'),
    'network.web-firewall',
    { shown: NO_REQUESTS },
  ],
  ['a search beyond the scope', refusing(SEARCH, 403, FHIR, '{}', BEYOND), 'fhir.insufficient-scope'],
  [
    'a search of a chart that is restricted in words alone',
    wanting(403, 'You need to break the glass'),
    'fhir.restricted',
    { shown: /restricts this chart/ },
  ],
  ['a search without permission', wanting(403, 'Permission denied'), 'fhir.search-refused'],
  ['a search with one too many', wanting(400, 'Parameter _count is not supported'), 'fhir.search-invalid'],
  [
    'a parameter of our own that the search still lacks',
    {
      gateway: wanting(400, 'ah-practice is required'),
      settings: { searchParameters: ['ah-practice=Organization/a-1'] },
    },
    'fhir.search-setting',
  ],
]);

test('a restricted chart is opened in the EHR first: the patient', async () => {
  const said = await launchWith(outcome(PATIENT, 403, restricted));
  expectSaid(said, 'patient', 'fhir.restricted');
  expect(said.shown).toMatch(/Open the chart in the EHR/);
});

test('a nurse is not sent to ask for access that she has', async () => {
  const said = await launchWith(wanting(403, 'ah-practice is required'));
  expect(said.shown).toContain('The EHR requires more search details than this app sends');
  expect(said.shown).not.toContain('check your access');
});
