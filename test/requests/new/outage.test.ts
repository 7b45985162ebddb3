/** Creating a request while the store, the token or a permission fails at the worst moment (FH-17, FH-05, SCO-22). */
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AppError } from '#src/errors.ts';
import type { TestBrowser, Visit } from '#test/helpers/browser.ts';
import { dayFromNow } from '#test/helpers/days.ts';
import { ehr, launchUrl, newOrganization, useStubWorld } from '#test/helpers/stub-world.ts';
import { draftsOn, isShownAgain, launchIdOf, reviewed, sendForm, ticketOf } from '#test/helpers/visits.ts';

const SCOPE = 'launch launch/patient openid fhirUser patient/*.read patient/ServiceRequest.write';
const TYPED = { service: 'transport', what: 'Wheelchair van', neededOn: dayFromNow(60), priority: 'routine' };
/** Long enough for a busy machine. */
const SOON = { timeout: 10_000 };
const NOTHING = { resourceType: 'Bundle', type: 'searchset', entry: [] };

const { world } = useStubWorld();
let browser: TestBrowser;
let organizationId: string;
let list: Visit;

beforeEach(async () => {
  ehr.change('token', { scope: SCOPE, refresh_token: 'first', expires_in: 3_600 });
  organizationId = await newOrganization({ createRequests: true, scopes: SCOPE });
  browser = world().browser();
});
afterEach(() => void vi.restoreAllMocks());

const formUrl = () => `${world().url}/launches/${launchIdOf(list)}/requests/new`;
async function openForm(): Promise<Visit> {
  list = await browser.open(launchUrl(organizationId));
  return browser.visit(formUrl());
}
const formOf = (page: Visit) => ({ ...ticketOf(page), ...TYPED, reason: '', note: '' });
const send = (page: Visit) => sendForm(browser, formUrl(), formOf(page));
const posts = () => ehr.seen('requests').filter(({ method }) => method === 'POST').length;
async function auditRows(): Promise<number> {
  const { audit, database } = world().dependencies;
  await audit.flush();
  const { rows } = await database.db.execute(
    sql`select event from audit_events where event = 'request-created' and organization_id = ${organizationId}`,
  );
  return rows.length;
}
/** Makes the store fail for keys with this prefix once the request has been sent. */
function away(method: 'replace', prefix: string) {
  const { redis } = world().dependencies;
  const original = redis[method].bind(redis) as (...args: unknown[]) => Promise<never>;
  return vi.spyOn(redis, method).mockImplementation(async (...args: unknown[]) => {
    if (posts() > 0 && String(args[0]).startsWith(prefix)) throw new AppError('store.unavailable', 'test: away');
    return original(...args);
  });
}

test.for([
  ['the draft cannot be discarded', 'replace', 'drafts:'],
  ['what became of it cannot be taken down', 'replace', 'deliveries:'],
] as const)(
  'a 201 counts as sent although %s: one request, one audit row, and no second Send',
  async ([, method, prefix]) => {
    // The EHR accepts the order before its search shows it.
    ehr.on('requests', (request) => (request.method === 'POST' ? { status: 201, body: {} } : { body: NOTHING }));
    const blank = await openForm();
    const form = await reviewed(browser, formUrl(), formOf(blank));
    const store = away(method, prefix);
    const page = await browser.open(formUrl(), { form });
    expect([page.status, page.url]).toEqual([200, list.url]);
    store.mockRestore();
    const openList = async () => (await browser.visit(list.url)).body;
    await expect.poll(openList, SOON).toContain('The request was sent to the EHR.');
    await expect.poll(async () => (await browser.open(formUrl(), { form })).status, SOON).toBe(200);
    expect([posts(), await auditRows()]).toEqual([1, 1]);
    await expect.poll(async () => draftsOn(await browser.visit(list.url)), SOON).toEqual([]);
  },
);

test('SCO-22: permission to create is no permission to search, also after a lost answer', async () => {
  const scope = 'launch launch/patient openid fhirUser patient/Patient.read patient/ServiceRequest.write';
  ehr.change('token', { scope, refresh_token: 'first', expires_in: 3_600 });
  ehr.on('requests', (request, response) => {
    if (request.method !== 'POST') return { status: 403 };
    response.destroy();
    return 'answered';
  });
  const page = await send(await openForm());
  expect([isShownAgain(page), page.body.includes('did not confirm'), posts()]).toEqual([true, true, 1]);
  expect(ehr.seen('requests').filter(({ method }) => method === 'GET')).toEqual([]);
});

test('FH-05: a token that is refused permanently ends the launch, on every page', async () => {
  await openForm();
  ehr.change('token', { scope: SCOPE, refresh_token: 'second', expires_in: 3_600 });
  ehr.on('patient', () => ({ status: 401 }));
  expect((await browser.visit(formUrl())).status).toBe(401);
  const asked = ehr.seen('patient').length;
  expect((await browser.visit(formUrl())).status).toBe(401);
  expect(ehr.seen('patient')).toHaveLength(asked);
  expect(await world().dependencies.redis.get(`launch:${launchIdOf(list)}`)).toBeUndefined();
});

test('FH-17: a create that was refused with 401 counts as not sent, even if the token cannot be renewed now', async () => {
  const blank = await openForm();
  const form = await reviewed(browser, formUrl(), formOf(blank));
  ehr.on('requests', ({ method }) => (method === 'POST' ? { status: 401 } : { body: NOTHING }));
  ehr.on('token', () => ({ status: 503 }));
  const page = await browser.open(formUrl(), { form });
  expect(page.body).toContain('Not sent. The EHR is not available at the moment.');
});

test('if the patient cannot be read at Send, the page says that nothing was sent and that the typed text is kept', async () => {
  const blank = await openForm();
  const form = await reviewed(browser, formUrl(), formOf(blank));
  ehr.on('patient', () => ({ status: 503 }));
  const page = await browser.open(formUrl(), { form });
  expect(page.body).toContain('Nothing was sent now. What you typed is kept for three days.');
  expect(posts()).toBe(0);
});

test('FU-05: a user whose first read failed is read by a later page', async () => {
  let isBroken = true;
  const rita = { resourceType: 'Practitioner', id: 'prac-1', name: [{ family: 'Real', given: ['Rita'] }] };
  ehr.on('/fhir/Practitioner/prac-1', () => (isBroken ? { status: 500 } : { body: rita }));
  await openForm();
  isBroken = false;
  await expect.poll(async () => (await browser.visit(list.url)).body).toContain('Rita Real');
});
