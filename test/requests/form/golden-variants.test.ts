/**
 * Everything else that is written to the EHR is valid FHIR R4 too: every service with all its answers, a service of an
 * imported Questionnaire, each kind of launch and chart, hostile texts, and a request that is cancelled.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Launch } from '#src/launches/session/launch.ts';
import { CANCELLED_AS, cancelRequest } from '#src/requests/delivery/cancel-request.ts';
import { type Chosen, NOTHING_CHOSEN } from '#src/requests/form/from-chart.ts';
import type { Offer } from '#src/requests/form/offered.ts';
import { readBack } from '#src/requests/form/read-back.ts';
import { ownName } from '#src/requests/form/service-questions.ts';
import type { Writer } from '#src/requests/form/to-service-request.ts';
import type { TypedRequest } from '#src/requests/form/typed-request.ts';
import { readQuestionnaire } from '#src/settings/questionnaire.ts';
import type { OwnField, Service } from '#src/settings/service.ts';
import type { FhirResource } from '#src/smart/fhir/fhir-answer.ts';
import { unmarked } from '#src/smart/fhir/markup.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import { readDefinitions } from './r4-definitions.ts';
import { CHOSEN, LAUNCH, NOW, OFFER, THERE, writeTyped, ZONE } from './written.ts';

let r4: ReturnType<typeof readDefinitions>;
beforeAll(() => void (r4 = readDefinitions()), 60_000);

const PLAIN = { what: 'What is needed', neededOn: '2026-07-22', priority: 'routine' };
const TEXTS = ['what', 'from', 'to', 'phone', 'language', 'reason', 'note'];
const BASE = new URL('https://ehr.example/fhir');

function expectValid(resource: FhirResource): void {
  expect(r4.problemsOf(resource)).toEqual([]);
  expect(r4.usCoreProblemsOf(resource)).toEqual([]);
  expect(r4.referenceProblems(resource, THERE)).toEqual([]);
  // Some validators take a no-break space for white space, which FHIR allows only as a space, a tab or a line end.
  expect(JSON.stringify(resource)).not.toMatch(/[^\S \r\n\t]/u);
}

const ANSWERS: Record<OwnField['kind'], (field: OwnField) => string> = {
  text: () => 'A short text',
  'long text': () => 'A text\nof two lines',
  choice: ({ choices }) => choices.at(-1) ?? '',
  'choice or text': () => 'Neither of them',
  number: () => '2.5',
  'whole number': () => '3',
  date: () => '2026-07-23',
  'date-time': () => '2026-07-22T14:00',
  'yes/no': () => 'yes',
};
const answersTo = ({ value, fields }: Service): TypedRequest =>
  Object.fromEntries(fields.map((field) => [ownName(value, field.name), ANSWERS[field.kind](field)]));

const EVERY_TYPE = [
  ...['string', 'text', 'choice', 'open-choice', 'boolean', 'integer', 'decimal', 'date', 'dateTime'],
].map((type) => ({
  ...{ linkId: type, type, text: `Question of ${type}`, required: true },
  ...(type.endsWith('choice') ? { answerOption: [{ valueString: 'One' }, { valueString: 'Two' }] } : {}),
}));
function importedService(): Service {
  const item = [{ linkId: 'group', type: 'group', text: 'Group', item: EVERY_TYPE }];
  const read = readQuestionnaire(JSON.stringify({ resourceType: 'Questionnaire', item }));
  if (!read.ok) throw new Error(read.problems.join());
  const sections = ['where', 'clinical', 'contact', 'insurance'] as const;
  return { value: 'imported', text: 'Imported', system: '', code: '', sections, fields: read.fields };
}

const services = [...OFFER.services, importedService()];
describe.for(services)('the service $text', (service) => {
  const offer: Offer = { ...OFFER, services: [service] };
  const form = { ...PLAIN, service: service.value, ...answersTo(service) };
  const isAsked = (part: Service['sections'][number]) => service.sections.includes(part);

  test('with every question answered, and all of the chart that it asks for', () => {
    const resource = writeTyped(form, { offer, chosen: CHOSEN });
    expectValid(resource);
    expect(resource['orderDetail'] ?? []).toHaveLength(service.fields.length);
    expect('supportingInfo' in resource).toBe(isAsked('clinical'));
    expect('insurance' in resource).toBe(isAsked('insurance'));
  });

  test('is read back for a correction with every answer', () => {
    const { values, taken } = readBack(writeTyped(form, { offer }), offer, { timeZone: ZONE, base: BASE });
    expect(values).toEqual(form);
    expect(taken.lost).toEqual([]);
  });
});

const TYPED = { ...PLAIN, service: 'transport' };
const launchOf = (change: object): Launch => ({ ...LAUNCH, ...change });
test.for<[string, { by?: Partial<Writer>; offer?: Offer; chosen?: Chosen; form?: TypedRequest }]>([
  ['without an encounter', { by: { launch: launchOf({ context: { patient: 'p1' } }) } }],
  ['by a role', { by: { launch: launchOf({ user: { fhirUser: 'PractitionerRole/r1' } }) } }],
  ['by a user without a name', { by: { userName: undefined } }],
  ['that replaces nothing', { by: { corrects: undefined } }],
  ['for an EHR without US Core', { offer: { ...OFFER, isUsCore: false } }],
  [
    'from a place that only the encounter names',
    {
      chosen: { ...NOTHING_CHOSEN, place: { reference: 'Encounter/e1', text: 'Ward 4', label: 'Place' } },
      form: { from: 'Ward 4' },
    },
  ],
  ['from another place than the chart says', { chosen: CHOSEN, form: { from: 'Garage' } }],
])('a request %s', ([, { form, ...how }]) => {
  const resource = writeTyped({ ...TYPED, ...form }, how);
  expect(r4.problemsOf(resource)).toEqual([]);
  expect(r4.referenceProblems(resource, THERE)).toEqual([]);
});

const HOSTILE: [string, string][] = [
  ['markup', '<script>alert(1)</script>&amp;"\'`'],
  ['a text from right to left', '\u202Eنقل إلى المستشفى\u202C 2'],
  ['an emoji of several', '👩🏽‍🚒 x x'],
  ['JSON', '{"resourceType":"Patient","id":"p2"}'],
  ['a reference', 'Patient/p2|https://evil.example/x?y=1#z'],
  ['spaces that do not break', 'Van\u00a0to\u2009dialysis\u3000now'],
  ['a text of the longest word', 'x'.repeat(60)],
  ['percent signs and slashes', '%00%0d%0a ../../ \\ {{7*7}} ${7}'],
];
test.for(HOSTILE)('%s in every text and answer', ([, text]) => {
  const own = { 'own.transport.isolation': text, 'own.transport.escort': text };
  const resource = writeTyped({ ...TYPED, ...Object.fromEntries(TEXTS.map((name) => [name, text])), ...own });
  expectValid(resource);
  const written = JSON.stringify(
    unmarked(text)
      .replace(/[\u202C\u202E]/gu, '')
      .replace(/[\u00a0\u2009\u3000]/gu, ' '),
  ).slice(1, -1);
  expect(JSON.stringify(resource).split(written)).toHaveLength(TEXTS.length + 3);
});

const fact = (reference: string, text: string) => ({ reference, text, label: text });
test.for(HOSTILE)('%s in every value of the chart', ([, text]) => {
  const chosen: Chosen = {
    reasons: [fact('Condition/c1', text)],
    allergies: [fact('AllergyIntolerance/a1', text)],
    measures: [fact('Observation/o1', text)],
    insurance: [fact('Coverage/v1', text)],
    place: fact('Location/l1', text),
  };
  expectValid(writeTyped({ ...TYPED, from: text }, { chosen, by: { userName: text } }));
});

describe.for(CANCELLED_AS)('a request that is cancelled as %s', (status) => {
  test.for<[string, string, string | undefined]>([
    ['by a user with a name', 'Goes by car', 'Dr. Rivera'],
    ['by a user without a name', '<b>Goes</b> by\ncar\u00a0today', undefined],
  ])('%s', async ([, reason, name]) => {
    const sent = {
      ...writeTyped({ ...TYPED, note: 'Stairs' }, { chosen: CHOSEN }),
      id: 'sr1',
      meta: { versionId: '3' },
    };
    const updates: FhirResource[] = [];
    const api = {
      get: async () => sent,
      update: async (resource: FhirResource) => {
        updates.push(resource);
        return { status: 200, body: resource };
      },
    } as unknown as FhirApi;
    const wanted = { requestId: 'sr1', patientId: 'p1', version: '3', status, reason, by: { name }, now: NOW };
    expect(await cancelRequest(api, { ...wanted, isAllowed: () => true })).toMatchObject({ kind: 'cancelled' });
    const [updated = sent] = updates;
    expectValid(updated);
    expect(updated).toMatchObject({
      status,
      note: [{ text: 'Stairs' }, { text: `Cancelled: ${reason.replace('\u00a0', ' ')}` }],
    });
  });
});
