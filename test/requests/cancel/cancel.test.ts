/**
 * Cancelling a request: only one that was created here, only in the version that was seen; the page says only what is
 * known.
 */
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Rule } from '#src/errors/rules/table.ts';
import { supportCodeOf, type TestBrowser, type Visit } from '#test/helpers/browser.ts';
import { dayFromNow } from '#test/helpers/days.ts';
import { offerUpdates } from '#test/helpers/offered-updates.ts';
import { ehr, launchUrl, newOrganization, outcomeOf, useStubWorld } from '#test/helpers/stub-world.ts';
import { csrfOf, launchIdOf, sendForm, ticketOf } from '#test/helpers/visits.ts';

const SCOPE = 'launch launch/patient openid fhirUser patient/*.read patient/ServiceRequest.write';
const VAN = {
  service: 'transport',
  what: 'Wheelchair van',
  neededOn: dayFromNow(20),
  priority: 'routine',
  note: 'Ring',
};
const REVOKE = { status: 'revoked', reason: 'The patient walks again' };
const CANCELLED = 'The request is cancelled in the EHR.';
const CHANGED = 'the request has changed in the EHR since you looked';
type Resource = Record<string, unknown>;

const { world } = useStubWorld();
let browser: TestBrowser;
/** A revoked request that is not proved to be the one that was meant. */
const OF_PATIENT = { subject: { reference: 'Patient/pat-1' } };
const ANOTHER = { resourceType: 'ServiceRequest', id: 'sr-1', status: 'revoked', ...OF_PATIENT };
let list: Visit;
let organizationId: string;
/** The request that the EHR has. */
let chart: Resource;
/** The first request that was sent here: the EHR has it in every later case. */
let sent: Resource | undefined;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  ehr.change('token', { scope: SCOPE, refresh_token: 'first', expires_in: 3_600 });
  browser = world().browser();
  chart = structuredClone(sent ?? {});
  ehr.on('requests', ({ method, body }) => {
    if (method !== 'POST') return { body: { resourceType: 'Bundle', type: 'searchset', entry: [{ resource: chart }] } };
    chart = { ...JSON.parse(body), id: 'sr-1', meta: { versionId: '7' } };
    return { status: 201, body: chart };
  });
  ehr.on('/fhir/ServiceRequest/sr-1', (request) => (request.method === 'PUT' ? take(request) : { body: chart }));
  await begin();
  if (sent) return;
  await sendNow();
  sent = structuredClone(chart);
  await begin();
});
afterEach(() => void vi.useRealTimers());

async function begin(): Promise<void> {
  organizationId = await newOrganization({ createRequests: true, scopes: SCOPE });
  await offerUpdates({ world: world(), organizationId }, true);
  list = await browser.open(launchUrl(organizationId));
  ehr.requests.length = 0;
}
const url = (path: string) => `${world().url}/launches/${launchIdOf(list)}/requests/${path}`;
const open = () => browser.visit(url('sr-1/cancel'));
const versionOn = (page: Visit) => /name="version" value="([^"]*)"/.exec(page.body)?.[1] ?? '';
const cancel = (page: Visit, change: Record<string, string> = {}) =>
  browser.open(url('sr-1/cancel'), { form: { csrf: csrfOf(page), version: versionOn(page), ...REVOKE, ...change } });
const puts = () => ehr.requests.filter(({ method }) => method === 'PUT');
const saying = (diagnostics: string, severity = 'error') => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity, code: 'business-rule', diagnostics }],
});
/** Takes an update as FHIR defines it: another version is refused. */
function take({ headers, body }: { headers: Record<string, unknown>; body: string }) {
  const { versionId } = chart['meta'] as { versionId: string };
  if (headers['if-match'] !== `W/"${versionId}"`) return { status: 412 };
  chart = { ...JSON.parse(body), meta: { versionId: String(Number(versionId) + 1) } };
  return { body: chart };
}
/** Sends the request from a new form. */
async function sendNow(): Promise<string> {
  const { body } = await sendForm(browser, url('new'), { ...ticketOf(await browser.visit(url('new'))), ...VAN });
  ehr.requests.length = 0;
  return body;
}
async function auditRows(): Promise<unknown[]> {
  const { audit, database } = world().dependencies;
  await audit.flush();
  const { rows } = await database.db.execute(
    sql`select detail from audit_events where event = 'request-cancelled' and organization_id = ${organizationId}`,
  );
  return rows.map(({ detail }) => detail);
}

