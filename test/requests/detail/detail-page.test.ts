/** The page of one request from outside: what it shows, what it requests from the EHR, and what it never discloses. */
import { beforeEach, describe, expect, test } from 'vitest';
import { createOrganizationStore } from '#src/organizations/store.ts';
import { type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { dayFromNow } from '#test/helpers/days.ts';
import { ehr, launch, launchUrl, newOrganization, outcomeOf, useStubWorld } from '#test/helpers/stub-world.ts';
import { pick as pickFrom, randomOf } from '#test/requests/page/rows.ts';
import { withDayWords, withPastDayWords } from '#views/date-text.ts';

const { world } = useStubWorld();

/** Recent days and a future one, because "late" and "no movement" are counted from today. */
const WEIGHED = dayFromNow(-5);
const ASKED = dayFromNow(-4);
const SIGNED = dayFromNow(-3);
const HEARD = dayFromNow(-2);
const LAST = dayFromNow(-1);
const NEEDED = dayFromNow(30);
const own = { subject: { reference: 'Patient/pat-1' }, intent: 'order', status: 'active' };
const full = {
  resourceType: 'ServiceRequest',
  id: 'full',
  ...own,
  meta: { lastUpdated: `${SIGNED}T10:00:00Z` },
  identifier: [{ system: 'urn:orders', value: 'ORD-7' }],
  requisition: { system: 'urn:forms', value: 'FORM-1' },
  basedOn: [{ reference: 'ServiceRequest/older' }],
  category: [{ text: 'Transport' }, { text: 'Urgent care' }],
  priority: 'stat',
  code: { text: 'Wheelchair van' },
  orderDetail: [{ text: 'With oxygen' }],
  quantityRange: { low: { value: 1, unit: 'trip' }, high: { value: 2, unit: 'trips' } },
  bodySite: [{ text: 'Left hip' }],
  occurrencePeriod: { start: `${NEEDED}T09:00:00Z`, end: `${NEEDED}T11:00:00Z` },
  authoredOn: `${ASKED}T09:00:00Z`,
  requester: { display: 'Dr. Ruth Kim' },
  performer: [{ display: 'Northside' }, { display: 'Southside' }, { reference: 'Organization/org-1' }],
  locationCode: [{ text: 'Ward 4' }],
  reasonCode: [{ text: 'Hip replacement' }],
  reasonReference: [{ reference: 'Condition/cond-1' }],
  insurance: [{ reference: 'Coverage/cov-1' }],
  supportingInfo: [
    { reference: 'Observation/obs-1' },
    { reference: 'DocumentReference/doc-1', display: 'X-ray report' },
  ],
  note: [{ text: 'Two steps at the door', authorString: 'Nurse Ann', time: `${ASKED}T10:00:00Z` }],
  patientInstruction: 'Bring your coat',
};
const listed = [
  full,
  {
    ...full,
    id: 'sibling',
    code: { text: 'Walker' },
    basedOn: undefined,
    identifier: undefined,
    supportingInfo: undefined,
  },
  { resourceType: 'ServiceRequest', id: 'older', ...own, status: 'on-hold', code: { text: 'Evaluation' } },
  {
    resourceType: 'ServiceRequest',
    id: 'newer',
    ...own,
    status: 'draft',
    code: { text: 'Van, changed' },
    replaces: [{ reference: 'ServiceRequest/full' }],
  },
];
const ofPatient = { subject: { reference: 'Patient/pat-1' } };
const about = [{ reference: 'ServiceRequest/full' }];
/** Other resources of the EHR, by their address without the query. */
const others: Record<string, object> = {
  'Organization/org-1': { resourceType: 'Organization', id: 'org-1', name: 'Westside Rides' },
  'Condition/cond-1': { resourceType: 'Condition', id: 'cond-1', ...ofPatient, code: { text: 'Cannot walk far' } },
  'Coverage/cov-1': {
    resourceType: 'Coverage',
    id: 'cov-1',
    beneficiary: { reference: 'Patient/pat-1' },
    type: { text: 'Blue plan' },
  },
  'Observation/obs-1': {
    ...{ resourceType: 'Observation', id: 'obs-1', ...ofPatient, code: { text: 'Body weight' } },
    ...{ valueQuantity: { value: 72, unit: 'kg' }, effectiveDateTime: WEIGHED },
  },
};
const bundleOf = (...resources: object[]) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  entry: resources.map((resource) => ({ resource })),
});
const events: Record<string, object> = {
  Task: bundleOf(
    {
      ...{ resourceType: 'Task', id: 't-1', status: 'accepted', focus: about[0], for: { reference: 'Patient/pat-1' } },
      ...{
        lastModified: `${HEARD}T08:00:00Z`,
        owner: { display: 'Swift' },
        businessStatus: { text: 'Vehicle assigned' },
      },
    },
    {
      resourceType: 'Task',
      id: 't-2',
      status: 'rejected',
      focus: { reference: 'ServiceRequest/older' },
      lastModified: `${LAST}T08:00:00Z`,
    },
  ),
  Provenance: bundleOf({
    resourceType: 'Provenance',
    target: about,
    recorded: `${ASKED}T09:05:00Z`,
    activity: { text: 'Signed' },
    agent: [{ who: { display: 'Dr. Ruth Kim' } }],
  }),
  Appointment: bundleOf({
    resourceType: 'Appointment',
    basedOn: about,
    status: 'booked',
    start: `${NEEDED}T09:00:00Z`,
    comment: 'Wished 2026-12-01',
    participant: [{ actor: { display: 'Van 7' } }],
  }),
  Communication: bundleOf({
    resourceType: 'Communication',
    basedOn: about,
    ...ofPatient,
    sent: `${HEARD}T09:00:00Z`,
    sender: { display: 'Swift' },
    payload: [{ contentString: 'Which door?' }],
  }),
};

