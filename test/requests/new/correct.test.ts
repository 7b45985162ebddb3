/** Correct and resend: a new request replaces one of ours, which is cancelled only after the new one exists. */
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { TestBrowser, Visit } from '#test/helpers/browser.ts';
import { dayFromNow } from '#test/helpers/days.ts';
import { offerUpdates } from '#test/helpers/offered-updates.ts';
import { ehr, launchUrl, newOrganization, outcomeOf, useStubWorld } from '#test/helpers/stub-world.ts';
import { csrfOf, draftsOn, launchIdOf, sendForm, ticketOf } from '#test/helpers/visits.ts';
import { withDayWords } from '#views/date-text.ts';

const SCOPE = 'launch launch/patient openid fhirUser patient/*.read patient/ServiceRequest.write';
const DAY = dayFromNow(20);
const VAN = {
  ...{ service: 'transport', what: 'Wheelchair van', neededOn: DAY, neededAt: '09:30', neededUntil: '11:00' },
  ...{ priority: 'urgent', reason: 'Dialysis', note: 'Ring\ntwice', from: 'Ward 3', to: 'Clinic', phone: '+1 555' },
  ...{ language: 'Spanish', 'own.transport.mobility': 'On foot', 'own.transport.return-trip': 'yes' },
  'own.transport.return-at': `${DAY}T14:00`,
};
const ANOTHER_TIME = { occurrencePeriod: undefined };
const SENT = 'The request was sent to the EHR.';
type Resource = Record<string, unknown>;
const NEW = { resourceType: 'ServiceRequest', id: 'sr-2', status: 'active', subject: { reference: 'Patient/pat-1' } };

const { world } = useStubWorld();
let browser: TestBrowser;
let list: Visit;
let organizationId: string;
/** The EHR's requests, by id. */
let chart: Map<string, Resource>;
/** The first request that was sent here: it is in the chart of every later case. */
let sent: Resource | undefined;
let onCreate: (made: Resource) => object;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  ehr.change('token', { scope: SCOPE, refresh_token: 'first', expires_in: 3_600 });
  browser = world().browser();
  chart = new Map(sent && [['sr-1', structuredClone(sent)]]);
  onCreate = (made) => ({ status: 201, body: made });
  ehr.on('requests', ({ method, body }) => {
    if (method !== 'POST') {
      const entry = [...chart.values()].map((resource) => ({ resource }));
      return { body: { resourceType: 'Bundle', type: 'searchset', entry } };
    }
    const made = { ...JSON.parse(body), id: `sr-${chart.size + 1}`, meta: { versionId: '7' } };
    const answer = onCreate(made) as { status?: number };
    if (answer.status === 201) chart.set(made.id, made);
    return answer;
  });
  for (const id of ['sr-1', 'sr-2']) {
    ehr.on(`/fhir/ServiceRequest/${id}`, (request) =>
      request.method === 'PUT' ? put(id, request) : chart.has(id) ? { body: chart.get(id) } : { status: 404 },
    );
  }
  await begin();
  if (sent) return;
  await sendNow();
  sent = structuredClone(old());
  await begin();
});
afterEach(() => void vi.useRealTimers());

async function begin(): Promise<void> {
  organizationId = await newOrganization({ createRequests: true, scopes: SCOPE, helpDeskName: 'Ward Desk' });
  await offerUpdates({ world: world(), organizationId }, true);
  list = await browser.open(launchUrl(organizationId));
  ehr.requests.length = 0;
}
const url = (path: string) => `${world().url}/launches/${launchIdOf(list)}/requests/${path}`;
const correct = (id = 'sr-1') => browser.open(url(`${id}/correct`), { form: { csrf: csrfOf(list) } });
/** Sends the old request in this launch, so that the app knows it as just sent. */
async function sendNow(): Promise<void> {
  chart.clear();
  await sendForm(browser, url('new'), { ...ticketOf(await browser.visit(url('new'))), ...VAN });
  ehr.requests.length = 0;
}
const writes = () =>
  ehr.requests
    .filter(({ method, path }) => method === 'PUT' || (method === 'POST' && path.endsWith('/ServiceRequest')))
    .map(({ method }) => method);
