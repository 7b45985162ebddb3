/** The services, questions and receivers that an organization offers. */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { addPerson, signedIn, tokenOf } from '#test/helpers/administrators.ts';
import { type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { dayFromNow } from '#test/helpers/days.ts';
import { launchIdOf } from '#test/helpers/visits.ts';
import { startWorld, type World } from '#test/helpers/world.ts';
import { formOf, READS, reviewOf, scopesFor } from '#test/requests/prefill/form-reader.ts';
import { withDayWords } from '#views/date-text.ts';

const TYPED = {
  service: 'transport',
  what: 'Van to dialysis',
  neededOn: dayFromNow(60),
  priority: 'routine',
  intent: 'review',
};
const RECEIVERS =
  'name,kind,telephone,services,reference\nSwift,Ambulance,+1 555 010,transport,Organization/org-swift\nHarbor,Home health,,home-care,\nAll Care,,,,\n';
const SERVICES =
  'service,name,system,code,sections,field,label,kind,choices,required\ncab,Cab,http://codes.example,C1,,,,,,\ncab,,,,,seats,Seats,number,,always\n';
const usual = { createRequests: true, scopes: scopesFor(READS), timeZone: 'Etc/GMT+7', receivers: RECEIVERS };

let world: World;
let browser: TestBrowser;
let list: Visit;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  world = await startWorld({ settings: usual });
});
afterAll(async () => {
  vi.useRealTimers();
  await world.close();
});
beforeEach(async () => {
  await world.setOrganization('st-elsewhere', usual);
  // Requests of earlier tests are then no longer recent.
  vi.setSystemTime(Date.now() + 16 * 60_000);
  browser = world.browser();
  list = await world.launch('pat-none', browser);
  world.sandbox.requests.clear();
  // This discards the draft that an earlier test has left.
  await browser.visit(`${url()}/discard`, { form: formOf(await openForm()) });
});

const url = () => `${world.url}/launches/${launchIdOf(list)}/requests/new`;
const openForm = () => browser.visit(url());
const post = (page: Visit, change: Record<string, string>) =>
  browser.open(url(), { form: { ...formOf(page), ...change } });
const created = () =>
  world.sandbox.requests
    .filter(({ method, path }) => method === 'POST' && path.endsWith('/ServiceRequest'))
    .map(({ body }) => JSON.parse(body));

test('answers and receiver are in the review and in the request', async () => {
  const own = {
    'own.transport.mobility': 'In a wheelchair',
    'own.transport.oxygen': 'yes',
    'own.transport.oxygen-flow': '2',
  };
  const at = { 'own.transport.return-trip': 'yes', 'own.transport.return-at': `${TYPED.neededOn}T14:30` };
  const page = await post(await openForm(), { ...TYPED, ...own, ...at, receiver: 'Swift', to: 'Dialysis' });
  expect(reviewOf(page)).toMatchObject({
    Provider: ['Swift'],
    Details: [
      'How the patient travels: In a wheelchair',
      'Oxygen on the way: Yes',
      'Liters per minute: 2',
      'Return trip needed: Yes',
      `Return pick-up: ${withDayWords(TYPED.neededOn).replaceAll('\u00A0', ' ')} 14:30 GMT-7`,
    ],
  });
  const sent = (await post(page, { intent: '' })).body.replace(/<[^>]+>/g, '');
  expect(sent).toContain('You chose Swift, telephone +1 555 010; this app has not notified them.');
  expect(created()).toMatchObject([{ performer: [{ reference: 'Organization/org-swift', display: 'Swift' }] }]);
  expect(created()[0].orderDetail.map(({ text }: { text: string }) => text)).toContain('To: Dialysis');
});

test.for([
  ['transport', ['None chosen']],
  ['infusion', undefined],
] as const)('a review of %s without a provider says %j: the service has some, or none', async ([service, said]) => {
  const receivers = RECEIVERS.replace('All Care,,,,\n', '');
  await world.setOrganization('st-elsewhere', { ...usual, receivers });
  vi.setSystemTime(Date.now() + 2_000);
  list = await world.launch('pat-none', browser);
  const page = await post(await openForm(), { ...TYPED, service, phone: '+1 555 010 7' });
  expect(reviewOf(page)['Provider']).toEqual(said);
});

