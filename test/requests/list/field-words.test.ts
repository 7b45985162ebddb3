/** Orders as EHRs of several countries write them: what they end, whom they are about, and what they were made from. */
import { expect, test } from 'vitest';
import { loadRequests } from '#src/requests/list/list.ts';
import { searchset, startFhirServer } from '#test/requests/fhir-server.ts';
import { base, handOver, now, readField } from '#test/requests/field-read.ts';

const CHECK = 'Check it in the EHR';
const FIND = 'Find a provider';
const stepOf = async (change: object, more: Parameters<typeof readField>[1] = {}) =>
  (await readField(change, more)).row?.next.text;

test.for([
  ...[
    'Wheelchair van (cancelled)',
    'CANCELED: wheelchair van',
    'Cancelled - MRI',
    'MRI - discontinued',
    'Walker, canceled',
  ],
  ...[
    'VOID - entered on wrong patient',
    'Walker (void)',
    'ERROR: duplicate',
    'Entered in error',
    'MRI, entered in error',
  ],
  ...['Oxygen – patient declined', 'Oxygen (patient refused)', 'Walker: no longer needed', 'Walker - not needed'],
  ...['TEST PATIENT - DO NOT USE', 'Duplicate order: MRI', 'Duplicate of 4711', 'Wheelchair van cancelled'],
  ...['MRT abgesetzt', 'Rollstuhltransport entfällt', 'Storniert: Taxi', 'CT storniert', 'Taxi nicht mehr nötig'],
  ...['Transport annulé', 'Annulée : IRM', 'Traslado cancelado', 'Anulada ambulancia', 'TAC annullata'],
  ...['Avbestilt syketransport', 'Inställd: rullstolstaxi', 'Kørsel aflyst', 'Rit geannuleerd', 'Vervoer vervalt'],
])('an order whose name says that it is over is checked, whatever provider has it: %s', async (text) => {
  expect(await stepOf({ code: { text } })).toBe(CHECK);
  expect(await stepOf({ code: { text }, performer: [{ display: 'Northside' }] })).toBe(CHECK);
  expect(await stepOf({ code: { text } }, { tasks: [{ ...handOver, status: 'accepted' }] })).toBe(CHECK);
  expect(await stepOf({ code: { text }, status: 'revoked' })).toBe('Nothing to do');
});

test.for([
  ...['Continue telemetry until discontinued', 'Remove Foley when no longer needed', 'Pick up walker if not needed'],
  ...['Straight catheter, unable to void', 'Voiding cystourethrogram', 'Void trial', 'Blood cultures in duplicate'],
  ...[
    'Duplicate kidney ultrasound',
    'Cancelled appointment follow-up',
    'Error of refraction test',
    'Duplex of both legs',
  ],
  ...['Refusal of treatment form', 'Monitor bis Infusion abgesetzt', 'Annular pancreas MRI', 'Cancer rehabilitation'],
  ...[
    'Not-for-profit transport',
    'Patient education',
    'Wrong-way mirror',
    'Intermittent suction',
    'Stornoway transfer',
  ],
  ...['Non-emergency transport', 'Non contact tonometry', 'Non stress test', 'Non invasive ventilation'],
  ...['Nichtinvasive Beatmung', 'Niet-invasieve beademing', 'Ikke-invasiv ventilasjon', 'Intensive rehabilitation'],
  ...['MRI without contrast', 'Transport sans aide', 'Donor screening', 'Notfalltransport', 'Nao robot therapy'],
])('an order of a service: %s', async (text) => {
  expect(await stepOf({ code: { text } })).toBe(FIND);
});

test.for([
  ...['Storno Krankentransport', 'Stornieren Taxi', 'Ikke utfør MR', 'Inte transportera', 'Niet vervoeren'],
  ...[
    'Non eseguire TAC',
    'Não realizar TC',
    'Nao transportar',
    'Ne pas transporter',
    'Do not give blood',
    'Don’t transfuse',
  ],
])('an order to end something is the provider’s if it has one: %s', async (text) => {
  expect(await stepOf({ code: { text } })).toBe(CHECK);
  expect(await stepOf({ code: { text }, performer: [{ display: 'Northside' }] })).not.toBe(CHECK);
});

