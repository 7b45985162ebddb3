/** Creating a request: sent once, for the patient in the chart, and never lost while it is typed (FH-17). */
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { FaultName } from '#sandbox/faults.ts';
import { supportCodeOf, type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { dayFromNow } from '#test/helpers/days.ts';
import {
  cookiesOf,
  csrfOf,
  draftsOn,
  isShownAgain,
  launchIdOf,
  reviewed,
  sendForm,
  ticketOf,
  withoutToken,
} from '#test/helpers/visits.ts';
import { useWorldWithFakeDate } from '#test/helpers/world.ts';

const SCOPES =
  'launch launch/patient openid fhirUser profile online_access patient/*.read patient/ServiceRequest.write';
const TYPED = {
  ...{ service: 'transport', what: 'Wheelchair van to dialysis', neededOn: dayFromNow(60) },
  ...{ priority: 'urgent', reason: 'Next dialysis <tomorrow>', note: 'Two steps at the door' },
};
const HOUR_MS = 60 * 60_000;

describe('on real Redis and PostgreSQL', () => {
  const settings = { createRequests: true, scopes: SCOPES };
  const world = useWorldWithFakeDate({ stores: 'real Redis and PostgreSQL', settings });
  let browser: TestBrowser;
  let list: Visit;

  beforeEach(async () => {
    browser = world.browser();
    // Requests of earlier tests are then no longer recent.
    vi.setSystemTime(Date.now() + 16 * 60_000);
    list = await world.launch('pat-ben', browser);
    world.sandbox.requests.clear();
  });
  afterEach(async () => {
    world.sandbox.faults.clear();
    await forget();
  });

  const formUrl = (page: Visit = list) => `${world.url}/launches/${launchIdOf(page)}/requests/new`;
  const openForm = () => browser.visit(formUrl());
  const post = async (typed: Record<string, string> = TYPED) =>
    sendForm(browser, formUrl(), { ...ticketOf(await openForm()), ...typed });
  const created = () =>
    world.sandbox.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/ServiceRequest'));
  const signOut = (page: Visit = list) =>
    browser.visit(formUrl(page).replace('requests/new', 'sign-out'), { form: { csrf: csrfOf(page) } });
  /** Deletes the drafts that a test has left. */
  const forget = async () => {
    const client = new Redis(world.config.redisUrl ?? '');
    await client.unlink('drafts:none', ...(await client.keys('drafts:*')));
    client.disconnect();
  };

  test('the list links to the form, and the request arrives once in the EHR, for this patient, and on the list', async () => {
    expect(list.body).toContain('New request');
    const page = await post();
    expect([page.status, titleOf(page)]).toEqual([200, 'Requests for Ben Okafor']);
    expect(page.body).toContain('The request was sent to the EHR.');
    expect(page.body).toContain('Wheelchair van to dialysis');
    expect(page.body).toContain('Next dialysis &lt;tomorrow&gt;');
    expect(created()).toHaveLength(1);
    expect(JSON.parse(created()[0]?.body ?? '')).toMatchObject({
      status: 'active',
      intent: 'order',
      priority: 'urgent',
      subject: { reference: 'Patient/pat-ben' },
      occurrenceDateTime: TYPED.neededOn,
    });
    expect((await openForm()).body).not.toContain('Wheelchair van');
  });

  test.for([
    ['no service', { service: '' }, 'service'],
    ['a service that is not offered', { service: 'surgery' }, 'service'],
    ['nothing said', { what: '  ' }, 'what'],
    ['too much said', { what: 'x'.repeat(201) }, 'what'],
    ['no date', { neededOn: '' }, 'neededOn'],
    ['a date that is none', { neededOn: '2099-02-30' }, 'neededOn'],
    ['a day in the past', { neededOn: '2020-01-01' }, 'neededOn'],
    ['an unknown priority', { priority: 'yesterday' }, 'priority'],
    ['urgent without a reason', { reason: '' }, 'reason'],
    ['a note that is too long', { note: 'x'.repeat(1_001) }, 'note'],
  ] as const)('%s is marked at its field, no request is sent, and the input is kept', async ([, change, field]) => {
    const page = await post({ ...TYPED, ...change });
    expect(isShownAgain(page)).toBe(true);
    expect(page.body).toContain(`id="${field}-problem"`);
    expect(page.body).toContain('Two steps at the door'.slice(0, 'note' in change ? 0 : undefined));
    expect(created()).toHaveLength(0);
  });

  test('the typed text survives the end of the launch: the next launch of the same user and patient leads back to it', async () => {
    const form = { ...ticketOf(await openForm()), ...TYPED };
    await signOut();
    const refused = await browser.visit(formUrl(), { form });
    expect(refused.status).toBe(401);
    expect(refused.body).toContain('What you typed is kept for three days');
    expect(created()).toHaveLength(0);

    vi.setSystemTime(Date.now() + 1_000);
    const again = await world.launch('pat-ben', browser);
    expect(titleOf(again)).toBe('New request for Ben Okafor');
    expect(again.body).toContain('value="Wheelchair van to dialysis"');
    expect(again.body).toContain('Two steps at the door');
    // This happens once; from then on, the list names the draft.
    list = await world.launch('pat-ben', browser);
    expect(titleOf(list)).toBe('Requests for Ben Okafor');
    expect(draftsOn(list)).toHaveLength(1);
  });

  test('so it does if the EHR ends the session between a post and its page', async () => {
    const form = { ...ticketOf(await openForm()), ...TYPED, intent: 'review' };
    const posted = await browser.visit(formUrl(), { form });
    world.sandbox.faults.set('fhir-401');
    const refused = await browser.visit(posted.headers['location'] ?? '');
    expect([refused.status, refused.body.includes('What you typed is kept for three days')]).toEqual([401, true]);
    world.sandbox.faults.clear();
    vi.setSystemTime(Date.now() + 1_000);
    expect(titleOf(await world.launch('pat-ben', browser))).toBe('Review: New request for Ben Okafor');
  });

  test('a page that is older than the longest launch saves nothing', async () => {
    const form = { ...ticketOf(await openForm()), ...TYPED };
    await signOut();
    vi.setSystemTime(Date.now() + 12 * HOUR_MS);
    for (const who of [browser, world.browser()]) {
      const refused = await who.visit(formUrl(), { form });
      expect(refused.status).toBe(401);
      expect(refused.body).not.toContain('What you typed is kept');
    }
    list = await world.launch('pat-ben', browser);
    expect((await openForm()).body).not.toContain('Wheelchair');
  });

  test('saved text expires', async () => {
    const form = { ...ticketOf(await openForm()), ...TYPED };
    await signOut();
    await browser.visit(formUrl(), { form });
    // Redis has its own clock; the injected clock moves only the in-memory store.
    if (world.config.redisUrl !== undefined) {
      const client = new Redis(world.config.redisUrl);
      const lifetimes = await Promise.all((await client.keys('drafts:*')).map(async (key) => client.pttl(key)));
      client.disconnect();
      expect(lifetimes.length).toBeGreaterThan(0);
      expect(Math.max(...lifetimes)).toBeLessThanOrEqual(72 * HOUR_MS);
      expect(Math.min(...lifetimes)).toBeGreaterThan(0);
      return;
    }
    vi.setSystemTime(Date.now() + 72 * HOUR_MS + 1_000);
    list = await world.launch('pat-ben', browser);
    expect(draftsOn(list)).toEqual([]);
  });

  test('LC-19: it is not shown for another patient or to another user', async () => {
    const form = { ...ticketOf(await openForm()), ...TYPED, what: 'Commode for Ben' };
    await signOut();
    await browser.visit(formUrl(), { form });
    vi.setSystemTime(Date.now() + 1_000);
    const ada = await world.launch('pat-ada', browser);
    const other = await browser.open(world.sandbox.launch('pat-ben', { user: 'prac-osei' }));
    list = await world.launch('pat-ben', browser);
    expect(list.body).toContain('Commode for Ben');
    const name = new URL(list.url).searchParams.get('form');
    for (const page of [ada, other]) {
      expect(page.body).not.toContain('Commode for Ben');
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect((await browser.visit(`${formUrl(page)}?form=${name}`)).body).not.toContain('Commode for Ben');
    }
  });

  test('a form filled in for one patient is not sent in the launch of another', async () => {
    const ben = ticketOf(await openForm());
    const ada = await world.launch('pat-ada', browser);
    const adaForm = ticketOf(await browser.visit(formUrl(ada)));
    const page = await browser.visit(formUrl(ada), { form: { ...TYPED, csrf: adaForm.csrf, ticket: ben.ticket } });
    expect(page.status).toBe(403);
    expect(created()).toHaveLength(0);
  });

  test.for([
    ['no csrf token', (form: Record<string, string>) => ({ ...form, csrf: '' })],
    ['no ticket', (form: Record<string, string>) => ({ ...form, ticket: '' })],
    ['a forged ticket', (form: Record<string, string>) => ({ ...form, ticket: `${form['ticket']}A` })],
  ] as const)('a POST with %s is a 403 and sends no request', async ([, forge]) => {
    const form = forge({ ...ticketOf(await openForm()), ...TYPED });
    expect((await browser.visit(formUrl(), { form })).status).toBe(403);
    expect(created()).toHaveLength(0);
  });

  test('FH-17: two simultaneous clicks send one request', async () => {
    const form = await reviewed(browser, formUrl(), { ...ticketOf(await openForm()), ...TYPED });
    const pages = await Promise.all([1, 2, 3].map(() => browser.visit(formUrl(), { form })));
    expect(pages.map(({ status }) => status).filter((status) => status !== 303)).toEqual([]);
    expect(created()).toHaveLength(1);
  });

  test('FH-17: after a lost answer the EHR is searched for the request, and it is not sent twice', async () => {
    world.sandbox.faults.set('create-unconfirmed');
    const page = await post();
    expect(page.body).toContain('The request was sent to the EHR.');
    // The search says what the EHR calls it.
    expect(page.body).toMatch(/<a href="[^"]*\/requests\/sr-[^"]*">Wheelchair van to dialysis<\/a>.*FHIR id <code>sr-/);
    expect(created()).toHaveLength(1);
  });

  test.for([401, 403, 404, 500])(
    'FH-17: created with an empty 201 that reads back as %d is sent, and is read once',
    async (status) => {
      world.sandbox.faults.set('create-empty-201', status);
      const page = await post();
      expect(page.body).toContain('The request was sent to the EHR.');
      expect(created()).toHaveLength(1);
      const reads = world.sandbox.requests.filter(({ path }) => path.includes('/ServiceRequest/'));
      // After a 401 it is read with a new token.
      expect(reads).toHaveLength(status === 401 ? 2 : 1);
    },
  );

  test('FH-17: created with a warning is sent, and the user reads the warning', async () => {
    world.sandbox.faults.set('create-warning');
    const page = await post();
    expect(page.body).toContain('The request was sent to the EHR.');
    expect(page.body).toContain('The EHR says: <bdi>“This order needs a cosign before it is released”</bdi>');
    expect(created()).toHaveLength(1);
  });

  test('FH-17: while the outcome is unknown, the page says so and keeps the draft; sending again searches first', async () => {
    world.sandbox.faults.set('create-lost');
    const page = await post();
    expect([isShownAgain(page), created().length]).toEqual([true, 1]);
    expect(page.body).toContain('did not confirm');
    world.sandbox.faults.clear();
    const sent = await sendForm(browser, formUrl(), { ...ticketOf(page), ...TYPED });
    expect(sent.body).toContain('The request was sent to the EHR.');
    expect(created()).toHaveLength(2);
    const [first, second] = created().map(({ body }) => JSON.parse(body).identifier[0].value);
    expect(first).toBe(second);
  });

  test('FH-17: a request that arrived without an answer is found by the next Send, and not sent again', async () => {
    world.sandbox.faults.set('create-unconfirmed');
    world.sandbox.faults.set('search-500');
    const page = await post();
    expect([isShownAgain(page), created().length]).toEqual([true, 1]);
    world.sandbox.faults.clear();
    const sent = await sendForm(browser, formUrl(), { ...ticketOf(page), ...TYPED });
    expect(sent.body).toContain('The request was sent to the EHR.');
    expect(created()).toHaveLength(1);
  });

  test.for<[FaultName, number, string]>([
    ['create-refused', 200, 'The EHR did not let you create this request'],
    ['fhir-401', 401, 'What you typed is kept'],
  ])('%s: %d, and the input is kept', async ([fault, status, words]) => {
    const form = await reviewed(browser, formUrl(), { ...ticketOf(await openForm()), ...TYPED });
    world.sandbox.faults.set(fault);
    const page = await browser.open(formUrl(), { form });
    expect(page.status).toBe(status);
    expect(page.body).toContain(words);
    const line = world.logLines.map((text) => JSON.parse(text)).find((one) => one.supportCode === supportCodeOf(page));
    expect(line?.errorCode ?? line?.pageProblem).toBeDefined();
    world.sandbox.faults.clear();
    expect((await world.launch('pat-ben', browser)).body).toContain('Wheelchair van');
  });

  test('the form has the same top bar as the list: deployment, user and sign-out', async () => {
    const { body } = await openForm();
    const bar = /<header class="top-bar">[^]*?<\/header>/.exec(withoutToken(list.body))?.[0];
    expect(bar).toContain('Non-production');
    expect(bar).toContain('Dr. Elena Rivera');
    expect(withoutToken(body)).toContain(bar);
  });

  test('every field with a problem is marked', async () => {
    const typed = { ...TYPED, service: 'x', what: 'a'.repeat(201), neededOn: '2020-01-01', reason: '', note: '' };
    const page = await post(typed);
    expect(isShownAgain(page)).toBe(true);
    const marked = [...page.body.matchAll(/id="(\w+)-problem"/g)].map(([, field]) => field);
    expect(marked).toEqual(['service', 'what', 'neededOn', 'reason']);
    expect(created()).toEqual([]);
  });

  test('SCO-19: without the permission to create, or with creating switched off, there is neither button nor page', async () => {
    await world.setOrganization('st-elsewhere', { createRequests: true });
    vi.setSystemTime(Date.now() + 2_000);
    list = await world.launch('pat-ben', browser);
    expect(list.body).not.toContain('/requests/new');
    expect(list.body).toContain('New requests cannot be created here: the EHR did not permit this app to create them.');
    const refused = await openForm();
    expect(refused.status).toBe(403);
    expect(refused.body).not.toContain('ServiceRequest.write');
    await world.setOrganization('st-elsewhere', { scopes: SCOPES });
    vi.setSystemTime(Date.now() + 2_000);
    list = await world.launch('pat-ben', browser);
    expect(list.body).not.toMatch(/new requests?/i);
    expect((await openForm()).status).toBe(404);
    await world.setOrganization('st-elsewhere', { createRequests: true, scopes: SCOPES });
    vi.setSystemTime(Date.now() + 2_000);
    list = await world.launch('pat-ben', browser);
  });

  test('ST-03, ST-07: the typed text is sealed in Redis, and in no log, audit row or URL', async () => {
    const form = { ...ticketOf(await openForm()), ...TYPED };
    world.sandbox.faults.set('create-lost');
    await browser.visit(formUrl(), { form });
    await signOut();
    await browser.visit(formUrl(), { form });
    await world.dependencies.audit.flush();
    const places = [
      await world.dumpRedis(),
      ...world.logLines,
      ...browser.history.map(({ url, headers }) => `${url} ${JSON.stringify(headers)}`),
      ...cookiesOf(browser).values(),
    ].join('\n');
    expect(places).not.toMatch(/Wheelchair|dialysis|Two steps/);
    const again = await world.launch('pat-ben', browser);
    expect(again.url).not.toMatch(/Wheelchair|dialysis|Two/i);
  });
});
