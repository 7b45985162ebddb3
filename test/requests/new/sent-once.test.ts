/** A request is sent once, and only a request that was sent is called sent, whatever EHR and clinician do (FH-17). */
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type FormTicket, ownerHash } from '#src/requests/form/form-ticket.ts';
import type { TestBrowser, Visit } from '#test/helpers/browser.ts';
import { dayFromNow } from '#test/helpers/days.ts';
import { ehr, launchUrl, newOrganization, useStubWorld } from '#test/helpers/stub-world.ts';
import { draftsOn, isShownAgain, launchIdOf, sendForm, ticketOf } from '#test/helpers/visits.ts';

const SCOPE = 'launch launch/patient openid fhirUser patient/*.read patient/ServiceRequest.write';
const VAN = {
  ...{ service: 'transport', what: 'Wheelchair van', neededOn: dayFromNow(60) },
  ...{ priority: 'routine', reason: '', note: '' },
};
const OXYGEN = { ...VAN, service: 'equipment', what: 'Home oxygen' };
const SENT = 'The request was sent to the EHR.';
const UNCONFIRMED = 'The EHR did not confirm the request';
const MINUTE_MS = 60_000;
const TWELVE_HOURS_MS = 12 * 60 * MINUTE_MS;
const THREE_DAYS_MS = 6 * TWELVE_HOURS_MS;

const { world } = useStubWorld();
let browser: TestBrowser;
let list: Visit;
let organizationId: string;
/** The requests that the EHR has. */
let chart: Record<string, unknown>[];

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  ehr.change('token', { scope: SCOPE, refresh_token: 'first', expires_in: 3_600 });
  organizationId = await newOrganization({ createRequests: true, scopes: SCOPE });
  browser = world().browser();
  list = await browser.open(launchUrl(organizationId));
  chart = [];
  ehrWorks();
});
afterEach(() => void vi.useRealTimers());

const keep = (body: string) => void chart.push(JSON.parse(body));
const searchset = () => ({
  body: { resourceType: 'Bundle', type: 'searchset', entry: chart.map((resource) => ({ resource })) },
});
function ehrWorks() {
  ehr.on('requests', ({ method, body }) => {
    if (method !== 'POST') return searchset();
    keep(body);
    return { status: 201, body: { resourceType: 'ServiceRequest' } };
  });
}
/** The EHR accepts the request or not, does not answer, and cannot be searched either. */
function ehrBreaks({ takes }: { takes: boolean }) {
  ehr.on('requests', ({ method, body }, response) => {
    if (method !== 'POST') return { status: 500 };
    if (takes) keep(body);
    response.destroy();
    return 'answered';
  });
}
function ehrRefuses() {
  ehr.on('requests', ({ method }) => (method === 'POST' ? { status: 403 } : searchset()));
}
const calls = (wanted: string) => ehr.seen('requests').filter(({ method }) => method === wanted).length;
const said = () => chart.map((resource) => (resource['code'] as { text: string }).text);

const identifiers = () =>
  chart.flatMap((resource) => (resource['identifier'] as { value: string }[]).map(({ value }) => value));

const formUrl = (page: Visit = list) => `${world().url}/launches/${launchIdOf(page)}/requests/new`;
const openForm = () => browser.visit(formUrl());
/** Opens the draft that the list names first. */
const openDraft = async () => browser.visit(`${formUrl()}?form=${draftsOn(await browser.visit(list.url))[0]}`);
const send = (page: Visit, typed: Record<string, string>) =>
  sendForm(browser, formUrl(), { ...ticketOf(page), ...typed });
const wait = (ms: number) => void vi.setSystemTime(Date.now() + ms);
async function launchWith(scope: string): Promise<void> {
  ehr.change('token', { scope: `launch openid fhirUser ${scope}` });
  list = await browser.open(launchUrl(organizationId));
  ehr.requests.length = 0;
}
const launchAgain = async () => void (list = await browser.open(launchUrl(organizationId)));
async function auditRows(): Promise<number> {
  const { audit, database } = world().dependencies;
  await audit.flush();
  const { rows } = await database.db.execute(
    sql`select count(*)::int as n from audit_events where event = 'request-created' and organization_id = ${organizationId}`,
  );
  return Number(rows[0]?.['n']);
}

