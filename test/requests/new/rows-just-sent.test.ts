/** A request that was just sent belongs to its user's requests, also before the EHR lists it. */
import { expect, test } from 'vitest';
import type { Launch } from '#src/launches/session/launch.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { sentNotice } from '#src/requests/new/rows-just-sent.ts';
import { dayFromNow } from '#test/helpers/days.ts';
import { ehr, launchUrl, newOrganization, useStubWorld } from '#test/helpers/stub-world.ts';
import { launchIdOf, sendForm, ticketOf } from '#test/helpers/visits.ts';

const SCOPE = 'launch launch/patient openid fhirUser patient/*.read patient/ServiceRequest.write';
const VAN = { service: 'transport', what: 'Wheelchair van', neededOn: dayFromNow(20), priority: 'routine' };

const { world } = useStubWorld();

test('"Requested by me" keeps and counts a sent request that the EHR does not list yet', async () => {
  ehr.change('token', { scope: SCOPE, refresh_token: 'first', expires_in: 3_600 });
  ehr.on('requests', ({ method, body }) =>
    method === 'POST'
      ? { status: 201, body: { ...JSON.parse(body), id: 'sr-new' } }
      : { body: { resourceType: 'Bundle', type: 'searchset', entry: [] } },
  );
  const browser = world().browser();
  const list = await browser.open(launchUrl(await newOrganization({ createRequests: true, scopes: SCOPE })));
  const form = `${world().url}/launches/${launchIdOf(list)}/requests/new`;
  await sendForm(browser, form, { ...ticketOf(await browser.visit(form)), ...VAN, reason: '', note: '' });
  const mine = (await browser.visit(`${list.url}?mine`)).body;
  expect(mine).toContain('the EHR does not list it yet</mark>');
  expect([mine.includes('Check who has it'), mine.includes('No provider yet')]).toEqual([true, false]);
  expect(mine).toMatch(/name="mine" value="on" checked>[^<]*Requested by me \(1\)/);
});

test.for<[string, object, object, boolean]>([
  ['nothing to look at', {}, {}, false],
  ['an end of the old request that is certain', { replaced: { end: 'cancelled' } }, {}, false],
  ['an old request that may be open', { replaced: { end: 'unknown' } }, {}, true],
  ['words of the EHR', { said: ['Needs a cosign'] }, {}, true],
  ['another time than was sent', { differs: ['another time'] }, {}, true],
  ['a list that shows no orders', {}, { showEhrOrders: false }, true],
])('three minutes after sending, with %s: is the notice still there?', ([, sent, settings, isThere]) => {
  const at = '2026-11-22T14:00:00Z';
  const last = { identifier: 'i', form: 'f', at, request: { resourceType: 'ServiceRequest' }, ...sent };
  const organization = { timeZone: 'UTC', receivers: '', showEhrOrders: true, ...settings };
  const launch = { fhirBase: 'https://ehr.example/fhir' };
  const asOf = new Date('2026-11-22T14:03:00Z');
  const notice = sentNotice([last], organization as Organization, launch as Launch, asOf);
  expect(notice !== undefined).toBe(isThere);
});