const old = () => chart.get('sr-1') as Resource;
const change = (id: string, changes: Resource) => void chart.set(id, { ...chart.get(id), ...changes });
/** The fields that a browser would post from the form on a page. */
function fieldsOf({ body }: Visit): Record<string, string> {
  const fields: Record<string, string> = {};
  const plain = (text: string) => text.replaceAll('&quot;', '"').replaceAll('&amp;', '&');
  for (const [tag, name = ''] of body.matchAll(/<input[^>]* name="([^"]+)"[^>]*>/g)) {
    const isLeftOut = /type="(?:checkbox|radio)"/.test(tag) && !tag.includes(' checked');
    if (!isLeftOut) fields[name] = plain(/ value="([^"]*)"/.exec(tag)?.[1] ?? '');
  }
  for (const [, name = '', options = ''] of body.matchAll(/<select[^>]* name="([^"]+)"[^>]*>(.*?)<\/select>/gs)) {
    fields[name] = plain(/value="([^"]*)"[^>]* selected/.exec(options)?.[1] ?? '');
  }
  for (const [, name = '', text = ''] of body.matchAll(/<textarea[^>]* name="([^"]+)"[^>]*>\n([^<]*)</g)) {
    fields[name] = plain(text);
  }
  return fields;
}
/** Corrects, changes the words, and sends. */
async function resend(changes: Record<string, string> = { what: 'Stretcher van' }): Promise<Visit> {
  return sendForm(browser, url('new'), { ...fieldsOf(await correct()), ...changes });
}
function put(id: string, { headers, body }: { headers: Record<string, unknown>; body: string }) {
  const { versionId } = (chart.get(id) as { meta: { versionId: string } }).meta;
  if (headers['if-match'] !== `W/"${versionId}"`) return { status: 412 };
  chart.set(id, { ...JSON.parse(body), meta: { versionId: String(Number(versionId) + 1) } });
  return { body: chart.get(id) };
}
async function audited(): Promise<string[]> {
  const { audit, database } = world().dependencies;
  await audit.flush();
  const { rows } = await database.db.execute(
    sql`select event from audit_events where organization_id = ${organizationId} and event in ('request-created', 'request-cancelled') order by at, id`,
  );
  return rows.map(({ event }) => String(event)).toSorted();
}

describe('the form', () => {
  test('is filled in with the sent values, and names the request that it replaces', async () => {
    await sendNow();
    const detail = await browser.visit(url('sr-1'));
    expect(detail.body).toContain('Correct and resend</button>');
    const page = await correct();
    expect(page.body).toContain('<h1>Correct and resend<');
    expect(page.body).toMatch(/It replaces <a href="[^"]*\/requests\/sr-1"><bdi>Wheelchair van<\/bdi><\/a>, needed /);
    expect(page.body).toContain(
      'The app cancels the old request as soon as the EHR has confirmed the new one, and not before.',
    );
    expect(page.body).toContain('If a provider already has the old one, call them too.');
    expect(fieldsOf(page)).toMatchObject(VAN);
    expect(writes()).toEqual([]);
    expect(page.url).not.toMatch(/sr-1|Wheel/);
  });

  test('names the texts for which it has no field', async () => {
    change('sr-1', { category: [{ text: 'Ferry' }], orderDetail: [{ text: 'Deck: upper' }] });
    expect((await correct()).body).toMatch(/Not copied[^<]*<bdi>Ferry<\/bdi>; <bdi>Deck: upper<\/bdi>/);
  });

  test.for<[string, Resource, string[]]>([
    ['a side', { bodySite: [{ text: 'Left hip' }] }, ['Left hip']],
    ['an amount', { quantityQuantity: { value: 2, unit: 'trips' } }, ['2 trips']],
    ['a second provider', { performer: [{ display: 'North' }, { display: 'South' }] }, ['North', 'South']],
    ['a second reason', { reasonCode: [{ text: 'Dialysis' }, { text: 'Fall' }] }, ['Fall']],
    ['a second note', { note: [{ text: 'Ring' }, { text: 'Oxygen' }] }, ['Oxygen']],
    ['a second place', { locationCode: [{ text: 'Ward 3' }, { text: 'Ward 9' }] }, ['Ward 9']],
    ['a provider without a name', { performer: [{ reference: 'Organization/9' }] }, ['a provider without a name']],
    ['a kind of provider', { performerType: { text: 'Nurse' } }, ['Nurse']],
    [
      'a document',
      {
        supportingInfo: [
          { reference: 'DocumentReference/1', display: 'Letter' },
          { reference: 'Observation/1', display: '70 kg' },
        ],
      },
      ['Letter'],
    ],
    ['a note of another', { note: [{ text: 'Oxygen', authorString: 'Nurse' }] }, ['Oxygen']],
    ['an urgency of its own', { priority: 'emergent' }, ['emergent']],
    [
      'an end on another day',
      { occurrencePeriod: { start: DAY, end: dayFromNow(22) } },
      [`${DAY} to ${dayFromNow(22)}`],
    ],
    ['several days', { ...ANOTHER_TIME, occurrenceTiming: { event: [DAY, dayFromNow(22)] } }, [`${DAY}, +1 more day`]],
    [
      'another rhythm',
      { ...ANOTHER_TIME, occurrenceTiming: { repeat: { frequency: 1, period: 2, periodUnit: 'd' } } },
      ['every 2 days'],
    ],
    ['a condition of need', { asNeededBoolean: true }, ['as needed']],
  ])('names %s that the EHR’s users have added', async ([, added, words]) => {
    change('sr-1', added);
    const [, lost = ''] = /Not copied([^]*?)<\/p>/.exec((await correct()).body) ?? [];
    expect([...lost.matchAll(/<bdi>([^<]*)<\/bdi>/g)].map(([, word]) => word)).toEqual(words);
  });

  test.for<[string, Resource]>([
    ['must not be done', { doNotPerform: true }],
    ['has conditions', { modifierExtension: [{ url: 'urn:x', valueBoolean: true }] }],
  ])('is not offered for a request that by now %s', async ([, added]) => {
    change('sr-1', added);
    expect((await browser.visit(url('sr-1'))).body).not.toContain('Correct and resend</button>');
    await correct();
    expect(writes()).toEqual([]);
  });

  test('is the same draft when it is opened again, and keeps the typed text', async () => {
    const page = await correct();
    await browser.open(url('new'), { form: { ...fieldsOf(page), what: 'Stretcher', intent: 'back' } });
    expect(fieldsOf(await correct())['what']).toBe('Stretcher');
    expect(draftsOn(await browser.visit(list.url))).toHaveLength(1);
  });
});