/** The guide's scopes, and Task by name, because with a wildcard alone the app does not ask for Tasks. */
const WITH_TASKS =
  'launch/patient launch/encounter patient/*.read patient/Task.read openid fhirUser launch profile online_access';

let browser: TestBrowser;
beforeEach(() => {
  browser = world().browser();
  ehr.change('requests', { entry: listed.map((resource) => ({ resource })) });
  takeBatches(full);
  const me = { resourceType: 'Practitioner', id: 'prac-1', name: [{ family: 'Osei' }] };
  ehr.on('/fhir/Practitioner/prac-1', () => ({ body: me }));
});

/** Answers batches as an EHR does: each entry is a read or a search. */
function takeBatches(resource: object): void {
  ehr.on('/fhir', ({ body }) => {
    const asked = (JSON.parse(body) as { entry: { request: { url: string } }[] }).entry.map(
      ({ request }) => request.url,
    );
    const answer = (url: string) => {
      const path = url.replace(/\?.*/, '');
      const found = path === 'ServiceRequest/full' ? resource : (others[path] ?? events[path]);
      return found ? { response: { status: '200 OK' }, resource: found } : { response: { status: '404 Not Found' } };
    };
    return { body: { resourceType: 'Bundle', type: 'batch-response', entry: asked.map(answer) } };
  });
  ehr.on('/fhir/ServiceRequest/full', () => ({ body: resource }));
}

const callsSoFar = () =>
  ehr.requests.filter(({ path }) => path.startsWith('/fhir')).map(({ method, path }) => `${method} ${path}`);
const detailOf = (list: Visit, id = 'full') => `${list.url}/${id}`;
async function open(id = 'full') {
  const list = await launch({ scopes: WITH_TASKS }, browser);
  const before = callsSoFar().length;
  const page = await browser.open(detailOf(list, id));
  return { list, page, calls: callsSoFar().slice(before) };
}
let shared: { list: Visit; reader: TestBrowser } | undefined;
/** One launch for cases that only read pages of one request. */
async function inLaunch(): Promise<{ list: Visit; reader: TestBrowser }> {
  return (shared ??= { list: await launch({ scopes: WITH_TASKS }, browser), reader: browser });
}
const spaced = (text: string) => text.replaceAll('\u00A0', ' ');
const textOf = (page: Visit) => page.body.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');

