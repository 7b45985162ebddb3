/** An EHR may answer that it saved a request, and have saved another one: the list says so at the request just sent. */
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { changesIn } from '#src/requests/new/saved-otherwise.ts';
import { createBrowser, type Visit } from '#test/helpers/browser.ts';
import { dayFromNow } from '#test/helpers/days.ts';
import { ehr, launchUrl, newOrganization, useStubWorld } from '#test/helpers/stub-world.ts';
import { launchIdOf, sendForm, ticketOf } from '#test/helpers/visits.ts';

const SCOPE = 'launch launch/patient openid fhirUser patient/*.read patient/ServiceRequest.write';
const VAN = {
  ...{ service: 'transport', what: 'Wheelchair van', neededOn: dayFromNow(20), priority: 'urgent' },
  ...{ reason: 'Dialysis', from: 'Ward 4', to: 'Dialysis North', note: 'Stairs' },
};
const { world } = useStubWorld();
const browser = createBrowser();
let list: Visit;
/** A launch serves the cases of three hours. */
let launchedAt = 0;

beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'] }));
beforeEach(() => ehr.change('token', { scope: SCOPE, encounter: 'enc-1', refresh_token: 'first', expires_in: 14_400 }));

/** The list after a request was sent to an EHR that saves it with these changes. */
async function listAfter(
  changes: object,
  { isLate = false, answer }: { isLate?: boolean; answer?: object } = {},
): Promise<string> {
  // Requests of earlier cases are then no longer recent.
  vi.setSystemTime(Date.now() + 16 * 60_000);
  const entry: { resource: object }[] = [];
  ehr.on('requests', ({ method, body }) => {
    if (method !== 'POST') return { body: { resourceType: 'Bundle', type: 'searchset', entry } };
    const resource = { ...JSON.parse(body), id: 'sr-1', ...changes };
    if (!isLate) entry.push({ resource });
    return { status: 201, body: answer ?? resource };
  });
  if (Date.now() - launchedAt > 180 * 60_000) {
    launchedAt = Date.now();
    list = await browser.open(
      launchUrl(await newOrganization({ createRequests: true, scopes: SCOPE, receivers: RECEIVERS })),
    );
  }
  const url = `${world().url}/launches/${launchIdOf(list)}/requests/new`;
  const form = ticketOf(await browser.visit(url));
  return (await sendForm(browser, url, { ...form, ...VAN, receiver: 'Swift Rides' })).body;
}
const RECEIVERS = 'name,kind,telephone,services,reference\nSwift Rides,,,,Organization/1\n';

test.for<[string, object, string]>([
  ['nothing', { code: { text: 'Wheelchair van', coding: [{ code: '1' }] }, meta: { versionId: '1' } }, ''],
  ['a provider who has done it at once', { status: 'completed' }, ''],
  ['another day', { occurrenceDateTime: '2026-01-01' }, 'time'],
  ['no day', { occurrenceDateTime: undefined }, 'time'],
  ['another service', { code: { text: 'Stretcher' } }, 'service'],
  ['another provider', { performer: [{ display: 'Slow Cabs' }] }, 'provider'],
  ['the provider in full', { performer: [{ display: 'SWIFT RIDES LLC' }] }, ''],
  ['the provider as a reference only', { performer: [{ reference: 'Organization/1' }] }, ''],
  ['another priority, and no provider', { priority: 'routine', performer: undefined }, 'priority, provider'],
  ['another encounter', { encounter: { reference: 'Encounter/other' } }, 'encounter'],
  ['no encounter', { encounter: undefined }, 'encounter'],
  ['a draft', { status: 'draft' }, 'status'],
  ['a cancelled one', { status: 'revoked' }, 'status'],
  ['a proposal', { intent: 'proposal' }, 'status'],
  ['a prohibition', { doNotPerform: true }, 'status'],
])('%s', async ([, changes, other]) => {
  const [, mark = ''] = /<mark>(.*?)<\/mark>/.exec(await listAfter(changes)) ?? [];
  expect(mark).toMatch(/^Just sent/);
  expect(/the EHR shows another ([a-z, ]+)\. Check it\./.exec(mark)?.[1] ?? '').toBe(other);
});

test.for([{ status: 'entered-in-error' }, { intent: 'instance-order' }])(
  'what the EHR shows as no request, %o, is shown as one to look for',
  async (changes) => {
    const body = await listAfter(changes);
    expect(body).toMatch(/<mark>Saved [^<]*, but the EHR shows it as an error, or as a step of another order\./);
    expect(body).toContain('Check it in the EHR');
    expect(body).not.toContain('Ordered in the EHR');
  },
);

const noticeIn = (body: string) =>
  /<strong>The EHR saved the request differently<\/strong>: ([^<]*?)\. Check it/.exec(body)?.[1];