describe('the review', () => {
  const plain = ({ body }: Visit) =>
    body
      .replace(/<svg.*?<\/svg>/gs, '')
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ');
  const review = async (changes: Record<string, string>) =>
    browser.open(url('new'), { form: { ...fieldsOf(await correct()), ...changes, intent: 'review' } });
  // This EHR has no allergies to read, which the review says as well.
  const marks = (page: Visit) =>
    page.body.match(/<span class="change">(?![^]{0,400}did not send allergies)/g)?.length ?? 0;

  test.for([
    [{ what: 'Stretcher van' }, 'What is needed Stretcher van Changed. Before: Wheelchair van'],
    [
      { neededAt: '10:00' },
      `Needed ${withDayWords(DAY)} 10:00–11:00 UTC Changed. Before: ${withDayWords(DAY)} 09:30–11:00 UTC`,
    ],
    [{ priority: 'stat', confirmed: 'yes' }, undefined],
    [{ priority: 'routine' }, 'Priority Routine Changed. Before: Urgent'],
    [{ from: 'Ward 4' }, 'From Ward 4 Changed. Before: Ward 3'],
    [{ from: '' }, 'From Left out. Before: Ward 3'],
    [{ to: 'Home' }, 'To Home Changed. Before: Clinic'],
    [{ to: '' }, 'To Left out. Before: Clinic'],
    [{ reason: 'Dialysis, third week' }, 'Reason Dialysis, third week Changed. Before: Dialysis'],
    [{ 'own.transport.return-trip': 'no' }, 'Return trip needed: No Changed. Before: Return trip needed: Yes'],
    [{ 'own.transport.mobility': '' }, 'Left out. Before: How the patient travels: On foot'],
    [{ 'own.transport.escort': 'Daughter' }, 'Companion or escort: Daughter Added'],
    [{ phone: '+1 556' }, 'Telephone +1 556 Changed. Before: +1 555'],
    [{ language: '' }, 'Language Left out. Before: Spanish'],
    [{ note: 'Ring once' }, 'Note Ring once Changed. Before: Ring twice'],
  ] as [Record<string, string>, string | undefined][])(
    'marks what differs from the request it replaces: %o',
    async ([changes, words]) => {
      const page = await review(changes);
      if (words === undefined) return expect(page.body).not.toContain('class="review"');
      expect(plain(page)).toContain(words.replace(/\s+/g, ' '));
      expect(page.body).toContain('Differences from the old request are marked below.');
      // Without a return trip, its time is omitted as well.
      expect(marks(page)).toBe('own.transport.return-trip' in changes ? 2 : 1);
    },
  );

  test('says that a provider has the old request', async () => {
    await offerUpdates({ world: world(), organizationId }, true, { requestIncludes: ['Task:focus'] });
    const task = { resourceType: 'Task', id: '1', status: 'accepted', focus: { reference: 'ServiceRequest/sr-1' } };
    const form = fieldsOf(await correct());
    for (const [status, said] of [
      ['accepted', 'A provider has it: Accepted · Swift Transport. Call them too.'],
      ['requested', undefined],
    ] as const) {
      const resource = { ...task, status, owner: { display: 'Swift Transport' } };
      const entry = [{ resource: old() }, { resource, search: { mode: 'include' } }];
      ehr.on('requests', () => ({ body: { resourceType: 'Bundle', type: 'searchset', entry } }));
      vi.setSystemTime(Date.now() + 5 * 60_000);
      // oxlint-disable-next-line no-await-in-loop -- one state after the other
      const { body } = await browser.open(url('new'), { form: { ...form, what: 'Stretcher', intent: 'review' } });
      expect(/A provider has it[^<]*/.exec(body)?.[0]).toBe(said);
    }
    ehr.on('requests', () => ({ status: 500 }));
    vi.setSystemTime(Date.now() + 5 * 60_000);
    const { body } = await browser.open(url('new'), { form: { ...form, what: 'Stretcher', intent: 'review' } });
    expect(body).toContain('The EHR did not send what providers have answered: one may have it.');
  });

  test('says that nothing differs, or that the EHR could not be read', async () => {
    const page = await review({});
    expect(page.body).toContain('So far, both requests say the same.');
    expect(marks(page)).toBe(0);
    ehr.on('/fhir/ServiceRequest/sr-1', () => ({ status: 500 }));
    const unread = await browser.visit(page.url);
    expect(unread.body).toContain('so differences are not marked');
    expect(marks(unread)).toBe(0);
  });

  test('of a new request compares nothing', async () => {
    const form = { ...ticketOf(await browser.visit(url('new'))), ...VAN, what: 'Walker', intent: 'review' };
    const page = await browser.open(url('new'), { form });
    expect(page.body).toContain('class="review"');
    expect(marks(page)).toBe(0);
  });
});

