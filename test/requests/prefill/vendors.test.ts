/** What the form takes from the chart, at each vendor's EHR and where the EHR refuses a part of it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { profiles, type VendorProfileName } from '#sandbox/profiles.ts';
import type { Visit } from '#test/helpers/browser.ts';
import { launchIdOf } from '#test/helpers/visits.ts';
import { startWorld, type World } from '#test/helpers/world.ts';
import { choicesOf, factsOf, READS, remarkOf, scopesFor } from './form-reader.ts';

let world: World;
/** A week after the newest value of the sandbox's chart. */
let now = Date.parse('2026-07-20T18:00:00Z');
beforeAll(async () => {
  world = await startWorld({ clock: () => new Date(now), settings: { timeZone: 'America/Los_Angeles' } });
});
afterAll(() => world.close());

const setting = (types: readonly string[] = READS) => ({
  createRequests: true,
  scopes: scopesFor(types),
  timeZone: 'America/Los_Angeles',
});

async function openForm(sandbox: World['sandbox'], patient = 'pat-ada'): Promise<Visit> {
  const browser = world.browser();
  const list = await browser.open(sandbox.launch(patient));
  sandbox.requests.clear();
  return browser.visit(`${world.url}/launches/${launchIdOf(list)}/requests/new`);
}
const fieldOf = ({ body }: Visit, name: string) =>
  new RegExp(`id="${name}" name="${name}"[^>]* value="([^"]*)"`).exec(body)?.[1];

/** A preset that an EHR needs to be launched at all. */
const NEEDED: Partial<Record<VendorProfileName, Record<string, unknown>>> = {
  'helseid-like': { assertionAudience: 'issuer', assertionType: 'client-authentication+jwt' },
  'nextgen-office-like': { clientIdInTokenBody: true },
};

describe('every vendor', () => {
  test.for(Object.keys(profiles) as VendorProfileName[])('%s', { timeout: 30_000 }, async (profile) => {
    const sandbox = await world.addSandbox(profile, { profile });
    const issuer = profiles[profile].issuerOnOtherHost ? { allowedHosts: [new URL(sandbox.origin).host] } : {};
    await world.setOrganization(profile, { ...setting(), ...NEEDED[profile], ...issuer }, sandbox);
    const page = await openForm(sandbox);
    expect(page.status).toBe(200);
    expect(factsOf(page, 'Patient')).toEqual([
      'Address: 12 Alder Street, Springfield CA 90001 from the chart, without a date',
      'Telephone: +1 555 010 0231 from the chart, without a date',
      'Language: Spanish from the chart, without a date',
    ]);
    expect(choicesOf(page, 'Allergies')).toEqual([
      '+ Penicillin; high criticality; Hives from the chart, 11 Feb 2024 Old value',
      '+ Latex; Hives from the chart, 11 Feb 2024 Old value',
    ]);
    expect(choicesOf(page, 'Measurements')).toEqual([
      '+ 71.4 kg Body weight from the chart, 13 Jul',
      '- 158 cm Body height from the chart, 1 Mar 2019 Old value',
    ]);
    expect(choicesOf(page, 'Insurance')).toEqual(['+ Golden State Synthetic Health, Gold from the chart, 1 Jan']);
    expect(fieldOf(page, 'phone')).toBe('+1 555 010 0231');
    const hasEncounter = !profiles[profile].refusesScope('launch/encounter');
    expect(choicesOf(page, 'Diagnoses')).toEqual([
      `- Congestive heart failure ${hasEncounter ? 'Diagnosis of this encounter' : 'Encounter diagnosis'} from the chart, 10 Jul`,
      '- At risk for falls Problem list from the chart, 10 Jul',
      '- Type 2 diabetes mellitus Problem list from the chart, 10 Jul',
    ]);
    expect(fieldOf(page, 'from')).toBe(hasEncounter ? '4 West, Room 412, Bed A' : '');
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
    Coverage: ['Insurance', 'insurance'],
  };
  const shown = (page: Visit) => [
    ...Object.values(SECTION).map(
      ([title]) => [title, choicesOf(page, title).length + factsOf(page, title).length] as const,
    ),
  ];

  test.for(Object.keys(SECTION))('of %s leaves one line, and every other section as it is', async (type) => {
    const whole = await launchWith(READS);
    const page = await launchWith(READS.filter((one) => one !== type));
    const [title = '', words] = SECTION[type] ?? [];
    expect(remarkOf(page, title)).toBe(`The EHR did not let this app read ${words}.`);
    expect(shown(page)).toEqual(shown(whole).map(([name, count]) => [name, name === title ? 0 : count]));
    expect(
      world.sandbox.requests.some(({ body, path }) => path.includes(`${type}?`) || body.includes(`"${type}?`)),
    ).toBe(false);
  });

  test('of Practitioner and PractitionerRole leaves what fhirUser itself permits', async () => {
    const page = await launchWith(READS.filter((one) => !one.startsWith('Practitioner')));
    expect(factsOf(page, 'Requested by')).toEqual([
      'Name: Dr. Elena Rivera from the chart, without a date',
      'NPI: 9990000011 from the chart, without a date',
    ]);
  });

  test('of Location leaves the place that the encounter names', async () => {
    const page = await launchWith(READS.filter((one) => one !== 'Location'));
    expect(factsOf(page, 'Where the patient is')[0]).toContain('4 West, Room 412, Bed A');
    const ben = await launchWith(
      READS.filter((one) => one !== 'Location'),
      'pat-ben',
    );
    expect(factsOf(ben, 'Where the patient is')).toEqual(['Encounter: emergency from the chart, 14 Jul']);
  });

  test('a place without a name is read by its Location', async () => {
    const page = await launchWith(READS, 'pat-ben');
    expect(fieldOf(page, 'from')).toBe('Emergency Department');
  });

  test('nothing is claimed of what the EHR did not send', async () => {
    const page = await launchWith(READS, 'pat-none');
    expect(remarkOf(page, 'Allergies')).toBe('The EHR sent nothing usable about allergies. Look in the chart.');
  });

  async function launchWith(types: readonly string[], patient?: string): Promise<Visit> {
    await world.setOrganization('st-elsewhere', setting(types));
    now += 2_000;
    return openForm(world.sandbox, patient);
  }
});