describe('a lost answer', () => {
  test('is resolved by a search when the same form is sent again, and a found request is not sent twice', async () => {
    ehrBreaks({ takes: true });
    const page = await send(await openForm(), VAN);
    expect([isShownAgain(page), page.body.includes(UNCONFIRMED)]).toEqual([true, true]);
    expect(await auditRows()).toBe(0);
    ehrWorks();
    expect((await send(page, VAN)).body).toContain(SENT);
    expect([said(), await auditRows()]).toEqual([['Wheelchair van'], 1]);
  });

  test('is resolved by a search however many other forms were posted meanwhile', async () => {
    const [one, other] = [await openForm(), await openForm()];
    ehrBreaks({ takes: true });
    const page = await send(one, VAN);
    ehrWorks();
    expect((await send(other, { ...OXYGEN, what: '' })).body).toContain('id="what-problem"');
    expect((await send(other, OXYGEN)).body).toContain(SENT);
    expect((await send(page, VAN)).body).toContain(SENT);
    expect(said()).toEqual(['Wheelchair van', 'Home oxygen']);
  });

  test('is resolved by a search as long as the page can be posted, in another launch too', async () => {
    ehrBreaks({ takes: true });
    const form = await openForm();
    const page = await send(form, VAN);
    wait(TWELVE_HOURS_MS - MINUTE_MS);
    await launchAgain();
    ehrWorks();
    const { csrf } = ticketOf(await openForm());
    for (const { ticket } of [ticketOf(page), ticketOf(form)]) {
      // oxlint-disable-next-line no-await-in-loop -- one page after the other
      const again = await sendForm(browser, formUrl(), { ...VAN, csrf, ticket });
      expect(again.body).toContain(SENT);
    }
    expect(said()).toEqual(['Wheelchair van']);
  });

  test('is resolved by a search when a page of the draft is sent', async () => {
    ehrBreaks({ takes: true });
    await send(await openForm(), VAN);
    const draft = await openDraft();
    ehrWorks();
    expect(draft.body).toContain('value="Wheelchair van"');
    expect(draft.body).toContain('It may be in the EHR already');
    expect((await send(draft, VAN)).body).toContain(SENT);
    expect(said()).toEqual(['Wheelchair van']);
  });

  test('stays unknown while only a part of the EHR’s requests could be read', async () => {
    ehrBreaks({ takes: true });
    const page = await send(await openForm(), VAN);
    const link = [{ relation: 'next', url: `${ehr.fhirBase}/ServiceRequest?page=2` }];
    ehr.on('requests', ({ query }) =>
      query.has('page') ? { status: 500 } : { body: { resourceType: 'Bundle', type: 'searchset', link } },
    );
    const again = await send(page, VAN);
    expect([again.body.includes(UNCONFIRMED), calls('POST')]).toEqual([true, 1]);
    ehrWorks();
    expect((await send(again, VAN)).body).toContain(SENT);
    expect(calls('POST')).toBe(1);
  });

  test('can be resolved under a limited scope; a request that is not found there stays unknown', async () => {
    await launchWith('patient/Patient.rs patient/ServiceRequest.c patient/ServiceRequest.rs?category=a');
    ehrBreaks({ takes: true });
    const page = await send(await openForm(), VAN);
    expect(page.body).toContain(UNCONFIRMED);
    ehrWorks();
    const before = calls('GET');
    expect((await send(page, { ...VAN, intent: 'look' })).body).toContain(SENT);
    expect([calls('GET') > before, calls('POST')]).toEqual([true, 1]);
    ehrBreaks({ takes: false });
    const lost = await send(await openForm(), OXYGEN);
    ehrWorks();
    const looked = await send(lost, { ...OXYGEN, intent: 'look' });
    expect(looked.body).toContain(
      'The EHR shows this app only a part of the requests. Look again, and look in the chart.',
    );
    expect(looked.body).not.toContain('first checks whether the EHR');
    expect((await send(looked, OXYGEN)).body).toContain(UNCONFIRMED);
    expect(calls('POST')).toBe(2);
    const asked = await send(await openForm(), OXYGEN);
    expect(asked.body).toContain('and the EHR has not confirmed it');
    expect((await send(asked, OXYGEN)).body).toContain(SENT);
    expect(calls('POST')).toBe(3);
  });

  test('of an EHR that drops our identifier is not posted again: the page names the order that looks like it', async () => {
    const page = await openForm();
    ehrBreaks({ takes: true });
    await send(page, VAN);
    ehrWorks();
    chart = chart.map(({ identifier: _dropped, ...kept }) => ({ ...kept, occurrenceDateTime: undefined }));
    const again = await send(await openDraft(), VAN);
    const looked = await send(again, { ...VAN, intent: 'look' });
    for (const { body } of [again, looked]) expect(body).toContain('has one that looks like it but does not carry');
    expect(calls('POST')).toBe(1);
    // An order for another day is another one.
    chart = chart.map((one) => ({ ...one, occurrenceDateTime: dayFromNow(61) }));
    expect((await send(again, VAN)).body).toContain(SENT);
  });

  const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
  test.for<[string, () => object, isOther: boolean]>([
    ['written last month', () => ({ authoredOn: ago(30 * 2 * TWELVE_HOURS_MS) }), true],
    ['written this morning', () => ({ authoredOn: ago(TWELVE_HOURS_MS) }), false],
    ['that the EHR has not changed since last month', () => ({ meta: { lastUpdated: '2020-01-01T00:00:00Z' } }), true],
    ['written last week, as a day', () => ({ authoredOn: ago(14 * TWELVE_HOURS_MS).slice(0, 10) }), true],
    ['written since', () => ({ authoredOn: ago(0) }), false],
    ['written as a day', () => ({ authoredOn: ago(0).slice(0, 10) }), false],
    ['changed since', () => ({ meta: { lastUpdated: ago(0) } }), false],
    ['without a day', () => ({}), false],
  ])('is not taken for an order of the same words %s, before the form was begun', async ([, dates, isOther]) => {
    ehrBreaks({ takes: false });
    const page = await send(await openForm(), VAN);
    ehrWorks();
    const same = { resourceType: 'ServiceRequest', id: 'x', status: 'active', subject: { reference: 'Patient/pat-1' } };
    chart = [{ ...same, code: { text: VAN.what }, ...dates() }];
    const answers = [await send(page, { ...VAN, intent: 'look' }), await send(page, VAN)];
    expect(answers.map(({ body }) => body.includes('has one that looks like it'))).toEqual([!isOther, !isOther]);
    expect(calls('POST')).toBe(isOther ? 2 : 1);
  });

  test('is not searched for if the EHR permits no search, and the page says so', async () => {
    await launchWith('patient/Patient.rs patient/ServiceRequest.c');
    ehrBreaks({ takes: false });
    for (const page of [await send(await openForm(), VAN), await send(await openDraft(), VAN)]) {
      expect(page.body).toContain('The EHR does not let this app look for it: look in the chart.');
      expect(page.body).not.toMatch(/Look again|first checks whether the EHR/);
    }
    expect([calls('GET'), calls('POST')]).toEqual([0, 1]);
  });

  test('followed by a refusal is still resolved by a search', async () => {
    ehrBreaks({ takes: false });
    const page = await send(await openForm(), VAN);
    ehrRefuses();
    const refused = await send(page, VAN);
    expect([refused.body.includes('Not sent.'), calls('POST')]).toEqual([true, 2]);
    expect(refused.body).toContain('It may be in the EHR already');
    ehrWorks();
    const searches = calls('GET');
    const sent = await send(refused, VAN);
    expect(sent.body).toContain(SENT);
    // The three searches are by identifier and by patient before sending, and the list's own.
    expect([calls('GET') - searches, calls('POST')]).toEqual([3, 3]);
  });
});

