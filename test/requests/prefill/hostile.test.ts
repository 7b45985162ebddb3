/** A chart of a hostile or broken EHR: another patient's values never reach the form, and no text becomes markup. */
import { describe, expect, test } from 'vitest';
import { type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { dayFromNow } from '#test/helpers/days.ts';
import { ehr, launchUrl, newOrganization, useStubWorld } from '#test/helpers/stub-world.ts';
import { launchIdOf } from '#test/helpers/visits.ts';
import { choicesOf, formOf, picksOf, remarkOf } from './form-reader.ts';

const { world } = useStubWorld();
const SCOPE = 'launch launch/patient openid fhirUser patient/*.read patient/ServiceRequest.write';

type Resource = Record<string, unknown>;

/** One resource of each kind, about this patient. */
const chartOf = (patient: unknown, words = 'Stranger'): Record<string, Resource> => ({
  Condition: { resourceType: 'Condition', id: 'c1', subject: patient, code: { text: words } },
  AllergyIntolerance: { resourceType: 'AllergyIntolerance', id: 'a1', patient, code: { text: words } },
  Observation: {
    resourceType: 'Observation',
    id: 'o1',
    status: 'final',
    subject: patient,
    code: { text: words, coding: [{ code: '29463-7' }] },
    valueQuantity: { value: 70, unit: words },
    effectiveDateTime: '2026-01-01',
  },
  Coverage: {
    resourceType: 'Coverage',
    id: 'v1',
    status: 'active',
    beneficiary: patient,
    payor: [{ display: words }],
    subscriberId: words,
  },
});
const TITLES = {
  Condition: 'Diagnoses',
  AllergyIntolerance: 'Allergies',
  Observation: 'Measurements',
  Coverage: 'Plans',
};
const OWN = { reference: 'Patient/pat-1' };

const searchset = (resource?: Resource) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  entry: resource ? [{ resource }] : [],
});
const typeIn = (url: string) => url.split(/[/?]/)[0] ?? '';

/** Answers each entry of a batch with the result of `answer`. */
function serve(answer: (url: string) => Resource | number): void {
  const batch = ({ body }: { body: string }) => {
    const asked = (JSON.parse(body) as { entry: { request: { url: string } }[] }).entry.map(
      ({ request }) => request.url,
    );
    const entry = asked.map((url) => {
      const one = answer(url);
      return typeof one === 'number'
        ? { response: { status: String(one) } }
        : { response: { status: '200' }, resource: one };
    });
    return { body: { resourceType: 'Bundle', type: 'batch-response', entry } };
  };
  for (const base of ['/fhir', '/fhir/']) ehr.on(base, batch);
}

let browser: TestBrowser;
async function openForm(): Promise<Visit> {
  ehr.change('token', { scope: SCOPE, encounter: 'e1' });
  const orgId = await newOrganization({ createRequests: true, scopes: SCOPE });
  browser = world().browser();
  const list = await browser.open(launchUrl(orgId));
  return browser.visit(`${world().url}/launches/${launchIdOf(list)}/requests/new`);
}
let another: (() => Promise<Visit>) | undefined;
/** Opens the forms of one launch: each reads the chart as it is then. */
async function openAnother(): Promise<Visit> {
  if (another) return another();
  const [form, reader] = [await openForm(), browser];
  another = () => reader.visit(form.url);
  return form;
}

