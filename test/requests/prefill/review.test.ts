/** What the chart fills in is sent as it was shown for review, once, and never otherwise. */

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createRecords } from '#sandbox/data/records.ts';
import { WEEKDAYS } from '#src/requests/timing/write-occurrence.ts';
import { type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { dayFromNow } from '#test/helpers/days.ts';
import { cookiesOf, draftsOn, launchIdOf } from '#test/helpers/visits.ts';
import { useWorldWithFakeDate } from '#test/helpers/world.ts';
import { withDayWords } from '#views/date-text.ts';
import { choicesOf, formOf, picksOf, READS, reviewOf, scopesFor } from './form-reader.ts';

const REVIEW = 'Review: New request for Ada Moreno';
const LIST = 'Requests for Ada Moreno';
const DAY = dayFromNow(60);
const EVERY_DAY = Object.fromEntries(WEEKDAYS.map((day) => [day, 'on']));
const TYPED = {
  service: 'transport',
  what: 'Wheelchair van to dialysis',
  neededOn: DAY,
  neededAt: '09:30',
  priority: 'routine',
  reason: '',
  to: 'Harbor Dialysis',
  note: 'Two steps',
};

let browser: TestBrowser;
let list: Visit;

const usual = { createRequests: true, scopes: scopesFor(READS), timeZone: 'Etc/GMT+7', chartStaleDays: 3_650 };
const world = useWorldWithFakeDate({ stores: 'real Redis and PostgreSQL', settings: usual });
beforeEach(async () => {
  // Requests of earlier tests are then no longer recent.
  vi.setSystemTime(Date.now() + 16 * 60_000);
  browser = world.browser();
  list = await browser.open(world.sandbox.launch('pat-ada', { encounter: 'enc-ada-stay' }));
  world.sandbox.requests.clear();
});
afterEach(async () => {
  world.sandbox.faults.clear();
  await browser.visit(`${formUrl()}/discard`, { form: formOf(await openForm()) });
});

const formUrl = () => `${world.url}/launches/${launchIdOf(list)}/requests/new`;
const openForm = () => browser.visit(formUrl());
const post = (page: Visit, change: Record<string, string> = {}) =>
  browser.open(formUrl(), { form: { ...formOf(page), ...change } });
const review = async (change: Record<string, string> = {}) =>
  post(await openForm(), { ...TYPED, intent: 'review', ...change });
const created = () =>
  world.sandbox.requests
    .filter(({ method, path }) => method === 'POST' && path.endsWith('/ServiceRequest'))
    .map(({ body }) => JSON.parse(body));

test('a place to start from without one to go to is worth a line in the review', async () => {
  expect(reviewOf(await review({ to: '' }))['To']).toEqual(['Left empty']);
  expect(reviewOf(await review({ to: '', from: '' }))['To']).toBeUndefined();
});

test.for(['a'.repeat(70_000), 'ж'.repeat(70_000), '"\\n'.repeat(30_000)])(
  'a form of more than 60 kB keeps what the chart filled in, what was chosen, and what was shown',
  async (note) => {
    const form = await openForm();
    const [diagnosis = ''] = picksOf(form, 'Diagnoses');
    const typed: Record<string, string> = {
      ...formOf(form),
      ...TYPED,
      note,
      from: 'Ward 9',
      language: '',
      [diagnosis]: 'on',
    };
    await browser.visit(`${formUrl()}/keep`, { form: typed });
    const [draft] = draftsOn(await browser.visit(list.url));
    const again = await browser.visit(`${formUrl()}?form=${draft}`);
    expect(formOf(again)).toMatchObject({
      chart: typed['chart'],
      filled: typed['filled'],
      from: 'Ward 9',
      [diagnosis]: 'on',
    });
    const [, written = ''] = /<textarea[^>]* name="note"[^>]*>([^<]*)</.exec(again.body) ?? [];
    expect(written.replaceAll('&quot;', '"').replaceAll('&#39;', "'").trim()).toHaveLength(note.length);
    expect(again.body).not.toContain('New here since you began');
    const page = await post(again, { ...TYPED, intent: 'review' });
    expect(titleOf(page)).toBe(REVIEW);
    expect(reviewOf(page)['From']).toEqual(['Ward 9 Changed. The chart says: 4 West, Room 412, Bed A']);
  },
);

test('the review shows everything that is sent, with sources, and the full identity of the patient', async () => {
  const form = await openForm();
  const [diagnosis = ''] = picksOf(form, 'Diagnoses');
  const page = await post(form, { ...TYPED, [diagnosis]: 'on', phone: '+1 555 999', intent: 'review' });
  expect(titleOf(page)).toBe(REVIEW);
  expect(page.body).toContain('patient-full');
  expect(reviewOf(page)).toEqual({
    Service: ['Transport'],
    'What is needed': ['Wheelchair van to dialysis'],
    Needed: [`${withDayWords(DAY).replaceAll('\u00A0', ' ')} 09:30 GMT-7`],
    Priority: ['Routine'],
    From: ['4 West, Room 412, Bed A from the chart, DATE'],
    To: ['Harbor Dialysis'],
    Reason: ['Congestive heart failure from the chart, DATE'],
    Clinical: [
      'Allergy: Penicillin; high criticality; Hives from the chart, DATE',
      'Allergy: Latex; Hives from the chart, DATE',
      'Body weight: 71.4 kg from the chart, DATE',
      'Body height: 158 cm from the chart, DATE',
    ],
    Telephone: ['+1 555 999 Changed. The chart says: +1 555 010 0231'],
    Language: ['Spanish from the chart, without a date'],
    Insurance: ['Golden State Synthetic Health, Gold from the chart, DATE'],
    Note: ['Two steps'],
    'Requested by': ['Dr. Elena Rivera'],
  });
  expect(created()).toEqual([]);
  expect(titleOf(await post(page))).toBe(LIST);
  expect(created()).toMatchObject([
    {
      occurrenceDateTime: `${DAY}T09:30:00-07:00`,
      locationReference: [{ reference: 'Location/loc-4west-12a', display: '4 West, Room 412, Bed A' }],
      reasonReference: [{ reference: 'Condition/cond-ada-chf', display: 'Congestive heart failure' }],
      insurance: [{ reference: 'Coverage/cov-ada' }],
      supportingInfo: [
        { reference: 'AllergyIntolerance/alg-ada-penicillin' },
        { reference: 'AllergyIntolerance/alg-ada-latex' },
        { reference: 'Observation/obs-ada-weight' },
        { reference: 'Observation/obs-ada-height' },
      ],
      orderDetail: [{ text: 'To: Harbor Dialysis' }, { text: 'Telephone: +1 555 999' }, { text: 'Language: Spanish' }],
    },
  ]);
  expect(JSON.stringify(created())).not.toContain('GSS-4410-2231');
  const references = [...JSON.stringify(created()).matchAll(/"reference":"([^"]+)"/g)].map(([, one = '']) => one);
  expect(references).toHaveLength(10);
  expect(references.filter((one) => createRecords().byReference(one) === undefined)).toEqual([]);
});

test('an allergy that is not chosen is named as left out', async () => {
  const form = await openForm();
  const { [picksOf(form, 'Allergies')[0] ?? '']: _penicillin, ...rest } = formOf(form);
  const page = await browser.open(formUrl(), { form: { ...rest, ...TYPED, intent: 'review' } });
  expect(reviewOf(page)['Clinical']).toContain('Left out, and in the chart: Penicillin; high criticality; Hives');
  await post(page);
  expect(JSON.stringify(created())).not.toContain('Penicillin');
});

test('what is older than the organization’s limit is marked in the form and in the review; old measurements are not chosen', async () => {
  await world.setOrganization('st-elsewhere', { ...usual, chartStaleDays: 1_500 });
  vi.setSystemTime(Date.now() + 2_000);
  list = await browser.open(world.sandbox.launch('pat-ada', { encounter: 'enc-ada-stay' }));
  const form = await openForm();
  expect(choicesOf(form, 'Measurements')).toEqual([
    '+ 71.4 kg Body weight from the chart, DATE',
    '- 158 cm Body height from the chart, DATE Not recent',
  ]);
  const height = picksOf(form, 'Measurements')[1] ?? '';
  expect(reviewOf(await post(form, { ...TYPED, [height]: 'on', intent: 'review' }))['Clinical']).toEqual([
    'Allergy: Penicillin; high criticality; Hives from the chart, DATE',
    'Allergy: Latex; Hives from the chart, DATE',
    'Body weight: 71.4 kg from the chart, DATE',
    'Body height: 158 cm from the chart, DATE Not recent',
  ]);
  await world.setOrganization('st-elsewhere', usual);
});

test('where to, as where from, offers the places that the chart knows', async () => {
  const { body } = await openForm();
  for (const name of ['from', 'to']) expect(body).toMatch(new RegExp(`<input[^>]* id="${name}"[^>]* list="places"`));
  const [, places = ''] = /<datalist id="places">(.*?)<\/datalist>/.exec(body) ?? [];
  expect([...places.matchAll(/value="([^"]+)"/g)].map(([, text]) => text)).toEqual([
    '4 West, Room 412, Bed A',
    '12 Alder Street, Springfield CA 90001',
  ]);
});

