/** The chart may change between the review and Send, or be unreadable: then the user knows before anything is sent. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { TestBrowser, Visit } from '#test/helpers/browser.ts';
import { dayFromNow } from '#test/helpers/days.ts';
import { ehr, launchUrl, newOrganization, useStubWorld } from '#test/helpers/stub-world.ts';
import { draftsOn, launchIdOf } from '#test/helpers/visits.ts';
import { choicesOf, formOf, reviewOf } from '#test/requests/prefill/form-reader.ts';

const SCOPE = 'launch launch/patient openid fhirUser patient/*.read patient/ServiceRequest.write';
const VAN = { service: 'transport', what: 'Wheelchair van', neededOn: dayFromNow(20), priority: 'routine' };
const SENT = 'The request was sent to the EHR.';
const { world } = useStubWorld();
let browser: TestBrowser;
let organizationId: string;
let list: Visit;
let posts: number;

type Chart = Record<string, readonly object[] | 'fails' | 'refuses'>;
const OWN = { reference: 'Patient/pat-1' };
const allergy = (id: string, text: string | undefined, more: object = {}) => ({
  ...{ resourceType: 'AllergyIntolerance', id, patient: OWN },
  ...(text === undefined ? {} : { code: { text } }),
  ...more,
});
const stay = (place: string, status = 'in-progress') => [
  { resourceType: 'Encounter', id: 'e1', status, subject: OWN, location: [{ location: { display: place } }] },
];
const patient = (telephone: string, language: string) => [
  {
    ...{ resourceType: 'Patient', id: 'pat-1', name: [{ family: 'Stub', given: ['Stella'] }] },
    telecom: [{ system: 'phone', value: telephone }],
    communication: [{ language: { coding: [{ code: language }] } }],
  },
];
const PEANUT = allergy('a1', 'Peanut');
const CHART: Chart = { Patient: patient('+1 1', 'es'), Encounter: stay('Ward 4'), AllergyIntolerance: [PEANUT] };

/** The EHR has this chart from now on. */
function serve(chart: Chart): void {
  const answer = ({ request }: { request: { url: string } }) => {
    const [, type = '', isOne] = /^(\w+)(\/)?/.exec(request.url) ?? [];
    const all = chart[type] ?? [];
    if (all === 'fails') return { response: { status: '500' } };
    if (all === 'refuses') return { response: { status: '200' }, resource: { resourceType: 'OperationOutcome' } };
    const entry = all.map((resource) => ({ resource }));
    const found = { resourceType: 'Bundle', type: 'searchset', entry };
    return isOne && !all[0]
      ? { response: { status: '404' } }
      : { response: { status: '200' }, resource: isOne ? all[0] : found };
  };
  for (const base of ['/fhir', '/fhir/']) {
    ehr.on(base, ({ body }) => ({
      body: { resourceType: 'Bundle', type: 'batch-response', entry: JSON.parse(body).entry.map(answer) },
    }));
  }
  ehr.on('patient', () => ({ body: { ...((chart['Patient'] ?? [])[0] as object) } }));
}

/** The same for an EHR that takes no batch: each part has its own address. */
function serveSingly(chart: Chart): void {
  serve(chart);
  for (const base of ['/fhir', '/fhir/']) ehr.on(base, () => ({ status: 501 }));
  const partOf = (type: string, found: unknown) => {
    const all = chart[type] ?? [];
    return all === 'fails' ? { status: 500 } : { body: found ?? all[0] };
  };
  const bundleOf = (type: string) => ({
    resourceType: 'Bundle',
    type: 'searchset',
    entry: [chart[type] ?? []].flat().map((resource) => ({ resource })),
  });
  ehr.on('/fhir/Encounter/e1', () => partOf('Encounter', undefined));
  for (const type of ['Condition', 'AllergyIntolerance', 'Observation', 'Coverage'])
    ehr.on(`/fhir/${type}`, () => partOf(type, bundleOf(type)));
}

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  ehr.change('token', { scope: SCOPE, encounter: 'e1', refresh_token: 'first', expires_in: 3_600 });
  posts = 0;
  ehr.on('requests', ({ method }) => {
    if (method !== 'POST') return { body: { resourceType: 'Bundle', type: 'searchset', entry: [] } };
    posts += 1;
    return { status: 201 };
  });
  browser = world().browser();
  organizationId = await newOrganization({ createRequests: true, scopes: SCOPE });
});
afterEach(() => void vi.useRealTimers());

