/** A support code on a clinician's screen leads to the failing step and its owner (ER-01, ER-04). */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { FaultName } from '#sandbox/faults.ts';
import { serverTimeZone } from '#src/adapters/time-zone.ts';
import { createApp } from '#src/app.ts';
import { listAuditRows } from '#src/audit/audit-store.ts';
import { createPeople } from '#src/clinicians/people-search.ts';
import { createLaunchTraces } from '#src/diagnostics/traces/recorder.ts';
import { createTraceWriter } from '#src/diagnostics/traces/trace-writer.ts';
import { addPerson, signedIn, tokenOf } from '#test/helpers/administrators.ts';
import { supportCodeOf, type TestBrowser, titleOf } from '#test/helpers/browser.ts';
import { decoded, leaksOf, secretsSeenBy } from '#test/helpers/canaries.ts';
import { csrfOf } from '#test/helpers/visits.ts';
import { ORG_ID, startWorld, type World } from '#test/helpers/world.ts';

const FAULTS: [FaultName, step: string, owner: string][] = [
  ['discovery-html', 'discovery', 'EHR team'],
  ['discovery-500', 'discovery', 'EHR team'],
  ['discovery-foreign-token-endpoint', 'discovery', 'The organization’s administrator'],
  ['discovery-no-asymmetric', 'discovery', 'EHR team'],
  ['access-denied', 'callback', 'EHR team'],
  ['invalid-scope', 'callback', 'EHR team'],
  ['issuer-mismatch', 'callback', 'EHR team'],
  ['invalid-client', 'token', 'EHR team'],
  ['token-500', 'token', 'EHR team'],
  ['expired-code', 'token', 'The user'],
  ['token-html-200', 'token', 'EHR team'],
  ['bad-signature', 'id-token', 'EHR team'],
  ['wrong-nonce', 'id-token', 'EHR team'],
  ['empty-grant', 'scopes', 'EHR team'],
  // The second request is refused because the launch value is spent; the first refusal ended the launch.
  ['empty-scope', 'scopes', 'EHR team'],
  ['no-patient', 'context', 'EHR team'],
  ['wrong-patient', 'patient', 'EHR team'],
  ['fhir-403', 'patient', 'EHR team'],
];

const failingStepOf = (page: { body: string }) => /data-step="([^"]+)" aria-current="step"/.exec(page.body)?.[1];
const ownerOf = (page: { body: string }) => /class="owner">([^<]+)</.exec(page.body)?.[1];
const stateOf = (page: { body: string }, step: string) =>
  new RegExp(`trace-step trace-([a-z-]+)" data-step="${step}"`).exec(page.body)?.[1];

test('where there is one organization only, an operator searches a name without choosing it', async () => {
  const world = await startWorld();
  onTestFinished(() => world.close());
  await addPerson(world, 'operator@example.com');
  const operator = await signedIn(world, 'operator@example.com');
  await world.browser().open(world.sandbox.launch('pat-ada', { user: 'prac-osei' }));
  const form = { csrf: await tokenOf(world, operator), clinician: 'osei', organization: '' };
  const page = await operator.open(`${world.url}/settings/launches/find`, { form });
  expect(page.body).not.toContain('Choose an organization');
  expect(page.url).toMatch(/organization=[\w-]+&who=/);
  expect(page.body).toMatch(/<td data-label="User">(?:<[^>]+>)*Kwame Osei, RN</);
});

