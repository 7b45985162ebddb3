/** After a post: pages that can be reloaded, a list that shows what was sent, and no second order by accident. */
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { supportCodeOf, type TestBrowser, type Visit } from '#test/helpers/browser.ts';
import { dayFromNow } from '#test/helpers/days.ts';
import { ehr, launchUrl, newOrganization, useStubWorld } from '#test/helpers/stub-world.ts';
import { csrfOf, draftsOn, isShownAgain, launchIdOf, sendForm, ticketOf } from '#test/helpers/visits.ts';

const SCOPE = 'launch launch/patient openid fhirUser patient/*.read patient/ServiceRequest.write';
const VAN = {
  ...{ service: 'transport', what: 'Wheelchair van', neededOn: dayFromNow(20) },
  ...{ priority: 'routine', reason: '', note: '' },
};
const SENT = 'The request was sent to the EHR.';
const AWAITED = 'the EHR does not list it yet';
const NONE = /No (?:open )?requests for this patient/;
const MINUTE_MS = 60_000;
const UNPROVED = /The EHR did not confirm the request/;

const { world } = useStubWorld();
let browser: TestBrowser;
let list: Visit;
let organizationId: string;
/** The orders that the EHR shows. */
let chart: Record<string, unknown>[];
/** The orders that the EHR accepted. */
let taken: Record<string, unknown>[];
let isLate: boolean;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  ehr.change('token', { scope: SCOPE, refresh_token: 'first', expires_in: 3_600 });
  organizationId = await newOrganization({ createRequests: true, scopes: SCOPE });
  browser = world().browser();
  [chart, taken, isLate] = [[], [], false];
  ehr.on('requests', ({ method, body }) => {
    if (method !== 'POST') return searchset();
    const resource = { ...JSON.parse(body), id: `sr-${taken.length}` };
    taken.push(resource);
    if (!isLate) chart.push(resource);
    return { status: 201, body: resource };
  });
  list = await browser.open(launchUrl(organizationId));
});
afterEach(() => void vi.useRealTimers());

const searchset = () => ({
  body: { resourceType: 'Bundle', type: 'searchset', entry: chart.map((resource) => ({ resource })) },
});
const formUrl = () => `${world().url}/launches/${launchIdOf(list)}/requests/new`;
const openForm = () => browser.visit(formUrl());
const openList = () => browser.visit(list.url);
/** Opens the draft that the list names first. */
const openDraft = async () => browser.visit(`${formUrl()}?form=${draftsOn(await openList())[0]}`);
const press = (page: Visit, typed: Record<string, string>) =>
  sendForm(browser, formUrl(), { ...ticketOf(page), ...typed });
const send = async (typed: Record<string, string> = VAN) => press(await openForm(), typed);
const wait = (ms: number) => void vi.setSystemTime(Date.now() + ms);

test('a permission that the EHR takes away before Send: the page says that the text is kept', async () => {
  ehr.change('token', { scope: SCOPE, refresh_token: 'first', expires_in: 60 });
  list = await browser.open(launchUrl(organizationId));
  const form = await openForm();
  const review = await browser.open(formUrl(), { form: { ...ticketOf(form), ...VAN, intent: 'review' } });
  wait(5 * MINUTE_MS);
  ehr.change('token', { scope: 'launch openid fhirUser patient/*.rs' });
  const page = await browser.open(formUrl(), { form: { ...ticketOf(review), ...VAN } });
  expect([page.status, page.body.includes('What you typed is kept for three days'), taken]).toEqual([403, true, []]);
  expect(page.body).not.toContain('ServiceRequest.write');
});

test.for([
  [{}, 'Wait a minute, then'],
  [{ 'retry-after': '30' }, 'Wait 30 seconds, then'],
  [{ 'retry-after': '120' }, 'Wait 2 minutes, then'],
  [{ 'retry-after': '86400' }, 'Wait 24 hours, then'],
  [{ 'retry-after': 'soon' }, 'Wait a minute, then'],
  [{ 'retry-after': '9999999' }, 'Wait a minute, then'],
] as const)('a busy EHR with %j: %s', async ([headers, said]) => {
  ehr.on('requests', ({ method }) => (method === 'POST' ? { status: 429, headers, body: '' } : searchset()));
  expect((await send()).body).toContain(`Not sent. The EHR is busy. ${said} send it again.`);
  const date = new Date(Date.now() + 5 * MINUTE_MS).toUTCString();
  ehr.on('requests', ({ method }) =>
    method === 'POST' ? { status: 429, headers: { 'retry-after': date }, body: '' } : searchset(),
  );
  expect((await send()).body).toContain('Wait 5 minutes, then send it again.');
});