describe('a request that was replaced', () => {
  test('is not the one just sent, even after the one that replaced it is cancelled', async () => {
    await sendNow();
    expect((await resend()).body).toContain(SENT);
    const page = await browser.visit(url('sr-2/cancel'));
    const form = { ...fieldsOf(page), status: 'revoked', reason: 'Goes by car' };
    await browser.open(url('sr-2/cancel'), { form });
    expect([...chart.values()].map(({ status }) => status)).toEqual(['revoked', 'revoked']);
    const after = await browser.visit(`${list.url}?show=all`);
    expect(after.body).not.toMatch(/The request was sent|Just sent/);
  });

  /** Adds the replacement as in an EHR without cancelling: both requests are open. */
  const replaceIt = (changes: Resource = {}) =>
    void chart.set('sr-2', {
      ...{ ...old(), id: 'sr-2', identifier: undefined, code: { text: 'Stretcher van' } },
      ...{ replaces: [{ reference: 'ServiceRequest/sr-1' }], ...changes },
    });
  const forgetList = () => world().dependencies.redis.delete(`launch-list:${launchIdOf(list)}`);
  const batch = () => {
    ehr.on('/fhir', ({ body }) => {
      const asked: { request: { url: string } }[] = JSON.parse(body).entry;
      const entry = asked.map(({ request }) =>
        request.url.startsWith('ServiceRequest?')
          ? {
              response: { status: '200' },
              resource: { resourceType: 'Bundle', entry: [...chart.values()].map((resource) => ({ resource })) },
            }
          : { response: { status: '404' } },
      );
      return { body: { resourceType: 'Bundle', type: 'batch-response', entry } };
    });
  };

  test('is not corrected again, even from an old page', async () => {
    await browser.visit(list.url);
    replaceIt();
    const page = await correct();
    expect(outcomeOf(page)).toEqual({ status: 409, code: 'request.replaced' });
    expect(page.body).toContain(`href="${new URL(list.url).pathname}"`);
    expect(draftsOn(await browser.visit(list.url))).toEqual([]);
  });

  test('while the form was filled in: the form is not sent', async () => {
    const form = { ...fieldsOf(await correct()), what: 'Wheelchair van with lift' };
    ehr.requests.length = 0;
    replaceIt();
    const page = await sendForm(browser, url('new'), form);
    expect(page.body).toContain('another request has already replaced the old one');
    expect(page.body).toContain('value="Wheelchair van with lift"');
    expect(writes()).toEqual([]);
    // As if the other correction had also cancelled the original.
    change('sr-1', { status: 'revoked', meta: { versionId: '8' } });
    const again = await sendForm(browser, url('new'), { ...form, ...ticketOf(page) });
    expect(again.body).toContain('another request has already replaced the old one');
    expect(writes()).toEqual([]);
  });

  test('by an earlier version of this form: the page warns of a second request, and not of another replacement', async () => {
    let late: Resource = {};
    onCreate = (made) => {
      late = made;
      return { status: 503 };
    };
    const form = fieldsOf(await correct());
    const unknown = await sendForm(browser, url('new'), { ...form, what: 'Stretcher van' });
    chart.set('sr-2', late);
    onCreate = (made) => ({ status: 201, body: { ...made, id: 'sr-3' } });
    const changed = { ...form, what: 'Wheelchair van with lift' };
    const said = await sendForm(browser, url('new'), { ...changed, ...ticketOf(unknown) });
    expect(said.body).toContain('becomes a second request');
    const page = await browser.open(url('new'), { form: { ...changed, ...ticketOf(said) } });
    expect(page.body).not.toContain('another request has already replaced');
    expect(page.body).toContain(SENT);
  });

  test('has a page that says so, also without a kept list and without a further call', async () => {
    replaceIt();
    batch();
    await forgetList();
    ehr.requests.length = 0;
    const page = await browser.visit(url('sr-1'));
    expect(page.body).toMatch(/<dt>Replaced by<\/dt><dd><a href="sr-2">Stretcher van/);
    expect(page.body).toContain('still open in the EHR. This one has to be cancelled');
    expect(page.body).not.toContain('Correct and resend');
    expect(ehr.requests.filter(({ path }) => path.startsWith('/fhir')).length).toBeLessThanOrEqual(3);
  });

  test.for([
    ['is cancelled', { status: 'revoked' }],
    ['is a draft', { status: 'draft' }],
    ['is in error', { status: 'entered-in-error' }],
    ["is another patient's", { subject: { reference: 'Patient/pat-2' } }],
    ['is on another server', { replaces: [{ reference: 'https://other.example/ServiceRequest/sr-1' }] }],
    ['replaces another one', { replaces: [{ reference: 'ServiceRequest/sr-9' }] }],
  ] as const)('is corrected if the other request %s', async ([, changes]) => {
    replaceIt(changes);
    batch();
    await forgetList();
    const page = await browser.visit(url('sr-1'));
    expect(page.body).not.toContain('<dt>Replaced by');
    expect(page.body).toContain('Correct and resend</button>');
    expect((await correct()).body).toContain('<h1>Correct and resend<');
  });
});

