/** Each vendor's preset against an EHR that behaves like that vendor: launch, refresh, sign-out; and what breaks without. */

import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { VendorProfileName } from '#sandbox/profiles.ts';
import type { Sandbox } from '#sandbox/sandbox.ts';
import type { Vendor } from '#src/organizations/vendor.ts';
import { presetSettings } from '#src/organizations/vendor-presets.ts';
import { type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { csrfOf } from '#test/helpers/visits.ts';
import { ORG_ID, startWorld, type World } from '#test/helpers/world.ts';

let world: World;
let browser: TestBrowser;

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(async () => {
  vi.useRealTimers();
  await world.close();
});

const advance = (seconds: number) => void vi.setSystemTime(Date.now() + seconds * 1_000);
const sentTo = (path: string, text = '') =>
  world.sandbox.requests.filter((request) => request.path.startsWith(path) && request.body.includes(text));
const refreshes = () => sentTo('/auth/token', 'grant_type=refresh_token');
const assertionOf = ({ body }: { body: string }) => new URLSearchParams(body).get('client_assertion') ?? '';

/** A world at one vendor, with settings that may depend on where the EHR came to be. */
async function at(profile: VendorProfileName, settings: (sandbox: Sandbox) => Record<string, unknown>): Promise<Visit> {
  world = await startWorld({ sandbox: { profile } });
  await world.setOrganization(ORG_ID, settings(world.sandbox));
  browser = world.browser();
  return world.launch('pat-ada', browser);
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
  /** Without online_access a launch ends with its token. */
  refreshes: boolean;
  revokes?: boolean;
  /** What no preset can know and an administrator confirms: the issuer of the id_tokens, where discovery names another. */
  confirmed?: (sandbox: Sandbox) => Record<string, unknown>;
}

const rows: Row[] = [
  { profile: 'generic', vendor: 'generic', tokenSeconds: 3600, refreshes: true },
  { profile: 'generic', vendor: 'generic-v2', tokenSeconds: 3600, refreshes: true },
  // Epic has no revocation endpoint: the token is forgotten here and runs out there.
  { profile: 'epic-like', vendor: 'epic', tokenSeconds: 300, refreshes: true, revokes: false },
  {
    profile: 'oracle-like',
    vendor: 'oracle',
    tokenSeconds: 570,
    refreshes: true,
    // Learned at the first launch: Oracle's id_tokens are of …/oidc/idsps/…, and its issuer says so nowhere.
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
    // The two documents name two issuers; the checks show both, and the administrator takes that of the id_tokens.
    confirmed: ({ fhirBase }) => ({ issuers: [fhirBase] }),
  },
  { profile: 'nextgen-office-like', vendor: 'nextgen-office', tokenSeconds: 3600, refreshes: true },
  { profile: 'veradigm-like', vendor: 'veradigm', tokenSeconds: 3600, refreshes: true },
];

test.for(rows)('$vendor at $profile: launch, refresh or end, sign-out', async (row) => {
  const page = await at(row.profile, (sandbox) => ({
    vendor: row.vendor,
    ...presetSettings(row.vendor),
    ...row.confirmed?.(sandbox),
  }));
  expect(titleOf(page)).toBe('Requests for Ada Moreno');
  expect(page.body).toContain('Open requests');
  expect((await browser.visit(page.url)).status).toBe(200);
  expect(refreshes()).toHaveLength(0);

  advance(row.tokenSeconds * (row.refreshes ? 0.85 : 1.01));
  const later = await browser.visit(page.url);
  if (!row.refreshes) {
    expect(later.status).toBe(401);
    expect(refreshes()).toHaveLength(0);
    return;
  }
  expect(titleOf(later)).toBe('Requests for Ada Moreno');
  expect(refreshes()).toHaveLength(1);

  expect((await signOut(page.url)).status).toBe(200);
  const { revokes = true } = row;
  expect(sentTo('/auth/revoke')).toHaveLength(revokes ? 2 : 0);
  expect((await browser.visit(page.url)).status).toBe(401);
  expect(world.logLines.some((line) => line.includes('revocation.refused'))).toBe(false);
});

describe('without the preset', () => {
  const generic = () => presetSettings('generic');

  test.for(['oracle-like', 'athenahealth-like'] as const)(
    '%s trims the wildcard, and the page names the permission that is missing (SCO-20)',
    async (profile) => {
      const page = await at(profile, generic);
      expect(page.status).toBe(403);
      expect(page.body).toContain('patient/Patient.read');
    },
  );

  test('nextgen-office-like refuses a refresh that does not name the client', async () => {
    const page = await at('nextgen-office-like', generic);
    expect(titleOf(page)).toBe('Requests for Ada Moreno');
    advance(3_700);
    expect((await browser.visit(page.url)).status).toBe(503);
    expect(refreshes()).toHaveLength(1);
  });

  test.for([
    ['oracle-like', 'oracle'],
    ['nextgen-enterprise-like', 'nextgen-enterprise'],
  ] as const)('%s needs its issuer confirmed as well: no preset may know it (ID-02)', async ([profile, vendor]) => {
    const page = await at(profile, () => ({ vendor, ...presetSettings(vendor) }));
    expect(page.status).toBe(502);
    expect(page.body).toContain('identity.');
  });

  test('eCW-like answers more than 250 a minute with 429 and no waiting time', async () => {
    await at('ecw-like', () => ({ vendor: 'eclinicalworks', ...presetSettings('eclinicalworks') }));
    const answers = [];
    for (let count = 0; count < 260; count += 1) answers.push(await fetch(`${world.sandbox.fhirBase}/metadata`));
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
    expect(page.body).toContain('token.invalid-client');
  });

  test('CAJ-03, CAJ-06, CAJ-13: with both, the token, the refresh and the revocation say so, even when the setting changes meanwhile', async () => {
    const page = await at('helseid-like', () => both);
    expect(titleOf(page)).toBe('Requests for Ada Moreno');
    await world.setOrganization(ORG_ID, {});
    advance(3_000);
    expect((await browser.visit(page.url)).status).toBe(200);
    expect((await signOut(page.url)).status).toBe(200);
    const sent = [...sentTo('/auth/token'), ...sentTo('/auth/revoke')].map(assertionOf);
    expect(sent).toHaveLength(4);
    for (const assertion of sent) {
      expect(decodeProtectedHeader(assertion).typ).toBe(both.assertionType);
      expect(decodeJwt(assertion).aud).toBe(world.sandbox.issuer);
    }
    expect(world.logLines.some((line) => line.includes('revocation.refused'))).toBe(false);
  });
});

describe('what the settings say', () => {
  test('RF-05: a larger margin renews earlier', async () => {
    const page = await at('generic', () => ({ refreshMarginSeconds: 600 }));
    world.sandbox.faults.set('string-expires-in', '600');
    const { url } = await world.launch('pat-ben', browser);
    advance(310);
    expect((await browser.visit(url)).status).toBe(200);
    expect(refreshes()).toHaveLength(1);
    expect((await browser.visit(page.url)).status).toBe(200);
    expect(refreshes()).toHaveLength(1);
  });

  test('athenahealth-like that wants its practice on every search gets it, and not on reads', async () => {
    const preset = { vendor: 'athenahealth', ...presetSettings('athenahealth') };
    await at('athenahealth-like', () => preset);
    world.sandbox.faults.set('search-needs-ah-practice');
    expect((await world.launch('pat-ada')).body).toContain('refused');
    await world.setOrganization(ORG_ID, {
      ...preset,
      searchParameters: ['ah-practice=Organization/a-1.Practice-1'],
    });
    world.sandbox.requests.clear();
    const page = await world.launch('pat-ada');
    expect(page.body).toContain('Open requests');
    const fhir = world.sandbox.requests.filter(({ path }) => path.startsWith('/fhir/r4/')).map(({ path }) => path);
    const searches = fhir.filter((path) => path.includes('?'));
    expect(searches.length).toBeGreaterThan(0);
    expect(searches.every((path) => path.includes('ah-practice=Organization%2Fa-1.Practice-1'))).toBe(true);
    expect(fhir.some((path) => path.includes('/Patient/pat-ada') && !path.includes('ah-practice'))).toBe(true);
  });
});