test('an order not to resuscitate asks no provider', async () => {
  expect(await stepOf({ code: { text: 'Do-not-resuscitate order' } })).toBe('Nothing to do if it asks no provider');
});

const coded = (text: string, ...displays: string[]) => ({
  code: { text, coding: displays.map((display) => ({ display })) },
});
const later = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-ServiceRequest.focus';
test.for<[string, object, string | undefined, string[] | undefined]>([
  ['R5’s focus', { focus: [{ display: 'Fetus B' }] }, 'For Fetus B', ['Fetus B']],
  [
    'two of them',
    { focus: [{ display: 'Fetus A' }, { display: 'Fetus B' }] },
    'For Fetus A, For Fetus B',
    ['Fetus A', 'Fetus B'],
  ],
  [
    'that of an extension',
    { extension: [{ url: later, valueReference: { display: 'Donor kidney' } }] },
    'For Donor kidney',
    ['Donor kidney'],
  ],
  [
    'a contained one',
    {
      contained: [{ resourceType: 'Device', id: 'd', deviceName: [{ name: 'Pump 3' }] }],
      focus: [{ reference: '#d' }],
    },
    'For what is in the EHR',
    ['what is in the EHR'],
  ],
  [
    'another patient, without the name',
    { focus: [{ reference: 'Patient/pat-2', display: 'Baby Other' }] },
    'For another person (see the EHR)',
    ['another person (see the EHR)'],
  ],
  ['the patient', { focus: [{ reference: 'Patient/pat-1', display: 'Stella' }] }, undefined, undefined],
  ['the patient, in one version', { focus: [{ reference: 'Patient/pat-1/_history/2' }] }, undefined, undefined],
  [
    'a patient of another server',
    { focus: [{ reference: 'https://other.example/fhir/Patient/pat-1' }] },
    'For another person (see the EHR)',
    ['another person (see the EHR)'],
  ],
  ['none', {}, undefined, undefined],
])('whom an order is about: %s', async ([, change, detail, texts]) => {
  const { row, page } = await readField(change);
  expect(row?.detail).toBe(detail);
  const facts = page.sections.flatMap((section) => section.facts);
  expect(facts.find(({ label }) => label === 'About')?.texts).toEqual(texts);
  expect(JSON.stringify([row, page.sections])).not.toMatch(/Baby Other|Service request\.focus/);
});

const laterly = (name: string, value: object) => ({ url: later.replace('focus', name), ...value });
test.for<[string, object[], object, string | undefined]>([
  ['asNeeded', [laterly('asNeeded', { valueBoolean: true })], {}, 'as needed'],
  ['asNeededFor', [laterly('asNeededFor', { valueCodeableConcept: { text: 'Pain' } })], {}, 'as needed for Pain'],
  [
    'asNeededFor inside',
    [laterly('asNeededFor', { extension: [{ url: 'concept', valueCodeableConcept: { text: 'Pain' } }] })],
    {},
    'as needed for Pain',
  ],
  ['asNeeded, false', [laterly('asNeeded', { valueBoolean: false })], {}, undefined],
  [
    'an element of its own',
    [laterly('asNeededFor', { valueCodeableConcept: { text: 'Pain' } })],
    { asNeededCodeableConcept: { text: 'Fever' } },
    'as needed for Fever',
  ],
  [
    'R5’s own element beside it',
    [laterly('asNeededFor', { valueCodeableConcept: { text: 'Pain' } })],
    { asNeededFor: [{ concept: { text: 'Fever' } }] },
    'as needed for Fever',
  ],
  ['another one', [laterly('priority', { valueCode: 'stat' })], {}, undefined],
])('R5’s elements as extensions: %s', async ([, extension, change, needed]) => {
  const { row, page } = await readField({ extension, ...change });
  expect([row?.needed, page.row.needed]).toEqual([needed, needed]);
});