describe('on embedded stores', () => {
  let world: World;
  let administrator: TestBrowser;
  let operator: TestBrowser;
  const inspect = (code: string | undefined, who = operator) =>
    who.open(`${world.url}/settings/launches?code=${code ?? ''}`);

  beforeAll(async () => {
    world = await startWorld();
    await world.setOrganization('hospital-b');
    await addPerson(world, 'operator@example.com');
    await addPerson(world, 'admin@example.com', { role: 'administrator' });
    operator = await signedIn(world, 'operator@example.com');
    administrator = await signedIn(world, 'admin@example.com');
  });
  afterAll(() => world.close());

  /** Launches in a new organization, so that nothing is known about its EHR yet. */
  const launchWith = async (fault: FaultName) => {
    await world.setOrganization(`at-${fault}`);
    world.sandbox.faults.set(fault);
    const url = new URL(world.sandbox.launch('pat-ada'));
    url.searchParams.set('orgId', `at-${fault}`);
    const answer = await world.browser().open(url.href);
    world.sandbox.faults.clear();
    return answer;
  };

  test.for(FAULTS)('%s: the support code finds the launch, marked at %s, for %s', async ([fault, step, owner]) => {
    const answer = await launchWith(fault);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    const page = await inspect(supportCodeOf(answer));
    expect(page.url).toMatch(/\/settings\/launches\/[\da-f-]{36}$/);
    expect(failingStepOf(page)).toBe(step);
    expect(ownerOf(page)).toBe(owner);
    expect(page.body).toContain(titleOf(answer));
  });

  test.for([
    ['token-500', 'HTTP 500'],
    ['fhir-403', 'HTTP 403'],
  ] as const)('%s: the step shows the EHR’s answer: %s', async ([fault, status]) => {
    world.sandbox.faults.set(fault);
    const answer = await world.launch('pat-ada');
    world.sandbox.faults.clear();
    expect((await inspect(supportCodeOf(answer))).body).toContain(status);
  });

  test('a successful launch shows every step, with the requested and the granted scopes', async () => {
    await world.launch('pat-ada');
    const list = await administrator.open(`${world.url}/settings/launches?outcome=completed`);
    const [, id] = /\/settings\/launches\/([\da-f-]{36})/.exec(list.body) ?? [];
    const page = await administrator.visit(`${world.url}/settings/launches/${id}`);
    expect(failingStepOf(page)).toBeUndefined();
    for (const step of ['launch', 'cookies', 'discovery', 'authorization-redirect', 'callback', 'token', 'scopes'])
      expect([step, stateOf(page, step)]).toEqual([step, 'passed']);
    for (const step of ['id-token', 'context', 'launch-record', 'patient', 'requests'])
      expect([step, stateOf(page, step)]).toEqual([step, 'passed']);
    expect(page.body).toContain('granted scopes');
    expect(page.body).toContain('patient/*.read');
    expect(page.body).toContain('RS384');
  });

  test('a launch whose list the EHR refuses is completed, with one failed step', async () => {
    world.sandbox.faults.set('fhir-403-requests');
    await world.launch('pat-ada');
    world.sandbox.faults.clear();
    const list = await operator.open(`${world.url}/settings/launches?organization=st-elsewhere`);
    const [, id] = /\/settings\/launches\/([\da-f-]{36})/.exec(list.body) ?? [];
    const page = await operator.visit(`${world.url}/settings/launches/${id}`);
    expect(stateOf(page, 'requests')).toBe('warning');
    expect(page.body).toContain('patient/ServiceRequest.read');
  });

  test.for([
    ['an unknown organization', (url: URL) => url.searchParams.set('orgId', 'nobody'), 'launch'],
    ['another EHR', (url: URL) => url.searchParams.set('iss', 'https://elsewhere.example/fhir'), 'launch'],
    ['no launch value', (url: URL) => url.searchParams.delete('launch'), 'launch'],
  ] as const)('a launch that is refused at the launch URL is found too: %s', async ([, change, step]) => {
    const url = new URL(world.sandbox.launch('pat-ada'));
    change(url);
    const page = await inspect(supportCodeOf(await world.browser().open(url.href)));
    expect(failingStepOf(page)).toBe(step);
  });

  test('LA-12: blocked cookies are the workstation team’s job, and no request went to the EHR', async () => {
    const answer = await world.browser({ blocksCookies: true }).open(world.sandbox.launch('pat-ada'));
    const page = await inspect(supportCodeOf(answer));
    expect([failingStepOf(page), ownerOf(page)]).toEqual(['cookies', 'Workstation team']);
    expect(stateOf(page, 'discovery')).toBe('not-reached');
  });

  test.for([
    ['ABCD-2345', 'No launch here has this code. The operator can look for it in the log.'],
    ['hello', 'This is no support code'],
  ] as const)('the code %s, which no launch has: %s', async ([code, words]) => {
    expect((await inspect(code)).body).toContain(words);
  });

  test.for([
    ['with the dash of a mail program', (code: string) => code.replace('-', '–')],
    ['with the words beside it', (code: string) => `Support code: ${code} Copy`],
    ['in small letters without a dash', (code: string) => code.toLowerCase().replace('-', ' ')],
  ] as const)('a code that was pasted %s finds its launch', async ([, written]) => {
    const code = supportCodeOf(await launchWith('wrong-patient')) ?? '';
    expect((await inspect(encodeURIComponent(written(code)))).url).toMatch(/\/settings\/launches\/[\da-f-]{36}$/);
  });

  test('the detail of the failure is shown', async () => {
    const { body } = await inspect(supportCodeOf(await launchWith('wrong-patient')));
    expect(body).toContain('Patient read answered with');
  });

  test('MT-01: an administrator sees another organization by no list, code, URL or report', async () => {
    await world.setOrganization('hospital-c');
    const url = new URL(world.sandbox.launch('pat-ada'));
    url.searchParams.set('orgId', 'hospital-c');
    world.sandbox.faults.set('token-500');
    const answer = await world.browser().open(url.href);
    world.sandbox.faults.clear();
    const code = supportCodeOf(answer) ?? '';
    const found = await inspect(code);
    const id = found.url.split('/').at(-1);
    expect((await inspect(code, administrator)).body).toContain('No launch here has this code');
    expect((await administrator.visit(`${world.url}/settings/launches/${id}`)).status).toBe(404);
    const list = await administrator.visit(`${world.url}/settings/launches?organization=hospital-c`);
    expect(list.body).not.toContain('hospital-c');
    expect(list.body).not.toContain(id);
  });

  test('the list says of a completed launch that something is missing', async () => {
    await world.setOrganization('lacking');
    const listed = async () => (await operator.visit(`${world.url}/settings/launches?organization=lacking`)).body;
    const launch = () =>
      world.browser().open(world.sandbox.launch('pat-ada').replace(`orgId=${ORG_ID}`, 'orgId=lacking'));
    await launch();
    expect(await listed()).toContain('>Completed</strong></td>');
    world.sandbox.faults.set('no-refresh-token');
    await launch();
    world.sandbox.faults.clear();
    expect(await listed()).toContain('>Completed</strong>, and something is missing</td>');
  });

  describe('the search', () => {
    const ID = 'searched';
    const launchBy = async (user: string, patient: string, fault?: FaultName) => {
      if (fault) world.sandbox.faults.set(fault);
      const answer = await world
        .browser()
        .open(world.sandbox.launch(patient, { user }).replace(`orgId=${ORG_ID}`, `orgId=${ID}`));
      world.sandbox.faults.clear();
      return answer;
    };
    beforeAll(async () => {
      await world.setOrganization(ID, { name: '=Searched' });
      await addPerson(world, 'searched@example.com', { role: 'administrator', organizationId: ID });
      await launchBy('prac-rivera', 'pat-ada');
      await launchBy('prac-osei', 'pat-ben');
      await launchBy('prac-lindgren', 'pat-ada', 'token-500');
      await launchBy('prac-osei', 'pat-ada', 'wrong-patient');
    });

    const now = Date.now();
    const minute = (offset: number) =>
      new Date(now + offset * 60_000).toLocaleString('sv', { timeZone: serverTimeZone }).slice(0, 16).replace(' ', 'T');
    const chatham = (offset: number) =>
      new Date(now + offset * 60_000)
        .toLocaleString('sv', { timeZone: 'Pacific/Chatham' })
        .slice(0, 16)
        .replace(' ', 'T');
    const inChatham = { from: chatham(-30), to: chatham(30) };
    const hour = { from: minute(-30), to: minute(30) };
    const usersOf = (page: { body: string }) =>
      [...page.body.matchAll(/<td data-label="User">(.*?)<\/td>/g)].map(([, cell = '']) =>
        cell.replaceAll(/<[^>]+>/g, ''),
      );
    const find = async (fields: Record<string, string>, who = operator) => {
      const csrf = await tokenOf(world, who);
      return who.open(`${world.url}/settings/launches/find`, { form: { csrf, organization: ID, ...fields } });
    };

    test.for<[string, Record<string, string>, users: string[] | number]>([
      [
        'everything, each with the name of the page Clinicians',
        {},
        ['Kwame Osei, RN', 'not known', 'Kwame Osei, RN', 'Dr. Elena Rivera'],
      ],
      ['a name, in parts and without its case', { clinician: 'RIVERA elena' }, ['Dr. Elena Rivera']],
      ['a surname first, with its comma', { clinician: 'Osei, Kwame' }, ['Kwame Osei, RN', 'Kwame Osei, RN']],
      ['a name and an outcome', { clinician: 'osei', outcome: 'failed' }, ['Kwame Osei, RN']],
      [
        'a name and the hour: also whose user the EHR had not named',
        { clinician: 'osei', ...hour },
        ['Kwame Osei, RN', 'not known', 'Kwame Osei, RN'],
      ],
      ['a name and another hour', { clinician: 'osei', from: minute(-90), to: minute(-40) }, []],
      ['the hour of a user who was not identified', { clinician: 'LINDGRÉN', ...hour }, ['not known']],
      ['the minute before', { to: minute(-2) }, 0],
      ['the hour on another page’s clock', { ...inChatham, zone: 'Pacific/Chatham' }, 4],
      ['a time after it on that clock', { from: inChatham.to, zone: 'Pacific/Chatham' }, 0],
      ['the step that failed', { step: 'token' }, ['not known']],
      ['a step that passed', { step: 'callback' }, 0],
      ['one error', { outcome: 'patient.mismatch' }, 1],
    ])('%s', async ([, fields, users]) => {
      const page = await find(fields);
      expect(page.status).toBe(200);
      if (typeof users === 'number') expect(usersOf(page)).toHaveLength(users);
      else expect(usersOf(page)).toEqual(users);
      // No name is in an address or a log.
      expect(page.url).not.toMatch(/osei|rivera|lindgr/i);
    });

    test.for([
      ['an unknown name', { clinician: 'Nobody' }, 'No one on the Clinicians page has this name'],
      ['without an organization', { clinician: 'osei', organization: '' }, 'Choose an organization'],
    ] as const)('an invalid search says what is wrong: %s', async ([, fields, words]) => {
      const page = await find(fields);
      expect(page.body).toContain(words);
      expect(page.body).toContain(`value="${fields.clinician}"`);
      // Rows below a refused search would be taken for its result.
      expect(usersOf(page)).toEqual([]);
    });

    test('the page of a launch names its user, and its report does not', async () => {
      const list = await find({ clinician: 'osei', outcome: 'failed' });
      const href = /\/settings\/launches\/[\da-f-]{36}/.exec(list.body)?.[0] ?? '';
      const own = await operator.visit(world.url + href);
      expect(own.body).toContain('By <strong><bdi>Kwame Osei, RN</bdi></strong>');
      const csrf = await tokenOf(world, operator);
      const made = await operator.open(`${world.url}${href}/report`, { form: { csrf } });
      const report = /href="([^"]*\/reports\/[\w-]{43})"/.exec(made.body)?.[1] ?? '';
      const shared = await world.browser().visit(report);
      expect(shared.status).toBe(200);
      expect(shared.body).not.toContain('Osei');
    });

    test.for<[hours: number, where: string]>([
      [-7, 'in the zone of a clinician seven hours away'],
      [7, 'in a zone on the other side'],
    ])('a time %i hours off, %s, names the nearest launch', async ([hours]) => {
      const window = { from: minute(hours * 60 - 30), to: minute(hours * 60 + 30) };
      const page = await find({ clinician: 'rivera', ...window });
      const nearest = /No launch fits\. The nearest one began at <a href="([^"]+)"/.exec(page.body)?.[1] ?? '';
      expect((await operator.visit(world.url + nearest)).body).toContain('<bdi>Dr. Elena Rivera</bdi>');
      expect(page.body).toContain(`by the clock of ${serverTimeZone}`);
      expect((await find({ ...window, outcome: 'token.refused' })).body).toContain('No launch fits.</p>');
      expect((await find({ from: minute(-4000), to: minute(-3900) })).body).toContain('No launch fits.</p>');
    });

    test('a window whose end is before its beginning says so', async () => {
      expect((await find({ from: hour.to, to: hour.from })).body).toContain('before the time in “From”');
    });

    test('a name that is narrowed to the hour in a second step lists the launches without a known user too', async () => {
      const found = await find({ clinician: 'osei' });
      const who = /who=([\da-f-]{36})/.exec(found.url)?.[1] ?? '';
      expect(usersOf(await find({ who, ...hour }))).toEqual(['Kwame Osei, RN', 'not known', 'Kwame Osei, RN']);
    });

    test('MT-01: a name is searched in the administrator’s organization only, whichever one form and URL name', async () => {
      const found = await find({ clinician: 'rivera', organization: ORG_ID }, administrator);
      const key = /who=([\da-f-]{36})/.exec(found.url)?.[1];
      const theirs = await find({ clinician: 'rivera' });
      const other = /who=([\da-f-]{36})/.exec(theirs.url)?.[1] ?? '';
      expect(key).not.toBe(other);
      const foreign = await administrator.visit(`${world.url}/settings/launches?organization=${ID}&who=${other}`);
      expect(usersOf(foreign)).toEqual([]);
      expect(foreign.body).not.toContain('Rivera');
    });

    test('operators who give a reason search by patient, on every page and in the export, and this is audited', async () => {
      const csrf = await tokenOf(world, operator);
      const send = (reason: string, query = '') =>
        operator.open(`${world.url}/settings/launches/patient${query}`, {
          form: { csrf, organization: ID, patient: 'pat-ada', reason },
        });
      expect((await send(' ')).body).toContain('Enter a reason');
      const page = await send('call 17');
      expect(usersOf(page)).toHaveLength(2);
      expect(page.body).not.toContain('pat-ada');
      expect(page.url + world.logLines.join('')).not.toContain('pat-ada');
      expect(usersOf(await send('call 17', '?outcome=failed'))).toHaveLength(1);
      await world.dependencies.audit.flush();
      const looks = await listAuditRows(
        world.dependencies.database.db,
        { organizationId: ID, event: 'audit-viewed' },
        10,
      );
      expect(looks).toMatchObject([1, 2].map(() => ({ detail: { as: 'launches of one patient', reason: 'call 17' } })));
      expect(looks.every(({ patient }) => patient !== null)).toBe(true);
      const csv = await operator.visit(page.url.replace('/launches?', '/launches.csv?'));
      expect(csv.body.split('\r\n')).toHaveLength(4);
      for (const who of [administrator, await signedIn(world, 'operator@example.com')]) {
        const other = await who.visit(page.url);
        expect(usersOf(other)).toEqual([]);
        expect(other.body).toContain('This search has expired');
      }
    });

    test('the export has the rows of the search, as text and not as formulas, and is audited', async () => {
      const page = await find({ step: 'token' });
      const csv = await operator.visit(page.url.replace('/launches?', '/launches.csv?'));
      expect(csv.headers['content-disposition']).toContain('launches.csv');
      const [head, row, end] = csv.body.split('\r\n');
      expect(head).toContain('"began","launch","organization","outcome"');
      expect(row).toContain('"token.failed"');
      expect(row).toContain('"The code is exchanged for an access token"');
      expect(end).toBe('');
      expect(csv.body).not.toMatch(/Osei|pat-|Moreno/);
      const [look] = await listAuditRows(
        world.dependencies.database.db,
        { organizationId: ID, event: 'audit-viewed' },
        1,
      );
      expect(look?.detail).toEqual({ as: 'csv of launches' });
    });

    test('the timeline of a clinician: launches, refusals, sign-out and changes of admission, newest first', async () => {
      const own = await signedIn(world, 'searched@example.com');
      const list = await own.visit(`${world.url}/settings/clinicians`);
      const item = list.body.split('<li>').find((one) => one.includes('Kwame Osei')) ?? '';
      const id = /clinicians\/([\da-f-]{36})\/timeline/.exec(item)?.[1];
      const browser = world.browser();
      const page = await browser.open(
        world.sandbox.launch('pat-ben', { user: 'prac-osei' }).replace(`orgId=${ORG_ID}`, `orgId=${ID}`),
      );
      await browser.visit(page.url.replace(/requests$/, 'sign-out'), { form: { csrf: csrfOf(page) } });
      world.sandbox.faults.set('fhir-403-requests');
      const refused = world.sandbox.launch('pat-ben', { user: 'prac-osei' });
      await world.browser().open(refused.replace(`orgId=${ORG_ID}`, `orgId=${ID}`));
      world.sandbox.faults.clear();
      for (const verb of ['disable', 'enable'])
        await own.visit(`${world.url}/settings/clinicians/${id}/${verb}`, { form: { csrf: csrfOf(list) } });
      await Promise.all([world.dependencies.audit.flush(), world.dependencies.traces.flush()]);
      const timeline = await own.visit(`${world.url}/settings/clinicians/${id}/timeline`);
      const whats = [
        ...timeline.body.matchAll(/<td data-label="What">(.*?)<\/td>\s*<td data-label="Detail">(.*?)<\/td>/gs),
      ];
      const words = whats.map(([, what = '', detail = '']) => `${what.replaceAll(/<[^>]+>/g, '')} ${detail}`.trim());
      expect(words.slice(0, 5)).toEqual([
        'Changed by an administrator enabled',
        'Changed by an administrator disabled',
        'Launched The FHIR server refused the search for requests (403), although it was granted',
        'Signed out',
        'Launched',
      ]);
      expect(words.filter((one) => one.startsWith('Launch refused'))).toHaveLength(1);
      expect(words.slice(-2).toSorted()).toEqual(['Launched', 'Linked to the EHR user at the first launch']);
      expect(timeline.body).not.toMatch(/pat-|Moreno|Okafor/);
      const launches = /href="(\/settings\/launches\?who=[^"]+)"/.exec(timeline.body)?.[1] ?? '';
      expect(usersOf(await own.visit(world.url + launches))).toHaveLength(4);
      expect((await administrator.visit(`${world.url}/settings/clinicians/${id}/timeline`)).status).toBe(404);
    });

    test('the timeline keeps the events before the association was undone, and none after it', async () => {
      const own = await signedIn(world, 'searched@example.com');
      const list = await own.visit(`${world.url}/settings/clinicians`);
      const item = list.body.split('<li>').find((one) => one.includes('Kwame Osei')) ?? '';
      const id = /clinicians\/([\da-f-]{36})\/timeline/.exec(item)?.[1];
      const timeline = async () => {
        await Promise.all([world.dependencies.audit.flush(), world.dependencies.traces.flush()]);
        const { body } = await own.visit(`${world.url}/settings/clinicians/${id}/timeline`);
        return [...body.matchAll(/<tr id="row-([^"]+)"/g)].map(([, row]) => row);
      };
      const before = await timeline();
      await own.visit(`${world.url}/settings/clinicians/${id}/unlink`, { form: { csrf: csrfOf(list) } });
      const after = await timeline();
      expect(after.slice(1)).toEqual(before);
      // The same EHR user now counts as a new user.
      const url = world.sandbox.launch('pat-ben', { user: 'prac-osei' }).replace(`orgId=${ORG_ID}`, `orgId=${ID}`);
      await world.browser().open(url);
      expect(await timeline()).toEqual(after);
    });

    test('the users who launched last are searched first, up to a limit', async () => {
      const { db } = world.dependencies.database;
      const few = createPeople({ db, sealer: world.dependencies.sealer, mostSearched: 0 });
      expect(await few.search(ID, 'osei')).toEqual([]);
    });

    test.for<[string, Partial<typeof hour>]>([
      ['an hour', hour],
      ['its beginning', { from: hour.from }],
      ['its end', { to: hour.to }],
    ])('a help desk gets from a name and %s to the cause in three pages', async ([, time]) => {
      const desk = await signedIn(world, 'searched@example.com');
      const first = await desk.visit(`${world.url}/settings/launches`);
      const form = { csrf: csrfOf(first), clinician: 'osei', ...time, outcome: 'failed' };
      const second = await desk.open(`${world.url}/settings/launches/find`, { form });
      const links = [...second.body.matchAll(/href="(\/settings\/launches\/[\da-f-]{36})"/g)].map(([, href]) => href);
      // One user is known; the other launch failed before the EHR said who the user was.
      expect(links).toHaveLength(2);
      const third = await desk.visit(`${world.url}${links[1]}`);
      expect([failingStepOf(third), ownerOf(third)]).toEqual(['token', 'EHR team']);
      expect(third.body).toContain('HTTP 500');
    });

    test('a search by name alone says that a time lists the launches without a name', async () => {
      const desk = await signedIn(world, 'searched@example.com');
      const form = { csrf: csrfOf(await desk.visit(`${world.url}/settings/launches`)), clinician: 'osei' };
      const { body } = await desk.open(`${world.url}/settings/launches/find`, { form });
      expect(body).toContain('Enter a time');
    });
  });

  test('a callback on another instance continues the trace of the launch', async () => {
    const { dependencies } = world;
    const { db } = dependencies.database;
    const writer = createTraceWriter({ db, log: dependencies.log, clock: dependencies.clock });
    const traces = createLaunchTraces({ writer, clock: dependencies.clock });
    const server = createServer(createApp({ ...dependencies, traces }));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const browser = world.browser();
    const callback = new URL(await browser.openUntil(world.sandbox.launch('pat-ben'), '/smart/callback'));
    callback.port = String((server.address() as AddressInfo).port);
    await dependencies.traces.flush();
    const before = await countTraces(db);
    const page = await browser.open(callback.href);
    await Promise.all([traces.flush(), dependencies.traces.flush()]);
    server.close();
    expect(titleOf(page)).toBe('Requests for Ben Okafor');
    expect(await countTraces(db)).toBe(before);
    const { rows } = await db.execute<{ outcome: string; steps: { name: string }[] }>(
      sql`select outcome, steps from launch_traces order by started_at desc limit 1`,
    );
    expect(rows[0]?.outcome).toBe('completed');
    expect(rows[0]?.steps.map(({ name }) => name)).toEqual(expect.arrayContaining(['launch', 'token', 'requests']));
  });

  test('two simultaneous callbacks make one launch and one trace', async () => {
    const { db } = world.dependencies.database;
    const browser = world.browser();
    const callback = await browser.openUntil(world.sandbox.launch('pat-ada'), '/smart/callback');
    await world.dependencies.traces.flush();
    const before = await countTraces(db);
    world.sandbox.faults.set('token-500');
    const answers = await Promise.all([browser.visit(callback), browser.visit(callback)]);
    world.sandbox.faults.clear();
    const pages = [];
    for (const answer of answers) pages.push((await inspect(supportCodeOf(answer))).url);
    expect(pages[0]).toBe(pages[1]);
    expect(await countTraces(db)).toBe(before);
  });

  test('ST-07: neither the tables nor a page of the inspector contain a secret, a person or a patient', async () => {
    await world.dependencies.traces.flush();
    const { rows } = await world.dependencies.database.db.execute(sql`select * from launch_traces`);
    const dump = JSON.stringify(rows);
    const secrets = secretsSeenBy(world.sandbox);
    expect(secrets.size).toBeGreaterThan(5);
    const searched = `${dump}\n${decoded(dump)}`;
    expect(leaksOf(secrets, searched)).toEqual([]);
    for (const word of ['Moreno', 'pat-ada', 'pat-ben', 'Rivera', 'prac-', '1958-03-14', '100231'])
      expect(searched).not.toContain(word);
  });
});

async function countTraces(db: World['dependencies']['database']['db']): Promise<number> {
  const { rows } = await db.execute<{ count: number }>(sql`select count(*)::int as count from launch_traces`);
  return rows[0]?.count ?? 0;
}
