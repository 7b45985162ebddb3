/** What is normal at each vendor gets the right verdict. */
import { describe, expect, test } from 'vitest';
import type { VendorProfileName } from '#sandbox/profiles.ts';
import { type Sandbox, startSandbox } from '#sandbox/sandbox.ts';
import type { FinishedChecks, Verdict } from '#src/checks/rows/result.ts';
import type { OrganizationSettings } from '#src/organizations/organization.ts';
import { givenEndpoints } from '#test/helpers/given-endpoints.ts';
import { type Checkup, createCheckup, idsOf, row } from './checkup.ts';
import { alter, startHealthyEhr } from './healthy-ehr.ts';

const frameAncestors = ['https://ehr.example'];
const app = { launchUrl: 'https://a/', redirectUri: 'https://a/c', jwksUrl: 'https://a/j', clientId: 'a' };

async function atVendor(profile: VendorProfileName, use: (sandbox: Sandbox, checkup: Checkup) => Promise<void>) {
  const checkup = createCheckup();
  const sandbox = await startSandbox({ app, profile });
  try {
    await use(sandbox, checkup);
  } finally {
    await sandbox.close();
    await checkup.close();
  }
}

const vendors: [VendorProfileName, { allPassed: boolean; warnings: string[] }][] = [
  ['generic', { allPassed: true, warnings: [] }],
  ['epic-like', { allPassed: true, warnings: [] }],
  ['oracle-like', { allPassed: false, warnings: ['guide-issuer'] }],
  ['meditech-like', { allPassed: true, warnings: [] }],
  ['ecw-like', { allPassed: false, warnings: ['guide-issuer', 'scopes'] }],
  ['nextgen-enterprise-like', { allPassed: false, warnings: ['guide-issuer'] }],
  ['nextgen-office-like', { allPassed: true, warnings: [] }],
  ['athenahealth-like', { allPassed: true, warnings: [] }],
  ['veradigm-like', { allPassed: false, warnings: ['guide-issuer'] }],
  ['helseid-like', { allPassed: true, warnings: [] }],
];

test.for(vendors)('%s: no failure, and the warnings of the table', async ([profile, expected]) => {
  await atVendor(profile, async (sandbox, checkup) => {
    const finished = await checkup.run(sandbox.fhirBase, { frameAncestors });
    expect(idsOf(finished, 'failure')).toEqual([]);
    expect(idsOf(finished, 'warning')).toEqual(expected.warnings);
    expect(finished.summary.allPassed).toBe(expected.allPassed);
    expect(finished.summary.discovered?.configuration.tokenEndpoint).toContain('/auth/token');
  });
});

describe('an EHR that publishes nothing', () => {
  test('is not usable by discovery; with all endpoints given by hand every check passes without a warning (DI-23)', () =>
    atVendor('ereferral-like', async (sandbox, checkup) => {
      const before = await checkup.run(sandbox.fhirBase, { frameAncestors });
      expect(idsOf(before, 'failure')).toEqual(['guide-smart-configuration']);
      const given = { frameAncestors, ...givenEndpoints(sandbox) };
      sandbox.requests.clear();
      const finished = await checkup.run(sandbox.fhirBase, given);
      expect(idsOf(finished, 'failure', 'warning')).toEqual([]);
      expect(finished.summary).toMatchObject({ allPassed: true, discovered: { issuer: sandbox.issuer } });
      expect(finished.summary.discovered?.configuration.source).toBe('settings');
      const byYou = finished.results.filter(({ found }) => found.includes('given by you')).map(({ id }) => id);
      expect(byYou).toEqual(expect.arrayContaining(['guide-smart-configuration', 'guide-issuer', 'guide-jwks']));
      expect(byYou).toEqual(expect.arrayContaining(['configuration-fields', 'endpoints-https', 'endpoints-hosts']));
      expect(row(finished, 'given-endpoints')).toMatchObject({
        verdict: 'pass',
        found: expect.stringContaining('404'),
      });
      const asked = sandbox.requests.map(({ path }) => path);
      expect(asked.toSorted()).toEqual(['/auth/jwks', '/fhir/r4/.well-known/smart-configuration', '/fhir/r4/metadata']);
    }));

  test.for<[string, Record<string, unknown>, Record<string, Verdict>, string]>([
    [
      'keys on a host that is not allowed',
      { jwksUri: 'https://login.example/jwks' },
      { 'endpoints-hosts': 'failure' },
      'jwks_uri on login.example',
    ],
    [
      'revocation on a host that is not allowed',
      { revocationEndpoint: 'https://login.example/r' },
      { 'endpoints-hosts': 'failure' },
      'revocation_endpoint on login.example',
    ],
    ['no keys at the address', { jwksUri: 'PATH/nothing' }, { 'guide-jwks': 'failure' }, 'status 404'],
  ])('%s', ([, change, rows, found]) =>
    atVendor('ereferral-like', async (sandbox, checkup) => {
      const at = Object.fromEntries(
        Object.entries(change).map(([name, value]) => [name, String(value).replace('PATH', sandbox.origin)]),
      );
      const finished = await checkup.run(sandbox.fhirBase, { frameAncestors, ...givenEndpoints(sandbox), ...at });
      const seen = finished.results.filter(({ verdict }) => verdict === 'failure' || verdict === 'warning');
      expect(Object.fromEntries(seen.map(({ id, verdict }) => [id, verdict]))).toEqual(rows);
      expect(row(finished, Object.keys(rows)[0] ?? '').found).toContain(found);
    }),
  );

  test('DI-26: documents that it publishes later are reported, and not used', () =>
    atVendor('generic', async (sandbox, checkup) => {
      const given = { frameAncestors, ...givenEndpoints(sandbox) };
      const same = await checkup.run(sandbox.fhirBase, given);
      expect(row(same, 'given-endpoints')).toMatchObject({
        verdict: 'info',
        found: expect.stringContaining('the same'),
      });
      const moved = await checkup.run(sandbox.fhirBase, { ...given, tokenEndpoint: `${sandbox.origin}/old/token` });
      const { verdict, found, owner } = row(moved, 'given-endpoints');
      expect([verdict, owner]).toEqual(['warning', 'Your administrator']);
      expect(found).toBe('the EHR publishes a smart-configuration now, with another token_endpoint; not used');
      expect(moved.summary.discovered?.configuration).toMatchObject({
        source: 'settings',
        tokenEndpoint: `${sandbox.origin}/old/token`,
        capabilities: [],
      });
      const ours = await checkup.run(sandbox.fhirBase, {
        ...given,
        jwksUri: 'http://localhost:1/.well-known/jwks.json',
      });
      expect(row(ours, 'given-endpoints')).toMatchObject({
        verdict: 'failure',
        found: 'jwks_uri: an address of this app',
      });
    }));
});

