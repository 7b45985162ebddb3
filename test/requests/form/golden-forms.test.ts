/**
 * Every resource that is written is valid FHIR R4 and conforms to US Core 7 (r4-definitions.ts), with codes of the
 * required value sets; what it refers to exists.
 */
import { beforeAll, expect, test } from 'vitest';
import { NOTHING_CHOSEN } from '#src/requests/form/from-chart.ts';
import { readBack } from '#src/requests/form/read-back.ts';
import { readNewRequest, type TypedRequest } from '#src/requests/form/typed-request.ts';
import { readServiceRequest } from '#src/requests/list/service-request.ts';
import { readDefinitions } from './r4-definitions.ts';
import { CHOSEN, NOW, OFFER as offer, THERE, writeTyped, ZONE } from './written.ts';

const PLAIN = { service: 'transport', what: 'Van to dialysis', neededOn: '2026-07-22', priority: 'routine' };

const forms: [string, TypedRequest][] = [
  ['a day', {}],
  ['a time', { neededAt: '09:30' }],
  ['a window', { neededAt: '09:30', neededUntil: '11:00' }],
  ['a series that is counted', { mon: 'on', wed: 'on', times: '6', neededAt: '08:00' }],
  ['a series with a last day', { wed: 'on', lastDay: '2026-12-01' }],
  ['a window over midnight', { neededAt: '22:00', neededUntil: '02:00' }],
  ['a series of windows', { wed: 'on', times: '6', neededAt: '09:00', neededUntil: '11:00' }],
  ['a series of nights', { wed: 'on', lastDay: '2026-12-01', neededAt: '22:00', neededUntil: '02:00' }],
  [
    'every text',
    { from: 'Home', to: 'Clinic', phone: '+1 555', language: 'Spanish', reason: 'Dialysis', note: 'Stairs' },
  ],
  ['the place of the chart', { from: 'Bed A' }],
  [
    'answers',
    {
      'own.transport.mobility': 'On foot',
      'own.transport.return-trip': 'yes',
      'own.transport.return-at': '2026-07-22T14:00',
    },
  ],
  ['a receiver of the EHR', { receiver: 'Swift' }],
  ['a receiver of our own', { receiver: 'Nameless' }],
  ['a code', { service: 'cab' }],
  ['urgent', { priority: 'urgent', reason: 'Dialysis is due' }],
];

const write = (change: TypedRequest, isFromChart: boolean) =>
  writeTyped({ ...PLAIN, ...change }, { chosen: isFromChart ? CHOSEN : NOTHING_CHOSEN });

let r4: ReturnType<typeof readDefinitions>;
beforeAll(() => void (r4 = readDefinitions()), 60_000);

test.for(forms.flatMap(([name, form]) => [[name, 'typed', form] as const, [name, 'with the chart', form] as const]))(
  '%s, %s',
  ([, how, form]) => {
    const resource = write(form, how === 'with the chart');
    expect(r4.problemsOf(resource)).toEqual([]);
    expect(r4.usCoreProblemsOf(resource)).toEqual([]);
    expect(r4.referenceProblems(resource, THERE)).toEqual([]);
    // Every resource has the elements that US Core calls must support, with codes from the required value sets.
    for (const name of ['category', 'code', 'subject', 'encounter', 'authoredOn', 'requester'])
      expect(resource).toHaveProperty(name);
    expect(Object.keys(resource).filter((name) => /^occurrence(?:DateTime|Period|Timing)$/.test(name))).toHaveLength(1);
    expect(resource['meta']).toEqual({ profile: [r4.usCoreUrl] });
    expect(resource).toMatchObject({ status: 'active', intent: 'order' });
    expect(['routine', 'urgent', 'asap', 'stat']).toContain(resource['priority']);
  },
);

test.for(forms)('%s: a correction opens with all of it as typed', ([, form]) => {
  const place = { timeZone: ZONE, base: new URL('https://ehr.example/fhir') };
  const { values, taken } = readBack(write(form, false), offer, place);
  expect(values).toEqual({ ...PLAIN, ...form });
  expect(taken.lost).toEqual([]);
});

