/** The timeline of a request shows only what has happened. */
import { expect, test } from 'vitest';
import { readTimeline } from '#src/requests/detail/timeline.ts';

const place = { base: new URL('https://ehr.example/fhir'), timeZone: 'UTC', now: new Date('2026-11-22T14:02:00Z') };
const message = { resourceType: 'Communication', status: 'completed', payload: [{ contentString: 'Which door?' }] };
const visit = { resourceType: 'Appointment', status: 'booked', start: '2026-12-01T10:00:00Z' };
const task = { resourceType: 'Task', status: 'completed' };
const signed = { resourceType: 'Provenance', activity: { text: 'Signed' } };
const doctor = { reference: 'Practitioner/x' };
const sent = { status: 'requested', owner: doctor };
const extension = [{ url: 'urn:x', valueBoolean: true }];

test.for<[string, object, string | undefined]>([
  ['a message', message, 'Message · Which door?'],
  ['one that was not sent', { ...message, status: 'not-done' }, 'Message · not done · Which door?'],
  ['one that is being written', { ...message, status: 'preparation' }, 'Message · preparation · Which door?'],
  ['one that was stopped', { ...message, status: 'stopped' }, 'Message · stopped · Which door?'],
  ['one in error', { ...message, status: 'Entered-In-Error' }, undefined],
  [
    'one with a file',
    { ...message, payload: [{ contentAttachment: { title: 'a.pdf' } }] },
    'Message · a.pdf · more in the EHR',
  ],
  ['one with a note', { ...message, note: [{ text: 'Rang twice' }] }, 'Message · Which door? · “Rang twice”'],
  [
    'a long one',
    { ...message, payload: 'abcdefg'.split('').map((contentString) => ({ contentString })) },
    'Message · a · b · c · d · e · more in the EHR',
  ],
  [
    'one with conditions',
    { ...message, modifierExtension: extension },
    'Message · Which door? · Conditions apply: see the EHR',
  ],
  ['an appointment', visit, 'Appointment · booked'],
  [
    'one with its end and kind',
    { ...visit, end: '2026-12-01T11:00:00Z', serviceType: [{ text: 'By telephone' }], description: 'By telephone' },
    'Appointment · booked · until 2026-12-01 11:00 UTC · By telephone',
  ],
  ['one in error, in capitals', { ...visit, status: 'ENTERED-IN-ERROR' }, undefined],
  ['one that no patient came to', { ...visit, status: 'noshow' }, 'Appointment · no show'],
  [
    'one that was cancelled',
    { ...visit, status: 'cancelled', cancelationReason: { text: 'Patient ill' } },
    'Appointment · cancelled · Patient ill',
  ],
  [
    'one that its provider declined',
    { ...visit, participant: [{ actor: { display: 'Northside' }, status: 'declined' }] },
    'Appointment · booked · a provider declined',
  ],
  [
    'one that is wished for, with a remark',
    {
      ...visit,
      start: undefined,
      comment: 'Bring walker',
      requestedPeriod: [{ start: '2026-12-01', end: '2026-12-03' }],
    },
    'Appointment · booked · Bring walker · wished 2026-12-01 to 2026-12-03',
  ],
  ['a change by its code', { ...signed, activity: { coding: [{ code: 'UPDATE' }] } }, 'Update'],
  ['one without a time', { ...visit, start: undefined, created: '2026-11-19' }, 'Appointment · booked · no time given'],
  ['one with a topic', { ...message, topic: { text: 'Ride' } }, 'Message · Ride · Which door?'],
  [
    'one that was not sent, with the reason',
    { ...message, status: 'not-done', statusReason: { text: 'Fax busy' } },
    'Message · not done · Fax busy · Which door?',
  ],
  ['a Task', task, 'Done'],
  ['one whose business status repeats its word', { ...task, businessStatus: { text: 'DONE' } }, 'Done'],
  ['one to fulfill', { ...task, code: { coding: [{ code: 'fulfill' }] } }, 'Done'],
  [
    'one to abort the request',
    { ...task, code: { coding: [{ code: 'abort', display: 'Abort' }] } },
    'Done · Request to cancel',
  ],
  ['one to process the request', { ...task, code: { coding: [{ code: 'process-request' }] } }, 'Done'],
  [
    'one under way',
    { ...task, status: 'in-progress', code: { text: 'Verify insurance' } },
    'Under way · “Verify insurance”',
  ],
  [
    'one that was not carried out',
    { ...task, statusReason: { text: 'Patient not at home' } },
    'Closed by provider · “Patient not at home”',
  ],
  ['one to check something', { ...task, code: { text: 'Verify insurance' } }, 'Done · “Verify insurance”'],
  [
    'one whose code carries it out, in other words',
    {
      ...task,
      code: { text: 'Verify insurance', coding: [{ code: 'fulfill' }] },
      description: 'First floor',
    },
    'Closed by provider · “Verify insurance” · “First floor”',
  ],
  [
    'what was sent with it, and no more than a few of that',
    {
      ...task,
      input: Array.from({ length: 7 }, (_, at) => ({
        type: { text: 'Result' },
        valueReference: { reference: `Observation/${at}`, display: `Lead ${at}` },
      })),
    },
    `Done · ${[0, 1, 2, 3, 4].map((at) => `sent with it: “Result: Lead ${at}”`).join(' · ')} · sent with it: 2 more in the EHR`,
  ],
  ['a part of another', { ...task, partOf: [{ reference: 'Task/1' }] }, 'Done · Part of it'],
  [
    'the request’s own part of a group',
    { ...task, code: { coding: [{ code: 'fulfill' }] }, partOf: [{ reference: 'Task/1' }] },
    'Done',
  ],
  [
    'one with a word from the provider',
    { ...task, status: 'accepted', note: [{ text: 'Call the ward' }] },
    'Accepted · “Call the ward”',
  ],
  ['one with conditions, too', { ...task, modifierExtension: extension }, 'Done · Conditions apply: see the EHR'],
  ['one that its requester still has', { ...task, ...sent, requester: doctor }, 'With the requester'],
  ['one that its requester has begun', { ...task, ...sent, status: 'in-progress', requester: doctor }, 'Under way'],
  ['one of another requester', { ...task, ...sent, requester: { reference: 'Practitioner/y' } }, 'Sent'],
  ['one with R5’s deadline', { ...task, requestedPeriod: { end: '2026-11-24' } }, 'Done · by 2026-11-24'],
  [
    'one that the patient declined',
    { ...visit, participant: [{ actor: { reference: 'Patient/p' }, status: 'declined' }] },
    'Appointment · booked · the patient declined',
  ],
  ['a signature', signed, 'Signed'],
])('%s', ([, event, what]) => {
  expect(readTimeline({}, [{ ...event }], undefined, place)[0]?.what).toBe(what);
});