test('a field that the chart filled in and the user emptied is named, where the service asks for it', async () => {
  const form = await openForm();
  const emptied = { ...TYPED, from: '', phone: '', language: '', intent: 'review' };
  expect(reviewOf(await post(form, emptied))).toMatchObject({
    From: ['Left empty. The chart says: 4 West, Room 412, Bed A'],
    Telephone: ['Left empty. The chart says: +1 555 010 0231'],
    Language: ['Left empty. The chart says: Spanish'],
  });
  const referral = reviewOf(await post(form, { ...emptied, service: 'referral' }));
  expect(Object.keys(referral)).not.toContain('From');
  expect(referral['Telephone']).toEqual(['Left empty. The chart says: +1 555 010 0231']);
});

describe('no chart value is sent before a review', () => {
  test('a post that was not reviewed leads to the review', async () => {
    const page = await post(await openForm(), TYPED);
    expect([titleOf(page), created()]).toEqual([REVIEW, []]);
  });

  test.for<[string, Record<string, string>]>([
    ['another word', { what: 'Stretcher van' }],
    ['another day', { neededOn: dayFromNow(61) }],
    ['another telephone', { phone: '+1 555 000' }],
    ['a series', { ...EVERY_DAY, times: '3' }],
  ])('%s than in the review needs another review', async ([, change]) => {
    const reviewed = await review();
    const page = await post(reviewed, change);
    expect([titleOf(page), created()]).toEqual([REVIEW, []]);
    expect(titleOf(await post(page))).toBe(LIST);
    expect(created()).toHaveLength(1);
  });

  test.for([
    ['of another patient', 'pick.Condition/cond-ben-hip.AAAAAAAAAAAA'],
    ['that was never shown so', 'pick.AllergyIntolerance/alg-ada-latex.AAAAAAAAAAAA'],
    ['that is no reference', 'pick.<script>'],
  ] as const)('a value %s is refused', async ([, name]) => {
    const page = await review({ [name]: 'on' });
    expect(titleOf(page)).toBe('Error: New request for Ada Moreno');
    expect(page.body).toContain('have changed there');
    expect(titleOf(await post(page, { intent: '' }))).not.toBe(LIST);
    expect(created()).toEqual([]);
  });
});