describe('a refusal', () => {
  test.for<[string, { status: number; body?: object }]>([
    ['409', { status: 409 }],
    ['412', { status: 412 }],
    [
      '422 and a duplicate',
      { status: 422, body: { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'duplicate' }] } },
    ],
  ])('that the request exists already, %s, counts after a search', async ([, answer]) => {
    for (const takes of [true, false]) {
      ehr.on('requests', ({ method, body }) => {
        if (method !== 'POST') return searchset();
        if (takes) keep(body);
        return answer;
      });
      const page = await send(await openForm(), takes ? VAN : OXYGEN);
      expect(page.body.includes(SENT)).toBe(takes);
      expect(page.body.includes('Not sent. The EHR did not accept this request.')).toBe(!takes);
    }
    expect(said()).toEqual(['Wheelchair van']);
  });

  test('leaves no trace: a changed form is sent at once', async () => {
    ehrRefuses();
    const page = await send(await openForm(), VAN);
    expect(page.body).toContain('Not sent.');
    ehrWorks();
    expect((await send(page, OXYGEN)).body).toContain(SENT);
    expect(said()).toEqual(['Home oxygen']);
    // The searches are those of lists and reviews: no request had to be looked for.
    expect(ehr.seen('requests').filter(({ path }) => path.includes('identifier='))).toEqual([]);
  });
});