describe('sent', () => {
  beforeEach(sendNow);

  test('the new request replaces the old one, which is cancelled in the version that the user saw', async () => {
    const page = await resend();
    expect(page.body).toContain(SENT);
    expect(page.body).toMatch(
      /The old request<\/strong>, <a [^>]*><bdi>Wheelchair van<\/bdi><\/a>, is cancelled in the EHR/,
    );
    expect(chart.get('sr-2')).toMatchObject({
      code: { text: 'Stretcher van' },
      replaces: [
        {
          reference: 'ServiceRequest/sr-1',
          display: expect.stringContaining(`Wheelchair van, needed ${DAY} 09:30–11:00`),
        },
      ],
      note: [{ text: 'Ring\ntwice' }],
    });
    expect(old()).toMatchObject({ status: 'revoked', meta: { versionId: '8' } });
    expect(writes()).toEqual(['POST', 'PUT']);
    expect(await audited()).toEqual(['request-cancelled', 'request-created', 'request-created']);
    expect(page.body).toContain('<small>Replaces Wheelchair van</small>');
    expect((await browser.visit(url('sr-2'))).body).toMatch(
      /<dt>Replaces<\/dt><dd><a href="sr-1">Wheelchair van<\/a>, needed \w{3}\s\d+\s\w{3}\s\d{4} 09:30/,
    );
    const before = (await browser.visit(url('sr-1'))).body;
    expect(before).toMatch(/<dt>Replaced by<\/dt><dd><a href="sr-2">Stretcher van/);
    expect(before).not.toContain('Correct and resend');
  });

  test('an unchanged correction right after the first request does not count as a repetition', async () => {
    expect((await resend({})).body).toContain(SENT);
    expect([old()['status'], chart.size]).toEqual(['revoked', 2]);
  });

  test('a request like the one that was corrected: the page says that that one was cancelled', async () => {
    await resend();
    ehr.on('/fhir/ServiceRequest/sr-1', () => ({ status: 500 }));
    const page = await sendForm(browser, url('new'), { ...ticketOf(await browser.visit(url('new'))), ...VAN });
    expect(page.body).toContain(
      'You sent a request for this, needed on the same day, less than a minute ago. That one has since been cancelled.',
    );
    expect(chart.size).toBe(2);
  });

  test('two clicks, Back and a second form make one request', async () => {
    const form = fieldsOf(await correct());
    const review = await browser.open(url('new'), { form: { ...form, what: 'Stretcher van', intent: 'review' } });
    const send = () => browser.open(url('new'), { form: { ...form, what: 'Stretcher van', ...ticketOf(review) } });
    await Promise.all([send(), send()]);
    await send();
    expect([chart.size, old()['status'], writes().filter((method) => method === 'POST').length]).toEqual([
      2,
      'revoked',
      1,
    ]);
  });

  test('in an EHR without update, the page says that the old one is open, and who cancels it', async () => {
    await offerUpdates({ world: world(), organizationId }, false);
    list = await browser.open(launchUrl(organizationId));
    const form = await correct();
    expect(form.body).toContain('the old request stays open until you cancel it in the chart');
    const page = await resend();
    expect(page.body).toContain(SENT);
    expect(page.body).toContain(
      'This app cannot cancel requests there. Cancel it in the patient’s chart, or ask Ward Desk to cancel it.',
    );
    expect(page.body).toContain('<small>Replaces Wheelchair van, still open</small>');
    expect(page.body).toContain('<b><a href="requests/sr-1">Cancel the older request</a></b>');
    expect([old()['status'], writes()]).toEqual(['active', ['POST']]);
    const before = (await browser.visit(url('sr-1'))).body;
    expect(before).toContain('A newer request replaces this one, but this one is still open in the EHR');
    expect(before).not.toContain('Correct and resend');
  });

  test.for([
    [
      '412: it has changed meanwhile',
      { status: 412 },
      'has changed in the EHR since you looked, so it was not cancelled',
    ],
    ['403: refused', { status: 403 }, 'is still open in the EHR: the EHR did not let this app cancel it'],
    ['500: unknown', { status: 500 }, 'the EHR did not confirm that it is cancelled'],
  ] as const)('after %s the old one is not cancelled, and the page says so', async ([, answer, words]) => {
    ehr.on('/fhir/ServiceRequest/sr-1', ({ method }) => (method === 'PUT' ? answer : { body: old() }));
    const page = await resend();
    expect(page.body).toContain(SENT);
    expect(page.body).toContain(words);
    expect(page.body).toMatch(/\/requests\/sr-1\/cancel">Cancel it…/);
    expect([old()['status'], chart.size]).toEqual(['active', 2]);
    expect(await audited()).toEqual(['request-created', 'request-created']);
    ehr.on('/fhir/ServiceRequest/sr-1', (request) =>
      request.method === 'PUT' ? put('sr-1', request) : { body: old() },
    );
    const cancelPage = await browser.visit(url('sr-1/cancel'));
    const version = /name="version" value="([^"]*)"/.exec(cancelPage.body)?.[1] ?? '';
    await browser.open(url('sr-1/cancel'), {
      form: { csrf: csrfOf(cancelPage), version, status: 'revoked', reason: 'Corrected' },
    });
    const after = await browser.visit(list.url);
    expect(after.body).not.toContain(words);
    expect(after.body).toContain('</a>, is cancelled in the EHR');
  });
});

