/**
 * Scopes that the EHR limits by search parameters, as MEDITECH does: the list says which part it shows (SCO-16,
 * SCO-19).
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { type Launch, limitsOn, mayUse } from '#src/launches/session/launch.ts';
import { addPerson, signedIn } from '#test/helpers/administrators.ts';
import { titleOf } from '#test/helpers/browser.ts';
import { ehr, LIST, launch, launchUrl, newOrganization, useStubWorld } from '#test/helpers/stub-world.ts';

const { world } = useStubWorld();
const BASE = 'launch launch/patient openid fhirUser patient/Patient.rs';
const PART = 'The EHR lets this app read only a part of the requests: ';
const grant = (resources: string): void => ehr.change('token', { scope: `${BASE} ${resources}` });
const request = {
  resourceType: 'ServiceRequest',
  id: '1',
  status: 'active',
  intent: 'order',
  code: { text: 'Blood count' },
  subject: { reference: 'Patient/pat-1' },
};
beforeEach(() => ehr.change('requests', { entry: [{ resource: request }] }));

test.for([
  ['patient/ServiceRequest.rs?category=http://snomed.info/sct|108252007', 'category laboratory'],
  ['patient/ServiceRequest.rs?category=http%3A%2F%2Fsnomed.info%2Fsct%7C363679005', 'category imaging'],
  ['patient/ServiceRequest.read?category=REF', 'category REF'],
  ['patient/ServiceRequest.rs?category=a patient/ServiceRequest.rs?category=b', 'category a; category b'],
  ['patient/ServiceRequest.rs?category=a,b&status=active', 'category a or b and status active'],
  ['patient/*.rs?_security=N', '_security N'],
  ['user/ServiceRequest.s?category=a', 'category a'],
  ['patient/ServiceRequest.rs?', 'it does not say which part'],
])('%s: the search is sent, and the list covers %s', async ([scope, words]) => {
  grant(`${scope}`);
  const page = await launch();
  expect(titleOf(page)).toBe(LIST);
  expect(ehr.seen('requests').map(({ query }) => query.get('patient'))).toEqual(['pat-1']);
  expect(page.body).toContain('Blood count');
  expect(page.body).toContain(`${PART}${words}. See the rest in the EHR.`);
  expect(page.body).not.toContain('did not let this app read requests');
});

test('an empty limited list is not reported as no requests', async () => {
  grant('patient/ServiceRequest.rs?category=a');
  ehr.change('requests', { entry: [] });
  const page = await launch();
  expect(page.body).toContain(`${PART}category a.`);
  expect(page.body).not.toContain('No requests for this patient');
});

test('hostile text in a limit stays text, and a scope without a limit beside it lifts the limit', async () => {
  grant('patient/ServiceRequest.rs?category=<img/src=x>');
  const page = await launch();
  expect(page.body).toContain('category &lt;img/src=x&gt;');
  grant('patient/ServiceRequest.rs?category=a patient/ServiceRequest.rs');
  expect((await launch()).body).not.toContain(PART);
});

test('a Patient that is granted with a limit is read', async () => {
  ehr.change('token', { scope: 'launch openid fhirUser patient/Patient.r?_id=pat-1 patient/ServiceRequest.rs' });
  expect(titleOf(await launch())).toBe(LIST);
});

describe('creating requests', () => {
  test.for([
    ['patient/ServiceRequest.crs?category=a', false],
    ['patient/ServiceRequest.rs patient/ServiceRequest.c?category=a', false],
    ['patient/ServiceRequest.rs?category=a patient/ServiceRequest.c', true],
  ] as const)('with %s: %s, because the app does not interpret a limit', async ([scope, isOffered]) => {
    grant(scope);
    const page = await launch({ createRequests: true });
    expect(page.body.includes('New requests cannot be created here')).toBe(!isOffered);
    expect(page.body.includes('/requests/new"')).toBe(isOffered);
  });
});

test('RF-09: a limit that a refresh adds counts from then on, and one that it removes stays', () => {
  const search = { type: 'ServiceRequest', interaction: 's' } as const;
  const limitsOf = (scope: string, narrowedScope?: string) => {
    const opened = { scope, narrowedScope } as Launch;
    return [mayUse(opened, search), limitsOn(opened, search)];
  };
  const [whole, part] = ['patient/ServiceRequest.rs', 'patient/ServiceRequest.rs?category=a'];
  expect(limitsOf(whole)).toEqual([true, []]);
  expect(limitsOf(whole, part)).toEqual([true, ['category=a']]);
  expect(limitsOf(part, whole)).toEqual([true, ['category=a']]);
  expect(limitsOf(part, 'openid')).toEqual([false, ['category=a']]);
});

test('the inspector does not show a limited scope as not granted', async () => {
  await addPerson(world(), 'operator@example.com');
  const operator = await signedIn(world(), 'operator@example.com');
  const id = await newOrganization({
    scopes: 'launch openid fhirUser patient/Patient.read patient/ServiceRequest.read',
  });
  grant('patient/ServiceRequest.rs?category=a');
  await world().browser().open(launchUrl(id));
  const list = await operator.open(`${world().url}/settings/launches?organization=${id}`);
  const [, trace] = /\/settings\/launches\/([\da-f-]{36})/.exec(list.body) ?? [];
  const report = await operator.visit(`${world().url}/settings/launches/${trace}`);
  expect(report.body).toMatch(/patient\/ServiceRequest\.read<\/code><\/th><td>requested<\/td><td>granted in part</);
  expect(report.body).not.toMatch(/<td>not granted</);
});
