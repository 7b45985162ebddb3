/** What a page says about the patient's record itself, and what may be written to it. */
import { expect, test } from 'vitest';
import { titleOf, type Visit } from '#test/helpers/browser.ts';
import { dayFromNow } from '#test/helpers/days.ts';
import { ehr, LIST, launch, outcomeOf, useStubWorld } from '#test/helpers/stub-world.ts';
import { isShownAgain, reviewed, sendForm, ticketOf } from '#test/helpers/visits.ts';

const { world } = useStubWorld();

const SCOPE = 'launch openid fhirUser patient/*.read patient/ServiceRequest.write';
const MERGED = { link: [{ type: 'replaced-by', other: { reference: 'Patient/pat-2' } }] };
const TYPED = {
  service: 'transport',
  what: 'Wheelchair van',
  neededOn: dayFromNow(20),
  priority: 'urgent',
  reason: 'Dialysis',
  note: '',
};
const JANE = { resourceType: 'Practitioner', id: 'prac-1', name: [{ given: ['Jane'], family: 'Osei' }] };
const posted = () => ehr.requests.filter(({ method, path }) => method === 'POST' && path === '/fhir/ServiceRequest');

/** Launches with permission to create requests, and opens the list. */
async function openList(): Promise<{ browser: ReturnType<ReturnType<typeof world>['browser']>; list: Visit }> {
  const browser = world().browser();
  ehr.change('token', { scope: SCOPE });
  return { browser, list: await launch({ createRequests: true, scopes: `${SCOPE} launch/patient` }, browser) };
}

const formOf = (list: Visit) => `${list.url}/new`;

test('a merged record has a caution, and no new request can be made for it', async () => {
  ehr.change('patient', MERGED);
  const { browser, list } = await openList();
  expect(titleOf(list)).toBe(LIST);
  expect(list.body).toContain('This record was merged into another one.');
  expect(list.body).toContain('New requests cannot be created here: this record was merged into another one.');
  expect(list.body).not.toContain('requests/new"');
  const form = await browser.visit(formOf(list));
  expect(outcomeOf(form)).toEqual({ status: 403, code: 'patient.replaced' });
  expect(form.body).not.toContain('<form class="new-request"');
});

test('no request is sent for a record that was merged while the form was open', async () => {
  const { browser, list } = await openList();
  const form = await browser.visit(formOf(list));
  expect(form.status).toBe(200);
  const review = await reviewed(browser, formOf(list), { ...ticketOf(form), ...TYPED });
  ehr.change('patient', MERGED);
  const answer = await browser.visit(formOf(list), { form: review });
  expect(outcomeOf(answer)).toEqual({ status: 403, code: 'patient.replaced' });
  expect(answer.body).toContain('Nothing was sent.');
  const invalid = await browser.open(formOf(list), { form: { ...ticketOf(form), ...TYPED, what: '' } });
  expect(outcomeOf(invalid)).toEqual({ status: 403, code: 'patient.replaced' });
  expect(posted()).toEqual([]);
});

test.for<[string, Record<string, unknown>, string]>([
  ['inactive', { active: false }, 'The EHR marks this record as inactive.'],
  ['one of two', { link: [{ type: 'seealso', other: { reference: 'Patient/2' } }] }, 'another record of this patient'],
  ['perhaps of a dead patient', { deceasedBoolean: 'perhaps' }, 'does not say clearly whether this patient has died'],
  ['modified', { modifierExtension: [{ url: 'urn:x' }] }, 'Conditions apply: see the EHR.'],
])('a record that is %s has a caution on list and form, and requests stay possible', async ([, change, sentence]) => {
  ehr.change('patient', change);
  const { browser, list } = await openList();
  expect(list.body).toContain(sentence);
  expect(list.body).toContain('New request');
  expect(list.body).toContain(
    'No requests in this record. The top of this page says what is special about this record.',
  );
  expect(list.body).not.toContain('for this patient yet');
  const form = await browser.visit(formOf(list));
  expect(form.status).toBe(200);
  expect(form.body).toContain(sentence);
});

test("the user's own request names the user, in the EHR and on the list, without a read for the name alone", async () => {
  ehr.on('/fhir/Practitioner/prac-1', () => ({ body: JANE }));
  const { browser, list } = await openList();
  await expect.poll(async () => (await browser.visit(list.url)).body).toContain('<bdi>Jane Osei</bdi>');
  const form = await browser.visit(formOf(list));
  // The form reads its own part of the chart.
  const before = ehr.requests.length;
  ehr.on('requests', (request) =>
    request.method === 'POST' ? { status: 201, body: JSON.parse(request.body) } : { body: listed() },
  );
  const listed = () => {
    const [own] = posted().map(({ body }) => JSON.parse(body));
    const entry = own ? [{ resource: { ...own, id: '1', requester: { reference: own.requester.reference } } }] : [];
    return { resourceType: 'Bundle', type: 'searchset', entry };
  };
  const sent = await sendForm(browser, formOf(list), { ...ticketOf(form), ...TYPED });
  expect(posted().map(({ body }) => JSON.parse(body).requester)).toEqual([
    { reference: 'Practitioner/prac-1', display: 'Jane Osei' },
  ]);
  expect(sent.body).toContain('by Jane Osei');
  const later = ehr.requests.slice(before);
  expect(later.filter(({ method, path }) => method === 'POST' && /^\/fhir\/?$/.test(path))).toEqual([]);
  // The sending reads the form's part of the chart once more: it may have changed.
  expect(later.map(({ path }) => path).filter((path) => path.startsWith('/fhir/Practitioner'))).toEqual([
    '/fhir/Practitioner/prac-1',
    '/fhir/PractitionerRole?practitioner=prac-1&_count=50',
  ]);
});

test.for([
  ['a zero-width space', '\u200B\u200B\u200B'],
  ['braille blanks', '\u2800\u2800\u2800\u2800'],
  ['Hangul fillers', '\u3164\u3164\u115F\u1160\uFFA0'],
  ['soft hyphens', '\u00AD\u00AD\u00AD'],
  ['tags', '\u{E0041}\u{E0042}'],
  ['one letter among blanks', 'a\u200B\u200B\u2800'],
] as const)('%s counts as empty, as a need and as a reason', async ([, text]) => {
  const { browser, list } = await openList();
  const form = await browser.visit(formOf(list));
  const what = await browser.open(formOf(list), { form: { ...ticketOf(form), ...TYPED, what: text } });
  expect(isShownAgain(what)).toBe(true);
  expect(what.body).toContain('id="what-problem"');
  if (!text.startsWith('a')) {
    const reason = await browser.open(formOf(list), { form: { ...ticketOf(form), ...TYPED, reason: text } });
    expect(isShownAgain(reason)).toBe(true);
    expect(reason.body).toContain('id="reason-problem"');
  }
  expect(posted()).toEqual([]);
});