describe('sending once', () => {
  test('three clicks on Send send one request', async () => {
    const form = formOf(await review());
    await Promise.all([1, 2, 3].map(() => browser.visit(formUrl(), { form })));
    expect(created()).toHaveLength(1);
  });

  test('a reload of the review sends nothing, and Back to it after sending leads to the list', async () => {
    const page = await review();
    expect(titleOf(await browser.visit(page.url))).toBe(REVIEW);
    expect(created()).toEqual([]);
    await post(page);
    expect(titleOf(await browser.open(page.url))).toBe(LIST);
    expect(titleOf(await post(page))).toBe(LIST);
    expect(created()).toHaveLength(1);
  });

  test('Change leads to the form with all values', async () => {
    const page = await post(await review(), { intent: 'edit' });
    expect(titleOf(page)).toBe('New request for Ada Moreno');
    expect(formOf(page)).toMatchObject({ what: TYPED.what, to: TYPED.to, neededAt: '09:30', phone: '+1 555 010 0231' });
  });

  test('if the EHR does not confirm, the review says so, and the EHR is searched before the next Send', async () => {
    world.sandbox.faults.set('create-unconfirmed');
    world.sandbox.faults.set('search-500');
    const page = await post(await review());
    expect(titleOf(page)).toBe(`Error: ${REVIEW}`);
    expect(page.body).toContain('did not confirm');
    expect(page.body).toContain('Look again in the EHR');
    world.sandbox.faults.clear();
    expect(titleOf(await post(page))).toBe(LIST);
    expect(created()).toHaveLength(1);
  });
});

test('ST-03, ST-07: chart values are sealed in Redis, and in no log and no URL', async () => {
  await review();
  const places = [
    await world.dumpRedis(),
    ...world.logLines,
    ...browser.history.map(({ url, headers }) => `${url} ${JSON.stringify(headers)}`),
    ...cookiesOf(browser).values(),
  ].join('\n');
  expect(places).not.toMatch(/Penicillin|Alder|GSS-4410|555 010|71\.4/);
});
