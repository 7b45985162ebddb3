/**
 * Each vendor's preset at an EHR that behaves like that vendor: launch, refresh, sign-out; and what fails without it.
 */

import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, test, vi } from 'vitest';
import type { VendorProfileName } from '#sandbox/profiles.ts';
import type { Sandbox } from '#sandbox/sandbox.ts';
import type { Vendor } from '#src/settings/vendor-names.ts';
import { presetSettings } from '#src/vendors/presets.ts';
import { type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { givenEndpoints } from '#test/helpers/given-endpoints.ts';
import { csrfOf } from '#test/helpers/visits.ts';
import { useWorldWithFakeDate } from '#test/helpers/world.ts';

const world = useWorldWithFakeDate();
let sandbox: Sandbox;
let browser: TestBrowser;
let orgId: string;
let hospitals = 0;

const advance = (seconds: number) => void vi.setSystemTime(Date.now() + seconds * 1_000);
const sentTo = (path: string, text = '') =>
  sandbox.requests.filter((request) => request.path.startsWith(path) && request.body.includes(text));
const documents = () => sandbox.requests.filter(({ path }) => path.includes('/.well-known/'));
const refreshes = () => sentTo('/auth/token', 'grant_type=refresh_token');
const assertionOf = ({ body }: { body: string }) => new URLSearchParams(body).get('client_assertion') ?? '';
const refusedRevocations = () => world.logLines.filter((line) => line.includes('revocation.refused')).length;
const launch = (patientId: string) => browser.open(sandbox.launch(patientId));

/** Creates a hospital at one vendor, with settings that may depend on the EHR's address, and launches there. */
async function at(profile: VendorProfileName, settings: (ehr: Sandbox) => Record<string, unknown>): Promise<Visit> {
  hospitals += 1;
  orgId = `hospital-${hospitals}`;
  sandbox = await world.addSandbox(orgId, { profile });
  await set(settings(sandbox));
  browser = world.browser();
  return launch('pat-ada');
}

/** Settings take effect within two seconds. */
async function set(settings: Record<string, unknown>): Promise<void> {
  await world.setOrganization(orgId, settings, sandbox);
  advance(2);
}

async function signOut(list: string): Promise<Visit> {
  const csrf = csrfOf(await browser.visit(list));
  const page = await browser.visit(list.replace(/requests$/, 'sign-out'), { form: { csrf } });
  await world.dependencies.revoker.flush();
  return page;
}

interface Row {
  profile: VendorProfileName;
  vendor: Vendor;
  tokenSeconds: number;
  /** False without online_access: the launch ends with its token. */
  refreshes: boolean;
  revokes?: boolean;
  /** Settings that an administrator confirms: the issuer of the id_tokens, if discovery names another. */
  confirmed?: (ehr: Sandbox) => Record<string, unknown>;
}

const rows: Row[] = [
  { profile: 'generic', vendor: 'generic', tokenSeconds: 3600, refreshes: true },
  { profile: 'generic', vendor: 'generic-v2', tokenSeconds: 3600, refreshes: true },
  // Epic has no revocation endpoint: the app deletes the token, and it expires at the EHR.
  { profile: 'epic-like', vendor: 'epic', tokenSeconds: 300, refreshes: true, revokes: false },
  {
    profile: 'oracle-like',
    vendor: 'oracle',
    tokenSeconds: 570,
    refreshes: true,
    // Oracle's id_tokens name …/oidc/idsps/… as issuer, which no document says; it is known from the first launch.
    confirmed: ({ origin }) => ({ issuers: [`${origin}/tenants/ec2458f2/oidc/idsps/ec2458f2/`] }),
  },
  { profile: 'athenahealth-like', vendor: 'athenahealth', tokenSeconds: 3600, refreshes: true },
  { profile: 'meditech-like', vendor: 'meditech', tokenSeconds: 3600, refreshes: true },
  { profile: 'ecw-like', vendor: 'eclinicalworks', tokenSeconds: 3600, refreshes: false },
  {
    profile: 'nextgen-enterprise-like',
    vendor: 'nextgen-enterprise',
    tokenSeconds: 3600,
    refreshes: false,
    // The two documents name two issuers; the checks show both, and the administrator chooses that of the id_tokens.
    confirmed: ({ fhirBase }) => ({ issuers: [fhirBase] }),
  },
  { profile: 'nextgen-office-like', vendor: 'nextgen-office', tokenSeconds: 3600, refreshes: true },
  { profile: 'veradigm-like', vendor: 'veradigm', tokenSeconds: 3600, refreshes: true },
  { profile: 'ereferral-like', vendor: 'generic', tokenSeconds: 3600, refreshes: true, confirmed: givenEndpoints },
];

test.for(rows)('$vendor at $profile: launch, refresh or end, sign-out', async (row) => {
  const page = await at(row.profile, (ehr) => ({
    vendor: row.vendor,
    ...presetSettings(row.vendor),
    ...row.confirmed?.(ehr),
  }));
  expect(titleOf(page)).toBe('Requests for Ada Moreno');
  expect(page.body).not.toContain('class="notice notice-problem"');
  // This visit in the middle of the token's life keeps the launch from ending as idle.
  advance(row.tokenSeconds / 2);
  expect((await browser.visit(page.url)).status).toBe(200);
  expect(refreshes()).toHaveLength(0);

  advance(row.tokenSeconds * (row.refreshes ? 0.35 : 0.51));
  const later = await browser.visit(page.url);
  if (!row.refreshes) {
    expect(later.status).toBe(401);
    expect(refreshes()).toHaveLength(0);
    return;
  }
  expect(titleOf(later)).toBe('Requests for Ada Moreno');
  expect(refreshes()).toHaveLength(1);
  // This is after the end of the first token, so the page needs the second one.
  advance(row.tokenSeconds * 0.3);
  expect(titleOf(await browser.visit(page.url))).toBe('Requests for Ada Moreno');
  expect(refreshes()).toHaveLength(1);

  expect((await signOut(page.url)).status).toBe(303);
  const { revokes = true } = row;
  expect(sentTo('/auth/revoke')).toHaveLength(revokes ? 2 : 0);
  expect((await browser.visit(page.url)).status).toBe(401);
  expect(refusedRevocations()).toBe(0);
  // DI-23: with endpoints given by hand, none of the EHR's documents are requested.
  if (row.confirmed === givenEndpoints) expect([...sentTo('/fhir/r4/metadata'), ...documents()]).toEqual([]);
  else expect(documents()).not.toEqual([]);
});

describe('without the preset', () => {
  const generic = () => ({ ...presetSettings('generic') });

  test.for(['oracle-like', 'athenahealth-like'] as const)(
    '%s trims the wildcard, and the launch stops with a page that names no scope (SCO-20)',
    async (profile) => {
      const page = await at(profile, generic);
      expect(page.status).toBe(403);
      expect(page.body).not.toContain('patient/');
    },
  );

  test('nextgen-office-like refuses a refresh that does not name the client', async () => {
    const page = await at('nextgen-office-like', generic);
    expect(titleOf(page)).toBe('Requests for Ada Moreno');
    advance(1_800);
    expect((await browser.visit(page.url)).status).toBe(200);
    advance(1_900);
    expect((await browser.visit(page.url)).status).toBe(503);
    expect(refreshes()).toHaveLength(1);
  });

  test.for([
    ['oracle-like', 'oracle'],
    ['nextgen-enterprise-like', 'nextgen-enterprise'],
  ] as const)('%s needs its issuer confirmed too, which no preset can know (ID-02)', async ([profile, vendor]) => {
    const page = await at(profile, () => ({ vendor, ...presetSettings(vendor) }));
    expect(page.status).toBe(502);
    expect(world.logLines.at(-1)).toMatch(/identity\.invalid.*iss/);
  });

  test('eCW-like answers more than 250 requests a minute with 429 without Retry-After', async () => {
    await at('ecw-like', () => ({ vendor: 'eclinicalworks', ...presetSettings('eclinicalworks') }));
    const answers = [];
    for (let count = 0; count < 260; count += 1) answers.push(await fetch(`${sandbox.fhirBase}/metadata`));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(9);
    expect(refused[0]?.headers.get('retry-after')).toBeNull();
    expect(presetSettings('eclinicalworks').requestsPerMinute).toBeLessThan(250);
  });
});

describe('HelseID-like: the assertion is for the issuer and has the type of RFC 7523bis', () => {
  const both = { assertionType: 'client-authentication+jwt', assertionAudience: 'issuer' };

  test.for([
    ['neither', {}],
    ['the type alone', { assertionType: both.assertionType }],
    ['the audience alone', { assertionAudience: both.assertionAudience }],
  ] as const)('refused with %s', async ([, settings]) => {
    const page = await at('helseid-like', () => settings);
    expect(page.status).toBe(502);
    expect(titleOf(page)).toBe('The EHR does not recognize this app');
  });

  test('CAJ-03, CAJ-06, CAJ-13: token request, refresh and revocation use both, even if the setting changes meanwhile', async () => {
    const page = await at('helseid-like', () => both);
    expect(titleOf(page)).toBe('Requests for Ada Moreno');
    await set({});
    advance(3_000);
    expect((await browser.visit(page.url)).status).toBe(200);
    expect((await signOut(page.url)).status).toBe(303);
    const sent = [...sentTo('/auth/token'), ...sentTo('/auth/revoke')].map(assertionOf);
    expect(sent).toHaveLength(4);
    for (const assertion of sent) {
      expect(decodeProtectedHeader(assertion).typ).toBe(both.assertionType);
      expect(decodeJwt(assertion).aud).toBe(sandbox.issuer);
    }
    expect(refusedRevocations()).toBe(0);
  });
});

describe('the effect of settings', () => {
  test('RF-05: a larger margin renews earlier', async () => {
    const page = await at('generic', () => ({ refreshMarginSeconds: 600 }));
    sandbox.faults.set('string-expires-in', '600');
    const { url } = await launch('pat-ben');
    advance(310);
    expect((await browser.visit(url)).status).toBe(200);
    expect(refreshes()).toHaveLength(1);
    expect((await browser.visit(page.url)).status).toBe(200);
    expect(refreshes()).toHaveLength(1);
  });

  test('athenahealth-like gets the practice on every search, and not on reads', async () => {
    const preset = { vendor: 'athenahealth', ...presetSettings('athenahealth') };
    await at('athenahealth-like', () => preset);
    sandbox.faults.set('search-needs-ah-practice');
    expect((await launch('pat-ada')).body).toContain('class="notice notice-problem"');
    await set({
      ...preset,
      searchParameters: ['ah-practice=Organization/a-1.Practice-1'],
    });
    sandbox.requests.clear();
    const page = await launch('pat-ada');
    expect(titleOf(page)).toBe('Requests for Ada Moreno');
    expect(page.body).not.toContain('class="notice notice-problem"');
    const fhir = sandbox.requests.filter(({ path }) => path.startsWith('/fhir/r4/')).map(({ path }) => path);
    const searches = fhir.filter((path) => path.includes('?'));
    expect(searches.length).toBeGreaterThan(0);
    expect(searches.every((path) => path.includes('ah-practice=Organization%2Fa-1.Practice-1'))).toBe(true);
    expect(fhir.some((path) => path.includes('/Patient/pat-ada') && !path.includes('ah-practice'))).toBe(true);
  });
});