test('every fact is in its section, with one call to the EHR', async () => {
  const { page, calls } = await open();
  expect(titleOf(page)).toBe('Wheelchair van · Stella Stub');
  expect(calls).toEqual(['POST /fhir']);
  const text = textOf(page);
  for (const words of [
    'Category Transport Urgent care',
    'Body site Left hip',
    'Quantity 1 trip to 2 trips',
    'Order details With oxygen',
    'Place Ward 4',
    'Requested by Dr. Ruth Kim',
    'Provider Swift Northside Southside Westside Rides',
    'Reason Hip replacement Cannot walk far',
    'Coverage Blue plan',
    `Two steps at the door (Nurse Ann, ${spaced(withPastDayWords(ASKED))}`,
    'For the patient Bring your coat',
    `Attached Body weight: 72 kg, ${spaced(withPastDayWords(WEIGHED))} X-ray report`,
    'Number ORD-7 Copy Requisition',
    'Requisition FORM-1 Copy FHIR resource',
    'STAT',
    'Next step : Read what the provider says',
  ])
    expect(text).toContain(words);
  expect(text).toMatch(new RegExp(`Needed ${spaced(withDayWords(NEEDED))} \\d\\d:\\d\\d–\\d\\d:\\d\\d`));
  expect(page.body).toContain('&quot;orderDetail&quot;');
});

test('a request has a page although its id is longer than FHIR allows, as in some EHRs', async () => {
  const id = 'e'.repeat(128);
  ehr.on(`/fhir/ServiceRequest/${id}`, () => ({ body: { ...full, id } }));
  const { page } = await open(id);
  expect(titleOf(page)).toBe('Wheelchair van · Stella Stub');
});

test('the timeline has the newest event first, each with person and time, and with its source unless that is the request', async () => {
  const { page } = await open();
  const [, timeline = ''] = /<ol class="timeline">(.*?)<\/ol>/s.exec(page.body) ?? [];
  const lines = [...timeline.matchAll(/<li>(.*?)<\/li>/gs)].map(([, line = '']) =>
    line
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  );
  const words = [
    [/^Appointment · booked · Wished Tue 1 Dec 2026 \w{3} \d+ \w{3} \d{4} /, /Van 7 · Appointment$/],
    [/^Message · Which door\?/, /Swift · Communication$/],
    [/^Accepted · “Vehicle assigned”/, /Swift · Hand-over$/],
    [/^Last changed in the EHR/, /\d\d:\d\d [A-Z]+$/],
    [/^Signed/, /Dr\. Ruth Kim · Change history$/],
    [/^Requested \d+ \w{3} \d{4} /, /Dr\. Ruth Kim$/],
  ] as const;
  expect(lines).toHaveLength(words.length);
  for (const [at, patterns] of words.entries()) for (const pattern of patterns) expect(lines[at]).toMatch(pattern);
});

test('related requests are links, with the names of the list', async () => {
  const { page } = await open();
  const [, related = ''] = /Related requests<\/h2>(.*?)<\/section>/s.exec(page.body) ?? [];
  expect(
    [...related.matchAll(/<dt>([^<]*)<\/dt><dd><a href="([^"]*)">([^<]*)/g)].map((match) => match.slice(1, 4)),
  ).toEqual([
    ['Made from', 'older', 'Evaluation'],
    ['Meant to replace it, not in force', 'newer', 'Van, changed'],
    ['On the same form', 'sibling', 'Walker'],
  ]);
});

test.for([
  ['active', 'Replaced by', 'This one has to be cancelled'],
  ['on-hold', 'Replaced by', 'The newer one is on hold: check which one counts'],
  ['completed', 'Replaced by', 'This one has to be cancelled'],
  ['draft', 'Meant to replace it, not in force'],
  ['revoked', 'Meant to replace it, not in force'],
  ['unknown', 'Says that it replaces this one: see the EHR'],
] as const)('a newer request that is %s is described as: %s', async ([status, relation, said]) => {
  const newer = { ...listed.at(-1), status };
  // The older request is of another kind, because one of the same kind would have no row of its own.
  const older = { ...full, intent: 'option', modifierExtension: undefined };
  const entry = [older, newer].map((resource) => ({ resource }));
  ehr.change('requests', { entry });
  takeBatches(older);
  const { page } = await open();
  expect(page.body).toContain(`<dt>${relation}</dt><dd><a href="newer">`);
  const notice = /A newer request replaces this one, but this one is still open in the EHR\. ([^<.]*)/.exec(
    page.body,
  )?.[1];
  expect(notice).toBe(said);
});