describe('the old request is not cancelled before the new one is proved to exist', () => {
  test.for([
    ['refused', { status: 422 }, 'Not sent.'],
    ['not permitted', { status: 403 }, 'Ask Ward Desk to check your access to orders.'],
    ['lost', { status: 500 }, 'The EHR did not confirm the request'],
  ] as const)('%s', async ([, answer, words]) => {
    onCreate = () => answer;
    const page = await resend();
    expect(page.body).toContain(words);
    expect([old()['status'], writes(), chart.size]).toEqual(['active', ['POST'], 1]);
  });

  test('if a later look finds the new one, the old one is cancelled', async () => {
    onCreate = (made) => {
      chart.set('sr-2', made);
      return { status: 500 };
    };
    ehr.on('requests', ({ method, body }) =>
      method === 'POST' ? onCreate({ ...JSON.parse(body), id: 'sr-2' }) : { status: 500 },
    );
    const page = await resend();
    expect([page.body.includes('The EHR did not confirm the request'), old()['status']]).toEqual([true, 'active']);
    ehr.on('requests', () => ({
      body: { resourceType: 'Bundle', type: 'searchset', entry: [...chart.values()].map((resource) => ({ resource })) },
    }));
    const found = await browser.open(url('new'), { form: { ...fieldsOf(page), intent: 'look' } });
    expect(found.body).toContain('</a>, is cancelled in the EHR');
    expect(old()['status']).toBe('revoked');
  });
});