describe('a changed form of which an earlier version was sent', () => {
  test.for([
    ['was sent', 'An earlier version of this request was sent and is in the EHR.', ehrWorks],
    ['was not confirmed', 'The EHR did not confirm an earlier version', () => ehrBreaks({ takes: true })],
  ] as const)(
    'that %s is neither sent nor shown as sent, until it is sent as another request',
    async ([, words, first]) => {
      first();
      const form = await openForm();
      const before = await send(form, VAN);
      ehrWorks();
      const asked = await send(before.body.includes(SENT) ? form : before, OXYGEN);
      expect([isShownAgain(asked), asked.body.includes(SENT), said()]).toEqual([true, false, ['Wheelchair van']]);
      expect(asked.body).toContain(words);
      expect(asked.body).toMatch(/The (?:request|version) on this page was not sent\./);
      expect(asked.body).toContain('value="Home oxygen"');
      expect((await openDraft()).body).toContain('value="Home oxygen"');

      expect((await send(asked, OXYGEN)).body).toContain(SENT);
      expect(said()).toEqual(['Wheelchair van', 'Home oxygen']);
      expect(new Set(identifiers()).size).toBe(2);

      // From any earlier page of this form, the app knows that both requests were sent.
      for (const page of [form, before, asked].filter(({ body }) => body.includes('name="ticket"'))) {
        for (const typed of [VAN, OXYGEN]) {
          // oxlint-disable-next-line no-await-in-loop -- a person goes back step by step
          expect((await send(page, typed)).body).toContain(SENT);
        }
      }
      expect(said()).toEqual(['Wheelchair van', 'Home oxygen']);
    },
  );

  test('a third version needs another confirmation, because the page named the first one only', async () => {
    const form = await openForm();
    await send(form, VAN);
    const asked = await send(form, OXYGEN);
    await send(asked, OXYGEN);
    const third = await send(asked, { ...OXYGEN, what: 'Hospital bed' });
    expect([isShownAgain(third), said()]).toEqual([true, ['Wheelchair van', 'Home oxygen']]);
    expect((await send(third, { ...OXYGEN, what: 'Hospital bed' })).body).toContain(SENT);
    expect(said()).toHaveLength(3);
  });

  test('white space around a text is no change', async () => {
    const form = await openForm();
    await send(form, VAN);
    expect((await send(form, { ...VAN, what: ' Wheelchair van ' })).body).toContain(SENT);
    expect(said()).toEqual(['Wheelchair van']);
  });
});