test.for(['javascript:alert(1)', '//evil.example/', 'new', '../sign-out', '?show=all', 'a b', '"><b>'])(
  'a related request with the id %s is text without a link',
  async (id) => {
    const odd = { ...full, id, code: { text: 'Odd one' }, identifier: undefined, basedOn: undefined };
    ehr.change('requests', { entry: [...listed, odd].map((resource) => ({ resource })) });
    const { page } = await open();
    expect(page.body).toContain('<dt>On the same form</dt><dd><span>Odd one</span>');
  },
);

describe('calls', () => {
  test('three if no list is kept: patient, request and one batch', async () => {
    const list = await launch({ scopes: WITH_TASKS }, browser);
    await world().dependencies.redis.delete(`launch-list:${/launches\/([^/]+)/.exec(list.url)?.[1]}`);
    const before = callsSoFar().length;
    const page = await browser.open(detailOf(list));
    expect(callsSoFar().slice(before).toSorted()).toEqual([
      'GET /fhir/Patient/pat-1',
      'GET /fhir/ServiceRequest/full',
      'POST /fhir',
    ]);
    expect(textOf(page)).toContain('Attached Body weight: 72 kg');
  });

  test('two if the EHR takes no batch; then the page says what was not read', async () => {
    ehr.on('/fhir', () => ({ status: 405 }));
    const { page, calls } = await open();
    expect(calls).toEqual(['POST /fhir', 'GET /fhir/ServiceRequest/full']);
    expect(textOf(page)).toContain('Names and events that the EHR keeps elsewhere could not be read');
    expect(textOf(page)).toContain('Attached Observation (see the EHR) X-ray report');
  });

  test('only granted resources are read', async () => {
    ehr.change('token', { scope: 'launch launch/patient openid patient/Patient.read patient/ServiceRequest.read' });
    await open();
    const asked = JSON.parse(ehr.requests.findLast(({ path }) => path === '/fhir')?.body ?? '{}');
    expect(asked.entry).toEqual([{ request: { method: 'GET', url: 'ServiceRequest/full' } }]);
  });
});

describe('one 404 page for every reason', () => {
  const absent: [string, () => void, string][] = [
    ['no such request', () => takeBatches({ resourceType: 'OperationOutcome' }), 'full'],
    ['another patient’s', () => takeBatches({ ...full, subject: { reference: 'Patient/pat-2' } }), 'full'],
    [
      'a subject of another server',
      () => takeBatches({ ...full, subject: { reference: 'https://x.example/Patient/pat-1' } }),
      'full',
    ],
    ['no subject', () => takeBatches({ ...full, subject: undefined }), 'full'],
    ['another id in the answer', () => takeBatches({ ...full, id: 'other' }), 'full'],
    ['another type in the answer', () => takeBatches({ ...full, resourceType: 'CarePlan' }), 'full'],
    ['an entry in error', () => takeBatches({ ...full, status: 'entered-in-error' }), 'full'],
    ['a deleted one', () => ehr.on('/fhir/ServiceRequest/gone', () => ({ status: 410 })), 'gone'],
    ['an unknown one', () => undefined, 'unknown'],
    ['a refused one', () => ehr.on('/fhir/ServiceRequest/theirs', () => ({ status: 403 })), 'theirs'],
    ['no id', () => undefined, 'a%20b'],
    ['dots', () => undefined, '%2e%2e'],
    ['a long one', () => undefined, 'a'.repeat(129)],
  ];
  test.for(absent)('%s', async ([, script, id]) => {
    const { list, reader } = await inLaunch();
    script();
    const page = await reader.visit(detailOf(list, id));
    expect(outcomeOf(page)).toEqual({ status: 404, code: 'request.not-found' });
    expect(page.body).toContain('Page not found');
    expect(page.body).not.toMatch(/Stella|Wheelchair|pat-1/);
  });

  test('an unknown request and another patient’s request give the same page', async () => {
    const { list, reader } = await inLaunch();
    const without = (page: Visit) => page.body.replace(/\b[A-Z0-9]{4}-[A-Z0-9]{4}\b/g, '');
    const unknown = await reader.visit(detailOf(list, 'unknown'));
    takeBatches({ ...full, subject: { reference: 'Patient/pat-2' } });
    expect(without(await reader.visit(detailOf(list)))).toBe(without(unknown));
  });

  test('resources of another patient give no name and no event', async () => {
    const other = { reference: 'Patient/pat-2' };
    const [obs, task] = [others['Observation/obs-1'], events['Task']];
    others['Observation/obs-1'] = { ...obs, subject: other };
    events['Task'] = bundleOf({
      resourceType: 'Task',
      status: 'rejected',
      focus: about[0],
      for: other,
      lastModified: '2026-11-23T08:00:00Z',
    });
    const { page } = await open();
    Object.assign(others, { 'Observation/obs-1': obs });
    Object.assign(events, { Task: task });
    expect(textOf(page)).toContain('Attached Observation (see the EHR)');
    expect(textOf(page)).not.toMatch(/72 kg|Declined/);
  });
});

