/** Vendor presets: every value has a reason, and choosing a vendor changes only what was not set on purpose. */
import { describe, expect, test } from 'vitest';
import { editOrganization } from '#src/organizations/edit.ts';
import { parseSettings } from '#src/organizations/organization.ts';
import { createOrganizationStore } from '#src/organizations/store.ts';
import { presetFields } from '#src/settings/derived.ts';
import { vendors } from '#src/settings/vendor-names.ts';
import { broughtAlong, changedFromPreset, presetReasons, presetSettings } from '#src/vendors/presets.ts';
import { vendorForms } from '#src/vendors/registration-forms.ts';
import { suggestVendor } from '#src/vendors/suggestion.ts';
import { useWorld } from '#test/helpers/world.ts';
import { organizationSettings } from '#test/integration-page/organization-settings.ts';

const base = { id: 'general', name: 'General', fhirBaseUrl: 'https://ehr.example/fhir', clientId: 'abc' };

describe('the rows', () => {
  test.for(vendors)('%s: its settings are valid, and each one that differs has a reason and a source', (vendor) => {
    const settings = presetSettings(vendor);
    expect(parseSettings({ ...base, vendor, ...settings }, true)).toMatchObject({ ok: true, settings });
    const common = presetSettings('generic');
    const differing = presetFields.filter((field) => JSON.stringify(settings[field]) !== JSON.stringify(common[field]));
    const reasons = presetReasons(vendor);
    expect(reasons.map(({ field }) => field)).toEqual(expect.arrayContaining(differing));
    for (const { why, source } of reasons) expect([why.length > 10, source.length > 5]).toEqual([true, true]);
  });

  test.for(Object.entries(vendorForms))('%s: its form takes each value of the sheet once', ([, { fields, source }]) => {
    const taken = fields.flatMap(({ from }) => from ?? []);
    expect(new Set(taken).size).toBe(taken.length);
    expect(taken).toEqual(expect.arrayContaining(['applicationName', 'redirectUri', 'jwksUri', 'launchUrl']));
    for (const { from, is } of fields) expect([from, is].filter(Boolean)).toHaveLength(1);
    expect(source).toMatch(/epic\.com|oracle\.com/);
  });

  test('the schema’s defaults are the generic preset, so that a new organization has no setting on purpose', () => {
    expect(changedFromPreset(organizationSettings())).toEqual([]);
    expect(presetReasons('generic')).toEqual([]);
  });

  test('SCO-06: only the two generic presets request a wildcard', () => {
    const wildcards = vendors.filter((vendor) => presetSettings(vendor).scopes.includes('*'));
    expect(wildcards).toEqual(['generic', 'generic-v2']);
  });

  test('eClinicalWorks stays below 250 requests a minute; NextGen Office names the client on refresh', () => {
    expect(presetSettings('eclinicalworks').requestsPerMinute).toBe(200);
    expect(presetSettings('nextgen-office').clientIdInTokenBody).toBe(true);
  });
});

describe('choosing a vendor', () => {
  test('sets the whole preset for a new organization', () => {
    expect(broughtAlong(undefined, 'eclinicalworks')).toEqual(presetSettings('eclinicalworks'));
  });

  test('keeps settings that were set on purpose, and sets the others', () => {
    const before = organizationSettings({ vendor: 'generic', nonce: 'optional', refreshMarginSeconds: 90 });
    expect(Object.keys(broughtAlong(before, 'nextgen-office'))).not.toContain('nonce');
    expect(broughtAlong(before, 'nextgen-office')).toMatchObject({
      clientIdInTokenBody: true,
      scopes: presetSettings('nextgen-office').scopes,
    });
  });

  test('removes the former vendor’s values', () => {
    const before = organizationSettings({ vendor: 'eclinicalworks', ...presetSettings('eclinicalworks') });
    expect(broughtAlong(before, 'oracle')).toMatchObject({ requestsPerMinute: 0 });
  });
});

