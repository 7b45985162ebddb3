/**
 * One launch has one patient and one cookie, with others opened beside it, out of order or forged (LA-09, MT-01,
 * CB-17).
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { createRecords } from '#sandbox/data/records.ts';
import { supportCodeOf, type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { cookiesOf, launchIdOf, wholeOf } from '#test/helpers/visits.ts';
import { testStores, useWorld } from '#test/helpers/world.ts';

const PATIENTS = [
  ...['pat-ada', 'pat-ben', 'pat-many', 'pat-deceased', 'pat-minor', 'pat-no-family'],
  ...['pat-text-only', 'pat-year-only', 'pat-month-only', 'pat-leap-day', 'pat-names', 'pat-long-name'],
];

/** Texts that only this patient's chart has: names, record number and requests. */
const ownTexts = new Map(
  PATIENTS.map((id) => {
    const records = createRecords();
    const patient = records.ofType('Patient').find((one) => one.id === id);
    const names = (patient?.name ?? []).flatMap(({ family, given, text }) => [family, text, ...(given ?? [])]);
    const requests = records.ofType('ServiceRequest').filter(({ subject }) => subject.reference === `Patient/${id}`);
    const mrn = patient?.identifier?.find(({ use }) => use === 'usual')?.value;
    return [
      id,
      new Set([...names, mrn, ...requests.map(({ code }) => code?.text)].filter((text) => (text?.length ?? 0) > 3)),
    ];
  }),
);

/** Every text of other patients that this patient's chart does not have. */
function foreignTexts(id: string): string[] {
  const own = [...(ownTexts.get(id) ?? [])].join('\n');
  const others = PATIENTS.filter((other) => other !== id).flatMap((other) => [...(ownTexts.get(other) ?? [])]);
  return others.filter((text) => text !== undefined && !own.includes(text)) as string[];
}

function expectOnly(id: string, page: Visit): void {
  expect(page.status, id).toBe(200);
  const mrn = [...(ownTexts.get(id) ?? [])].find((text) => /^\d{6}$/.test(text ?? ''));
  expect(page.body).toContain(`<bdi>${mrn}</bdi>`);
  // As words: four letters also occur in random ids, once in thousands of pages.
  const words = page.body.replaceAll(/[\w-]{20,}/g, '');
  expect(foreignTexts(id).filter((text) => words.includes(text))).toEqual([]);
}