test('an event that came twice is shown once, and each of those without an id', () => {
  const countOf = (...ids: (string | undefined)[]) =>
    readTimeline(
      {},
      ids.map((id) => ({ ...message, id })),
      undefined,
      place,
    ).length;
  expect([countOf('1', '1'), countOf('1', '2'), countOf(undefined, undefined)]).toEqual([1, 2, 2]);
});

test('a part of a Task that is about the request as well is called one', () => {
  const part = { ...task, id: '2', status: 'accepted', partOf: [{ reference: 'Task/1' }] };
  const lines = readTimeline(
    {},
    [{ ...task, id: '1' }, part].map((one) => ({ ...one })),
    undefined,
    place,
  );
  expect(lines.map(({ what }) => what)).toContain('Accepted · Part of it');
});

const GROUP = { for: { reference: 'Patient/p' }, groupIdentifier: { system: 'urn:g', value: '7' } };
const role = { reference: 'PractitionerRole/x' };
test.for<[string, object, object, object]>([
  ['a message without a sender and a patient', message, {}, { who: undefined }],
  ['a message that only came', { ...message, received: '2026-11-18' }, {}, { when: '2026-11-18' }],
  ['a Task with the time of its version', { ...task, meta: { lastUpdated: '2026-11-18' } }, {}, { when: '2026-11-18' }],
  ['a Task with the time of its writing', { ...task, authoredOn: '2026-11-18' }, {}, { when: '2026-11-18' }],
  ['a change in a period', { ...signed, occurredPeriod: { start: '2026-11-18' } }, {}, { when: '2026-11-18' }],
  ['one name in two parts', { ...signed, agent: ['a', 'b'].map(() => ({ who: { display: 'X' } })) }, {}, { who: 'X' }],
  ['what the requester has', { ...task, ...sent }, { requester: doctor }, { what: 'With the requester' }],
  ['what the role has', { ...task, ...sent, owner: role }, { requester: role }, { what: 'With the requester' }],
  ['what another has', { ...task, ...sent, owner: role }, { requester: doctor }, { what: 'Sent' }],
  [
    'a Task of a group, which proves the end of no request',
    { ...task, ...GROUP },
    {},
    { what: 'Closed by provider · for a group of requests' },
  ],
])('%s', ([, event, request, shown]) => {
  const lines = readTimeline({ ...request }, [{ ...event }], undefined, place);
  expect(lines.at(0)).toMatchObject(shown);
});