describe('after "sent"', () => {
  test('for two minutes the page says what was sent, with its day, number and next step, and then only its row', async () => {
    const page = await send();
    expect(browser.history.at(-2)?.status).toBe(303);
    for (const { body } of [page, await openList(), await browser.visit(`${list.url}?show=closed`)]) {
      expect(body).toContain(SENT);
      expect(body).toMatch(
        /requests\/sr-0">Wheelchair van<\/a><\/bdi><\/strong>, needed (?:[^<]|<\/?time>)*, saved at /,
      );
      expect(body).toContain('FHIR id <code>sr-0</code>.');
      expect(body).toContain('This app has not notified any provider yet.');
    }
    wait(3 * MINUTE_MS);
    const { body } = await openList();
    expect([body.includes(SENT), body.includes('<mark>Just sent</mark>')]).toEqual([false, true]);
  });

  test.for<[string, () => string, boolean]>([
    ['absolute', () => `${ehr.fhirBase}/ServiceRequest/sr-0/_history/1`, true],
    ['relative', () => 'ServiceRequest/sr-0', true],
    ['below the host alone', () => `${new URL(ehr.fhirBase).pathname}/ServiceRequest/sr-0`, true],
    ['of another type', () => `${ehr.fhirBase}/Task/sr-0`, false],
    ['of another server', () => 'https://other.example/fhir/ServiceRequest/sr-0', false],
  ])('the id is taken from a Location that is %s', async ([, location, isNamed]) => {
    ehr.on('requests', ({ method }) =>
      method === 'POST' ? { status: 201, headers: { location: location() }, body: '' } : searchset(),
    );
    expect((await send()).body.includes('FHIR id <code>sr-0</code>')).toBe(isNamed);
  });

  const issue = [{ severity: 'error', code: 'business-rule', diagnostics: 'The order is not filed' }];
  const refusal = { resource: { resourceType: 'OperationOutcome', issue } };
  test.for<[string, object, RegExp]>([
    ['an order of last year', { authoredOn: '2025-01-31', identifier: [{ system: 'urn:x', value: '1' }] }, UNPROVED],
    [
      'an order of another patient',
      { subject: { reference: 'Patient/pat-2' } },
      /saved this request for another patient/,
    ],
    ['the order', {}, /The request was sent to the EHR\..*Number <code>ORD-7<\/code>/s],
    ['an order', { identifier: undefined }, /The request was sent to the EHR\./],
    ['an order, beside an error', { identifier: undefined, ...refusal }, /Not sent\. .*The order is not filed/s],
    ['an order, beside another resource', { identifier: undefined, resource: { resourceType: 'Basic' } }, UNPROVED],
  ])('a 201 whose Location names %s proves no more than that one and its body do', async ([, change, words]) => {
    const { resource = '', ...changed }: { resource?: unknown } = change;
    let sent: { identifier?: object[] } = {};
    ehr.on('requests', ({ method, body }) => {
      if (method !== 'POST') return searchset();
      sent = JSON.parse(body);
      return { status: 201, headers: { location: `${ehr.fhirBase}/ServiceRequest/named` }, body: resource };
    });
    ehr.on('/fhir/ServiceRequest/named', () => {
      const identifier = [...(sent.identifier ?? []), { system: 'urn:hospital', value: 'ORD-7' }];
      return { body: { ...sent, id: 'named', identifier, ...changed } };
    });
    expect((await send()).body).toMatch(words);
  });

  test("the EHR's own number is shown, and the notice does not claim that a named provider was notified", async () => {
    ehr.on('requests', ({ method, body }) => {
      if (method !== 'POST') return searchset();
      const sent = JSON.parse(body);
      const identifier = [...sent.identifier, { system: 'urn:hospital', value: 'ORD-77' }];
      return { status: 201, body: { ...sent, id: 'sr-9', identifier } };
    });
    const receivers = 'name,kind,telephone,services,reference\nSwift Rides,,,,\n';
    organizationId = await newOrganization({ createRequests: true, scopes: SCOPE, receivers });
    list = await browser.open(launchUrl(organizationId));
    const { body } = await send({ ...VAN, receiver: 'Swift Rides' });
    expect(body).toContain('Number <code>ORD-77</code>.');
    expect(body).toContain('You chose <bdi>Swift Rides</bdi>; this app has not notified them.');
  });

  test('the new row is the first one and marked, also where it sorts to another page or is filtered out', async () => {
    const old = (id: number) => ({
      ...{ resourceType: 'ServiceRequest', id: `old-${id}`, status: 'active', intent: 'order', priority: 'stat' },
      ...{ subject: { reference: 'Patient/pat-1' }, code: { text: `Old ${id}` } },
    });
    chart.push(...Array.from({ length: 60 }, (_, index) => old(index)));
    await send();
    const firstRow = (page: Visit) => /<tbody[^>]*>\s*(<tr[^]*?)(?=<tr|<\/tbody)/.exec(page.body)?.[1] ?? '';
    for (const [query, mark] of [
      ['', 'Just sent'],
      ['?show=open&sort=requested', 'Just sent'],
      ['?show=closed', 'Just sent (outside these filters)'],
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- one view after the other
      const row = firstRow(await browser.visit(`${list.url}${query}`));
      expect(row).toContain(`<mark>${mark}</mark>`);
      expect(row).toContain('Wheelchair van');
    }
    const pages = await Promise.all([1, 2, 3].map((n) => browser.visit(`${list.url}?show=open&page=${n}`)));
    expect(
      pages.flatMap(
        ({ body }) => body.match(/<tr[^>]*><th[^>]*>(?:<mark>[^<]*<\/mark> )?<a[^>]*>Wheelchair van/g) ?? [],
      ),
    ).toHaveLength(1);
    wait(15 * MINUTE_MS);
    expect((await openList()).body).not.toContain('<mark>');
  });

  test('a proxy that posts it twice makes two orders, which are two rows, both sent from here', async () => {
    ehr.on('requests', ({ method, body }) => {
      if (method !== 'POST') return searchset();
      const sent = JSON.parse(body);
      chart.push({ ...sent, id: 'sr-1' }, { ...sent, id: 'sr-2' });
      return { status: 504, body: '' };
    });
    const { body } = await send();
    expect(body).toContain(SENT);
    for (const id of ['sr-1', 'sr-2']) expect(body).toMatch(new RegExp(`requests/${id}"[^>]*>Wheelchair van`));
    expect(body.match(/sent from here/g)).toHaveLength(2);
    expect(body).not.toContain('shown once');
  });

  test('a list without the new request says so, also after a reload, and never that there are no requests', async () => {
    isLate = true;
    const page = await send();
    expect(page.body).toContain(SENT);
    for (const body of [page.body, (await openList()).body]) {
      expect(body).toContain(`<mark>Saved less than a minute ago; ${AWAITED}</mark>`);
      expect(body).toMatch(/<mark>[^<]*<\/mark> <a href="requests\/sr-0"[^>]*>Wheelchair van<\/a>/);
      expect(body).not.toMatch(NONE);
    }
    wait(2 * MINUTE_MS);
    expect((await openList()).body).toContain(`<mark>Saved 2 minutes ago; ${AWAITED}</mark>`);
    chart.push(...taken);
    const there = await openList();
    expect([there.body.includes(AWAITED), there.body.includes('Wheelchair van')]).toEqual([false, true]);
  });

  test('and a list of closed requests does not say "no open requests"', async () => {
    chart.push({
      resourceType: 'ServiceRequest',
      id: 'old',
      status: 'completed',
      subject: { reference: 'Patient/pat-1' },
    });
    isLate = true;
    const { body } = await send();
    expect(body).toContain(AWAITED);
    expect(body).not.toMatch(NONE);
  });

  test('in an EHR that stores no identifier, the request is found by its id', async () => {
    isLate = true;
    await send();
    chart.push(...taken.map(({ identifier: _dropped, ...rest }) => rest));
    const { body } = await openList();
    expect([body.includes(AWAITED), body.includes('Wheelchair van')]).toEqual([false, true]);
  });

  test('after a quarter of an hour the notice is gone', async () => {
    isLate = true;
    await send();
    wait(15 * MINUTE_MS);
    expect((await openList()).body).not.toContain(AWAITED);
  });

  test('if the organization shows no EHR orders, the notice neither promises nor denies that the request is listed', async () => {
    organizationId = await newOrganization({ createRequests: true, scopes: SCOPE, showEhrOrders: false });
    list = await browser.open(launchUrl(organizationId));
    const { body } = await send();
    expect(body).toContain(SENT);
    expect(body).not.toContain(AWAITED);
    expect(body).not.toMatch(NONE);
  });

  test('a list that could not be read promises nothing', async () => {
    const form = await openForm();
    ehr.on('requests', ({ method }) => (method === 'POST' ? { status: 201, body: {} } : { status: 500 }));
    const { body } = await press(form, VAN);
    expect(body).toContain(SENT);
    expect(body).not.toContain(AWAITED);
    expect(body).not.toMatch(NONE);
  });
});

describe('Back and reload send no request', () => {
  test.for([
    ['fields that are wrong', { ...VAN, what: '', priority: 'stat' }, 'id="what-problem"'],
    ['a refusal', VAN, 'Not sent.'],
  ] as const)('after %s the page is the same', async ([, typed, words]) => {
    ehr.on('requests', ({ method }) => (method === 'POST' ? { status: 422, body: {} } : searchset()));
    const page = await send(typed);
    expect([isShownAgain(page), browser.history.at(-2)?.status]).toEqual([true, 303]);
    expect(page.body).toContain(words);
    const posts = ehr.seen('requests').filter(({ method }) => method === 'POST').length;
    const again = await browser.visit(page.url);
    expect([again.status, again.body.includes(words)]).toEqual([200, true]);
    expect(ehr.seen('requests').filter(({ method }) => method === 'POST')).toHaveLength(posts);
    // A new form is empty, and the list links to this one.
    expect((await openForm()).body).not.toContain(words);
    expect(draftsOn(await openList())).toEqual([new URL(page.url).searchParams.get('form')]);
  });

  test('the URL reveals nothing, and opens nothing in another launch', async () => {
    const page = await send({ ...VAN, neededOn: '' });
    expect(page.url).not.toMatch(/Wheelchair|transport/);
    const name = new URL(page.url).search;
    const other = world().browser();
    ehr.change('token', { scope: SCOPE, refresh_token: 'x', expires_in: 3_600, patient: 'pat-2' });
    ehr.on('/fhir/Patient/pat-2', () => ({
      body: { resourceType: 'Patient', id: 'pat-2', name: [{ family: 'Two' }] },
    }));
    const theirs = await other.open(launchUrl(organizationId));
    const stolen = await other.visit(`${world().url}/launches/${launchIdOf(theirs)}/requests/new${name}`);
    expect([stolen.status, stolen.body.includes('Wheelchair')]).toEqual([200, false]);
    for (const forged of ['?form=x', `?form=${'A'.repeat(43)}`, `${name}&form=${name.slice(6)}`, '?form=../draft']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect((await browser.visit(formUrl() + forged)).status).toBe(200);
    }
  });

  test('the page of a form that was sent meanwhile leads to the list', async () => {
    ehr.on('requests', ({ method }) => (method === 'POST' ? { status: 422, body: {} } : searchset()));
    const refused = await send({ ...VAN, what: 'Oxygen' });
    ehr.on('requests', ({ method }) => (method === 'POST' ? { status: 201, body: {} } : searchset()));
    await press(refused, { ...VAN, what: 'Oxygen' });
    expect((await browser.open(refused.url)).url).toMatch(/\/requests$/);
  });

  test('after "Discard" the URL of the old page shows an empty form', async () => {
    const page = await send({ ...VAN, what: '' });
    const form = new URL(page.url).searchParams.get('form') ?? '';
    await browser.open(`${formUrl()}/discard`, { form: { csrf: csrfOf(page), form } });
    expect((await browser.visit(page.url)).body).not.toContain(dayFromNow(20));
  });
});

describe('"Back to the list"', () => {
  test('keeps the typed text at any step, and sends no request', async () => {
    const form = await openForm();
    expect(form.body).toMatch(/name="intent" value="back" formnovalidate[^>]*>Back to the list/);
    const page = await press(form, { ...VAN, neededOn: '', intent: 'back' });
    expect([page.status, page.url]).toEqual([200, list.url]);
    expect(draftsOn(page)).toHaveLength(1);
    const again = await openDraft();
    expect(again.body).toContain('value="Wheelchair van"');
    expect(again.body).not.toContain('neededOn-problem');
    expect(taken).toEqual([]);
  });

  test('from an empty form creates no draft', async () => {
    const nothing = { service: '', what: ' ', neededOn: '', priority: 'routine', reason: '', note: '', intent: 'back' };
    expect((await press(await openForm(), nothing)).body).toContain('New request');
    await press(await openForm(), { ...VAN, intent: 'back' });
    expect(draftsOn(await press(await openDraft(), nothing))).toEqual([]);
  });

  test('is refused without the form’s proof', async () => {
    const form = { ...ticketOf(await openForm()), ...VAN, intent: 'back' };
    expect((await browser.visit(formUrl(), { form: { ...form, csrf: '' } })).status).toBe(403);
    expect((await browser.visit(formUrl(), { form: { ...form, ticket: '' } })).status).toBe(403);
  });
});

describe('the same request within minutes', () => {
  test.for([
    ['word for word', VAN],
    ['in other case and space', { ...VAN, what: '  wheelchair   VAN ' }],
    ['with another priority, reason and note', { ...VAN, priority: 'urgent', reason: 'Now', note: 'Stairs' }],
  ] as const)('%s needs one confirmation, and is then sent', async ([, typed]) => {
    await send();
    wait(2 * MINUTE_MS);
    const asked = await send(typed);
    expect([isShownAgain(asked), taken.length]).toEqual([true, 1]);
    expect(asked.body).toContain('You sent a request for this, needed on the same day, 2 minutes ago.');
    expect(asked.body).toMatch(/The (?:request|version) on this page was not sent\./);
    expect((await browser.visit(asked.url)).body).toContain('You sent a request for this, needed on the same day');
    expect((await press(asked, typed)).body).toContain(SENT);
    expect(taken).toHaveLength(2);
    // The app asks again before the next one.
    expect((await send(typed)).body).toContain(
      'You sent a request for this, needed on the same day, less than a minute ago.',
    );
    expect(taken).toHaveLength(2);
  });

  test.for([
    ['another day', { ...VAN, neededOn: dayFromNow(21) }],
    ['another service', { ...VAN, service: 'equipment' }],
    ['something else', { ...VAN, what: 'Wheelchair' }],
  ] as const)('%s counts as another request', async ([, typed]) => {
    await send();
    expect((await send(typed)).body).toContain(SENT);
    expect(taken).toHaveLength(2);
  });

  test('after a quarter of an hour no confirmation is asked for', async () => {
    await send();
    wait(15 * MINUTE_MS);
    expect((await send()).body).toContain(SENT);
  });

  test('a confirmation is asked for while the first one is under way or not confirmed', async () => {
    const { promise, resolve: letGo } = Promise.withResolvers<void>();
    let posts = 0;
    ehr.on('requests', async ({ method }, response) => {
      if (method !== 'POST') return { status: 500 };
      posts += 1;
      await promise;
      response.destroy();
      return 'answered';
    });
    const [one, other] = [await openForm(), await openForm()];
    const first = press(one, VAN);
    await vi.waitUntil(() => posts === 1);
    const asked = await press(other, VAN);
    expect(asked.body).toContain(
      'You sent a request for this, needed on the same day, less than a minute ago, and the EHR has not confirmed it.',
    );
    letGo();
    expect((await first).body).toContain('The EHR did not confirm the request');
    expect(posts).toBe(1);
  });

  test('a refused request does not count as sent', async () => {
    ehr.on('requests', ({ method }) => (method === 'POST' ? { status: 422, body: {} } : searchset()));
    await send();
    ehr.on('requests', ({ method }) => (method === 'POST' ? { status: 201, body: {} } : searchset()));
    expect((await send()).body).toContain(SENT);
  });

  test('the same request for another patient needs no confirmation', async () => {
    await send();
    ehr.change('token', { scope: SCOPE, refresh_token: 'x', expires_in: 3_600, patient: 'pat-2' });
    ehr.on('/fhir/Patient/pat-2', () => ({
      body: { resourceType: 'Patient', id: 'pat-2', name: [{ family: 'Two' }] },
    }));
    list = await browser.open(launchUrl(organizationId));
    expect((await send()).body).toContain(SENT);
    expect(taken).toHaveLength(2);
  });
});

describe('a failed create can be diagnosed', () => {
  const outcome = {
    resourceType: 'OperationOutcome',
    issue: [
      {
        severity: 'error',
        code: 'business-rule',
        diagnostics: 'Stella Stub has no referral',
        details: { text: 'Stella' },
      },
      { severity: 'error', code: 'Stella', expression: ['ServiceRequest.code'] },
    ],
  };
  const traceOf = async () => {
    const { traces, database } = world().dependencies;
    await traces.flush();
    const { rows } = await database.db.execute(
      sql`select support_codes, outcome, steps from launch_traces where organization_id = ${organizationId}`,
    );
    expect(rows).toHaveLength(1);
    return rows[0] as { support_codes: string[]; outcome: string; steps: Record<string, unknown>[] };
  };
  const lineOf = (page: Visit) =>
    world()
      .logLines.map((text) => JSON.parse(text))
      .find((one) => one.supportCode === supportCodeOf(page));

  test.for([
    ['refused', 422, outcome, 'refused', ['business-rule']],
    ['refused in a 200', 200, outcome, 'refused', ['business-rule']],
    ['lost', 503, '', 'unknown', []],
    ['taken by a queue', 202, '', 'unknown', []],
  ] as const)(
    '%s is found by its support code, with HTTP status and issue codes',
    async ([, status, body, ended, issues]) => {
      ehr.on('requests', ({ method }) => (method === 'POST' ? { status, body } : searchset()));
      const page = await send();
      // The user reads what the EHR says; no trace and no log does.
      expect(page.body.includes('The EHR says: “Stella Stub has no referral” Support code')).toBe(ended === 'refused');
      const { support_codes: codes, outcome: launchOutcome, steps } = await traceOf();
      expect([codes.includes(supportCodeOf(page) ?? ''), launchOutcome]).toEqual([true, 'completed']);
      const step = steps.find(({ name }) => name === 'create');
      expect(step).toMatchObject({
        outcome: 'warning',
        status,
        facts: { 'how it ended': ended, 'issue codes': issues },
      });
      expect(lineOf(page)).toMatchObject({ ehrStatus: status, issueCodes: issues, status: 303 });
      expect(JSON.stringify([steps, lineOf(page)])).not.toMatch(/Stella|referral|Wheelchair/);
    },
  );

  test('a successful create is a step of the launch too', async () => {
    await send();
    const { steps } = await traceOf();
    expect(steps.filter(({ name }) => name === 'create')).toMatchObject([{ outcome: 'passed', status: 201 }]);
  });

  test.for([
    ['the form, when the patient cannot be read', () => formUrl(), 'patient', 'patient', 403],
    ['the list, when its requests cannot be read', () => list.url, 'requests', 'requests', 403],
  ] as const)('%s is added to the trace of the launch, long after it began', async ([, url, route, name, status]) => {
    wait(5 * MINUTE_MS);
    ehr.on(route, () => ({ status, body: { ...outcome, issue: [{ code: 'forbidden', diagnostics: 'Stella' }] } }));
    const page = await browser.visit(url());
    const { support_codes: codes, steps } = await traceOf();
    expect(codes).toContain(supportCodeOf(page));
    const step = steps.findLast((one) => one['name'] === name);
    expect(step).toMatchObject({ status, facts: { 'issue codes': ['forbidden'] } });
    expect(JSON.stringify(lineOf(page))).toContain('forbidden');
    expect(JSON.stringify([step, lineOf(page)])).not.toMatch(/Stella/);
  });

  test('a post without a request to the EHR adds no step', async () => {
    await send({ ...VAN, what: '' });
    expect((await traceOf()).steps.filter(({ name }) => name === 'create')).toEqual([]);
  });
});