describe.for(await testStores())('on %s', (stores) => {
  const world = useWorld({ stores });

  const pageOf = (visit: Visit, browser: TestBrowser) => browser.visit(visit.url);
  const asUser = (patient: string, user: string, browser: TestBrowser) =>
    browser.open(world.sandbox.launch(patient, { user }));

  test('AZ-19: tabs opened A, B, C and finished C, A, B each show their own patient', async () => {
    const browser = world.browser();
    const tabs = ['pat-ada', 'pat-ben', 'pat-minor'];
    const callbacks = new Map<string, string>();
    for (const id of tabs) callbacks.set(id, await browser.openUntil(world.sandbox.launch(id), '/smart/callback'));
    for (const id of ['pat-minor', 'pat-ada', 'pat-ben']) expectOnly(id, await browser.open(callbacks.get(id) ?? ''));
  });

  test('fifty simultaneous launches in ten browsers: no page contains another patient, then or after a reload', async () => {
    const browsers = Array.from({ length: 10 }, () => world.browser());
    const launches = Array.from({ length: 50 }, (_unused, index) => ({
      id: PATIENTS[index % PATIENTS.length] ?? '',
      browser: browsers[index % browsers.length] ?? world.browser(),
    }));
    const pages = await Promise.all(
      launches.map(async ({ id, browser }) => ({ id, browser, page: await world.launch(id, browser) })),
    );
    for (const { id, page } of pages) expectOnly(id, page);
    const again = await Promise.all(
      pages.map(async (one) => ({ id: one.id, page: await pageOf(one.page, one.browser) })),
    );
    for (const { id, page } of again) expectOnly(id, page);
    expect(new Set(pages.map(({ page }) => page.url)).size).toBe(50);
  });

  test('the same user keeps the earlier tab; another user in the same browser ends it', async () => {
    const browser = world.browser();
    const ada = await asUser('pat-ada', 'prac-rivera', browser);
    const ben = await asUser('pat-ben', 'prac-rivera', browser);
    expect(titleOf(await pageOf(ada, browser))).toBe('Requests for Ada Moreno');
    const mila = await asUser('pat-minor', 'prac-osei', browser);
    expect((await pageOf(ada, browser)).status).toBe(401);
    expect((await pageOf(ben, browser)).status).toBe(401);
    expectOnly('pat-minor', await pageOf(mila, browser));
    const names = [...cookiesOf(browser).keys()].filter((name) => name.startsWith('launch-'));
    expect(names).toEqual([`launch-${launchIdOf(mila)}`]);
  });

  test('MT-06: a launch of another organization in the same browser ends no launch of this one', async () => {
    const browser = world.browser();
    const ada = await asUser('pat-ada', 'prac-rivera', browser);
    await world.setOrganization('elsewhere');
    const there = (patient: string, user: string) =>
      browser.open(world.sandbox.launch(patient, { user }).replace(/orgId=[\w-]+/, 'orgId=elsewhere'));
    const ben = await there('pat-ben', 'prac-osei');
    expectOnly('pat-ben', await pageOf(ben, browser));
    expectOnly('pat-ada', await pageOf(ada, browser));
    const mila = await there('pat-minor', 'prac-rivera');
    expect((await pageOf(ben, browser)).status).toBe(401);
    expectOnly('pat-minor', await pageOf(mila, browser));
    expectOnly('pat-ada', await pageOf(ada, browser));
  });

  test('MT-06: a browser cannot end a launch without the launch’s secret', async () => {
    const owner = world.browser();
    const ada = await asUser('pat-ada', 'prac-rivera', owner);
    const cookie = cookiesOf(owner).get(`launch-${launchIdOf(ada)}`) ?? '';
    const other = world.browser();
    const forged = cookie.replace(/~[^~]+~/, `~${'x'.repeat(43)}~`);
    other.jar.set('localhost', new Map([[`launch-${launchIdOf(ada)}`, forged]]));
    await asUser('pat-ben', 'prac-osei', other);
    expectOnly('pat-ada', await pageOf(ada, owner));
  });

  test('another user in another browser ends no launch', async () => {
    const browser = world.browser();
    const ada = await asUser('pat-ada', 'prac-rivera', browser);
    await asUser('pat-ben', 'prac-osei', world.browser());
    expect((await pageOf(ada, browser)).status).toBe(200);
  });

  test('a twenty-first chart ends the oldest of twenty', async () => {
    const browser = world.browser();
    const pages: Visit[] = [];
    for (let count = 0; count < 21; count += 1) pages.push(await world.launch('pat-none', browser));
    const [first, second] = await Promise.all(pages.slice(0, 2).map((page) => pageOf(page, browser)));
    expect([first?.status, second?.status, pages.at(-1)?.status]).toEqual([401, 200, 200]);
  });

  test('LA-14: an unfinished launch replaces no other', async () => {
    const browser = world.browser();
    const ada = await asUser('pat-ada', 'prac-rivera', browser);
    await browser.openUntil(world.sandbox.launch('pat-ben', { user: 'prac-osei' }), '/smart/callback');
    expectOnly('pat-ada', await pageOf(ada, browser));
  });

  test('CB-17: a cookie that was planted before the launch is replaced', async () => {
    const browser = world.browser();
    const planted = 'mjx0a1b2~planted-secret~st-elsewhere';
    browser.jar.set('localhost', new Map([['launch-planted', planted]]));
    const page = await world.launch('pat-ada', browser);
    const cookie = cookiesOf(browser).get(`launch-${launchIdOf(page)}`);
    expect(cookie).toBeDefined();
    expect(cookie).not.toContain('planted');
    expect((await browser.visit(`${world.url}/launches/planted/requests`)).status).toBe(401);
  });

  describe('MT-01: a page without the launch’s cookie is a 401 without data', () => {
    let ada: Visit;
    let ben: Visit;
    let cookies: Map<string, string>;
    beforeAll(async () => {
      const browser = world.browser();
      ada = await world.launch('pat-ada', browser);
      ben = await world.launch('pat-ben', browser);
      cookies = cookiesOf(browser);
    });

    const forgeries: [string, () => [string, string][]][] = [
      ['no cookie', () => []],
      ['only another launch’s cookie', () => [[`launch-${launchIdOf(ben)}`, valueOf(ben)]]],
      ['another launch’s secret under its name', () => [[`launch-${launchIdOf(ada)}`, valueOf(ben)]]],
      ['an empty value', () => [[`launch-${launchIdOf(ada)}`, '']]],
      ['a value without a secret', () => [[`launch-${launchIdOf(ada)}`, 'mjx0a1b2~~st-elsewhere']]],
      ['a guessed secret', () => [[`launch-${launchIdOf(ada)}`, `mjx0a1b2~${'A'.repeat(43)}~st-elsewhere`]]],
      ['a cut secret', () => [[`launch-${launchIdOf(ada)}`, valueOf(ada).replace(/.~st-elsewhere$/, '~st-elsewhere')]]],
      ['its own secret under another’s name', () => [[`launch-${launchIdOf(ben)}`, valueOf(ada)]]],
    ];
    const valueOf = (page: Visit) => cookies.get(`launch-${launchIdOf(page)}`) ?? '';

    test.for(forgeries)('%s', async ([, jar]) => {
      const browser = world.browser();
      browser.jar.set('localhost', new Map(jar()));
      for (const path of ['requests', 'theme.css']) {
        const answer = await browser.visit(`${world.url}/launches/${launchIdOf(ada)}/${path}`);
        expect(answer.status).toBe(401);
        if (path === 'theme.css') expect(answer.body).toBe('');
        else expect(supportCodeOf(answer)).toBeDefined();
        expect(wholeOf(answer)).not.toMatch(/Moreno|Okafor|100231|Wheelchair/);
      }
      const posted = await browser.visit(`${world.url}/launches/${launchIdOf(ada)}/sign-out`, { form: { csrf: 'x' } });
      expect(posted.status).toBe(401);
    });

    test('none of these requests ended the launch', async () => {
      const browser = world.browser();
      browser.jar.set('localhost', new Map(cookies));
      expectOnly('pat-ada', await browser.visit(ada.url));
      expectOnly('pat-ben', await browser.visit(ben.url));
    });
  });
});