test.for<[string, object, string | undefined]>([
  ['all of it', { meta: { versionId: '1' } }, undefined],
  ['another encounter', { encounter: { reference: 'Encounter/other' } }, 'another encounter'],
  ['another provider by reference alone', { performer: [{ reference: 'Organization/2' }] }, 'another provider'],
  ['another provider by name', { performer: [{ display: 'Slow Cabs' }] }, 'another provider'],
  ['no provider', { performer: undefined }, 'another provider'],
  ['no requester', { requester: undefined }, 'requester missing'],
  ['another day', { occurrenceDateTime: '2026-01-01' }, 'another time'],
  ['a draft', { status: 'draft' }, 'another status'],
  ['an error', { status: 'entered-in-error' }, 'another status'],
  ['another requester', { requester: { reference: 'Practitioner/other' } }, 'another requester'],
  ['the requester in a role', { requester: { reference: 'PractitionerRole/1' } }, undefined],
  [
    'another reason and place',
    { reasonCode: [{ text: 'Fall' }], locationCode: [{ text: 'Ward 9' }] },
    'another place, another reason',
  ],
  ['another destination', { orderDetail: [{ text: 'To: Dialysis South' }] }, 'another details'],
  ['half a note', { note: [{ text: 'Sta' }] }, 'another note'],
  ['more in the note', { note: [{ text: 'Note:  STAIRS.' }] }, undefined],
  ['the reason as a code', { reasonCode: [{ coding: [{ code: 'N18.6' }] }] }, undefined],
  ['no patient', { subject: undefined }, 'patient missing'],
  ['no destination and no note', { orderDetail: undefined, note: undefined }, 'details missing, note missing'],
  ['no reason and no place', { reasonCode: undefined, locationCode: [] }, 'place missing, reason missing'],
  [
    'the reason and the place as references',
    {
      ...{ reasonCode: undefined, reasonReference: [{ reference: 'Condition/1' }] },
      ...{ locationCode: undefined, locationReference: [{ reference: 'Location/1' }] },
    },
    undefined,
  ],
])('an answer that returns %s, before the EHR lists it', async ([, changes, differs]) => {
  expect(noticeIn(await listAfter(changes, { isLate: true }))).toBe(differs);
});

const sentRefs = {
  ...{ encounter: { reference: 'Encounter/1' }, insurance: [{ reference: 'Coverage/1', display: 'Plan' }] },
  ...{ reasonReference: [{ reference: 'Condition/1' }], supportingInfo: [{ reference: 'Observation/1' }] },
  ...{ subject: { reference: 'Patient/1' }, category: [{ text: 'Transport' }] },
};
test.for<[string, object, string[]]>([
  ['the same', {}, []],
  ['the same with an address and a version', { insurance: { reference: 'http://x/f/Coverage/1/_history/3' } }, []],
  [
    'another insurance under the same name',
    { insurance: [{ reference: 'Coverage/2', display: 'Plan' }] },
    ['insurance'],
  ],
  ['one more insurance', { insurance: [{ reference: 'Coverage/2' }, { reference: 'Coverage/1' }] }, []],
  ['an approval of the insurance', { insurance: [{ reference: 'ClaimResponse/2' }] }, []],
  ['another category', { category: [{ text: 'Laboratory' }] }, ['category']],
  ['the category by its code', { category: [{ coding: [{ code: '1' }] }] }, []],
  ['another diagnosis', { reasonReference: [{ reference: 'Condition/2' }] }, ['reason']],
  ['another measurement', { supportingInfo: [{ reference: 'Observation/2' }] }, ['allergies or measurements']],
  ['another patient', { subject: { reference: 'Patient/2' } }, ['patient']],
])('of references, an answer that has %s', ([, changes, words]) => {
  expect(changesIn({ ...sentRefs, ...changes }, sentRefs)).toEqual(words.map((word) => `another ${word}`));
});

test.for<[string, object]>([
  ['nothing', {}],
  ['only its id', { resourceType: 'ServiceRequest', id: 'sr-1' }],
])('an answer that returns %s says nothing of what was saved', async ([, answer]) => {
  expect(noticeIn(await listAfter({}, { answer }))).toBeUndefined();
});

test('what the EHR’s answer says in words is shown, as text', async () => {
  const issue = [{ severity: 'warning', code: 'business-rule', diagnostics: 'Needs a <b>cosign</b>' }];
  const body = await listAfter({}, { answer: { resourceType: 'OperationOutcome', issue } });
  expect(body).toContain('The request was sent to the EHR.');
  expect(body).toContain('The EHR says: <bdi>“Needs a &lt;b&gt;cosign&lt;/b&gt;”</bdi>');
});
