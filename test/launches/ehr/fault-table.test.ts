/** Every named fault of the sandbox that concerns a launch, and the one page it ends in (ER-01..04). */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unprovedCreateFaults } from '#sandbox/faults/fhir-create.ts';
import { type FaultName, faultNames } from '#sandbox/faults.ts';
import type { Sandbox } from '#sandbox/sandbox.ts';
import { withWait } from '#src/adapters/wait-text.ts';
import { rules } from '#src/errors/rules/table.ts';
import { describeError, type ErrorCode } from '#src/errors.ts';
import { supportCodeOf, type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { faultsNamed } from '#test/helpers/faults-named.ts';
import { linesWith } from '#test/helpers/log-lines.ts';
import { startEvil } from '#test/helpers/servers/stub-ehr.ts';
import { startWorld, type World } from '#test/helpers/world.ts';

const EVIL = 'the URL of a server that must never be seen';

/** Fault, its value, status, error code, and the last endpoint that may have been called. */
type Row = [
  fault: FaultName,
  value: string | undefined,
  status: number,
  code: ErrorCode,
  last: 'discovery' | 'authorize' | 'token',
];
const AUTHORIZE_ERRORS = ['invalid_request', 'unauthorized_client', 'unsupported_response_type', 'server_error', 'new'];
const SIGN_IN_ERRORS = ['login_required', 'interaction_required', 'consent_required', 'account_selection_required'];
const refusals: Row[] = [
  ['discovery-500', undefined, 503, 'discovery.unavailable', 'discovery'],
  ['metadata-other-version', undefined, 502, 'discovery.invalid', 'discovery'],
  ['discovery-html', undefined, 502, 'discovery.invalid', 'discovery'],
  ['discovery-refused', undefined, 502, 'discovery.invalid', 'discovery'],
  ['discovery-not-an-object', undefined, 502, 'discovery.invalid', 'discovery'],
  ['discovery-truncated', undefined, 502, 'discovery.invalid', 'discovery'],
  ['discovery-garbled', undefined, 503, 'discovery.unavailable', 'discovery'],
  ['discovery-proxy', undefined, 502, 'discovery.invalid', 'discovery'],
  ['discovery-redirect', EVIL, 502, 'discovery.invalid', 'discovery'],
  ['discovery-huge', undefined, 502, 'discovery.invalid', 'discovery'],
  ['discovery-http-endpoint', undefined, 502, 'discovery.endpoint-refused', 'discovery'],
  ['discovery-foreign-token-endpoint', EVIL, 502, 'discovery.endpoint-refused', 'discovery'],
  ['discovery-no-token-endpoint', undefined, 502, 'discovery.invalid', 'discovery'],
  ['discovery-no-asymmetric', undefined, 502, 'discovery.no-client-authentication', 'discovery'],
  ['discovery-no-common-algorithm', undefined, 502, 'discovery.no-client-authentication', 'discovery'],
  ['access-denied', undefined, 403, 'authorization.denied', 'authorize'],
  ['hostile-error', undefined, 403, 'authorization.denied', 'authorize'],
  ['login-error', undefined, 503, 'authorization.unavailable', 'authorize'],
  ...AUTHORIZE_ERRORS.map((error): Row => ['login-error', error, 502, 'authorization.refused', 'authorize']),
  ...SIGN_IN_ERRORS.map((error): Row => ['login-error', error, 403, 'authorization.sign-in-needed', 'authorize']),
  ['login-error', 'constructor', 502, 'authorization.refused', 'authorize'],
  ['invalid-scope', undefined, 502, 'authorization.scope-refused', 'authorize'],
  ['spends-launch-on-invalid-scope', '\\*', 502, 'authorization.scope-refused', 'authorize'],
  ['wrong-state', undefined, 400, 'callback.invalid', 'authorize'],
  ['no-state', undefined, 400, 'callback.invalid', 'authorize'],
  ['no-code', undefined, 400, 'callback.invalid', 'authorize'],
  ['issuer-mismatch', EVIL, 400, 'callback.wrong-issuer', 'authorize'],
  ['missing-iss', undefined, 400, 'callback.wrong-issuer', 'authorize'],
  ['narrowed-scope', 'openid fhirUser launch', 403, 'scope.none-granted', 'token'],
  // The mock EHR then sends no id_token.
  ['narrowed-scope', 'launch patient/Patient.read', 403, 'scope.missing', 'token'],
  ['narrowed-scope', 'launch openid fhirUser patient/ServiceRequest.read', 403, 'scope.missing', 'token'],
  ['token-500', undefined, 502, 'token.failed', 'token'],
  ['token-503', undefined, 503, 'token.unavailable', 'token'],
  ['token-429', undefined, 503, 'token.unavailable', 'token'],
  ['token-html-200', undefined, 502, 'token.invalid', 'token'],
  ['token-html-404', undefined, 502, 'token.refused', 'token'],
  ['token-no-oauth-error', undefined, 502, 'token.refused', 'token'],
  ['token-garbled', undefined, 503, 'token.unavailable', 'token'],
  ['token-plain-text', undefined, 502, 'token.invalid', 'token'],
  ['token-request-refused', undefined, 502, 'token.refused', 'token'],
  ['token-refused', undefined, 502, 'token.refused', 'token'],
  ['token-redirect', EVIL, 502, 'token.invalid', 'token'],
  ['token-error-200', undefined, 502, 'token.invalid', 'token'],
  ['expired-code', undefined, 502, 'token.invalid-grant', 'token'],
  ['invalid-client', undefined, 502, 'token.invalid-client', 'token'],
  ['unauthorized-client', undefined, 502, 'token.refused', 'token'],
  ['no-access-token', undefined, 502, 'token.invalid', 'token'],
  ['bad-access-token', undefined, 502, 'token.invalid', 'token'],
  ['bad-access-token', 'a\r\nX-Evil: 1', 502, 'token.invalid', 'token'],
  ['token-type-mac', undefined, 502, 'token.invalid', 'token'],
  ['string-expires-in', '-1', 502, 'token.invalid', 'token'],
  ['string-expires-in', '3600.5', 502, 'token.invalid', 'token'],
  ['no-id-token', undefined, 502, 'identity.invalid', 'token'],
  ['empty-scope', undefined, 403, 'scope.none-granted', 'token'],
  ['empty-grant', undefined, 403, 'scope.none-granted', 'token'],
  ['no-patient', undefined, 502, 'context.invalid', 'token'],
  ['bad-patient-id', undefined, 502, 'context.invalid', 'token'],
  ['bad-patient-id', 'Patient/1', 502, 'context.invalid', 'token'],
  ['bad-encounter-id', undefined, 502, 'context.invalid', 'token'],
  ['oidc-html', undefined, 502, 'identity.keys-unavailable', 'token'],
  ['oidc-issuer-mismatch', undefined, 502, 'identity.keys-unavailable', 'token'],
  ['jwks-500', undefined, 502, 'identity.keys-unavailable', 'token'],
  ['jwks-html', undefined, 502, 'identity.keys-unavailable', 'token'],
  ['oidc-members', '{"jwks_uri":null}', 502, 'identity.keys-unavailable', 'token'],
  ['shared-secret-id-token', undefined, 502, 'identity.invalid', 'token'],
  ['unreadable-id-token', undefined, 502, 'identity.invalid', 'token'],
  ['no-exp', undefined, 502, 'identity.invalid', 'token'],
  ['no-audience', undefined, 502, 'identity.invalid', 'token'],
  ['wrong-azp', undefined, 502, 'identity.invalid', 'token'],
  ['jwks-empty', undefined, 502, 'identity.keys-unavailable', 'token'],
  ['unknown-key', undefined, 502, 'identity.invalid', 'token'],
  ['wrong-nonce', undefined, 502, 'identity.invalid', 'token'],
  ['no-nonce', undefined, 502, 'identity.invalid', 'token'],
  ['bad-signature', undefined, 502, 'identity.invalid', 'token'],
  ['alg-none', undefined, 502, 'identity.invalid', 'token'],
  ['wrong-audience', undefined, 502, 'identity.invalid', 'token'],
  ['extra-audience', undefined, 502, 'identity.invalid', 'token'],
  ['foreign-issuer', EVIL, 502, 'identity.invalid', 'token'],
  ['expired-id-token', undefined, 502, 'identity.invalid', 'token'],
  ['future-id-token', undefined, 502, 'identity.invalid', 'token'],
  ['wrong-at-hash', undefined, 502, 'identity.invalid', 'token'],
  ['no-sub', undefined, 502, 'identity.invalid', 'token'],
];
const slow: Row[] = [
  ['slow-discovery', undefined, 504, 'discovery.timeout', 'discovery'],
  ['slow-token', undefined, 504, 'token.timeout', 'token'],
  ['slow-jwks', undefined, 504, 'identity.keys-timeout', 'token'],
];
/** Faults after which the launch is complete and its page cannot be shown. */
const pageFailures: [FaultName, string | undefined, number, ErrorCode][] = [
  ['fhir-401', undefined, 401, 'session.never-accepted'],
  ['fhir-403', undefined, 403, 'patient.refused'],
  ['fhir-429', '3600', 503, 'patient.unavailable'],
  ['fhir-500', undefined, 503, 'patient.unavailable'],
  ['patient-refused', undefined, 403, 'patient.refused'],
  ['fhir-xml', undefined, 502, 'patient.unexpected'],
  ['fhir-html', undefined, 502, 'patient.unexpected'],
  ['fhir-truncated', undefined, 502, 'patient.unexpected'],
  ['fhir-redirect', EVIL, 503, 'patient.unavailable'],
  ['wrong-patient', undefined, 502, 'patient.mismatch'],
  ['patient-outcome-200', undefined, 502, 'patient.not-returned'],
];
/** Faults that do not fail a launch. */
const harmless: [FaultName, string?][] = [
  ...faultsNamed(`
    discovery-no-s256 discovery-relative-endpoints discovery-endpoint-query discovery-junk no-kid
    search-collection metadata-xml metadata-resources discovery-no-capabilities
    no-oidc-document rotated-key repeated-key extra-response-parameters narrowed-scope token-type-lowercase
    scope-without-openid blank-members no-expires-in string-expires-in no-refresh-token no-scope no-banner-flag
    string-banner-flag odd-context no-fhir-user relative-fhir-user bad-fhir-user patient-in-id-token
    fhir-user-404 fhir-403-requests foreign-resource metadata-500 short-pages
  `).map((fault): [FaultName] => [fault]),
  ['discovery-members', '{"capabilities":["launch-standalone"]}'],
  ['blank-members', '  '],
  ['hostile-style-url', EVIL],
  ['foreign-fhir-user', EVIL],
  ['foreign-next-link', EVIL],
];
/** Faults of the list, the refresh and the revocation, and one that needs its own settings (see above). */
const ELSEWHERE: FaultName[] = [
  ...unprovedCreateFaults,
  ...faultsNamed(`
    authorize-absent metadata-members search-refused search-outcome-200 search-500 search-needs-ah-practice
    create-refused create-unconfirmed create-empty-201 create-lost create-warning id-token-claims
    introspection-inactive introspection-string-true introspection-empty introspection-html introspection-500
    introspection-401 introspection-other-client introspection-other-patient discovery-404 slow-fhir
    slow-requests endless-paging outcome-entry huge-bundle empty-entries refresh-invalid-grant refresh-503
    refresh-other-patient revocation-503
  `),
];

let world: World;
let evil: Awaited<ReturnType<typeof startEvil>>;
let browser: TestBrowser;
let earlier: string;
let serial = 0;
beforeAll(async () => {
  [world, evil] = await Promise.all([startWorld(), startEvil()]);
  browser = world.browser();
  earlier = (await world.launch('pat-ben', browser)).url;
});
afterAll(async () => {
  expect(evil.requests).toEqual([]);
  await Promise.all([world.close(), evil.close()]);
});

/** Creates an organization on the sandbox, so that neither discovery nor keys are cached. */
async function newOrganization(sandbox: Sandbox, settings: Record<string, unknown> = {}): Promise<string> {
  serial += 1;
  const id = `org-${serial}`;
  await world.setOrganization(id, { privateNetworks: [`10.0.${serial}.0/24`], ...settings }, sandbox);
  return id;
}
const valueOf = (value: string | undefined) => (value === EVIL ? `${evil.origin}/fhir` : value);

/** Launches with one fault; returns the last page and the EHR's requests. */
async function launchWith(fault: FaultName, value?: string, sandbox = world.sandbox, user = browser) {
  const launchUrl = new URL(sandbox.launch('pat-ada'));
  launchUrl.searchParams.set('orgId', await newOrganization(sandbox));
  sandbox.requests.clear();
  const from = user.history.length;
  sandbox.faults.set(fault, valueOf(value));
  const page = await user.open(launchUrl.href);
  sandbox.faults.clear();
  const paths = sandbox.requests.map(({ path }) => path);
  const count = (pattern: RegExp) => paths.filter((path) => pattern.test(path)).length;
  const ours = user.history.slice(from).filter(({ url }) => url.startsWith(world.url));
  return {
    page,
    ours,
    calls: {
      discovery: count(/smart-configuration$/),
      authorize: count(/^\/auth\/authorize\?/),
      token: count(/^\/auth\/token/),
      fhir: count(/^\/fhir\/r4\/(?!metadata|\.well-known)/),
    },
  };
}

const logLineOf = (page: Visit) => {
  const lines = linesWith(world.logLines, supportCodeOf(page));
  expect(lines).toHaveLength(1);
  return lines[0]!;
};

function expectPlainPage(page: Visit, status: number, code: ErrorCode): void {
  const { title, help } = describeError(code);
  const seconds = Number(page.headers['retry-after'] ?? 0);
  // A rule of this error may replace its help.
  const helps = [help, ...rules.map((rule) => describeError(code, 'chart', rule).help)].map((one) =>
    withWait(one, seconds),
  );
  const escape = (text: string) => text.replaceAll("'", '&#39;').replaceAll('"', '&quot;');
  expect({ status: page.status, title: titleOf(page), code: logLineOf(page).errorCode }).toEqual({
    status,
    title: escape(title),
    code,
  });
  expect(helps.some((one) => page.body.includes(escape(one)))).toBe(true);
  expect(page.headers['cache-control']).toBe('no-store');
  expect(page.headers['content-security-policy']).toContain("default-src 'none'");
  // ER-01, ER-03: the page has no words or addresses of the EHR, and does not leave by itself.
  expect(page.body).not.toMatch(
    /127\.0\.0\.1|localhost|elsewhere\.example|http-equiv|<script(?! src="\/assets\/)|at \/|alert\(1\)/,
  );
}

async function expectEarlierLaunchWorks(): Promise<void> {
  const page = await browser.open(earlier);
  expect({ status: page.status, title: titleOf(page) }).toEqual({ status: 200, title: 'Requests for Ben Okafor' });
}

function expectRejected({ page, ours, calls }: Awaited<ReturnType<typeof launchWith>>, row: Row): void {
  const [fault, , status, code, last] = row;
  // After a refusal of scopes, the app asks once more with other scopes.
  const requests = ['authorization.scope-refused', 'scope.none-granted'].includes(code) ? 2 : 1;
  expectPlainPage(page, status, code);
  expect(
    ours.flatMap(({ setCookies }) => setCookies).filter((line) => /^(__Host-)?launch-\S+=[^;]/.test(line)),
  ).toEqual([]);
  expect(calls).toEqual({
    discovery: 1,
    authorize: last === 'discovery' ? 0 : requests,
    // A spent launch value gives no second code.
    token: last === 'token' ? (fault === 'empty-grant' ? 2 : 1) : 0,
    fhir: 0,
  });
}

describe('REJECT', () => {
  test.for(refusals)('%s (%s): %d %s, after %s', async (row) => {
    const [fault, value] = row;
    expectRejected(await launchWith(fault, value), row);
    await expectEarlierLaunchWorks();
  });

  test('DI-15, TK-19, ID-22: a launch ends if the EHR is too slow at discovery, token or keys', async () => {
    const sandboxes = await Promise.all(slow.map(([fault]) => world.addSandbox(fault)));
    await Promise.all(
      slow.map(async (row, index) =>
        expectRejected(await launchWith(row[0], undefined, sandboxes[index], world.browser()), row),
      ),
    );
  });
});

test.for(pageFailures)('%s (%s): the launch is complete, its page is %d %s', async ([fault, value, status, code]) => {
  const { page, calls } = await launchWith(fault, value);
  expectPlainPage(page, status, code);
  expect(new URL(page.url).pathname).toMatch(/^\/launches\/[\w-]{22}\/requests$/);
  // A refused token is renewed once before the launch ends (FH-05).
  expect(calls).toMatchObject({ discovery: 1, authorize: 1, token: status === 401 ? 2 : 1 });
});

test.for(harmless)('%s (%s) fails no launch', async ([fault, value]) => {
  const { page } = await launchWith(fault, value);
  expect({ status: page.status, title: titleOf(page) }).toEqual({ status: 200, title: 'Requests for Ada Moreno' });
  expect(page.body).not.toMatch(/elsewhere\.example|evil\.example/);
});

test('DI-18, DI-20: without a well-known document the launch uses the CapabilityStatement, under the same rules', async () => {
  const id = await newOrganization(world.sandbox, { issuers: [world.sandbox.issuer] });
  const launchUrl = new URL(world.sandbox.launch('pat-ada'));
  launchUrl.searchParams.set('orgId', id);
  world.sandbox.requests.clear();
  world.sandbox.faults.set('discovery-404');
  const page = await world.browser().open(launchUrl.href);
  world.sandbox.faults.clear();
  expect(titleOf(page)).toBe('Requests for Ada Moreno');
  const sent = (pattern: RegExp) => world.sandbox.requests.find(({ path }) => pattern.test(path));
  expect(sent(/^\/auth\/authorize\?/)?.path).toContain('&code_challenge_method=S256');
  expect(sent(/^\/auth\/token/)?.body).toContain('client-assertion-type');
});

test('SCO-20: the inspector names the missing scope; the page does not', async () => {
  const { page } = await launchWith('narrowed-scope', 'launch fhirUser');
  expect(page.status).toBe(403);
  expect(page.body).not.toMatch(/openid|Patient\.read/);
});

test('ER-04: the log line has organization, status and cause, and no query', async () => {
  const { page } = await launchWith('discovery-html');
  const line = logLineOf(page);
  expect(line).toMatchObject({
    level: 'error',
    organizationId: `org-${serial}`,
    path: '/smart/launch',
    status: 502,
    err: { name: 'AppError', message: expect.stringContaining('not a JSON object') },
  });
  expect(JSON.stringify(line)).not.toMatch(/iss=|launch=|CANARY/);
});

test('every fault of the sandbox is in one of these tables, or tested where its page is', () => {
  const tested = [...refusals, ...slow, ...pageFailures, ...harmless].map(([fault]) => fault);
  expect(faultNames.filter((name) => ![...tested, ...ELSEWHERE].includes(name))).toEqual([]);
});