describe('another patient', () => {
  test.for<[string, unknown]>([
    ['another id', { reference: 'Patient/pat-2' }],
    ['the same id on another server', { reference: 'https://elsewhere.example/fhir/Patient/pat-1' }],
    ['the id of another type', { reference: 'Group/pat-1' }],
    ['only a name', { display: 'Stella Stub' }],
    ['nobody', undefined],
    ['a number', 1],
  ])('%s: the form has none of its values', async ([, patient]) => {
    serve((url) => searchset(chartOf(patient)[typeIn(url)]));
    const page = await openAnother();
    expect(page.status).toBe(200);
    expect(page.body).not.toContain('Stranger');
    for (const title of Object.values(TITLES)) {
      expect(choicesOf(page, title)).toEqual([]);
      expect(remarkOf(page, title)).toContain('1 entry left out: another patient, or no patient, is named there');
    }
  });

  test('an Encounter or a Patient of another id, or another patient’s Encounter, fills nothing in', async () => {
    const location = [{ location: { display: 'Stranger' } }];
    for (const encounter of [
      { resourceType: 'Encounter', id: 'e2', subject: OWN, location },
      { resourceType: 'Encounter', id: 'e1', subject: { reference: 'Patient/pat-2' }, location },
    ]) {
      const other = { resourceType: 'Patient', id: 'pat-2', telecom: [{ system: 'phone', value: 'Stranger' }] };
      serve((url) => ({ Encounter: encounter, Patient: other })[typeIn(url)] ?? searchset());
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect((await openAnother()).body).not.toContain('Stranger');
    }
  });

  test('is distinguished from this one, whose values are used', async () => {
    serve((url) => searchset(chartOf(OWN, 'Own <b>value</b>')[typeIn(url)]));
    const page = await openAnother();
    expect(page.body).not.toContain('<b>');
    for (const title of Object.values(TITLES)) expect(choicesOf(page, title)).toHaveLength(1);
  });
});

describe('an answer that may be incomplete', () => {
  const allergy = (id: string | undefined, more: object = { code: { text: `Allergen ${id}` } }) => ({
    ...{ resourceType: 'AllergyIntolerance', id, patient: OWN },
    ...more,
  });
  const bundle = (resources: object[], more: object = {}) => ({
    ...{ resourceType: 'Bundle', type: 'searchset', entry: resources.map((resource) => ({ resource })) },
    ...more,
  });
  const DOUBT = 'There may be more allergies than are shown here. Look in the chart.';
  const MORE = 'The EHR has more than is shown here.';
  const outcome = { resourceType: 'OperationOutcome', issue: [{ severity: 'warning', code: 'suppressed' }] };
  test.for<[string, Resource, number, string | undefined]>([
    ['whole', bundle([allergy('1')]), 1, undefined],
    ['a remark of the EHR', bundle([allergy('1'), outcome]), 1, DOUBT],
    ['one without an id', bundle([allergy('1'), allergy(undefined)]), 1, DOUBT],
    ['one without a name', bundle([allergy('1'), allergy('2', {})]), 1, DOUBT],
    [
      'one named beside its reaction',
      bundle([allergy('1', { reaction: [{ substance: { text: 'Nuts' } }] })]),
      1,
      undefined,
    ],
    ['a larger total', bundle([allergy('1')], { total: 3 }), 1, MORE],
    ['a next page in capitals', bundle([allergy('1')], { link: [{ relation: 'Next', url: '?p=2' }] }), 1, MORE],
    ['more than a form shows', bundle(Array.from({ length: 25 }, (_, at) => allergy(`n${at}`))), 20, MORE],
  ])('%s', async ([, answer, count, remark]) => {
    serve((url) => (typeIn(url) === 'AllergyIntolerance' ? answer : searchset()));
    const page = await openAnother();
    expect([choicesOf(page, 'Allergies').length, remarkOf(page, 'Allergies')]).toEqual([count, remark]);
  });

  test.for<[string, object, boolean]>([
    ['that goes on', { status: 'in-progress' }, true],
    ['of no status', {}, true],
    ['that is over', { status: 'finished' }, false],
    ['to come', { status: 'planned' }, false],
    ['whose time is over', { status: 'in-progress', period: { end: '2020-01-01' } }, false],
  ])('the place of an encounter %s counts as the patient’s place: %j', async ([, change, isThere]) => {
    const encounter = {
      resourceType: 'Encounter',
      id: 'e1',
      subject: OWN,
      location: [{ location: { display: 'Ward 9' } }],
    };
    serve((url) => (typeIn(url) === 'Encounter' ? { ...encounter, ...change } : searchset()));
    expect((await openAnother()).body.includes('Ward 9')).toBe(isThere);
  });
});