describe('wrong', () => {
  test.for<[string, Record<string, string>, string]>([
    ['an answer that another one asks for', { 'own.transport.oxygen': 'yes' }, 'own.transport.oxygen-flow'],
    [
      'a number that is none',
      { 'own.transport.oxygen': 'yes', 'own.transport.oxygen-flow': 'two' },
      'own.transport.oxygen-flow',
    ],
    ['a choice that is not offered', { 'own.transport.mobility': 'Flies' }, 'own.transport.mobility'],
    [
      'a day that does not exist',
      { 'own.transport.return-trip': 'yes', 'own.transport.return-at': '2027-02-30T10:00' },
      'own.transport.return-at',
    ],
    ['a receiver of another service', { receiver: 'Harbor' }, 'receiver'],
    ['a receiver that is not there', { receiver: 'Nowhere' }, 'receiver'],
  ])('%s is marked at its field', async ([, change, field]) => {
    const page = await post(await openForm(), { ...TYPED, ...change });
    expect(titleOf(page)).toMatch(/^Error: /);
    expect(page.body).toContain(`id="${field}-problem"`);
    expect(page.body).toContain(`href="#${field}"`);
  });

  test('an answer to a question of another service is not sent', async () => {
    const page = await post(await openForm(), { ...TYPED, 'own.equipment.rental': 'Rent', from: 'Bed 1' });
    expect(titleOf(await post(page, { intent: '' }))).toBe('Requests for Noor Haddad');
    expect(created()).toHaveLength(1);
    expect(JSON.stringify(created())).not.toContain('Rent');
  });
});

test('a hidden question is not required, not reviewed and not sent, whatever its answer', async () => {
  const services = `service,name,system,code,sections,field,label,kind,choices,required,shown,longest
cab,Cab,,,,,,,,,,
cab,,,,,oxygen,Oxygen,yes/no,,,,
cab,,,,,litres,Litres,whole number,,always,oxygen=yes,
cab,,,,,since,Since,date,,always,litres=2,
cab,,,,,why,Why not,long text,,always,oxygen=no|!oxygen,9
cab,,,,,seat,Seat,choice or text,Front row|Back row,,,5`;
  await world.setOrganization('st-elsewhere', { ...usual, services });
  vi.setSystemTime(Date.now() + 2_000);
  list = await world.launch('pat-none', browser);
  const form = await openForm();
  // Without scripts, the form says when each question is asked.
  expect(form.body).toContain('(required, only if “Oxygen” is yes)');
  expect(form.body).toContain('(required, only if “Oxygen” is no or “Oxygen” is not answered)');
  const typed = {
    ...TYPED,
    service: 'cab',
    'own.cab.litres': '2',
    'own.cab.since': 'secret',
    'own.cab.why': 'Own air',
  };
  const wrong = await post(form, { ...typed, 'own.cab.oxygen': 'yes' });
  expect(wrong.body).toContain('id="own.cab.since-problem"');
  expect(wrong.body).not.toContain('id="own.cab.why-problem"');
  const asked = await post(form, {
    ...typed,
    'own.cab.oxygen': 'yes',
    'own.cab.litres': '02',
    'own.cab.since': '2026-02-28',
  });
  expect(reviewOf(asked)['Details']).toEqual(['Oxygen: Yes', 'Litres: 02', 'Since: Sat 28 Feb 2026']);
  // A text of one's own is limited, and an option is not.
  const seat = (answer: string) => post(form, { ...typed, 'own.cab.oxygen': 'no', 'own.cab.seat': answer });
  expect((await seat('Middle')).body).toContain('must be at most 5 characters; it has 6');
  expect(reviewOf(await seat('Back row'))['Details']).toContain('Seat: Back row');
  // "Litres" is not asked, so what depends on its answer is not asked either.
  const page = await post(form, { ...typed, 'own.cab.oxygen': 'no' });
  expect(reviewOf(page)['Details']).toEqual(['Oxygen: No', 'Why not: Own air']);
  await post(page, { intent: '' });
  expect(created()).toHaveLength(1);
  expect(created()[0].orderDetail).toEqual([{ text: 'Oxygen: No' }, { text: 'Why not: Own air' }]);
});