const reasoned = (url: string, value: object) => ({ extension: [{ url, ...value }] });
const moved = { valueString: 'Patient moved away' };
test.for<[string, object, string | undefined, string]>([
  [
    'a national reason',
    { status: 'revoked', ...reasoned('http://x/cancel-reason', { valueCodeableConcept: { text: 'Wrong patient' } }) },
    'Wrong patient',
    'Nothing to do',
  ],
  [
    'a reason beside the status',
    { status: 'revoked', _status: reasoned('http://x/reason', moved) },
    'Patient moved away',
    'Nothing to do',
  ],
  ['a reason of an active order', { _status: reasoned('http://x/reason', moved) }, 'Patient moved away', CHECK],
  [
    'an EHR’s own status that is over',
    { _status: reasoned('http://x/order-status', { valueString: 'Discontinued' }) },
    'Discontinued',
    CHECK,
  ],
  ['an EHR’s own status', { _status: reasoned('http://x/order-status', { valueString: 'Sent' }) }, undefined, FIND],
  ['the reason of the visit', reasoned('http://x/visit-reason', moved), undefined, FIND],
  ['a reason for a priority', reasoned('http://x/priority-reason', moved), undefined, FIND],
])('why an order has its status: %s', async ([, change, note, step]) => {
  const { row, page } = await readField(change);
  expect([row?.status.note, row?.next.text, page.row.status.note]).toEqual([note, step, note]);
});