test.for([
  [403, 'did not let this app read requests'],
  [429, 'The EHR is busy'],
  [500, 'cannot show requests at the moment'],
] as const)('after a %i of the EHR the page shows the patient and says what may help', async ([status, words]) => {
  const list = await launch({ scopes: WITH_TASKS }, browser);
  // A refusal is shown only of a request that the list has.
  if (status === 403) ehr.on('/fhir', () => ({ status: 405 }));
  else await world().dependencies.redis.delete(`launch-list:${/launches\/([^/]+)/.exec(list.url)?.[1]}`);
  ehr.on('/fhir/ServiceRequest/full', () => ({ status, headers: { 'retry-after': '100' } }));
  const page = await browser.visit(detailOf(list));
  expect(page.status).toBe(200);
  expect(textOf(page)).toContain(words);
  expect(textOf(page)).toContain('Stella Stub');
});

const NO_CONSENT = {
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code: 'forbidden', diagnostics: 'Consent not on file' }],
};
test.for<[string, () => void]>([
  [
    'alone',
    () => {
      ehr.on('/fhir', () => ({ status: 405 }));
      ehr.on('/fhir/ServiceRequest/full', () => ({ status: 403, body: NO_CONSENT }));
    },
  ],
  [
    'in a batch',
    () =>
      ehr.on('/fhir', () => ({
        body: {
          resourceType: 'Bundle',
          type: 'batch-response',
          entry: [
            { response: { status: '403 Forbidden', outcome: NO_CONSENT } },
            { response: { status: '200' }, resource: { resourceType: 'Bundle', type: 'searchset' } },
          ],
        },
      })),
  ],
])('a refusal for consent of a read %s has the words of the list', async ([, refuse]) => {
  const list = await launch({ scopes: WITH_TASKS }, browser);
  refuse();
  const page = textOf(await browser.visit(detailOf(list)));
  expect(page).toContain('The patient’s consent in the EHR does not let this app read requests.');
  expect(page).not.toContain('check your access');
});