describe('editing an organization', () => {
  const world = useWorld();
  let made = 0;

  /** Creates an organization and makes these changes one after the other. */
  const edited = async (changes: Parameters<typeof editOrganization>[2][]) => {
    const { audit, database, clock } = world.dependencies;
    const store = createOrganizationStore(database.db);
    const endLaunches = async () => 0;
    const { id: _id, ...first } = base;
    made += 1;
    const id = `edited-${made}`;
    const results = [];
    for (const change of [first, ...changes])
      results.push(
        await editOrganization({ store, audit, clock, production: true, endLaunches }, id, change, { actor: 'cli' }),
      );
    return { results, saved: await store.find(id) };
  };

  test('choosing a vendor sets its values, except those given in the same edit', async () => {
    const { saved } = await edited([{ vendor: 'eclinicalworks', requestsPerMinute: '120' }]);
    expect(saved).toMatchObject({ requestsPerMinute: 120, scopes: presetSettings('eclinicalworks').scopes });
  });

  test('a later edit overrides a value, and stays if the vendor changes', async () => {
    const { saved } = await edited([{ vendor: 'nextgen-office' }, { clientIdInTokenBody: false }, { vendor: 'epic' }]);
    expect(saved).toMatchObject({ vendor: 'epic', scopes: presetSettings('epic').scopes, clientIdInTokenBody: false });
    const again = await edited([{ nonce: 'optional' }, { vendor: 'epic' }, { vendor: 'generic' }]);
    expect(again.saved).toMatchObject({ nonce: 'optional', ...onlyScopes('generic') });
  });

  test.for([{ vendor: 'acme' }, { vendor: 'oracle', nonce: 'maybe' }, { vendor: ['epic'] }])(
    'bad input changes nothing: %o',
    async (change) => {
      const { results, saved } = await edited([change]);
      expect(results.at(-1)?.ok).toBe(false);
      expect(saved).toMatchObject({ vendor: 'generic', ...onlyScopes('generic') });
    },
  );
});

const onlyScopes = (vendor: (typeof vendors)[number]) => ({ scopes: presetSettings(vendor).scopes });

describe('the vendor a FHIR URL suggests', () => {
  test.for([
    ['https://fhir.hospital.example/interconnect-fhir-oauth/api/FHIR/R4', 'epic'],
    ['https://fhir.hospital.example/interconnect/api/fhir/r4/', 'epic'],
    ['https://fhir-ehr.cerner.com/r4/ec2458f2', 'oracle'],
    ['https://fhir-ehr-code.cerner.com/r4/ec2458f2', 'oracle'],
    ['https://api.platform.athenahealth.com/fhir/r4', 'athenahealth'],
    ['https://api.preview.platform.athenahealth.com/fhir/r4', 'athenahealth'],
    ['https://greenfield-prod-apis.meditech.com/v2/uscore/STU6', 'meditech'],
    ['https://ehr.hospital.example/v2/uscore/R4', 'meditech'],
    ['https://fhir4.eclinicalworks.com/fhir/r4/JAFJCD', 'eclinicalworks'],
    ['https://staging-fhir.ecwcloud.com/fhir/r4/FFBJCD', 'eclinicalworks'],
    ['https://fhir.nextgen.com/nge/prod/fhir-api-r4/fhir/r4', 'nextgen-enterprise'],
    ['https://fhir.meditouchehr.com/api/fhir/r4', 'nextgen-office'],
    ['https://fhir.fhirpoint.open.allscripts.com/fhirroute/open/CP00101', 'veradigm'],
  ])('%s: %s', ([url = '', vendor]) => {
    expect(suggestVendor(url)?.vendor).toBe(vendor);
  });

  test.for([
    '',
    'not a URL',
    'https://ehr.example/fhir',
    'https://fhir-ehr.cerner.com.evil.example/r4/x',
    'https://evilecwcloud.com/fhir',
    'https://notallscripts.com/fhir',
    'https://fhir.nextgen.com/other',
    'https://ehr.example/fhir?next=/api/FHIR/R4',
    'https://ehr.example/api/FHIR/DSTU2',
  ])('nothing: %s', (url) => {
    expect(suggestVendor(url)).toBeUndefined();
  });
});