const selected = (text: string | undefined, first: string, second: string) => ({
  code: { ...(text ? { text } : {}), coding: [{ display: first }, { display: second, userSelected: true }] },
});
test.for<[string, object, string | undefined]>([
  [
    'with and without contrast',
    coded('CT abdomen without contrast', 'CT Abdomen W contrast IV'),
    'Also coded as CT Abdomen W contrast IV',
  ],
  ['without and with', coded('MRI with contrast', 'MRI w/o contrast'), 'Also coded as MRI w/o contrast'],
  ['German', coded('MRT ohne Kontrastmittel', 'MRT mit Kontrastmittel'), 'Also coded as MRT mit Kontrastmittel'],
  ['adult and pediatric', coded('Wheelchair, adult', 'Wheelchair, pediatric'), 'Also coded as Wheelchair, pediatric'],
  [
    'one way and round trip',
    coded('One-way transport', 'Transport, round trip'),
    'Also coded as Transport, round trip',
  ],
  [
    'inpatient and outpatient',
    coded('Inpatient rehabilitation', 'Outpatient rehabilitation'),
    'Also coded as Outpatient rehabilitation',
  ],
  [
    'codings alone',
    { code: { coding: [{ display: 'CT with contrast' }, { display: 'CT without contrast' }] } },
    'Also coded as CT without contrast',
  ],
  // Which of several names was ordered, no text says.
  ...[
    ['CT chest with contrast', 'Chest CT angiography'],
    ['Wheelchair van', 'Stretcher transport'],
    ['Physical therapy', 'Occupational therapy'],
    ['Rollstuhltransport', 'Wheelchair transport'],
  ].map(([first, second]): [string, object, string] => [
    `codings alone that differ: ${second}`,
    { code: { coding: [{ display: first }, { display: second }] } },
    `Also coded as ${second}`,
  ]),
  ...[
    ['Referral to cardiology service', 'REFERRAL TO CARDIOLOGY SERVICE'],
    ['Referral to cardiology service', 'Referral to cardiology service (procedure)'],
    ['CT chest with contrast', 'Chest CT'],
    ['Wheelchair van', undefined],
    ['Wheelchair van', 'n/a'],
  ].map(([first, second]): [string, object, undefined] => [
    `codings alone of one name: ${second}`,
    { code: { coding: [{ display: first }, { code: '1', display: second }] } },
    undefined,
  ]),
  [
    'codings alone that differ, which push out no amount',
    {
      code: { coding: [{ display: 'Home oxygen' }, { display: `Oxygen by ${'nasal '.repeat(12)}cannula` }] },
      orderDetail: [{ text: '2 L/min at night' }],
    },
    '2 L/min at night +1 more',
  ],
  ['a text beside codings that differ', coded('Wheelchair van', 'Stretcher transport'), undefined],
  ['what the user chose', selected('Oxygen', 'Home oxygen', 'Hyperbaric oxygen'), 'Also coded as Hyperbaric oxygen'],
  ['what the user chose in the text’s words', selected('Home oxygen', 'Oxygen', 'HOME OXYGEN'), undefined],
  ['the same', coded('CT without contrast', 'CT WO contrast'), undefined],
  ['US slashes', coded('CT w/ contrast', 'CT without contrast'), 'Also coded as CT without contrast'],
  ['both, with slashes', coded('CT w/wo contrast', 'CT W contrast'), undefined],
  ['both, with a sign', coded('CT with & without contrast', 'CT with contrast'), undefined],
  ['Norwegian', coded('MR uten kontrast', 'MR med kontrast'), 'Also coded as MR med kontrast'],
  ['German, shortened', coded('CT mit KM', 'CT ohne KM'), 'Also coded as CT ohne KM'],
  ['what the user chose, with its kind', selected('Home oxygen', 'Oxygen', 'Home oxygen (procedure)'), undefined],
  [
    'a side, which a long code does not push out',
    {
      ...selected('MRI', 'MRI', 'Magnetic resonance imaging of lower extremity with gadolinium enhancement'),
      bodySite: [{ text: 'Left knee' }],
    },
    'Left knee +1 more',
  ],
  ['both', coded('MRI with and without contrast', 'MRI W contrast'), undefined],
  [
    'without and with, as LOINC writes it',
    coded('MRI brain W and WO contrast', 'MR Brain WO and W contrast IV'),
    undefined,
  ],
  ['one that says nothing of it', coded('CT without contrast', 'CT abdomen'), undefined],
  ['an adult child', coded('Adult day care', 'Day care for adults'), undefined],
])('codings that say the opposite are shown in the list: %s', async ([, change, detail]) => {
  expect((await readField(change)).row?.detail).toBe(detail);
});

test.for<[string, object, string | undefined]>([
  ['Consult', coded('Consult', 'Referral to oncologist'), 'Referral to oncologist'],
  ['Überweisung', coded('Überweisung', 'Kardiologie'), 'Kardiologie'],
  [
    'Sonstiges',
    { ...coded('Sonstiges', 'Bariatric bed'), bodySite: [{ text: 'Left hip' }] },
    'Bariatric bed, Left hip',
  ],
  [
    'Referral, which a long site does not push out',
    { ...coded('Referral', 'Cardiology'), bodySite: [{ text: `Left ${'coronary artery '.repeat(5)}` }] },
    'Cardiology +1 more',
  ],
  ['Other, coded as itself', coded('Other', 'OTHER'), undefined],
  ['Consultation, coded as itself', coded('Consultation', 'Consultation (procedure)'), undefined],
  ['a name of its own', coded('Consult cardiology', 'Referral to heart clinic'), undefined],
  ['Referral, without codes', { code: { text: 'Referral' } }, undefined],
])('a name that could be any order’s is shown with its codes: %s', async ([, change, detail]) => {
  expect((await readField(change)).row?.detail).toBe(detail);
});