describe('two windows', () => {
  /** Holds the EHR's requests until they are released. */
  function hold() {
    let arrived = 0;
    const { promise, resolve: letGo } = Promise.withResolvers<void>();
    const waiting = async () => {
      arrived += 1;
      await promise;
    };
    return { letGo, waiting, arrivals: (count: number) => vi.waitUntil(() => arrived === count) };
  }

  test('while a request is under way its form is not sent again, and after a minute the EHR is searched', async () => {
    const { letGo, waiting, arrivals } = hold();
    ehr.on('requests', async ({ method, body }) => {
      if (method !== 'POST') return searchset();
      keep(body);
      await waiting();
      return { status: 201 };
    });
    const form = await openForm();
    const first = send(form, VAN);
    await arrivals(1);
    for (const typed of [VAN, OXYGEN]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const page = await send(form, typed);
      expect([isShownAgain(page), page.body.includes('is being sent in another window')]).toEqual([true, true]);
    }
    wait(MINUTE_MS + 1_000);
    expect((await send(form, VAN)).body).toContain(SENT);
    letGo();
    expect((await first).body).toContain(SENT);
    expect([said(), await auditRows()]).toEqual([['Wheelchair van'], 1]);
  });

  test('that both search for a lost answer send the request once more between them', async () => {
    ehrBreaks({ takes: false });
    const page = await send(await openForm(), VAN);
    const { letGo, waiting, arrivals } = hold();
    ehr.on('requests', async ({ method, body }) => {
      if (method === 'POST') return (keep(body), { status: 201 });
      const answer = searchset();
      await waiting();
      return answer;
    });
    const both = [send(page, VAN), send(page, VAN)];
    await arrivals(2);
    letGo();
    const pages = await Promise.all(both);
    expect(pages.map(({ status }) => status)).toEqual([200, 200]);
    expect([said(), await auditRows()]).toEqual([['Wheelchair van'], 1]);
    // A page that is read after the other post has ended shows its result.
    expect(pages.filter(({ body }) => body.includes(SENT)).length).toBeGreaterThanOrEqual(1);
  });

  test('a request is under way from the moment it is sent, however long the search before it took', async () => {
    ehrBreaks({ takes: false });
    const page = await send(await openForm(), VAN);
    const [looking, posting] = [hold(), hold()];
    ehr.on('requests', async ({ method, body }) => {
      await (method === 'POST' ? posting : looking).waiting();
      if (method !== 'POST') return searchset();
      keep(body);
      return { status: 201 };
    });
    const first = send(page, VAN);
    await looking.arrivals(1);
    wait(MINUTE_MS - 10_000);
    looking.letGo();
    await posting.arrivals(1);
    wait(MINUTE_MS - 10_000);
    expect((await send(page, VAN)).body).toContain('is being sent in another window');
    posting.letGo();
    expect((await first).body).toContain(SENT);
    expect(said()).toEqual(['Wheelchair van']);
  });

  test('that send a changed form while the other searches the EHR: the older version stays', async () => {
    ehrBreaks({ takes: false });
    const page = await send(await openForm(), VAN);
    const changed = await send(page, OXYGEN);
    const { letGo, waiting, arrivals } = hold();
    ehr.on('requests', async ({ method, body }) => {
      if (method === 'POST') return (keep(body), { status: 201 });
      const answer = searchset();
      if (chart.length === 0) await waiting();
      return answer;
    });
    const older = send(page, VAN);
    await arrivals(1);
    await send(changed, OXYGEN);
    letGo();
    expect((await older).body).toContain('is being sent in another window');
    expect(said()).toEqual(['Home oxygen']);
  });

  test('that send two forms at once do not hinder each other', async () => {
    const forms = await Promise.all([openForm(), openForm(), openForm(), openForm()]);
    const pages = await Promise.all(forms.map((form, index) => send(form, { ...VAN, what: `Van ${index}` })));
    expect(pages.filter(isShownAgain)).toEqual([]);
    expect([said().toSorted(), await auditRows()]).toEqual([['Van 0', 'Van 1', 'Van 2', 'Van 3'], 4]);
  });

  test('that send equal forms at the same time send one request, and ask to confirm the other', async () => {
    const forms = await Promise.all([openForm(), openForm()]);
    const pages = await Promise.all(forms.map((form) => send(form, VAN)));
    expect(pages.filter(isShownAgain)).toHaveLength(1);
    expect([said(), await auditRows()]).toEqual([['Wheelchair van'], 1]);
  });

  test('two clicks: one request, one row in the audit trail', async () => {
    const form = await openForm();
    for (const page of [await send(form, VAN), await send(form, VAN)]) {
      expect(page.body).toContain(SENT);
      expect(draftsOn(page)).toEqual([]);
    }
    expect([said(), await auditRows()]).toEqual([['Wheelchair van'], 1]);
  });
});

