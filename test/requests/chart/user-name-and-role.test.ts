/**
 * The signed-in user in the page's top bar: name and role if the EHR permits, and the patient never waits for them
 * (FU-01..05, SCO-19).
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { titleOf, type Visit } from '#test/helpers/browser.ts';
import { ehr, evil, LIST, launch, launchUrl, newOrganization, useStubWorld } from '#test/helpers/stub-world.ts';
import { startWorld, type World } from '#test/helpers/world.ts';

const { world } = useStubWorld();
let hospital: World;
beforeAll(async () => {
  hospital = await startWorld({
    sandbox: {
      users: [
        { id: 'as-practitioner', name: 'From The Token', fhirUser: 'Practitioner/prac-osei' },
        { id: 'as-role', name: 'From The Token', fhirUser: 'PractitionerRole/role-tanaka' },
        { id: 'as-version', name: 'From The Token', fhirUser: 'Practitioner/prac-osei/_history/2' },
      ],
    },
  });
});
afterAll(() => hospital.close());

/** The text of the top bar, without tags. */
function userOf(page: Visit): string | undefined {
  return /<span class="user">(.*?)<\/span>/.exec(page.body)?.[1]?.replaceAll(/<\/?bdi>/g, '');
}

/** Launches and reloads the page until the top bar shows the expected text. */
async function settled(expected: string, settings: Record<string, unknown> = {}): Promise<void> {
  const browser = world().browser();
  const page = await launch(settings, browser);
  expect(titleOf(page)).toBe(LIST);
  await expect.poll(async () => userOf(await browser.visit(page.url))).toBe(expected);
}

const JANE = {
  resourceType: 'Practitioner',
  id: 'prac-1',
  name: [{ prefix: ['Dr.'], given: ['Jane'], family: 'Osei' }],
};
const role = (change: Record<string, unknown> = {}) => ({
  resourceType: 'PractitionerRole',
  id: 'role-1',
  practitioner: { reference: 'Practitioner/prac-1' },
  code: [{ text: 'Physician' }],
  specialty: [{ coding: [{ display: 'Cardiology' }] }],
  ...change,
});
const bundleOf = (...resources: unknown[]) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  entry: resources.map((resource) => ({ resource })),
});
const answer = (route: string, body: unknown, status = 200) => ehr.on(route, () => ({ status, body }));

test.for([
  ['a practitioner and the role found by them', 'as-practitioner', 'Kwame Osei · Discharge nurse'],
  ['a role and the practitioner it names', 'as-role', 'Dr. Hiro Tanaka · Cardiologist'],
  ['a version of a practitioner, read as they are now', 'as-version', 'Kwame Osei · Discharge nurse'],
] as const)('%s', async ([, user, expected]) => {
  const browser = hospital.browser();
  const page = await browser.open(hospital.sandbox.launch('pat-ada', { user }));
  expect(titleOf(page)).toBe('Requests for Ada Moreno');
  await expect.poll(async () => userOf(await browser.visit(page.url))).toBe(expected);
  const search = hospital.sandbox.requests.find(({ path }) => path.includes('PractitionerRole?'));
  if (user === 'as-practitioner') expect(search?.path).toContain('practitioner=prac-osei');
  expect(hospital.logLines.join('')).not.toMatch(/Osei|Tanaka|Discharge|Cardiologist/);
});

test('the specialty is preferred to the employment', async () => {
  answer('/fhir/Practitioner/prac-1', JANE);
  answer('/fhir/PractitionerRole', bundleOf(role()));
  await settled('Dr. Jane Osei · Cardiology');
  expect(ehr.seen('/fhir/PractitionerRole').length).toBe(1);
});

test.for([
  ['of another user (FU-04)', role({ practitioner: { reference: 'Practitioner/prac-2' } })],
  [
    'of the same id on another server',
    role({ practitioner: { reference: 'https://evil.example/fhir/Practitioner/prac-1' } }),
  ],
  ['that is not active', role({ active: false })],
  ['that has ended', role({ period: { end: '2001-01-01' } })],
  ['without words', role({ code: undefined, specialty: [{}] })],
  ['that is no role', { ...role(), resourceType: 'Patient' }],
])('a role %s is not shown', async ([, found]) => {
  answer('/fhir/Practitioner/prac-1', JANE);
  answer('/fhir/PractitionerRole', bundleOf(found, 'no resource'));
  await settled('Dr. Jane Osei');
});

test.for([403, 404, 500, 200])(
  'FU-05: after a useless answer %i of the role search only the role is missing',
  async (status) => {
    answer('/fhir/Practitioner/prac-1', JANE);
    answer('/fhir/PractitionerRole', 'an HTML page', status);
    await settled('Dr. Jane Osei');
  },
);