describe('the page and the list', () => {
  const changed = async (change: object, tasks: object = bundleOf()) => {
    const kept = events['Task'];
    events['Task'] = tasks;
    const list = await launch({ scopes: WITH_TASKS }, browser);
    takeBatches({ ...full, ...change });
    const page = await browser.open(detailOf(list));
    Object.assign(events, { Task: kept });
    return { list: textOf(list), page: textOf(page) };
  };
  test.for([
    ['revoked', 'Cancelled'],
    ['completed', 'Done'],
    ['on-hold', 'On hold'],
    ['draft', 'Draft'],
  ] as const)('a request that became %s since the list was read is shown as "%s"', async ([status, word]) => {
    const { list, page } = await changed({ status });
    expect(list).toMatch(/Wheelchair van.*Ordered \d+ d ago · reply unknown/);
    expect(page).toMatch(new RegExp(`as of [^a-z]*${word}`));
    expect(page).not.toContain('Ordered');
  });

  test('a Task that the list has found is shown if the page found none, or not all', async () => {
    const accepted = {
      resourceType: 'Task',
      status: 'accepted',
      focus: about[0],
      lastModified: '2026-11-21T08:00:00Z',
    };
    const requested = { ...accepted, status: 'requested', lastModified: '2026-11-20T08:00:00Z' };
    ehr.on('/fhir/Task', () => ({ body: bundleOf(accepted, requested) }));
    const none = await changed({});
    const next = { link: [{ relation: 'next', url: `${ehr.fhirBase}/Task?page=2` }] };
    const some = await changed({}, { ...bundleOf(requested), ...next });
    for (const { list, page } of [none, some]) for (const text of [list, page]) expect(text).toMatch(/Accepted/);
    expect(none.page).not.toContain('could be read');
    expect(some.page).toContain('Not everything about this request could be read. See the EHR.');
  });

  test.for([
    ['suppressed', true],
    ['not-supported', false],
  ] as const)('Tasks with a warning that they are %s are partly read: %s', async ([code, isPart]) => {
    const { page } = await changed(
      {},
      bundleOf({ resourceType: 'OperationOutcome', issue: [{ severity: 'warning', code }] }),
    );
    expect(page.includes('Not everything about this request could be read. See the EHR.')).toBe(isPart);
  });

  test('both show that a request has no provider', async () => {
    const list = await launch({ scopes: WITH_TASKS }, browser);
    takeBatches({
      resourceType: 'ServiceRequest',
      id: 'older',
      ...own,
      status: 'on-hold',
      code: { text: 'Evaluation' },
    });
    ehr.on('/fhir/ServiceRequest/older', () => ({
      body: { resourceType: 'ServiceRequest', id: 'older', ...own, status: 'on-hold', code: { text: 'Evaluation' } },
    }));
    ehr.on('/fhir', () => ({ status: 405 }));
    const page = await browser.open(detailOf(list, 'older'));
    expect(textOf(page)).toContain('Provider No provider yet');
  });
});

test('for any answer of the EHR, the list and the page show the same words', async () => {
  const random = randomOf(12);
  const pick = <Item>(some: readonly Item[]): Item => pickFrom(some, random);
  const made = Array.from({ length: 80 }, (_, at) => ({
    ...{ resourceType: 'ServiceRequest', id: `p-${at}`, subject: own.subject, code: { text: `Item ${at}.` } },
    status: pick(['active', 'active', 'active', 'draft', 'on-hold', 'completed', 'revoked', 'unknown', 7, undefined]),
    intent: pick(['order', 'order', 'plan', 'directive', undefined, 'ORDER']),
    doNotPerform: pick([undefined, undefined, undefined, true, 'maybe']),
    priority: pick([undefined, 'routine', 'stat', 'ASAP', 'emergency', ['urgent']]),
    authoredOn: pick(['2026-11-01T08:00:00Z', '2026-11', '2026', 'soon', undefined, '2026-11-20']),
    ...pick([
      {},
      { occurrenceDateTime: '2027-01-05T14:30:00Z' },
      { occurrenceDateTime: '2026-10-01' },
      { occurrencePeriod: { start: '2027-01-05', end: '2027-01' } },
      {
        occurrenceTiming: {
          event: ['2026-10-01', '2027-02-01'],
          repeat: { frequency: 2, period: 1, periodUnit: 'wk' },
        },
      },
      { asNeededBoolean: true },
    ]),
    performer: pick([
      undefined,
      [],
      [{ display: 'Northside' }],
      [{}],
      [{ reference: 'Organization/x', display: 'Acme' }, { display: 'B' }],
    ]),
    performerType: pick([undefined, undefined, { text: 'Nurse' }]),
    requester: pick([undefined, { display: 'Dr. Ruth Kim' }, { reference: '#none' }]),
    meta: pick([undefined, { lastUpdated: '2026-11-02T08:00:00Z' }]),
  }));
  const tasks = made
    .filter(() => random() < 0.4)
    .map(({ id }) => ({
      ...{
        resourceType: 'Task',
        id: `t-${id}`,
        focus: { reference: `ServiceRequest/${id}` },
        lastModified: '2026-11-10',
      },
      status: pick(['requested', 'received', 'accepted', 'rejected', 'completed', 'on-hold', 'in-progress']),
      owner: pick([undefined, { display: 'Swift' }]),
      businessStatus: pick([undefined, { text: 'Vehicle assigned' }, { text: 'booked' }]),
    }));
  ehr.change('requests', { entry: made.map((resource) => ({ resource })) });
  ehr.on('/fhir/Task', () => ({ body: bundleOf(...tasks) }));
  ehr.on('/fhir', ({ body }) => {
    const asked = (JSON.parse(body) as { entry: { request: { url: string } }[] }).entry;
    const answer = (url: string) =>
      made.find(({ id }) => url === `ServiceRequest/${id}`) ??
      (url.startsWith('Task') ? bundleOf(...tasks) : undefined);
    const entry = asked.map(({ request }) => ({
      response: { status: answer(request.url) ? '200' : '404' },
      resource: answer(request.url),
    }));
    return { body: { resourceType: 'Bundle', type: 'batch-response', entry } };
  });
  const list = await launch({ scopes: WITH_TASKS }, browser);
  const all = await browser.open(`${list.url}?show=all&page=all`);
  const rows = new Map(
    all.body
      .split('<tr role=row>')
      .slice(1)
      .map((row) => [/requests\/(p-\d+)/.exec(row)?.[1], row.split('<td role=cell>')] as const),
  );
  const words = (html = '') =>
    html
      .replace(/<\/table>.*/s, '')
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim();
  expect(rows.size).toBeGreaterThanOrEqual(80);
  for (const { id } of made) {
    // oxlint-disable-next-line no-await-in-loop -- one launch, one page at a time.
    const page = words((await browser.visit(`${list.url}/${id}`)).body.replace(/<details.*/s, ''));
    const [, status, next, priority, needed, providers = '', requested] = (rows.get(id) ?? []).map((cell) =>
      words(cell),
    );
    const kinds = providers.replace(/^Any: /, 'Kind of provider ').split(/; | \+1 more| (?=No provider yet)/);
    const by = /by (.*)/.exec(requested ?? '')?.[1];
    for (const said of [status, next, priority, needed, ...kinds, by])
      expect([id, page]).toEqual([id, expect.stringContaining(said ?? '')]);
  }
});