describe('an EHR that answers badly', () => {
  test.for<[string, (url: string) => Resource | number]>([
    ['refuses every read', () => 403],
    ['fails', () => 500],
    ['answers with errors', () => ({ resourceType: 'OperationOutcome', issue: [] })],
    [
      'sends scalars and nulls',
      (url) => ({
        resourceType: 'Bundle',
        entry: [
          null,
          1,
          { resource: null },
          {
            resource: {
              resourceType: typeIn(url),
              id: 'x',
              subject: OWN,
              patient: OWN,
              beneficiary: OWN,
              code: 1,
              category: 'x',
              reaction: 7,
              telecom: 3,
            },
          },
        ] as never,
      }),
    ],
  ])('that %s still gets a form', async ([, answer]) => {
    serve(answer);
    const page = await openForm();
    expect(page.status).toBe(200);
    expect(page.body).toContain('</html>');
    for (const title of Object.values(TITLES)) expect(remarkOf(page, title)).toContain('Look in the chart.');
  });

  test('that takes no batch is asked one by one', async () => {
    for (const base of ['/fhir', '/fhir/']) ehr.on(base, () => ({ status: 405 }));
    for (const [type, resource] of Object.entries(chartOf(OWN, 'Own')))
      ehr.on(`/fhir/${type}`, () => ({ body: searchset(resource) }));
    const page = await openForm();
    for (const title of Object.values(TITLES)) expect(choicesOf(page, title)).toHaveLength(1);
  });

  test('that answers fewer reads than requested is used for none of them', async () => {
    const batch = () => ({
      body: {
        resourceType: 'Bundle',
        type: 'batch-response',
        entry: [{ resource: searchset(chartOf(OWN)['Condition']) }],
      },
    });
    for (const base of ['/fhir', '/fhir/']) ehr.on(base, batch);
    const page = await openForm();
    for (const title of Object.values(TITLES)) expect(remarkOf(page, title)).toContain('Look in the chart.');
  });
});