test('FU-05: if the practitioner cannot be read the page says so, and the role is still shown', async () => {
  answer('/fhir/Practitioner/prac-1', '', 403);
  answer('/fhir/PractitionerRole', bundleOf(role()));
  await settled('User details unavailable');
});

test('FU-05: a directory that never answers does not delay the patient', async () => {
  const waiting: (() => void)[] = [];
  for (const route of ['/fhir/Practitioner/prac-1', '/fhir/PractitionerRole'])
    ehr.on(route, () => new Promise((resolve) => waiting.push(() => resolve({ status: 500 }))));
  const page = await launch();
  // The name may still come, so the bar shows nothing.
  expect([titleOf(page), userOf(page)]).toEqual([LIST, '']);
  for (const go of waiting) go();
});

test('the first page names the signed-in user, although the directory answers after the patient', async () => {
  const patientIsThere = Promise.withResolvers<void>();
  ehr.on('patient', async (request) => {
    setImmediate(patientIsThere.resolve);
    return ehr.standard(request);
  });
  ehr.on('/fhir/Practitioner/prac-1', async () => {
    await patientIsThere.promise;
    for (let turn = 0; turn < 20; turn += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one turn of the event loop after the other.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { body: JANE };
  });
  answer('/fhir/PractitionerRole', bundleOf(role()));
  expect(userOf(await launch())).toContain('Dr. Jane Osei');
});

test('a known clinician is named on the first page, whether or not the directory answers within the deadline', async () => {
  answer('/fhir/Practitioner/prac-1', JANE);
  answer('/fhir/PractitionerRole', bundleOf(role()));
  const orgId = await newOrganization();
  const browser = world().browser();
  const page = await browser.open(launchUrl(orgId));
  await expect.poll(async () => userOf(await browser.visit(page.url))).toBe('Dr. Jane Osei · Cardiology');
  await world().dependencies.clinicians.flush();

  const waiting: (() => void)[] = [];
  for (const route of ['/fhir/Practitioner/prac-1', '/fhir/PractitionerRole'])
    ehr.on(route, () => new Promise((resolve) => waiting.push(() => resolve({ status: 500 }))));
  const again = await world().browser().open(launchUrl(orgId));
  expect([titleOf(again), userOf(again)]).toEqual([LIST, 'Dr. Jane Osei · Cardiology']);
  for (const go of waiting) go();
});

test('a name that another organization read is not used in this one (MT-02)', async () => {
  answer('/fhir/Practitioner/prac-1', JANE);
  answer('/fhir/PractitionerRole', bundleOf(role()));
  await settled('Dr. Jane Osei · Cardiology');
  await world().dependencies.clinicians.flush();
  answer('/fhir/Practitioner/prac-1', '', 403);
  answer('/fhir/PractitionerRole', '', 403);
  await settled('User details unavailable');
});

test('a practitioner whom the directory calls inactive is shown as such', async () => {
  answer('/fhir/Practitioner/prac-1', { ...JANE, active: 'false' });
  answer(
    '/fhir/PractitionerRole',
    bundleOf(role({ active: 'false' }), role({ id: 'role-2', specialty: [{ text: 'X' }] })),
  );
  await settled('Dr. Jane Osei · X · inactive');
});

test('a role code that means "none" is skipped', async () => {
  const none = {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor', code: 'UNK', display: 'x' }],
  };
  answer('/fhir/Practitioner/prac-1', JANE);
  answer('/fhir/PractitionerRole', bundleOf(role({ specialty: [none] })));
  await settled('Dr. Jane Osei · Physician');
});

test('if the granted scope repeats no OpenID scope, the claim in the id_token is the permission', async () => {
  ehr.change('token', { scope: 'launch patient/Patient.read patient/ServiceRequest.read' });
  answer('/fhir/Practitioner/prac-1', JANE);
  await settled('Dr. Jane Osei');
});

test('SCO-19: without the permission no search for roles is sent', async () => {
  ehr.change('token', { scope: 'launch openid patient/Patient.read patient/ServiceRequest.read' });
  expect(titleOf(await launch())).toBe(LIST);
  expect(ehr.requests.filter(({ path }) => path.includes('/Practitioner'))).toEqual([]);
});

test('hostile texts are shown as text and shortened', async () => {
  const words = `<img src=x onerror=alert(1)>${'x'.repeat(500)}`;
  answer('/fhir/Practitioner/prac-1', { ...JANE, name: [{ text: `<script>alert(1)</script>` }] });
  answer('/fhir/PractitionerRole', bundleOf(role({ specialty: [{ text: words }] })));
  const browser = world().browser();
  const page = await browser.open(launchUrl(await newOrganization()));
  await expect.poll(async () => userOf(await browser.visit(page.url))).toContain('…');
  const shown = userOf(await browser.visit(page.url)) ?? '';
  expect(shown).not.toMatch(/<img|<script/);
  expect(shown.length).toBeLessThan(200);
  expect(evil.requests).toEqual([]);
});