describe('the old request stays open if the EHR has saved the new one, and', () => {
  const waits = 'The EHR does not show this app that the new one is an active order of this patient';

  test.for<[string, Resource]>([
    ['as a draft', { status: 'draft' }],
    ['on hold', { status: 'on-hold' }],
    ['as cancelled', { status: 'revoked' }],
    ['as an error', { status: 'entered-in-error' }],
    ['as a proposal', { intent: 'proposal' }],
    ['as a prohibition', { doNotPerform: true }],
  ])('%s, whether its answer or a read shows it', async ([, changes]) => {
    onCreate = (made) => {
      const saved = { ...made, ...changes };
      queueMicrotask(() => chart.set('sr-2', saved));
      return { status: 201, body: saved };
    };
    const form = { ...fieldsOf(await correct()), what: 'Stretcher van' };
    expect((await sendForm(browser, url('new'), form)).body).toContain(waits);
    expect([old()['status'], chart.size]).toEqual(['active', 2]);
    // Of a form that was sent before, only the id is kept.
    expect((await sendForm(browser, url('new'), form)).body).toContain(waits);
    expect([old()['status'], writes()]).toEqual(['active', ['POST']]);
  });

  test.for<[string, (made: Resource) => Resource | undefined, words?: string]>([
    [
      'in the chart of another patient',
      (made) => ({ ...made, subject: { reference: 'Patient/pat-2' } }),
      'The EHR may have saved this request for another patient.',
    ],
    ['nowhere that a read shows', () => undefined],
    [
      'as an order that it had before',
      (made) => ({ ...made, identifier: [{ system: 'urn:other', value: '7' }], replaces: undefined }),
    ],
  ])('%s, which its answer does not say', async ([, saved, words = waits]) => {
    onCreate = (made) => {
      const shown = saved(made);
      queueMicrotask(() => (shown ? chart.set('sr-2', shown) : chart.delete('sr-2')));
      return { status: 201, headers: { location: 'ServiceRequest/sr-2' } };
    };
    const form = { ...fieldsOf(await correct()), what: 'Stretcher van' };
    expect((await sendForm(browser, url('new'), form)).body).toContain(words);
    expect([old()['status'], writes()]).toEqual(['active', ['POST']]);
  });

  const reads: [string, object][] = [
    ['forbidden', { status: 403 }],
    ['failing', { status: 500 }],
    ['without a status', { body: { ...NEW, status: undefined } }],
    ['without a patient', { body: { ...NEW, subject: undefined } }],
    ['of something else', { body: { resourceType: 'Basic' } }],
  ];
  const answers = [
    ...[undefined, { resourceType: 'ServiceRequest', id: 'sr-2' }],
    ...[
      { ...NEW, subject: undefined },
      { ...NEW, id: undefined },
    ],
  ];
  test.for(reads.flatMap(([name, read]) => answers.map((body) => [name, body, read] as const)))(
    'with an address, but a read is %s after the answer %j',
    async ([, body, read]) => {
      onCreate = () => ({ status: 201, headers: { location: 'ServiceRequest/sr-2' }, body });
      ehr.on('/fhir/ServiceRequest/sr-2', () => read);
      expect((await resend()).body).toContain(waits);
      expect([old()['status'], writes()]).toEqual(['active', ['POST']]);
    },
  );

  test('with an answer that only repeats what was sent, without an id', async () => {
    onCreate = (made) => ({ status: 201, body: { ...made, id: undefined, meta: undefined } });
    expect((await resend()).body).toContain(waits);
    expect([old()['status'], writes()]).toEqual(['active', ['POST']]);
  });

  test('without a body and an address, so that nothing shows it', async () => {
    onCreate = () => ({ status: 201 });
    expect((await resend()).body).toContain(waits);
    expect([old()['status'], writes()]).toEqual(['active', ['POST']]);
  });

  test.for(['7', '8'])('over the old one, which has the version %s now', async (versionId) => {
    onCreate = (made) => {
      const saved = { ...made, id: 'sr-1', meta: { versionId } };
      queueMicrotask(() => [chart.set('sr-1', saved), chart.delete('sr-2')]);
      return { status: 201, body: saved };
    };
    const page = await resend();
    expect(page.body).toContain('and the new one are now one request in the EHR');
    expect([old()['status'], writes()]).toEqual(['active', ['POST']]);
  });
});