const url = () => `${world().url}/launches/${launchIdOf(list)}/requests/new`;
const launch = async () => void (list = await browser.open(launchUrl(organizationId)));
const post = (page: Visit, typed: Record<string, string>) =>
  browser.open(url(), { form: { ...formOf(page), ...typed } });
async function review(): Promise<Visit> {
  await launch();
  return post(await browser.visit(url()), { ...VAN, intent: 'review' });
}
const saidIn = ({ body }: Visit) =>
  [...body.matchAll(/(New allergy in the chart|Changed, or gone): “([^”]*)”\./g)].map(([one]) => one);

const NAMED = { resourceType: 'Patient', id: 'pat-1', name: [{ family: 'Stub', given: ['Stella'] }] };
const NOTHING: Chart = { AllergyIntolerance: [], Encounter: 'fails', Patient: [NAMED] };
const BARE = { ...NOTHING, AllergyIntolerance: [PEANUT] };
const SEVERE = allergy('a1', 'Peanut', { criticality: 'high' });
const LATEX = allergy('a2', 'Latex');
test.for<[string, change: Chart, said: string[], then?: Chart]>([
  ['nothing else', {}, []],
  ['a new allergy', { AllergyIntolerance: [PEANUT, LATEX] }, ['New allergy in the chart: “Latex”.']],
  [
    'an allergy that has become serious',
    { AllergyIntolerance: [SEVERE] },
    ['Changed, or gone: “Peanut”.', 'New allergy in the chart: “Peanut; high criticality”.'],
  ],
  [
    'allergies that could not be read at the review',
    {},
    ['New allergy in the chart: “Peanut”.'],
    { AllergyIntolerance: 'fails' },
  ],
  ['a first allergy, after nothing for a request', BARE, ['New allergy in the chart: “Peanut”.'], NOTHING],
  ['still nothing for a request', NOTHING, [], NOTHING],
  ['allergies that the EHR refuses now, with a status of 200', { AllergyIntolerance: 'refuses' }, []],
  ['allergies that cannot be read now', { AllergyIntolerance: 'fails' }, []],
  ['a diagnosis that was not chosen', { Condition: [{ resourceType: 'Condition', id: 'c1', subject: OWN }] }, []],
  ['another ward', { Encounter: stay('ICU') }, ['Changed, or gone: “Ward 4”.']],
  ['a stay that has ended', { Encounter: stay('Ward 4', 'finished') }, ['Changed, or gone: “Ward 4”.']],
  ['a stay that cannot be read now', { Encounter: 'fails' }, []],
  ['another telephone', { Patient: patient('+1 2', 'es') }, ['Changed, or gone: “+1 1”.']],
  ['another language', { Patient: patient('+1 1', 'fr') }, ['Changed, or gone: “Spanish”.']],
])('since the review, the chart has %s', async ([, change, said, then = {}]) => {
  serve({ ...CHART, ...then });
  const reviewed = await review();
  serve({ ...CHART, ...change });
  const page = await post(reviewed, {});
  expect(saidIn(page)).toEqual(said);
  expect([posts, page.body.includes(SENT)]).toEqual(said.length > 0 ? [0, false] : [1, true]);
  if (said.length === 0) return;
  // What the user has seen is sent.
  const again = await post(page, { ...VAN, intent: 'review' });
  expect([(await post(again, {})).body.includes(SENT), posts]).toEqual([true, 1]);
});

test.for<[string, change: Chart, said: string[]]>([
  ['nothing else', {}, []],
  ['a new allergy', { AllergyIntolerance: [PEANUT, LATEX] }, ['New allergy in the chart: “Latex”.']],
  ['another ward', { Encounter: stay('ICU') }, ['Changed, or gone: “Ward 4”.']],
  ['another telephone', { Patient: patient('+1 2', 'es') }, ['Changed, or gone: “+1 1”.']],
])('an EHR that takes no batch is asked part by part: since the review, the chart has %s', async ([, change, said]) => {
  serveSingly(CHART);
  const reviewed = await review();
  serveSingly({ ...CHART, ...change });
  ehr.requests.length = 0;
  const page = await post(reviewed, {});
  expect([saidIn(page), posts, page.body.includes(SENT)]).toEqual([said, said.length > 0 ? 0 : 1, said.length === 0]);
  // One for sending; the list reads one more, and the form two: one of them for the chart.
  expect(ehr.seen('patient')).toHaveLength(said.length > 0 ? 3 : 2);
});