describe('data of other patients that is not shown', () => {
  const other = { reference: 'Patient/pat-2', display: 'Zelda Other' };
  test('an appointment with another patient; this patient is not named as the other participant', async () => {
    const kept = events['Appointment'];
    const actors = (...who: object[]) =>
      bundleOf({
        resourceType: 'Appointment',
        basedOn: about,
        status: 'booked',
        participant: who.map((actor) => ({ actor })),
      });
    events['Appointment'] = actors(other, { display: 'Van 7' });
    const foreign = textOf((await open()).page);
    events['Appointment'] = actors({ reference: 'Patient/pat-1', display: 'Stella Stub' }, { display: 'Van 8' });
    const self = textOf((await open()).page);
    Object.assign(events, { Appointment: kept });
    expect(foreign).not.toMatch(/Zelda|Van 7|Appointment/);
    expect(self).toContain('Van 8 · Appointment');
  });

  test('a contained reason, document or coverage that names another patient', async () => {
    const ofOther = [
      { resourceType: 'Condition', id: 'c', subject: other, code: { text: 'Foreign illness' } },
      { resourceType: 'Coverage', id: 'v', beneficiary: other, type: { text: 'Foreign plan' } },
      { resourceType: 'RelatedPerson', id: 'p', patient: other, name: [{ family: 'Foreign' }] },
      { resourceType: 'Condition', id: 't', subject: 'Patient/pat-2', code: { text: 'Foreign text' } },
      { resourceType: 'Patient', id: 'x', name: [{ family: 'Foreign' }] },
      { resourceType: 'Condition', id: 'o', subject: { reference: 'Patient/pat-1' }, code: { text: 'Own illness' } },
    ];
    takeBatches({
      ...full,
      contained: ofOther,
      reasonCode: undefined,
      reasonReference: ['#c', '#o', '#t'].map((reference) => ({ reference })),
      insurance: [{ reference: '#v' }],
      performer: [{ reference: '#p' }, other],
      supportingInfo: [{ type: 'Patient', identifier: { value: 'MRN-Foreign' } }],
    });
    const text = textOf((await open()).page);
    expect(text).not.toMatch(/Foreign|Zelda|pat-2/);
    expect(text).toMatch(/Reason Own illness/);
  });
});