describe('a request that was created here', () => {
  test.for(['revoked', 'entered-in-error'])(
    'is shown once more, and %s in the version that the user saw, with the reason and an audit row',
    async (status) => {
      await sendNow();
      const detail = await browser.visit(url('sr-1'));
      expect(detail.body).toMatch(/\/requests\/sr-1\/cancel">.*Cancel the request…<\/a>/);
      const page = await open();
      expect(page.body).toMatch(/<strong><bdi>Wheelchair van<\/bdi><\/strong>, needed [A-Z][a-z]{2}\s\d/);
      expect(puts()).toEqual([]);
      const done = await cancel(page, { status });
      expect([done.status, browser.history.at(-2)?.status]).toEqual([200, 303]);
      expect(done.body).toContain(CANCELLED);
      expect(done.body).not.toContain('name="version"');
      expect((await browser.visit(list.url)).body).not.toMatch(/<mark>|was sent to the EHR/);
      expect(chart).toMatchObject({
        ...{ id: 'sr-1', status, code: { text: 'Wheelchair van' }, subject: { reference: 'Patient/pat-1' } },
        note: [{ text: 'Ring' }, { text: 'Cancelled: The patient walks again' }],
      });
      expect(puts().map(({ headers }) => headers['if-match'])).toEqual(['W/"7"']);
      expect(await auditRows()).toEqual([{ status }]);
      expect(done.url).not.toMatch(/walks|revoked/);
    },
  );

  test.for([
    ['generated', undefined],
    ['additional', { status: 'additional', div: '<div>active</div>' }],
  ])('keeps no narrative that calls it active, if that was %s from it', async ([status, text]) => {
    chart['text'] = { status, div: '<div>active</div>' };
    await cancel(await open());
    expect([chart['status'], chart['text']]).toEqual(['revoked', text]);
  });

  test.for<[string, (note: Resource[]) => Resource[], isLost: boolean]>([
    ['as written', (note) => note, false],
    [
      'with other white space and case',
      (note) => note.map((one) => ({ text: ` ${String(one['text'])}`.toUpperCase() })),
      false,
    ],
    ['not at all', () => [{ text: 'Ring' }], true],
    ['in part', (note) => note.map((one) => ({ text: String(one['text']).slice(0, 20) })), true],
  ])('says whether the EHR has kept the reason: %s', async ([, kept, isLost]) => {
    const page = await open();
    ehr.on('/fhir/ServiceRequest/sr-1', (request) => {
      if (request.method === 'PUT') chart = { ...JSON.parse(request.body), note: kept(JSON.parse(request.body).note) };
      return { body: chart };
    });
    const { body } = await cancel(page);
    expect([body.includes(CANCELLED), body.includes('The EHR did not keep the reason as you wrote it')]).toEqual([
      true,
      isLost,
    ]);
  });

  test('that a provider is carrying out says so before it is cancelled', async () => {
    await offerUpdates({ world: world(), organizationId }, true, { requestIncludes: ['Task:focus'] });
    const owner = { display: 'Swift Transport' };
    const task = {
      resourceType: 'Task',
      id: '1',
      status: 'in-progress',
      focus: { reference: 'ServiceRequest/sr-1' },
      owner,
    };
    const entry = [{ resource: chart }, { resource: task, search: { mode: 'include' } }];
    ehr.on('requests', () => ({ body: { resourceType: 'Bundle', type: 'searchset', entry } }));
    list = await browser.open(launchUrl(organizationId));
    const said = 'A provider has this request: <strong><bdi>Under way · Swift Transport</bdi></strong>.';
    expect((await open()).body).toContain(said);
    // The list of that time is no longer kept, and the provider may have begun since.
    vi.setSystemTime(Date.now() + 5 * 60_000);
    expect((await open()).body).toContain(said);
    ehr.on('requests', () => ({ status: 500 }));
    vi.setSystemTime(Date.now() + 5 * 60_000);
    const unheard = 'The EHR did not send what providers have answered: one may have it.';
    expect((await open()).body).toContain(unheard);
    // Of a list whose parts are withheld, too.
    chart = { ...chart, meta: { ...(chart['meta'] as object), security: [{ code: 'REDACTED' }] } };
    ehr.on('requests', () => ({ body: { resourceType: 'Bundle', type: 'searchset', entry: [{ resource: chart }] } }));
    vi.setSystemTime(Date.now() + 5 * 60_000);
    expect((await open()).body).toContain(unheard);
  });

  test('that was carried out meanwhile is not said to be missing', async () => {
    const page = await open();
    chart = { ...chart, status: 'completed', meta: { versionId: '8' } };
    const { body } = await cancel(page);
    expect(body).toContain('the request is no longer open in the EHR');
    expect(body).not.toContain('does not have this request');
    expect(puts()).toEqual([]);
  });

  test('that the EHR cannot show at this moment is not said to be missing', async () => {
    ehr.on('/fhir/ServiceRequest/sr-1', () => ({ status: 503 }));
    const page = await browser.open(url('sr-1/cancel'));
    expect([page.status, new URL(page.url).pathname]).toEqual([200, new URL(url('sr-1')).pathname]);
    expect(page.body).not.toContain('Page not found');
  });

  test('that another tab has cancelled: a post that says too little does not read as if it were still open', async () => {
    const [page, other] = [await open(), await open()];
    await cancel(page);
    const { body } = await cancel(other, { reason: 'x' });
    expect(body).toContain('the request is no longer open in the EHR');
    expect(body).not.toMatch(/not? cancelled|name="version"/);
  });

  test('is cancelled once: a second click, Back and reload change nothing', async () => {
    const page = await open();
    const both = await Promise.all([cancel(page), cancel(page)]);
    const again = [await cancel(page), await browser.visit(both[0]?.url ?? '')];
    for (const { body } of again) expect(body).toContain(CANCELLED);
    expect([(chart['meta'] as Resource)['versionId'], await auditRows()]).toEqual(['8', [{ status: 'revoked' }]]);
  });

  test('has a page that shows at once that it is cancelled, without the button', async () => {
    await browser.visit(`${list.url}?show=all`);
    await cancel(await open());
    const detail = await browser.visit(url('sr-1'));
    expect(detail.body).toContain('class=cancelled>Cancelled');
    expect(detail.body).not.toContain('sr-1/cancel');
    expect((await open()).status).toBe(404);
  });

  test.for<[string, () => void]>([
    ['before the page was posted', () => void (chart = { ...chart, priority: 'urgent', meta: { versionId: '8' } })],
    ['while it was written: 412', () => onPut(() => ({ status: 412 }))],
    ['while it was written: 409', () => onPut(() => ({ status: 409 }))],
  ])('that has changed %s is shown again, and not cancelled', async ([, change]) => {
    const page = await open();
    change();
    const answer = await cancel(page);
    expect(answer.body).toContain(CHANGED);
    expect(versionOn(answer)).toBe((chart['meta'] as Resource)['versionId']);
    expect(answer.body).toMatch(/value="revoked"[^>]* checked[^]* name="reason"[^>]* value="The patient walks again"/);
    expect([chart['status'], await auditRows()]).toEqual(['active', []]);
    ehr.on('/fhir/ServiceRequest/sr-1', (request) => (request.method === 'PUT' ? take(request) : { body: chart }));
    expect((await cancel(answer)).body).toContain(CANCELLED);
  });

  test.for<[string, { status: number; body?: object }, boolean, string]>([
    ['refused', { status: 403 }, false, 'the EHR did not let this app cancel the request now'],
    [
      'refused in words',
      { status: 422, body: saying('Order is in <progress>') },
      false,
      'in a minute. The EHR says: “Order is in &lt;progress&gt;”',
    ],
    [
      'a conflict with no other version',
      { status: 409, body: saying('Order is locked') },
      false,
      'did not let this app cancel the request now. Cancel it in the chart, or try again in a minute. The EHR says: “Order is locked”',
    ],
    [
      'done with a warning',
      { status: 200, body: saying('Call the lab', 'warning') },
      true,
      'the EHR may not notify them. The EHR says: “Call the lab”',
    ],
    [
      'done with a warning of large characters',
      {
        status: 200,
        body: {
          resourceType: 'OperationOutcome',
          issue: ['a', 'b', 'c'].map((one) => ({ severity: 'warning', diagnostics: one + '👨‍👩‍👧‍👦'.repeat(300) })),
        },
      },
      true,
      'The EHR says: “a👨‍👩‍👧‍👦',
    ],
    ['lost, and done', { status: 500 }, true, CANCELLED],
    ['lost, and not done', { status: 500 }, false, 'so the request may or may not be cancelled'],
    ['a portal that proves nothing', { status: 200, body: {} }, false, 'so the request may or may not be cancelled'],
    [
      'of no type',
      { status: 200, body: { ...ANOTHER, resourceType: undefined } },
      false,
      'may or may not be cancelled',
    ],
    ['of another request', { status: 200, body: { ...ANOTHER, id: 'sr-2' } }, false, 'may or may not be cancelled'],
    [
      "of another patient's",
      { status: 200, body: { ...ANOTHER, subject: { reference: 'Patient/pat-2' } } },
      false,
      'may or may not be cancelled',
    ],
  ])('after an answer that is %s the page says what is known', async ([, answer, isDone, words]) => {
    const page = await open();
    onPut(({ body }) => {
      if (isDone) chart = JSON.parse(body);
      return answer;
    });
    expect((await cancel(page)).body).toContain(words);
    expect(await auditRows()).toEqual(isDone ? [{ status: 'revoked' }] : []);
  });

  test.for<[status: number, code: string, rule: Rule]>([
    [401, 'login', 'fhir.create-token-refused'],
    [403, 'forbidden', 'fhir.create-forbidden'],
    [405, 'not-supported', 'fhir.create-not-offered'],
    [422, 'business-rule', 'fhir.create-refused'],
    [500, 'exception', 'fhir.create-unclear'],
  ])('that the EHR refuses with %i is found by the support code of its page', async ([status, code, rule]) => {
    const page = await open();
    const issue = [{ severity: 'error', code, diagnostics: 'Stella' }];
    onPut(() => ({ status, body: { resourceType: 'OperationOutcome', issue } }));
    const supportCode = supportCodeOf(await cancel(page));
    const { traces, database } = world().dependencies;
    await traces.flush();
    const { rows } = await database.db.execute(
      sql`select steps from launch_traces where ${supportCode} = any(support_codes) and organization_id = ${organizationId}`,
    );
    const steps = rows[0]?.['steps'] as { name: string }[] | undefined;
    expect(steps?.find(({ name }) => name === 'cancel')).toMatchObject({ outcome: 'warning', rule });
    expect(JSON.stringify(steps)).not.toMatch(/Stella|walks|Wheelchair/);
  });

  test.for<[status: number, words: string]>([
    [403, 'It may have none, or may not let this app read it.'],
    [503, 'the EHR did not let this app cancel the request now'],
  ])('that the EHR does not show again, with %i, is found by its support code', async ([status, words]) => {
    const page = await open();
    ehr.on('/fhir/ServiceRequest/sr-1', () => ({ status }));
    const answer = await cancel(page);
    expect(answer.body).toContain(words);
    const { traces, database } = world().dependencies;
    await traces.flush();
    const { rows } = await database.db.execute(
      sql`select steps from launch_traces where ${supportCodeOf(answer)} = any(support_codes) and organization_id = ${organizationId}`,
    );
    const steps = rows[0]?.['steps'] as { name: string }[] | undefined;
    const step = steps?.find(({ name }) => name === 'cancel');
    expect(step).toMatchObject({ outcome: 'warning' });
    for (const said of ['the EHR refused to show or cancel the request', String(status)])
      expect(JSON.stringify(step)).toContain(said);
  });

  test.for([
    ['done', 'completed', 'Nothing was changed now: the request is no longer open in the EHR.'],
    ['of an unknown status', 'unknown', 'so the request may or may not be cancelled'],
  ])('that is %s after a lost answer is not said to be open', async ([, status, words]) => {
    const page = await open();
    onPut(() => {
      chart = { ...chart, status };
      return { status: 500 };
    });
    expect((await cancel(page)).body).toContain(words);
  });

  test('that another user or a repeated update has cancelled first is reported as cancelled', async () => {
    const page = await open();
    onPut(({ body }) => {
      chart = JSON.parse(body);
      return { status: 412 };
    });
    expect((await cancel(page)).body).toContain(CANCELLED);
  });

  test.for([
    ['a reason', { reason: ' \u200B' }],
    ['what happened', { status: 'completed' }],
  ] as const)('is not cancelled without %s', async ([, change]) => {
    const { body } = await cancel(await open(), change);
    expect(body).toContain('Nothing was cancelled yet');
    expect(body).not.toContain('Support code');
    expect(puts()).toEqual([]);
  });
});

test('in an EHR that was never checked, the CapabilityStatement is read once for all pages, and the button is there at once', async () => {
  ehr.on('metadata', () => ({
    body: {
      resourceType: 'CapabilityStatement',
      rest: [{ mode: 'server', resource: [{ type: 'ServiceRequest', interaction: [{ code: 'update' }] }] }],
    },
  }));
  organizationId = await newOrganization({ createRequests: true, scopes: SCOPE });
  list = await browser.open(launchUrl(organizationId));
  const asked = () => ehr.requests.filter(({ path }) => path === '/fhir/metadata').length;
  // The first launch asks for the version of FHIR.
  expect(asked()).toBe(1);
  for (const page of [await browser.visit(url('sr-1')), await browser.visit(url('sr-1'))]) {
    expect(page.body).toContain('/requests/sr-1/cancel"');
  }
  expect(asked()).toBe(2);
  expect((await cancel(await open())).body).toContain(CANCELLED);
});

/** What a page says, without its support code. */
function main(body: string): string {
  return (/<main[^]*<\/main>/.exec(body)?.[0] ?? '').replace(/\b[A-Z0-9]{4}-[A-Z0-9]{4}\b|name="?csrf"?[^>]*>/g, '');
}

function onPut(answer: (request: { body: string }) => object) {
  ehr.on('/fhir/ServiceRequest/sr-1', (request) => (request.method === 'PUT' ? answer(request) : { body: chart }));
}

describe('nothing is offered, and a post is 404 and changes nothing', () => {
  const isClosed = async () => {
    const form = { csrf: csrfOf(list), version: '7', ...REVOKE };
    expect((await browser.visit(url('sr-1'))).body).not.toContain('sr-1/cancel');
    expect(outcomeOf(await browser.open(url('sr-1/cancel')))).toEqual({ status: 404, code: 'request.not-found' });
    const posted = await browser.open(url('sr-1/cancel'), { form });
    expect(posted.body).not.toContain(CANCELLED);
    expect([puts(), await auditRows()]).toEqual([[], []]);
  };

  test.for<[string, Resource]>([
    ['of an order that was not created here', { identifier: [{ system: 'urn:hospital', value: '1' }] }],
    [
      'where an identifier only looks like ours',
      { identifier: [{ system: 'https://vectorcare.example/requests', value: 'x'.repeat(43) }] },
    ],
    ['of a request that is done', { status: 'completed' }],
    ['where the EHR names no version', { meta: {} }],
    ['where its subject is another patient', { subject: { reference: 'Patient/pat-2' } }],
    ['where it names no subject', { subject: undefined }],
  ])('%s', async ([, change]) => {
    chart = JSON.parse(JSON.stringify({ ...chart, ...change }));
    await isClosed();
  });

  test('if the CapabilityStatement offers no update, or was never read', async () => {
    for (const offered of [false, undefined]) {
      // oxlint-disable no-await-in-loop -- one after the other
      await offerUpdates({ world: world(), organizationId }, offered);
      list = await browser.open(launchUrl(organizationId));
      await isClosed();
      expect((await browser.visit(url('sr-1'))).body).toContain(
        'This app cannot cancel this request: cancel it in the chart.',
      );
      // oxlint-enable no-await-in-loop
    }
  });

  test('SCO-19: if the EHR granted creating only', async () => {
    ehr.change('token', { scope: 'launch openid fhirUser patient/*.rs patient/ServiceRequest.c' });
    list = await browser.open(launchUrl(organizationId));
    await isClosed();
  });

  test('and both are the same for an unknown request, a refused one and another patient’s', async () => {
    const foreign = { ...chart, id: 'sr-foreign', subject: { reference: 'Patient/pat-2' } };
    ehr.on('/fhir/ServiceRequest/sr-foreign', () => ({ body: foreign }));
    ehr.on('/fhir/ServiceRequest/sr-refused', () => ({
      status: 403,
      body: saying('This order is of another patient'),
    }));
    const pages = async (id: string) => {
      const form = { csrf: csrfOf(list), version: '7', ...REVOKE };
      const seen = [
        await browser.visit(url(`${id}/cancel`)),
        await browser.open(url(`${id}/cancel`)),
        await browser.open(url(`${id}/cancel`), { form }),
        await browser.visit(url(`${id}/correct`), { form }),
      ];
      return seen.map(({ status, body }) => [status, main(body).replaceAll(id, '')]);
    };
    const unknown = await pages('sr-unknown');
    expect([unknown, puts()]).toEqual([await pages('sr-refused'), []]);
    expect(unknown).toEqual(await pages('sr-foreign'));
  });

  test('a POST without the token of the form', async () => {
    const answer = await browser.visit(url('sr-1/cancel'), { form: { version: '7', ...REVOKE } });
    expect([answer.status, puts()]).toEqual([403, []]);
  });
});

test.for<[string, string, string]>([
  ['another user has cancelled it', 'revoked', '. That one has since been cancelled.'],
  ['it was an error', 'entered-in-error', '. That one has since been cancelled.'],
  ['it was done', 'completed', '. The request on this page was not sent.'],
  ['it is still open', 'active', '. The request on this page was not sent.'],
])('the same request again, and in the EHR %s', async ([, status, words]) => {
  await sendNow();
  chart = { ...chart, status };
  expect(await sendNow()).toContain(
    `You sent a request for this, needed on the same day, less than a minute ago${words}`,
  );
});

test('the same request again: the page says that the first one was cancelled since', async () => {
  await sendNow();
  expect(await sendNow()).toContain(
    'You sent a request for this, needed on the same day, less than a minute ago. The request on this page was not sent.',
  );
  await cancel(await open());
  expect(await sendNow()).toContain(
    'You sent a request for this, needed on the same day, less than a minute ago. That one has since been cancelled. The request on this page was not sent.',
  );
});