describe('what is chosen from the chart, and after its review', () => {
  const status = (name: string, code: string) => ({ [name]: { coding: [{ code }] } });
  const NOTHING = () => searchset();
  const BARE = { resourceType: 'Patient', id: 'pat-1' };
  /** Chooses the value of one kind, reviews it, and sends it to an EHR that answers these reads by then. */
  async function sendAfter(type: keyof typeof TITLES, later: (url: string) => Resource | number, failed?: number) {
    serve((url) => searchset(chartOf(OWN, 'Peanut')[typeIn(url)]));
    const form = await openForm();
    const [pick = ''] = picksOf(form, TITLES[type]);
    const typed = { service: 'transport', what: 'Van to dialysis', neededOn: dayFromNow(5), priority: 'urgent' };
    const changes = { ...typed, reason: 'Dialysis', [pick]: 'on' };
    const review = await browser.open(form.url, { form: { ...formOf(form), ...changes, intent: 'review' } });
    expect(titleOf(review)).toBe('Review: New request for Stella Stub');
    if (failed === undefined) serve(later);
    else for (const base of ['/fhir', '/fhir/']) ehr.on(base, () => ({ status: failed }));
    ehr.on('requests', ({ method }) => (method === 'POST' ? { status: 201 } : { body: NOTHING() }));
    ehr.requests.length = 0;
    const page = await browser.open(form.url, { form: formOf(review) });
    return { page, calls: ehr.requests.map(({ method, path }) => `${method} ${path.replace(/[?].*/, '')}`) };
  }
  const withNow = (type: string, change: object) => (url: string) =>
    searchset({ ...chartOf(OWN, 'Peanut')[typeIn(url)], ...(typeIn(url) === type ? change : {}) });

  test.for<[keyof typeof TITLES, string, (url: string) => Resource | number]>([
    ['Condition', 'resolved', withNow('Condition', status('clinicalStatus', 'resolved'))],
    ['Condition', 'an error', withNow('Condition', status('verificationStatus', 'entered-in-error'))],
    ['Condition', 'gone', NOTHING],
    ['Condition', 'also another patient’s', withNow('Condition', { patient: { reference: 'Patient/pat-2' } })],
    ['Condition', 'another one', withNow('Condition', { code: { text: 'Latex' } })],
    ['AllergyIntolerance', 'refuted', withNow('AllergyIntolerance', status('verificationStatus', 'refuted'))],
    ['Observation', 'an error', withNow('Observation', { status: 'entered-in-error' })],
    ['Coverage', 'cancelled', withNow('Coverage', { status: 'cancelled' })],
    ['Coverage', 'another patient’s', withNow('Coverage', { beneficiary: { reference: 'Patient/pat-2' } })],
  ])('a %s is %s: nothing is sent, and the page names it', async ([type, , later]) => {
    const { page, calls } = await sendAfter(type, later);
    expect(titleOf(page)).toBe('Error: New request for Stella Stub');
    expect(page.body).toMatch(/have changed there\. [^<]* Changed, or gone: “[^”]*Peanut[^”]*”\./);
    expect(calls).not.toContain('POST /fhir/ServiceRequest');
  });

  test.for<[string, (url: string) => Resource | number]>([
    ['is the same', withNow('', {})],
    ['cannot be read', () => 403],
    [
      'comes with the patient written in another way',
      (url) => (url.startsWith('Patient/') ? BARE : withNow('', {})(url)),
    ],
    ['is read, but not its section', (url) => (typeIn(url) === 'Condition' ? 500 : withNow('', {})(url))],
  ])('%s: it is sent', async ([, later]) => {
    const { page, calls } = await sendAfter('Condition', later);
    expect(page.body).toContain('The request was sent to the EHR.');
    expect(calls).toContain('POST /fhir/ServiceRequest');
  });

  test.for([
    [404, 'GET /fhir/Practitioner/prac-1'],
    [500, 'GET /fhir/Practitioner/prac-1'],
    [503, 'POST /fhir/ServiceRequest'],
  ] as const)(
    'a batch is answered with %s: it is sent as it was reviewed, if no part says more',
    async ([code, third]) => {
      const { page, calls } = await sendAfter('Condition', NOTHING, code);
      expect(page.body).toContain('The request was sent to the EHR.');
      // An EHR that takes no batch is asked part by part; one that is down is not.
      expect(calls.slice(0, 3)).toEqual(['POST /fhir', 'GET /fhir/Patient/pat-1', third]);
    },
  );

  test('sending takes as many calls as without a value from the chart', async () => {
    const patient = { resourceType: 'Patient', id: 'pat-1', name: [{ family: 'Stub', given: ['Stella'] }] };
    const { calls } = await sendAfter('Condition', (url) =>
      url.startsWith('Patient/') ? patient : withNow('', {})(url),
    );
    expect(calls.slice(0, 2)).toEqual(['POST /fhir', 'POST /fhir/ServiceRequest']);
  });
});

test('a value that may be wrong is marked in the form and, if it is chosen, in the review', async () => {
  const { Observation: weight } = chartOf(OWN, 'kg');
  serve((url) =>
    searchset(typeIn(url) === 'Observation' ? { ...weight, valueQuantity: { value: 700, unit: 'kg' } } : undefined),
  );
  const form = await openForm();
  const DOUBT = 'Unlikely value or unit: please check';
  expect(choicesOf(form, 'Measurements')).toEqual([expect.stringMatching(new RegExp(`^- 700 kg .*${DOUBT}$`))]);
  const [choice = ''] = picksOf(form, 'Measurements');
  const typed = { service: 'transport', what: 'Van to dialysis', neededOn: dayFromNow(5), priority: 'routine' };
  const review = await browser.open(form.url, {
    form: { ...formOf(form), ...typed, [choice]: 'on', intent: 'review' },
  });
  expect(review.body.replace(/<[^>]*>/g, '')).toMatch(new RegExp(`700 kg from the chart, [^]{5,40}${DOUBT}`));
});