test('notes beyond the limit, and entries that are no notes, are counted', async () => {
  takeBatches({ ...full, note: [...Array.from({ length: 210 }, (_, at) => ({ text: `Note ${at}.` })), 'x'] });
  const text = textOf((await open()).page);
  expect(text).toContain('Note 199. 11 more in the EHR');
});

describe('hostile FHIR', () => {
  const TEXT = '"><img src=x onerror=alert(1)>\u202e';
  /** Replaces every text by a hostile one, except ids and codes that the app compares. */
  const poisoned = (value: unknown, name = ''): unknown => {
    if (Array.isArray(value)) return value.map((item) => poisoned(item, name));
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, poisoned(item, key)]));
    return typeof value === 'string' && !['id', 'resourceType', 'reference', 'status', 'intent'].includes(name)
      ? TEXT
      : value;
  };
  const tagsOf = (page: Visit) => page.body.match(/<img|onerror=(?!alert\(1\)&gt;)/g);

  test('a text in any field is shown as text', async () => {
    takeBatches(poisoned(full) as object);
    const { page } = await open();
    expect(page.status).toBe(200);
    expect(page.body).not.toContain('<img');
    expect(page.body).not.toContain('\u202e');
    expect(page.body).toContain('&lt;img');
    expect(tagsOf(page)).toBeNull();
  });

  const odd = [null, 7, 'x', true, [], {}, [null], [[]], [{}], { extension: [{}] }, 'x'.repeat(100_000)];
  const members = Object.keys(full).filter((name) => !['resourceType', 'id', 'subject', 'status'].includes(name));
  test.for(members)('%s may be anything', async (member) => {
    const { list, reader } = await inLaunch();
    for (const value of odd) {
      takeBatches({ ...full, [member]: value });
      // oxlint-disable-next-line no-await-in-loop -- one EHR, one answer at a time.
      const page = await reader.visit(detailOf(list));
      expect([member, value, page.status]).toEqual([member, value, 200]);
      expect(page.body.length).toBeLessThan(200_000);
    }
  });

  test('events may be anything', async () => {
    const kept = { ...events };
    for (const value of odd) {
      for (const type of Object.keys(kept)) {
        const good = (kept[type] as { entry: { resource: object }[] }).entry[0]?.resource ?? {};
        const bad = Object.fromEntries(
          Object.keys(good).map((name) => [
            name,
            ['resourceType', 'focus', 'target', 'basedOn'].includes(name) ? good[name as never] : value,
          ]),
        );
        events[type] = bundleOf(bad);
      }
      // oxlint-disable-next-line no-await-in-loop -- the same
      const { page } = await open();
      expect([value, page.status]).toEqual([value, 200]);
    }
    Object.assign(events, kept);
  });
});

test.for([
  ['a wildcard alone', {}, [], false],
  ['a wildcard, before a CapabilityStatement has been read', {}, undefined, false],
  ['Task by name', { scopes: WITH_TASKS }, [], true],
  ['a wildcard, where the EHR sends Tasks along', {}, ['Task:focus'], true],
] as const)(
  '%s: list and detail page agree whether Tasks are searched for',
  async ([, settings, requestIncludes, isAsked]) => {
    const orgId = await newOrganization(settings);
    const store = createOrganizationStore(world().dependencies.database.db);
    const never = new Date(0).toISOString();
    const checked = { configuration: {}, fetchedAt: never, freshUntil: never, requestIncludes };
    await store.saveDiscovered(orgId, 1, checked);
    const list = await browser.open(launchUrl(orgId));
    await browser.visit(`${list.url.replace(/\?.*/, '')}/full`);
    const asked = (body: string, path: string) => /\bTask\?/.test(`${path} ${body}`);
    const ofList = ehr.requests.filter(({ path }) =>
      /^\/fhir\/(?:Task\?|ServiceRequest\?.*_revinclude=Task)/.test(path),
    );
    const ofPage = ehr.requests.filter(({ method, path, body }) => method === 'POST' && asked(body, path));
    expect([ofList.length > 0, ofPage.length > 0]).toEqual([isAsked, isAsked]);
  },
);