const from = { ...base, id: 'b', basedOn: [{ reference: 'ServiceRequest/a' }], authoredOn: '2026-11-19T09:00:00Z' };
test.for<[string, object, object[], object[], string, string | undefined]>([
  ['a proposal', { intent: 'proposal' }, [from], [], 'Check which request counts', 'an order was made from it'],
  [
    'a proposal whose order is cancelled',
    { intent: 'proposal' },
    [{ ...from, status: 'revoked' }],
    [],
    FIND,
    undefined,
  ],
  ['a proposal of another service', { intent: 'proposal' }, [{ ...from, code: { text: 'Bed' } }], [], FIND, undefined],
  [
    'a proposal from which another one was made',
    { intent: 'proposal' },
    [{ ...from, intent: 'proposal' }],
    [],
    FIND,
    undefined,
  ],
  [
    'a proposal that a provider accepted',
    { intent: 'proposal', occurrenceDateTime: '2026-11-25' },
    [from],
    [{ ...handOver, status: 'accepted' }],
    'Nothing to do',
    undefined,
  ],
  ['a plan, of which several orders may be made', { intent: 'plan' }, [from], [], FIND, undefined],
  ['an order', {}, [from], [], FIND, undefined],
  [
    'an order whose referral is cancelled',
    {},
    [{ ...from, id: 'R-1', status: 'revoked' }],
    [],
    'Check which request counts',
    'the referral made from it is cancelled',
  ],
  [
    'an order of whose referrals one is cancelled and one goes on',
    {},
    [
      { ...from, id: 'R-1', status: 'revoked' },
      { ...from, id: 'R-2', priority: 'urgent' },
    ],
    [],
    FIND,
    undefined,
  ],
  [
    'an order of whose referrals one is cancelled and one is done',
    {},
    [
      { ...from, id: 'R-1', status: 'revoked' },
      { ...from, id: 'R-2', status: 'completed' },
    ],
    [],
    'Check what was done',
    'the referral made from it is done',
  ],
])('an order made from %s', async ([, change, along, tasks, step, note]) => {
  const { row, page } = await readField(change, { along, tasks });
  expect(row?.next.text).toBe(step);
  expect(page.row.next.text).toBe(step);
  if (note === undefined) expect(row?.status.note ?? '').not.toContain('made from it');
  else expect([row?.status.note, page.row.status.note].every((one) => one?.includes(note))).toBe(true);
});

test.for([
  ['repetitions', { repetitions: 2 }, 'at most 2 times'],
  ['one', { repetitions: 1 }, 'at most once'],
  ['no number', { repetitions: 'many' }, undefined],
  ['none', {}, undefined],
] as const)('how often a provider does it: %s', async ([, restriction, words]) => {
  const { page } = await readField({}, { tasks: [{ ...handOver, status: 'accepted', restriction }] });
  const what = page.timeline.map((one) => one.what).join();
  if (words === undefined) expect(what).not.toContain('at most');
  else expect(what).toContain(words);
});

test('the sides of orders of one form distinguish them', async () => {
  const form = { requisition: { system: 'urn:forms', value: '1' }, bodySite: [{ text: 'Left' }] };
  const { page } = await readField(form, { along: [{ ...base, ...form, id: 'b', bodySite: [{ text: 'Right' }] }] });
  expect(page.related).toMatchObject([{ relation: 'On the same form', service: 'Walker, Right' }]);
});

test.for(['instance-order', 'filler-order', 'order'])(
  'the page of an entry with the intent %s says whether the list has it',
  async (intent) => {
    const { page } = await readField({ intent });
    expect(page.notices.some((line) => line.includes('step of carrying out an order'))).toBe(intent !== 'order');
  },
);

test('a Bundle among the entries is said to be unread, however the EHR calls it', async () => {
  const nested = { resourceType: 'Bundle', type: 'collection', entry: [{ resource: base }] };
  const entry = ['match', 'include', undefined].map((mode) => ({
    resource: nested,
    ...(mode ? { search: { mode } } : {}),
  }));
  await using server = await startFhirServer(() => searchset([], { entry }));
  const { notices } = await loadRequests(server.api, { patientId: 'pat-1', grantedSearch: true, now });
  expect(notices.join()).toContain('3 entries could not be shown');
});