test.for<[string, Record<string, unknown>]>([
  ['a status that is none', { status: 5 }],
  ['an element that is none', { urgency: 'high' }],
  ['a date that is none', { authoredOn: 'yesterday' }],
  ['no subject', { subject: undefined }],
  ['details without a code', { code: undefined, orderDetail: [{ text: 'x' }] }],
  ['a list that is none', { note: { text: 'x' } }],
])('the validator refuses %s', ([, change]) => {
  expect(r4.problemsOf({ ...write({}, true), ...change })).toHaveLength(1);
});

test.for<[string, Record<string, unknown>]>([
  ['no code', { code: undefined }],
  ['two codes', { code: [{ text: 'x' }, { text: 'y' }] }],
])('US Core refuses %s', ([, change]) => {
  expect(r4.usCoreProblemsOf({ ...write({}, true), ...change })).toHaveLength(1);
});

test.for<[string, Record<string, unknown>, string]>([
  [
    'a requester that no one can be',
    { requester: { reference: 'CareTeam/1' } },
    'ServiceRequest.requester: CareTeam/1',
  ],
  [
    'a place of another type',
    { locationReference: [{ reference: 'Patient/p1' }] },
    'ServiceRequest.locationReference: Patient/p1',
  ],
  ['what is not there', { insurance: [{ reference: 'Coverage/v2' }] }, 'ServiceRequest.insurance: Coverage/v2'],
])('a reference to %s is found', ([, change, problem]) => {
  expect(r4.referenceProblems({ ...write({}, true), ...change }, THERE)).toEqual([problem]);
});

test.for(['轮椅', '휠체어', '車椅子'])('%s is enough for a need', (text) => {
  expect(readNewRequest({ ...PLAIN, what: text }, NOW, ZONE, offer).ok).toBe(true);
});

test.for<[string, string | undefined]>([
  ['2,5', '2.5'],
  ['12,25', '12.25'],
  ['1,000', undefined],
  ['1.000,5', undefined],
])('the number %s is written as %s', ([typed, text]) => {
  const flow = { 'own.transport.oxygen': 'yes', 'own.transport.oxygen-flow': typed };
  const said = readNewRequest({ ...PLAIN, ...flow }, NOW, ZONE, offer).ok ? write(flow, false) : undefined;
  expect(said?.['orderDetail']).toEqual(
    text && [{ text: 'Oxygen on the way: Yes' }, { text: `Liters per minute: ${text}` }],
  );
});

test.for(['TBD', 'n/a', 'unknown', 'None', '—--'])('"%s" counts as empty, as a need and as a reason', (typed) => {
  const nothing = readNewRequest({ ...PLAIN, what: typed }, NOW, ZONE, offer);
  expect(nothing).toMatchObject({ ok: false, problems: { what: 'must say what is needed, in a few words' } });
  const urgent = readNewRequest({ ...PLAIN, priority: 'urgent', reason: typed }, NOW, ZONE, offer);
  expect(urgent).toMatchObject({
    ok: false,
    problems: { reason: 'is required when the request is not routine and has no diagnosis' },
  });
});

test.for<[what: string, change: TypedRequest, needed: string]>([
  ['Van <b>to</b> dialysis & back', {}, '2026-07-22'],
  ['نقل إلى المستشفى', { neededAt: '09:30' }, '2026-07-22 09:30 EDT'],
  ['透析への送迎 🚐', { neededAt: '09:30', neededUntil: '11:00' }, '2026-07-22 09:30–11:00 EDT'],
  ['Other', { neededOn: '2028-02-29' }, '2028-02-29'],
  ['No stairs', { neededOn: '2026-11-01', neededAt: '01:30' }, '2026-11-01 01:30 EDT'],
  [
    'Unknown substance test',
    { mon: 'on', wed: 'on', times: '6', neededAt: '08:00' },
    '2 times a week, Mon Wed, at 08:00, 6 times in all, from 2026-07-22',
  ],
  ['x'.repeat(200), { wed: 'on', lastDay: '2026-12-01' }, 'once a week, Wed, 2026-07-22 to 2026-12-01'],
])('"%s" is read back on the list as written', ([what, change, needed]) => {
  const resource = write({ what, reason: 'Dialysis: 3×/week', ...change }, false);
  const read = readServiceRequest(resource, { base: new URL('https://ehr.example/fhir'), now: NOW, timeZone: ZONE });
  expect(read).toMatchObject({ service: what, needed, reasons: ['Dialysis: 3×/week'], caution: undefined });
});
