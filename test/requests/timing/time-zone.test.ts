/** Clinicians and administrators read days and times in their organization's time zone. */
import { afterAll, expect, test, vi } from 'vitest';
import { addPerson, signedIn } from '#test/helpers/administrators.ts';
import type { TestBrowser, Visit } from '#test/helpers/browser.ts';
import { ehr, launch, launchUrl, newOrganization, useStubWorld } from '#test/helpers/stub-world.ts';
import { launchIdOf } from '#test/helpers/visits.ts';

/** In New York it is 21:30 of the day before. */
const NOW = new Date('2026-11-25T02:30:00Z');
// The time is set before the world starts, because its keys count from then.
vi.useFakeTimers({ toFake: ['Date'], now: NOW });
const { world } = useStubWorld();
const NEW_YORK = { timeZone: 'America/New_York' };

afterAll(() => void vi.useRealTimers());

const textOf = ({ body }: Visit) => body.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
const serve = (...requests: object[]) => {
  const resources = requests.map((request, index) => ({
    ...{ resourceType: 'ServiceRequest', id: `sr-${index}`, intent: 'order', status: 'active' },
    ...{ subject: { reference: 'Patient/pat-1' }, code: { text: `Service ${index}` } },
    ...request,
  }));
  const entry = resources.map((resource) => ({ resource }));
  ehr.on('requests', () => ({ body: { resourceType: 'Bundle', type: 'searchset', total: entry.length, entry } }));
};

test.for([
  ['America/New_York', 'as of 24 Nov 2026 21:30 EST', 'Tue 24 Nov 2026 09:30 EST', '23 Nov 2026 by'],
  ['Europe/Berlin', 'as of 25 Nov 2026 03:30 CET', 'Tue 24 Nov 2026 15:30 CET', '24 Nov 2026 by'],
  ['UTC', 'as of 25 Nov 2026 02:30 UTC', 'Tue 24 Nov 2026 14:30 UTC', '24 Nov 2026 by'],
] as const)('the list in %s', async ([timeZone, asOf, needed, requested]) => {
  serve({
    occurrenceDateTime: '2026-11-24T14:30:00Z',
    authoredOn: '2026-11-24T03:00:00Z',
    requester: { display: 'Dr. Ruth Kim' },
  });
  const text = textOf(await launch({ timeZone }));
  expect(text).toContain(asOf);
  expect(text).toContain(needed);
  expect(text).toContain(requested);
  if (timeZone !== 'UTC') expect(text).not.toMatch(/\bUTC\b/);
});

test('an order is overdue when its day has ended in the time zone, not before', async () => {
  serve({ occurrenceDateTime: '2026-11-24' });
  expect(textOf(await launch(NEW_YORK))).not.toContain('Overdue');
  serve({ occurrenceDateTime: '2026-11-24' });
  const berlin = textOf(await launch({ timeZone: 'Europe/Berlin' }));
  expect(berlin).toContain('Overdue Ordered in the EHR');
  expect(berlin).toContain('No provider named');
});

test('an order with a time is overdue an hour after it, also while the EHR gives the same answer', async () => {
  const minutes = (count: number) => new Date(NOW.getTime() + count * 60_000);
  serve({ occurrenceDateTime: minutes(-58).toISOString() });
  const browser = world().browser();
  const { url } = await launch(NEW_YORK, browser);
  expect(textOf(await browser.open(url))).not.toContain('Overdue');
  vi.setSystemTime(minutes(3));
  expect(textOf(await browser.open(url))).toContain('Overdue');
  vi.setSystemTime(NOW);
});

test('the age of a patient changes at midnight in the time zone', async () => {
  ehr.change('patient', { birthDate: '1966-11-25' });
  expect(textOf(await launch(NEW_YORK))).toContain('59 years');
  expect(textOf(await launch({ timeZone: 'Europe/Berlin' }))).toContain('60 years');
});

test('the day of a death is that of the time zone', async () => {
  ehr.change('patient', { birthDate: '1966-11-24', deceasedDateTime: '2026-11-24T02:00:00Z' });
  expect(textOf(await launch(NEW_YORK))).toContain('Died 23 Nov 2026, aged 59 years');
});

test('the end of a launch is announced in the time zone', async () => {
  serve();
  const browser = world().browser();
  const page = await launch(NEW_YORK, browser);
  vi.setSystemTime(NOW.getTime() + Number.parseInt(String(page.headers['refresh']), 10) * 1_000);
  const closing = await browser.visit(`${world().url}/launches/${launchIdOf(page)}/closing`);
  vi.setSystemTime(NOW);
  expect(textOf(closing)).toMatch(/ends at 2[12]:\d\d EST/);
});

const NOTHING_FITS = {
  // The nearest launch is named, so that a wrong zone is noticed.
  launches: /No launch fits\. The nearest one began at 2026-11-24 21:30:00 EST/,
  audit: /^(?!.*21:30:00)/s,
};

test('Settings show, and filter by, the days of the organization', async () => {
  serve();
  const id = await newOrganization(NEW_YORK);
  await world().browser().open(launchUrl(id));
  await addPerson(world(), 'admin@ny.example', { role: 'administrator', organizationId: id });
  await addPerson(world(), 'operator@example.com');
  const administrator = await signedIn(world(), 'admin@ny.example');
  const read = async (who: TestBrowser, path: string) => textOf(await who.visit(`${world().url}/settings/${path}`));

  for (const page of ['launches', 'audit'] as const) {
    // oxlint-disable-next-line no-await-in-loop -- one page after the other
    const text = await read(administrator, page);
    expect(text).toContain('2026-11-24 21:30:00 EST');
    expect(text).toContain('From (America/New_York)');
    expect(text).not.toMatch(/\bUTC\b/);
    // oxlint-disable-next-line no-await-in-loop -- as above
    expect(await read(administrator, `${page}?from=2026-11-25`)).toMatch(NOTHING_FITS[page]);
    // oxlint-disable-next-line no-await-in-loop -- as above
    expect(await read(administrator, `${page}?from=2026-11-24&to=2026-11-24`)).toContain('21:30:00 EST');
    // oxlint-disable-next-line no-await-in-loop -- as above
    expect(await read(administrator, `${page}?to=2026-11-23`)).toMatch(NOTHING_FITS[page]);
  }
  expect(await read(administrator, 'live-launches')).toContain('2026-11-24 21:30 EST');
  expect(await read(administrator, 'clinicians')).toContain('2026-11-24 21:30 EST');
  expect(await read(administrator, 'verify?since=2026-11-25T02:29:00Z')).toContain('21:29:00 EST');
  const connection = await read(administrator, 'integrations/smart-on-fhir');
  expect(connection).toContain('2026-11-24 21:30 EST');
  expect(connection).not.toMatch(/\bUTC\b/);
  const csv = await administrator.visit(`${world().url}/settings/audit.csv?from=2026-11-25`);
  expect(csv.body).not.toContain('2026-11-25T02:30');

  const operator = await signedIn(world(), 'operator@example.com');
  const server = Intl.DateTimeFormat().resolvedOptions().timeZone;
  expect(await read(operator, 'audit')).toContain(`From (${server})`);
  expect(await read(operator, `audit?organization=${id}`)).toContain('2026-11-24 21:30:00 EST');
});
