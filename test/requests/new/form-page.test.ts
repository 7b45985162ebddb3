/**
 * The form's page: its problems, the question about an unusual day, who may see it, and what is kept when it is left.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { dayFromNow } from '#test/helpers/days.ts';
import { csrfOf, draftsOn, launchIdOf, sendForm, ticketOf } from '#test/helpers/visits.ts';
import { startWorld, type World } from '#test/helpers/world.ts';
import { withDayWords } from '#views/date-text.ts';

const SCOPES =
  'launch launch/patient openid fhirUser profile online_access patient/*.read patient/ServiceRequest.write';
const TYPED = {
  service: 'transport',
  what: 'Wheelchair van',
  neededOn: dayFromNow(3),
  priority: 'routine',
  reason: '',
  note: '',
};
const users = [
  ['practitioner', 'Practitioner/prac-rivera'],
  ['role', 'PractitionerRole/role-rivera'],
  ['patient', 'Patient/pat-ben'],
  ['relative', 'RelatedPerson/rel-1'],
  ['person', 'Person/person-1'],
  ['device', 'Device/device-1'],
  ['group', 'Group/group-1'],
].map(([id = '', fhirUser = '']) => ({ id, name: `Name of ${id}`, fhirUser }));

let world: World;
let browser: TestBrowser;
let list: Visit;
beforeAll(async () => {
  world = await startWorld({ settings: { createRequests: true, scopes: SCOPES }, sandbox: { users } });
});
afterAll(() => world.close());
afterEach(() => world.sandbox.faults.clear());

const launch = async (patient = 'pat-ben', user = 'practitioner') => {
  browser = world.browser();
  list = await browser.open(world.sandbox.launch(patient, { user }));
  world.sandbox.requests.clear();
};
const url = (path: string) => `${world.url}/launches/${launchIdOf(list)}/${path}`;
const openForm = () => browser.visit(url('requests/new'));
const fieldsOf = (page: Visit) => ({
  ...ticketOf(page),
  confirmed: /name="confirmed" value="([^"]+)"/.exec(page.body)?.[1] ?? '',
});
const post = async (change: Record<string, string>, page?: Visit) =>
  sendForm(browser, url('requests/new'), { ...TYPED, ...fieldsOf(page ?? (await openForm())), ...change });
const created = () =>
  world.sandbox.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/ServiceRequest'));
const resultOf = (page: Visit) => /<div class="notice[^"]*" id="result"[^]*?<\/div><\/div>/.exec(page.body)?.[0] ?? '';

test('the title and one notice name the problems, with links to the fields', async () => {
  await launch();
  const form = await openForm();
  expect(titleOf(form)).toBe('New request for Ben Okafor');
  expect(form.body).toContain('/requests/new#result"');
  expect(resultOf(form)).toBe('');
  const page = await post({ service: '', what: ' ', neededOn: '2020-01-01', priority: 'urgent' }, form);
  expect(titleOf(page)).toBe('Error: New request for Ben Okafor');
  expect(resultOf(page)).toContain('tabindex="-1"');
  const links = [...resultOf(page).matchAll(/href="#(\w+)"/g)].map(([, id]) => id);
  expect(links).toEqual(['service', 'what', 'neededOn', 'reason']);
  for (const id of links) expect(page.body).toMatch(new RegExp(`<(?:select|input|textarea)[^>]* id="${id}"`));
});

test('what is wrong is listed in the order of the form, the questions of the service included', async () => {
  await launch();
  const own = { 'own.transport.oxygen': 'yes', 'own.transport.oxygen-flow': '' };
  const page = await post({ ...own, service: 'transport', what: '', neededOn: '', priority: 'none', neededAt: '7' });
  const links = [...resultOf(page).matchAll(/href="#([\w.-]+)"/g)].map(([, id = '']) => id);
  expect(links).toHaveLength(6);
  const places = links.map((id) => page.body.search(new RegExp(`<(?:select|input|textarea)[^>]* id="${id}"`)));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});

test('each field that is required says so; most are not, and say nothing', async () => {
  await launch();
  const labels = [...(await openForm()).body.matchAll(/<label for="(\w+)">[^<]*<span class="demand">\(([^)]+)\)/g)];
  expect(labels.map(([, name, demand]) => `${name} ${demand}`)).toEqual([
    'service required',
    'what required',
    'neededOn required',
    'neededAt UTC',
    'times or the last day',
    'reason required unless the request is routine or has a diagnosis',
  ]);
});

describe('STAT for next week', () => {
  const stat = { priority: 'stat', reason: 'Chest pain', neededOn: dayFromNow(8) };

  test('needs one confirmation, and is sent after it', async () => {
    await launch();
    const asked = await post(stat);
    expect(titleOf(asked)).toBe('Please confirm: New request for Ben Okafor');
    expect(resultOf(asked)).toContain('The priority is STAT, but the request is needed on');
    expect(created()).toHaveLength(0);
    const sent = await post(stat, asked);
    expect(titleOf(sent)).toBe('Requests for Ben Okafor');
    expect(created()).toHaveLength(1);
  });

  test('needs another confirmation if the day changes, and none if the day fits', async () => {
    await launch();
    const asked = await post(stat);
    const again = await post({ ...stat, neededOn: dayFromNow(9) }, asked);
    expect(titleOf(again)).toBe('Please confirm: New request for Ben Okafor');
    expect(created()).toHaveLength(0);
    await post({ ...stat, neededOn: dayFromNow(0) }, again);
    expect(created()).toHaveLength(1);
  });
});

test.for([
  ['pat-deceased', true],
  ['pat-ben', false],
] as const)('%s: the form says that the patient has died: %s', async ([patient, isSaid]) => {
  await launch(patient);
  expect((await openForm()).body.includes('This patient has died.')).toBe(isSaid);
});

describe('FU-02: an order has a requester', () => {
  const mayCreate = async () => {
    const form = await openForm();
    const posted = await browser.visit(url('requests/new'), { form: { ...TYPED, ...fieldsOf(form) } });
    return { listed: list.body.includes('/requests/new'), form: form.status, posted: posted.status };
  };

  test.for(['practitioner', 'role'])('a %s gets New request', async (user) => {
    await launch('pat-ben', user);
    expect(await mayCreate()).toEqual({ listed: true, form: 200, posted: 303 });
  });

  test.for(['patient', 'relative', 'person', 'device', 'group'])('a %s does not get it', async (user) => {
    await launch('pat-ben', user);
    expect(titleOf(list)).toBe('Requests for Ben Okafor');
    expect(await mayCreate()).toEqual({ listed: false, form: 403, posted: 403 });
    expect(list.body).toContain('Only practitioners can create requests here');
    expect(created()).toHaveLength(0);
  });

  test('a user without fhirUser cannot send one either', async () => {
    world.sandbox.faults.set('no-fhir-user');
    await launch();
    expect(await mayCreate()).toEqual({ listed: false, form: 403, posted: 403 });
  });

  test('a patient’s POST with another user’s ticket is refused', async () => {
    await launch();
    const { ticket } = fieldsOf(await openForm());
    await launch('pat-ben', 'patient');
    const form = { ...TYPED, csrf: csrfOf(list), ticket };
    expect((await browser.visit(url('requests/new'), { form })).status).toBe(403);
    expect(created()).toHaveLength(0);
  });
});

describe('RF-14: an unused form', () => {
  test('is left when its launch ends, and earlier by a script that saves the typed text', async () => {
    await launch();
    const { headers, body } = await openForm();
    const [, seconds] = /^(\d+); url=\/launches\/[\w-]+\/closing$/.exec(headers['refresh'] ?? '') ?? [];
    expect(Number(seconds)).toBeGreaterThan(59 * 60);
    expect(Number(seconds)).toBeLessThanOrEqual(60 * 60 + 2);
    const [, leaveAfter] = /data-leave-to="\/launches\/[\w-]+\/closing" data-leave-after="(\d+)"/.exec(body) ?? [];
    expect(Number(leaveAfter)).toBeGreaterThan(54 * 60);
    expect(Number(leaveAfter)).toBeLessThanOrEqual(55 * 60 + 2);
    expect(body).toMatch(
      /data-without-script>[^<]*is then lost\..*data-with-script hidden>[^<]*is kept for three days/,
    );
    expect(headers['content-security-policy']).toContain("connect-src 'self'");
    expect(headers['content-security-policy']).toContain(`frame-ancestors ${world.sandbox.origin}`);
  });

  test('has its text saved for its user, and the warning page says so', async () => {
    await launch();
    const form = { ...TYPED, ...fieldsOf(await openForm()) };
    expect((await browser.visit(url('closing'))).body).not.toContain('is kept for three days');
    const kept = await browser.visit(url('requests/new/keep'), { form });
    expect([kept.status, kept.body]).toEqual([204, '']);
    const again = await browser.visit(list.url);
    expect(again.body).toContain('<bdi class="draft-what">Wheelchair van</bdi>');
    // Two drafts of the same words differ in their day.
    expect(again.body).toContain(`<span class="minor-line">Needed ${withDayWords(TYPED.neededOn)} · Begun`);
    const [name] = draftsOn(again);
    expect((await browser.visit(`${url('requests/new')}?form=${name}`)).body).toContain('value="Wheelchair van"');
    expect((await openForm()).body).not.toContain('Wheelchair van');
    expect(created()).toHaveLength(0);
  });

  test.for([
    ['after its launch has ended too', true],
    ['but not without its ticket', false],
  ] as const)('%s', async ([, hasTicket]) => {
    await launch();
    const form = { ...TYPED, what: `Van ${hasTicket}`, ...fieldsOf(await openForm()) };
    await browser.visit(url('sign-out'), { form: { csrf: csrfOf(list) } });
    const ticket = hasTicket ? form.ticket : `${form.ticket}A`;
    expect((await browser.visit(url('requests/new/keep'), { form: { ...form, ticket } })).status).toBe(204);
    await launch();
    expect(list.body.includes(`<bdi class="draft-what">Van ${hasTicket}</bdi>`)).toBe(hasTicket);
  });

  test('GET saves nothing', async () => {
    await launch();
    expect((await browser.visit(url('requests/new/keep'))).status).toBe(405);
  });
});

test.for([
  ['what', 200, 1_000],
  ['reason', 500, 1_000],
  ['note', 1_000, 1_000],
  ['from', 200, 1_000],
  ['own.transport.isolation', 200, 1_000],
  ['what', 200, 14_000],
  ['note', 1_000, 19_000],
] as const)(
  '%s: a text that is far too long is marked at its field, and all that was typed stays',
  async ([name, most, words]) => {
    await launch();
    const page = await post({ note: 'Ring twice', [name]: 'word '.repeat(words) });
    expect(resultOf(page)).toContain(`This must be at most ${most} characters; it has ${words * 5 - 1}.`);
    expect(page.body).toContain('word '.repeat(words).trim());
    // Neither its page nor the list, which names it, is any longer for it than the text itself.
    const draft = await browser.visit(list.url);
    expect(draft.body.length).toBeLessThan(100_000);
    if (name !== 'note') expect(page.body).toContain('Ring twice');
  },
);

test('a text of 70,000 letters of nine bytes each is marked and stays too', async () => {
  await launch();
  const page = await post({ what: '轮'.repeat(70_000) });
  expect(resultOf(page)).toContain('This must be at most 200 characters; it has 70000.');
  expect(page.body).toContain('轮'.repeat(70_000));
});

test('the address of a form of which nothing is kept says so', async () => {
  await launch();
  const GONE = 'This form has no saved draft.';
  expect((await openForm()).body).not.toContain(GONE);
  expect((await browser.visit(`${url('requests/new')}?form=${'x'.repeat(43)}`)).body).toContain(GONE);
});

test.for([
  ['pat-deceased', /This patient has died\.<\/strong> <bdi>\d+ [A-Z][a-z]{2} \d{4}, aged \d+ years<\/bdi>\. Check/],
] as const)('%s: the day of the death is said once', async ([patient, words]) => {
  await launch(patient);
  expect((await openForm()).body.replaceAll('\u00A0', ' ')).toMatch(words);
});
