/** What the EHR says of the patient may change between the review and Send: then nothing is sent before the user knows. */
import { beforeEach, expect, test } from 'vitest';
import type { TestBrowser } from '#test/helpers/browser.ts';
import { dayFromNow } from '#test/helpers/days.ts';
import { ehr, launchUrl, newOrganization, useStubWorld } from '#test/helpers/stub-world.ts';
import { launchIdOf, reviewed, ticketOf } from '#test/helpers/visits.ts';

const SCOPE = 'launch launch/patient openid fhirUser patient/*.read patient/ServiceRequest.write';
const VAN = { service: 'transport', what: 'Wheelchair van', neededOn: dayFromNow(20), priority: 'routine' };
const SENT = 'The request was sent to the EHR.';
const { world } = useStubWorld();
let browser: TestBrowser;
let url: string;
let posts: number;

beforeEach(async () => {
  ehr.change('token', { scope: SCOPE, refresh_token: 'first', expires_in: 3_600 });
  ehr.change('patient', { birthDate: '1950-02-03', gender: 'female' });
  posts = 0;
  ehr.on('requests', ({ method }) => {
    if (method !== 'POST') return { body: { resourceType: 'Bundle', type: 'searchset', entry: [] } };
    posts += 1;
    return { status: 201 };
  });
  browser = world().browser();
  const orgId = await newOrganization({ createRequests: true, scopes: SCOPE });
  url = `${world().url}/launches/${launchIdOf(await browser.open(launchUrl(orgId)))}/requests/new`;
});
const review = async () => reviewed(browser, url, { ...ticketOf(await browser.visit(url)), ...VAN });

const DIED = 'the EHR now says of this patient: “Died';
const CHANGED = 'the EHR’s details of this patient have changed since this page was opened';
test.for<[string, object, string]>([
  ['has died on a day', { deceasedDateTime: '2026-11-20' }, DIED],
  ['has died', { deceasedBoolean: true }, DIED],
  ['may have died', { deceasedBoolean: 'perhaps' }, CHANGED],
  ['has an inactive record', { active: false }, CHANGED],
  ['has another name and birth date', { name: [{ family: 'Other' }], birthDate: '1999-01-01' }, CHANGED],
])('the patient %s: nothing is sent until the page has said so', async ([, change, words]) => {
  const form = await review();
  ehr.change('patient', { birthDate: '1950-02-03', gender: 'female', ...change });
  let page = await browser.open(url, { form });
  for (const again of [false, true]) {
    // oxlint-disable-next-line no-await-in-loop -- the same old page once more
    if (again) page = await browser.open(url, { form });
    expect([page.body.includes(words), page.body.includes('<h1>Review the request</h1>'), posts]).toEqual([
      true,
      true,
      0,
    ]);
  }
  const sent = await browser.open(url, { form: { ...form, ...ticketOf(page) } });
  expect([sent.body.includes(SENT), posts]).toEqual([true, 1]);
});

test('the patient’s record was merged into another one: nothing is sent', async () => {
  const form = await review();
  ehr.change('patient', { link: [{ other: { reference: 'Patient/9' }, type: 'replaced-by' }] });
  const page = await browser.open(url, { form });
  expect([page.status, page.body.includes('Nothing was sent'), posts]).toEqual([403, true, 0]);
});

test('another address is no other patient', async () => {
  const form = await review();
  ehr.change('patient', {
    birthDate: '1950-02-03',
    gender: 'female',
    address: [{ city: 'Dover' }],
    meta: { versionId: '2' },
  });
  expect((await browser.open(url, { form })).body).toContain(SENT);
});