describe('the delivery record of a form', () => {
  test('lasts as long as its page can be posted; then the page says so and keeps the typed text', async () => {
    const form = await openForm();
    const begun = Date.now();
    await send(form, VAN);
    for (const [afterMs, outcome] of [
      [THREE_DAYS_MS - MINUTE_MS, SENT],
      [THREE_DAYS_MS, 'This request was begun more than three days ago'],
    ] as const) {
      vi.setSystemTime(begun + afterMs);
      // oxlint-disable-next-line no-await-in-loop -- time goes on
      await launchAgain();
      // oxlint-disable-next-line no-await-in-loop -- the same
      const { csrf } = ticketOf(await openForm());
      // oxlint-disable-next-line no-await-in-loop -- the same
      const page = await sendForm(browser, formUrl(), { ...VAN, csrf, ticket: ticketOf(form).ticket });
      expect(page.body).toContain(outcome);
      if (outcome === SENT) continue;
      expect([isShownAgain(page), said()]).toEqual([true, ['Wheelchair van']]);
      expect(page.body).toContain('value="Wheelchair van"');
      expect(page.body).toContain('It may be in the EHR already');
      // oxlint-disable-next-line no-await-in-loop -- the same
      const draft = await openDraft();
      expect(draft.body).toContain('value="Wheelchair van"');
      expect(draft.body).toContain('It may be in the EHR already');
      // oxlint-disable-next-line no-await-in-loop -- the same
      expect((await send(page, VAN)).body).toContain(SENT);
    }
    expect(said()).toEqual(['Wheelchair van', 'Wheelchair van']);
  });

  test('that cannot be read does not count as absent', async () => {
    const form = await openForm();
    const { redis, sealer } = world().dependencies;
    const { owner } = (await sealer.open('form-ticket', ticketOf(form).ticket)) as FormTicket;
    await redis.set(`deliveries:${ownerHash(owner)}`, 'sealed by a secret that is gone', THREE_DAYS_MS);
    const asked = await send(form, VAN);
    expect([isShownAgain(asked), said()]).toEqual([true, []]);
    expect(asked.body).toContain('The EHR did not confirm an earlier version');
    expect((await send(asked, VAN)).body).toContain(SENT);
  });

  test('ST-03: is sealed, and its identifier in the EHR reveals nothing of the typed text', async () => {
    const form = await openForm();
    await send(form, VAN);
    const { redis, sealer } = world().dependencies;
    const { owner } = (await sealer.open('form-ticket', ticketOf(form).ticket)) as FormTicket;
    expect(await redis.get(`deliveries:${ownerHash(owner)}`)).not.toMatch(
      new RegExp(`sent|Wheelchair|${identifiers().join('|')}`),
    );
    await send(await send(await openForm(), VAN), VAN);
    expect(new Set(identifiers()).size).toBe(2);
  });
});

test('a sent form that is posted again after the launch ended is not offered as a draft', async () => {
  const form = await openForm();
  await send(form, VAN);
  await browser.visit(formUrl().replace('requests/new', 'sign-out'), { form: { csrf: ticketOf(form).csrf } });
  expect((await send(form, VAN)).status).toBe(401);
  await launchAgain();
  expect(draftsOn(list)).toEqual([]);
});
