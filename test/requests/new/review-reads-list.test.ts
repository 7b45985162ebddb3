/** To fill in a form takes minutes: its review compares it with the EHR's requests of now, not of when the list was read. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { TestBrowser, Visit } from '#test/helpers/browser.ts';
import { dayFromNow } from '#test/helpers/days.ts';
import { ehr, launchUrl, newOrganization, useStubWorld } from '#test/helpers/stub-world.ts';
import { launchIdOf, ticketOf } from '#test/helpers/visits.ts';
import { reviewOf } from '#test/requests/prefill/form-reader.ts';

const SCOPE = 'launch launch/patient openid fhirUser patient/*.read patient/ServiceRequest.write';
const DAY = dayFromNow(20);
const VAN = { service: 'transport', what: 'Wheelchair van', neededOn: DAY, priority: 'routine' };
const order = (change: object) => ({
  ...{
    resourceType: 'ServiceRequest',
    id: 'sr-9',
    status: 'active',
    intent: 'order',
    code: { text: 'wheelchair  Van' },
  },
  ...{ subject: { reference: 'Patient/pat-1' }, occurrenceDateTime: DAY, ...change },
});
const TWICE = 'Wheelchair van The EHR has an open request for the same on this day. Check it.';
const AGAINST = 'Wheelchair van The EHR has an entry not to do this. Check it.';
const UNREAD = 'Wheelchair van The EHR did not send its requests: it may have this one already. Look in the chart.';

const { world } = useStubWorld();
let browser: TestBrowser;
let list: Visit;
let organizationId: string;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  ehr.change('token', { scope: SCOPE, refresh_token: 'first', expires_in: 3_600 });
  organizationId = await newOrganization({ createRequests: true, scopes: SCOPE, timeZone: 'UTC' });
  browser = world().browser();
  has([order({ id: 'sr-1', code: { text: 'Walker' } })]);
  list = await browser.open(launchUrl(organizationId));
});
afterEach(() => void vi.useRealTimers());

const has = (resources: object[]) =>
  ehr.on('requests', () => ({
    body: { resourceType: 'Bundle', type: 'searchset', entry: resources.map((resource) => ({ resource })) },
  }));
async function review(typed: Record<string, string> = VAN): Promise<Record<string, string[]>> {
  const url = `${world().url}/launches/${launchIdOf(list)}/requests/new`;
  const form = await browser.visit(url);
  return reviewOf(await browser.open(url, { form: { ...ticketOf(form), ...typed, intent: 'review' } }));
}

test.for<[string, object, string]>([
  ['the same', {}, TWICE],
  ['the same, to be approved', { status: 'draft' }, TWICE],
  ['the same at a time of this day', { occurrenceDateTime: `${DAY}T15:00:00Z` }, TWICE],
  ['an entry not to do it', { doNotPerform: true, occurrenceDateTime: undefined }, AGAINST],
  ['the same, cancelled', { status: 'revoked' }, 'Wheelchair van'],
  ['the same on another day', { occurrenceDateTime: dayFromNow(21) }, 'Wheelchair van'],
  ['the same of another patient', { subject: { reference: 'Patient/pat-2' } }, 'Wheelchair van'],
  ['something else', { code: { text: 'Walker' } }, 'Wheelchair van'],
])('of an order that a colleague has placed since the list was read: %s', async ([, change, said]) => {
  vi.setSystemTime(Date.now() + 5 * 60_000);
  has([order(change)]);
  expect((await review())['What is needed']).toEqual([said]);
});

test.for<[string, Record<string, string>, string, boolean]>([
  ['the same time', { neededAt: '09:00' }, `${DAY}T09:00:00Z`, true],
  ['a day without a time', { neededAt: '09:00' }, DAY, true],
  ['the way back in the afternoon', { neededAt: '09:00' }, `${DAY}T15:00:00Z`, false],
])('of one at %s', async ([, typed, occurrenceDateTime, isSaid]) => {
  vi.setSystemTime(Date.now() + 5 * 60_000);
  has([order({ occurrenceDateTime })]);
  expect((await review({ ...VAN, ...typed }))['What is needed']).toEqual([isSaid ? TWICE : 'Wheelchair van']);
});

test.for<[string, { status: number }]>([
  ['refuses', { status: 403 }],
  ['fails', { status: 500 }],
])('an EHR that %s to list its requests is not said to have none', async ([, answer]) => {
  vi.setSystemTime(Date.now() + 5 * 60_000);
  ehr.on('requests', () => answer);
  expect((await review())['What is needed']).toEqual([UNREAD]);
});