describe('a request that has changed since the form was opened', () => {
  test.for([
    ['done', { status: 'completed' }],
    ['signed as another’s', { identifier: [{ system: 'urn:orders', value: 'ORD-1' }] }],
  ] as const)('%s while the new one is created, in the same version: it is not changed', async ([, changes]) => {
    onCreate = (made) => {
      change('sr-1', changes);
      return { status: 201, body: made };
    };
    const page = await resend();
    expect([page.body.includes(SENT), writes()]).toEqual([true, ['POST']]);
    expect(page.body).not.toContain('is cancelled in the EHR');
    expect(old()).toMatchObject(changes);
  });

  test('is reported before the form is sent; after a second Send the current version is cancelled', async () => {
    const form = { ...fieldsOf(await correct()), what: 'Stretcher van' };
    change('sr-1', { priority: 'stat', meta: { versionId: '9' } });
    const said = await sendForm(browser, url('new'), form);
    expect(said.body).toContain('the old request has changed in the EHR since you opened it');
    expect(writes()).toEqual([]);
    const page = await browser.open(url('new'), {
      form: { ...fieldsOf(said), what: 'Stretcher van', ...ticketOf(said) },
    });
    expect(page.body).toContain(SENT);
    expect([old()['status'], chart.size]).toEqual(['revoked', 2]);
  });

  test('and has ended: the form is not sent before the user knows, and the request is not changed', async () => {
    const form = { ...fieldsOf(await correct()), what: 'Stretcher van' };
    change('sr-1', { status: 'completed', meta: { versionId: '9' } });
    const said = await sendForm(browser, url('new'), form);
    expect(said.body).toContain('is no longer open in the EHR');
    expect(writes()).toEqual([]);
    const page = await browser.open(url('new'), { form: { ...form, ...ticketOf(said) } });
    expect(page.body).toContain('was no longer open in the EHR');
    expect([old()['status'], writes()]).toEqual(['completed', ['POST']]);
  });

  test('and cannot be read: the form is not sent', async () => {
    const form = fieldsOf(await correct());
    ehr.on('/fhir/ServiceRequest/sr-1', () => ({ status: 503 }));
    expect((await sendForm(browser, url('new'), form)).body).toContain('Not sent. The EHR is not available');
    expect(writes()).toEqual([]);
  });
});

describe('no button, and a post is refused', () => {
  test.for<[string, Resource]>([
    ['of an order that was not created here', { identifier: [{ system: 'urn:hospital', value: '1' }] }],
    ['of a request that is done', { status: 'completed' }],
    ['where its subject is another patient', { subject: { reference: 'Patient/pat-2' } }],
  ])('%s', async ([, changes]) => {
    change('sr-1', changes);
    expect((await browser.visit(url('sr-1'))).body).not.toContain('Correct and resend');
    expect(outcomeOf(await correct())).toEqual({ status: 404, code: 'request.not-found' });
    expect(draftsOn(await browser.visit(list.url))).toEqual([]);
  });

  test('with an invalid id, and without the token of the form', async () => {
    expect(outcomeOf(await correct('sr-404'))).toEqual({ status: 404, code: 'request.not-found' });
    expect((await browser.visit(url('sr-1/correct'), { form: {} })).status).toBe(403);
  });

  test('SCO-19: if the EHR did not grant creating', async () => {
    ehr.change('token', { scope: 'launch openid fhirUser patient/*.rs' });
    list = await browser.open(launchUrl(organizationId));
    expect((await browser.visit(url('sr-1'))).body).not.toContain('Correct and resend');
    expect(outcomeOf(await correct())).toEqual({ status: 404, code: 'request.not-found' });
  });
});