test('a review that is resumed from its draft is compared with the chart as well', async () => {
  serve(CHART);
  await review();
  serve({ ...CHART, AllergyIntolerance: [PEANUT, LATEX] });
  vi.setSystemTime(Date.now() + 50 * 60_000);
  await launch();
  const draft = await browser.visit(`${url()}?form=${draftsOn(await browser.visit(list.url))[0]}`);
  expect(saidIn(await post(draft, {}))).toEqual(['New allergy in the chart: “Latex”.']);
  expect(posts).toBe(0);
});

test.for<[string, (reviewed: Visit) => Promise<unknown>]>([
  ['the user opens another form', () => browser.visit(url())],
  ['the user goes Back after the page has said so', (reviewed) => post(reviewed, {})],
])('an older review is not sent when %s', async ([, meanwhile]) => {
  serve(CHART);
  const reviewed = await review();
  serve({ ...CHART, Encounter: stay('ICU'), AllergyIntolerance: [PEANUT, LATEX] });
  await meanwhile(reviewed);
  const page = await post(reviewed, {});
  expect([page.body.includes('have changed there'), posts]).toEqual([true, 0]);
});

test('a draft marks what its form has not shown before, until its user has seen that', async () => {
  serve(CHART);
  await launch();
  await post(await browser.visit(url()), { ...VAN, intent: 'back' });
  serve({ ...CHART, AllergyIntolerance: [PEANUT, LATEX] });
  const PLAIN = 'from the chart, without a date';
  const open = async () => browser.visit(`${url()}?form=${draftsOn(await browser.visit(list.url))[0]}`);
  const draft = await open();
  expect(choicesOf(draft, 'Allergies')).toEqual([
    `+ Peanut ${PLAIN}`,
    `- Latex ${PLAIN} New here since you began: please check`,
  ]);
  await post(draft, { ...VAN, intent: 'back' });
  expect(choicesOf(await open(), 'Allergies')).toEqual([`+ Peanut ${PLAIN}`, `- Latex ${PLAIN}`]);
  // What comes back after a time without an answer is no longer chosen.
  serve({ ...CHART, AllergyIntolerance: 'fails' });
  await post(await open(), { ...VAN, intent: 'back' });
  serve({ ...CHART, AllergyIntolerance: [PEANUT, LATEX] });
  expect(choicesOf(await open(), 'Allergies')).toEqual(
    ['Peanut', 'Latex'].map((name) => `- ${name} ${PLAIN} New here since you began: please check`),
  );
});

const SHORT = 'There may be more allergies than are shown here. Look in the chart.';
test.for<[string, Chart, clinical: string[] | undefined]>([
  ['all', {}, ['Allergy: Peanut from the chart, without a date']],
  ['one without a name', { AllergyIntolerance: [PEANUT, allergy('a2', undefined)] }, [expect.any(String), SHORT]],
  ['none, because they fail', { AllergyIntolerance: 'fails' }, ['The EHR did not send allergies. Look in the chart.']],
  [
    'none, because it refuses them with a status of 200',
    { AllergyIntolerance: 'refuses' },
    ['The EHR did not send allergies. Look in the chart.'],
  ],
  ['none, because there are none', { AllergyIntolerance: [] }, undefined],
])('the review says which allergies it does not know: the EHR sends %s', async ([, change, clinical]) => {
  serve({ ...CHART, ...change });
  expect(reviewOf(await review())['Clinical']).toEqual(clinical);
});

test('a draft whose chosen allergies cannot be read any more is not reviewed in silence', async () => {
  serve(CHART);
  await launch();
  await post(await browser.visit(url()), { ...VAN, intent: 'back' });
  serve({ ...CHART, AllergyIntolerance: 'fails' });
  const draft = await browser.visit(`${url()}?form=${draftsOn(await browser.visit(list.url))[0]}`);
  const reviewed = await post(draft, { ...VAN, intent: 'review' });
  expect(reviewOf(reviewed)['Clinical']).toEqual(['The EHR did not send allergies. Look in the chart.']);
});
