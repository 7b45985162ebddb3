/** What the form takes from the chart, at each vendor's EHR and when the EHR refuses a part of it. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { profiles, type VendorProfileName } from '#sandbox/profiles.ts';
import type { Visit } from '#test/helpers/browser.ts';
import { givenEndpoints } from '#test/helpers/given-endpoints.ts';
import { launchIdOf } from '#test/helpers/visits.ts';
import { startWorld, type World } from '#test/helpers/world.ts';
import { choicesOf, factsOf, READS, remarkOf, scopesFor } from './form-reader.ts';

let world: World;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  world = await startWorld({ settings: { timeZone: 'America/Los_Angeles' } });
});
afterAll(async () => {
  vi.useRealTimers();
  await world.close();
});

const setting = (types: readonly string[] = READS) => ({
  createRequests: true,
  // Whether a value is old depends on the day of the test; chart-date.test.ts tests that.
  chartStaleDays: 3_650,
  scopes: scopesFor(types),
  timeZone: 'America/Los_Angeles',
});

async function openForm(sandbox: World['sandbox'], patient = 'pat-ada'): Promise<Visit> {
  const browser = world.browser();
  const encounter = { 'pat-ada': 'enc-ada-stay', 'pat-ben': 'enc-ben-ed' }[patient];
  const list = await browser.open(sandbox.launch(patient, encounter === undefined ? {} : { encounter }));
  sandbox.requests.clear();
  return browser.visit(`${world.url}/launches/${launchIdOf(list)}/requests/new`);
}
const fieldOf = ({ body }: Visit, name: string) =>
  new RegExp(`id="${name}" name="${name}"[^>]* value="([^"]*)"`).exec(body)?.[1];

/** Settings that this kind of EHR needs before it is trusted, or trusts us. */
function neededBy(profile: VendorProfileName, sandbox: World['sandbox']): Record<string, unknown> {
  const { idTokenIssuer, issuerOnOtherHost, refreshNeedsClientId, assertionType, assertionAudience } =
    profiles[profile];
  const issuer = idTokenIssuer?.replace('{origin}', sandbox.origin).replace('{fhirBase}', sandbox.fhirBase);
  return {
    ...(issuer === undefined ? {} : { issuers: [issuer] }),
    ...(profile === 'ereferral-like' ? givenEndpoints(sandbox) : {}),
    ...(issuerOnOtherHost ? { allowedHosts: [new URL(sandbox.origin).host] } : {}),
    clientIdInTokenBody: refreshNeedsClientId,
    assertionType,
    assertionAudience: assertionAudience === 'issuer' ? 'issuer' : 'token_endpoint',
  };
}

describe('every vendor', () => {
  test.for(Object.keys(profiles) as VendorProfileName[])('%s', { timeout: 30_000 }, async (profile) => {
    const sandbox = await world.addSandbox(profile, { profile });
    await world.setOrganization(profile, { ...setting(), ...neededBy(profile, sandbox) }, sandbox);
    const page = await openForm(sandbox);
    expect(page.status).toBe(200);
    expect(factsOf(page, 'Patient')).toEqual([
      'Address: 12 Alder Street, Springfield CA 90001 from the chart, without a date',
      'Telephone: +1 555 010 0231 from the chart, without a date',
      'Language: Spanish from the chart, without a date',
    ]);
    expect(choicesOf(page, 'Allergies')).toEqual([
      '+ Penicillin; high criticality; Hives from the chart, DATE',
      '+ Latex; Hives from the chart, DATE',
    ]);
    expect(choicesOf(page, 'Measurements')).toEqual([
      '+ 71.4 kg Body weight from the chart, DATE',
      '+ 158 cm Body height from the chart, DATE',
    ]);
    expect(choicesOf(page, 'Plans')).toEqual(['+ Golden State Synthetic Health, Gold from the chart, DATE']);
    expect(fieldOf(page, 'phone')).toBe('+1 555 010 0231');
    expect(choicesOf(page, 'Diagnoses')).toEqual([
      '- Congestive heart failure Diagnosis of this encounter from the chart, DATE',
      '- At risk for falls Problem list from the chart, DATE',
      '- Type 2 diabetes mellitus Problem list from the chart, DATE',
    ]);
    expect(fieldOf(page, 'from')).toBe('4 West, Room 412, Bed A');
    const role = profiles[profile].hasPractitionerRole ? ['Role: Hospitalist from the chart, without a date'] : [];
    expect(factsOf(page, 'Requested by')).toEqual([
      'Name: Dr. Elena Rivera from the chart, without a date',
      ...role,
      'NPI: 9990000011 from the chart, without a date',
    ]);
    const posts = sandbox.requests.filter(({ method, path }) => method === 'POST' && /\/r4\/?$/.test(path));
    expect(posts).toHaveLength(1);
  });
});

describe('a refusal', () => {
  const SECTION: Record<string, [title: string, words: string]> = {
    Encounter: ['Where the patient is', 'the current encounter'],
    Condition: ['Diagnoses', 'diagnoses'],
    AllergyIntolerance: ['Allergies', 'allergies'],
    Observation: ['Measurements', 'height, weight and mobility'],
    Coverage: ['Plans', 'insurance'],
  };
  const shown = (page: Visit) => [
    ...Object.values(SECTION).map(
      ([title]) => [title, choicesOf(page, title).length + factsOf(page, title).length] as const,
    ),
  ];

  test.for(Object.keys(SECTION))(
    'of %s leaves one line in its section, and every other section unchanged',
    async (type) => {
      const whole = await launchWith(READS);
      const page = await launchWith(READS.filter((one) => one !== type));
      const [title = '', words] = SECTION[type] ?? [];
      expect(remarkOf(page, title)).toBe(`The EHR did not let this app read ${words}.`);
      expect(shown(page)).toEqual(shown(whole).map(([name, count]) => [name, name === title ? 0 : count]));
      expect(
        world.sandbox.requests.some(({ body, path }) => path.includes(`${type}?`) || body.includes(`"${type}?`)),
      ).toBe(false);
    },
  );

  test('of Practitioner and PractitionerRole leaves the values that fhirUser itself permits', async () => {
    const page = await launchWith(READS.filter((one) => !one.startsWith('Practitioner')));
    expect(factsOf(page, 'Requested by')).toEqual([
      'Name: Dr. Elena Rivera from the chart, without a date',
      'NPI: 9990000011 from the chart, without a date',
    ]);
  });

  test('of Location leaves the place named by the encounter', async () => {
    const page = await launchWith(READS.filter((one) => one !== 'Location'));
    expect(factsOf(page, 'Where the patient is')[0]).toContain('4 West, Room 412, Bed A');
    const ben = await launchWith(
      READS.filter((one) => one !== 'Location'),
      'pat-ben',
    );
    expect(factsOf(ben, 'Where the patient is')).toEqual(['Encounter: emergency from the chart, DATE Not recent']);
  });

  test('the Location of a place without a name is read', async () => {
    const page = await launchWith(READS, 'pat-ben');
    expect(fieldOf(page, 'from')).toBe('Emergency Department');
  });

  test('the form makes no statement about values that the EHR did not send', async () => {
    const page = await launchWith(READS, 'pat-none');
    expect(remarkOf(page, 'Allergies')).toBe('The EHR sent nothing usable about allergies. Look in the chart.');
  });

  async function launchWith(types: readonly string[], patient?: string): Promise<Visit> {
    await world.setOrganization('st-elsewhere', setting(types));
    vi.setSystemTime(Date.now() + 2_000);
    return openForm(world.sandbox, patient);
  }
});