test('Epic: an issuer that differs from the FHIR URL passes', () =>
  atVendor('epic-like', async (sandbox, checkup) => {
    const found = row(await checkup.run(sandbox.fhirBase), 'issuer-fhir-url');
    expect(found).toMatchObject({ verdict: 'info' });
    expect(found.found).toContain('normal');
  }));

test('Oracle: without an OpenID document the keys come from smart-configuration', () =>
  atVendor('oracle-like', async (sandbox, checkup) => {
    const finished = await checkup.run(sandbox.fhirBase);
    expect(row(finished, 'guide-jwks').found).toContain('named by smart-configuration');
    expect(row(finished, 'guide-issuer').remedy).toContain('If the first launch is refused for its issuer');
  }));

test('NextGen Enterprise: both issuers are shown, either can be chosen, and then the check passes', () =>
  atVendor('nextgen-enterprise-like', async (sandbox, checkup) => {
    const before = await checkup.run(sandbox.fhirBase, { frameAncestors });
    expect(row(before, 'guide-issuer').found).toContain(`another document was found for ${sandbox.fhirBase}`);
    const offered = before.summary.suggestions.map(({ value }) => value);
    expect(offered).toEqual([[sandbox.fhirBase], [sandbox.issuer]]);
    const after = await checkup.run(sandbox.fhirBase, { frameAncestors, issuers: [sandbox.fhirBase] });
    expect(after.summary).toMatchObject({ allPassed: true, discovered: { issuer: sandbox.fhirBase } });
  }));

describe('vendors that the sandbox does not imitate', () => {
  const at = async (
    change: Record<string, unknown>,
    settings: Partial<OrganizationSettings>,
    use: (finished: FinishedChecks, origin: string) => void,
  ) => {
    const [ehr, checkup] = [await startHealthyEhr(), createCheckup()];
    alter(ehr, 'smart-configuration', change);
    const finished = await checkup.run(ehr.fhirBase, { frameAncestors, ...settings });
    await checkup.close();
    await ehr.close();
    use(finished, ehr.origin);
  };

  test('Veradigm: with a method list under another name the capability decides', () =>
    at(
      { token_endpoint_auth_methods_supported: undefined, token_endpoint_auth_methods: ['client_secret_post'] },
      {},
      (finished) => expect(row(finished, 'client-authentication')).toMatchObject({ verdict: 'pass' }),
    ));

  test('MEDITECH: an issuer at the root of the host whose name has a slash at the end is asked once, without a double slash', async () => {
    const [ehr, checkup] = [await startHealthyEhr(), createCheckup()];
    const issuer = `${ehr.origin}/`;
    alter(ehr, 'smart-configuration', { issuer });
    ehr.on('/.well-known/openid-configuration', () => ({ body: { issuer, jwks_uri: `${ehr.origin}/auth/jwks` } }));
    const finished = await checkup.run(ehr.fhirBase, { frameAncestors });
    expect(finished.summary).toMatchObject({ allPassed: true, discovered: { issuer } });
    expect(ehr.requests.some(({ path }) => path.startsWith('//'))).toBe(false);
    await checkup.close();
    await ehr.close();
  });

  test('MEDITECH: the document found at the root of the host is a suggestion, not a decision', async () => {
    const [ehr, checkup] = [await startHealthyEhr(), createCheckup()];
    alter(ehr, 'smart-configuration', { issuer: `${ehr.origin}/elsewhere` });
    const issuer = ehr.origin;
    ehr.on('/.well-known/openid-configuration', () => ({ body: { issuer, jwks_uri: `${ehr.origin}/auth/jwks` } }));
    ehr.on('/fhir/.well-known/openid-configuration', () => ({ status: 404, body: {} }));
    const finished = await checkup.run(ehr.fhirBase, { frameAncestors });
    expect(row(finished, 'guide-issuer').verdict).toBe('warning');
    expect(finished.summary.suggestions.map(({ value }) => value)).toEqual([[issuer], [`${ehr.origin}/elsewhere`]]);
    await checkup.close();
    await ehr.close();
  });

  test('athenahealth: sign-in on another host needs the administrator’s decision', () =>
    at(
      {
        authorization_endpoint: 'https://api.athena.example/authorize',
        token_endpoint: 'https://api.athena.example/token',
        scopes_supported: undefined,
      },
      { allowedHosts: ['api.athena.example'] },
      (finished) => {
        expect(finished.summary.allPassed).toBe(true);
        expect(row(finished, 'scopes').verdict).toBe('info');
      },
    ));
});