test('the last answer of a very long form is not lost', async () => {
  const rows = Array.from({ length: 60 }, (_none, index) => `f${index},F ${index},text,,,,`);
  const of = (service: string) => [`${service},${service},,,,,,,,,,`, ...rows.map((row) => `${service},,,,,${row}`)];
  const head = 'service,name,system,code,sections,field,label,kind,choices,required,shown,longest';
  await world.setOrganization('st-elsewhere', {
    ...usual,
    services: [head, ...of('a'), ...of('b'), ...of('c')].join('\n'),
  });
  vi.setSystemTime(Date.now() + 2_000);
  list = await world.launch('pat-none', browser);
  const page = await post(await openForm(), { ...TYPED, service: 'c', 'own.c.f59': 'the last one' });
  expect(reviewOf(page)['Details']).toEqual(['F 59: the last one']);
});

test('an EHR that names US Core gets requests with its profile, after a check has read it', async () => {
  const send = async () => {
    await post(await post(await openForm(), TYPED), { intent: '' });
    return created().at(-1).meta;
  };
  expect(await send()).toBeUndefined();
  await addPerson(world, 'operator@example.com');
  const operator = await signedIn(world, 'operator@example.com');
  const check = `${world.url}/settings/integrations/smart-on-fhir/check?organization=st-elsewhere`;
  await operator.open(check, { form: { csrf: await tokenOf(world, operator) } });
  vi.setSystemTime(Date.now() + 16 * 60_000);
  list = await world.launch('pat-none', browser);
  expect(await send()).toEqual({ profile: ['http://hl7.org/fhir/us/core/StructureDefinition/us-core-servicerequest'] });
});

test('a time zone that changes after the review is reviewed once more: the same words are another moment', async () => {
  const typed = { ...TYPED, neededAt: '09:30', 'own.transport.return-trip': 'yes' };
  const at = { 'own.transport.return-at': `${TYPED.neededOn}T14:30` };
  const page = await post(await openForm(), { ...typed, ...at });
  expect(reviewOf(page)['Needed']?.join()).toContain('GMT-7');
  await world.setOrganization('st-elsewhere', { ...usual, timeZone: 'Etc/GMT+3' });
  vi.setSystemTime(Date.now() + 2_000);
  const again = await post(page, { intent: '' });
  expect(titleOf(again)).toBe('Review: New request for Noor Haddad');
  expect(reviewOf(again)['Needed']?.join()).toContain('GMT-3');
  expect(created()).toEqual([]);
  await post(again, { intent: '' });
  expect(created()).toMatchObject([{ occurrenceDateTime: `${TYPED.neededOn}T09:30:00-03:00` }]);
});

describe('a custom catalogue', () => {
  const offer = async (more = '') => {
    await world.setOrganization('st-elsewhere', { ...usual, services: SERVICES + more });
    vi.setSystemTime(Date.now() + 2_000);
    list = await world.launch('pat-none', browser);
  };

  test('offers its services with their codes; fields that a service does not use are not sent', async () => {
    await offer();
    const form = await openForm();
    expect([...form.body.matchAll(/<option value="([\w-]+)">/g)].map(([, value]) => value)).toContain('cab');
    expect((await post(form, TYPED)).body).toContain('id="service-problem"');
    const page = await post(form, { ...TYPED, service: 'cab', 'own.cab.seats': '2', phone: '+1 555', from: 'Bed 1' });
    expect(Object.keys(reviewOf(page))).toEqual([
      'Service',
      'Provider',
      'What is needed',
      'Needed',
      'Priority',
      'Details',
      'Requested by',
    ]);
    await post(page, { intent: '' });
    expect(created()).toMatchObject([
      { category: [{ text: 'Cab', coding: [{ system: 'http://codes.example', code: 'C1', display: 'Cab' }] }] },
    ]);
    expect(JSON.stringify(created())).not.toMatch(/555|Bed 1/);
  });

  test('a catalogue that changes after the review needs another review', async () => {
    await offer();
    const page = await post(await openForm(), { ...TYPED, service: 'cab', 'own.cab.seats': '2', phone: '+1 555' });
    await world.setOrganization('st-elsewhere', { ...usual, services: SERVICES.replace('Seats', 'Wheels') });
    vi.setSystemTime(Date.now() + 2_000);
    const again = await post(page, { intent: '' });
    expect(titleOf(again)).toBe('Review: New request for Noor Haddad');
    expect(reviewOf(again)['Details']).toEqual(['Wheels: 2']);
    expect(created()).toEqual([]);
  });
});