test('no more events are listed than a page can show', () => {
  const many = Array.from({ length: 50 }, (_, id) => ({ ...message, id: `${id}` }));
  expect(readTimeline({}, many, undefined, place)).toHaveLength(40);
});

test('a message of the patient says so, without a name', () => {
  const subject = { reference: 'Patient/p', display: 'Ada' };
  const [line] = readTimeline({}, [{ ...message, subject, sender: subject }], undefined, place);
  expect(line).toMatchObject({ who: 'The patient', what: 'Message · Which door?' });
});

test('a message of a relative says so, and a change names each who had a part in it', () => {
  const sender = { reference: 'RelatedPerson/9' };
  const agent = [{ who: { display: 'Clerk Bo' } }, { who: { display: 'Dr. Kim' } }];
  const lines = readTimeline(
    {},
    [
      { ...message, sender },
      { ...signed, agent },
    ],
    undefined,
    place,
  );
  expect(lines.map(({ who }) => who)).toEqual(['A relative', 'Clerk Bo; Dr. Kim']);
  const [own] = readTimeline({}, [{ ...task, owner: { reference: 'Patient/p' } }], undefined, place);
  expect(own).toMatchObject({ who: 'The patient', source: 'To-do' });
});

test('a change says why, and once, although the request refers to it and a search finds it', () => {
  const change = { ...signed, id: 'p', reason: [{ text: 'Wrong patient' }] };
  const lines = readTimeline({}, [change, { ...change }, { ...signed, id: undefined }, signed], undefined, place);
  const [said, ...others] = lines.map(({ what }) => what).toSorted((a, b) => b.length - a.length);
  expect([said?.endsWith(' · Wrong patient'), others.length]).toEqual([true, 2]);
});

test('a participant who declined is not listed, and a known day is shown', () => {
  const participant = [
    { actor: { display: 'Van 7' }, status: 'declined' },
    { actor: { display: 'Van 8' }, status: 'accepted' },
    { actor: { reference: 'Location/1', display: 'North gate' } },
  ];
  const occurred = { ...signed, occurredDateTime: '2026-11-18' };
  const lines = readTimeline({}, [{ ...visit, participant }, occurred], undefined, place);
  expect(lines.map(({ who, when }) => [who, when])).toEqual([
    ['Van 8, North gate', '2026-12-01 10:00 UTC'],
    [undefined, '2026-11-18'],
  ]);
});

test.for<[string, object]>([
  ['a Task', { ...task, owner: ben() }],
  ['a message', { ...message, sender: ben() }],
  ['a signature', { ...signed, agent: [{ who: ben() }] }],
  ['an appointment', { ...visit, participant: [{ actor: ben() }] }],
])('LC-06: another patient has no name in %s', ([, event]) => {
  const lines = readTimeline({}, [{ ...event }], undefined, place);
  expect(JSON.stringify(lines)).not.toContain('Okafor');
});

function ben() {
  return { reference: 'Patient/pat-ben', display: 'Ben Okafor' };
}
