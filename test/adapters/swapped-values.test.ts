/**
 * A sealed value opens only under its own key: every value of Redis is written under every other key (ST-04, MT-02).
 */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addPerson, signedIn } from '#test/helpers/administrators.ts';
import { type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { dayFromNow } from '#test/helpers/days.ts';
import { createRedisServer, type RedisServer } from '#test/helpers/servers/redis-server.ts';
import { csrfOf, draftsOn, launchIdOf, wholeOf } from '#test/helpers/visits.ts';
import { startWorld, type World } from '#test/helpers/world.ts';

const SCOPES =
  'launch launch/patient openid fhirUser profile online_access patient/*.read patient/ServiceRequest.write';
/** Texts that only this patient has. */
const OWN = { 'pat-ada': ['Moreno', 'Stair lift for Ada'], 'pat-ben': ['Okafor', 'Home oxygen for Ben'] };
type Patient = keyof typeof OWN;
const PATIENTS = Object.keys(OWN) as Patient[];
/** The families of keys that hold data of one patient, one browser or one administrator. */
const FAMILIES = ['launch', 'tx', 'admin-session', 'drafts'];

/** One patient's chart in one browser, with everything that may be stored for it. */
interface Opened {
  patient: Patient;
  browser: TestBrowser;
  form: string;
  callback: string;
  administrator: TestBrowser;
  /** The cookies of both browsers at the end of the preparation. */
  cookies: TestBrowser['jar'][];
}

let server: RedisServer;
let world: World;
let redis: Redis;
let opened: Opened[];
let keys: string[];
let before: Map<string, string>;
beforeAll(async () => {
  server = await createRedisServer();
  await server.start();
  world = await startWorld({ env: { REDIS_URL: server.url }, settings: { createRequests: true, scopes: SCOPES } });
  redis = new Redis(server.url);
  opened = [];
  // oxlint-disable-next-line no-await-in-loop -- one after the other, so that each has keys of its own
  for (const patient of PATIENTS) opened.push(await openAll(patient));
  await world.dependencies.audit.flush();
  keys = (await redis.keys('*')).filter((key) => FAMILIES.includes(familyOf(key))).toSorted();
  before = new Map(await Promise.all(keys.map(async (key) => [key, (await redis.get(key)) ?? ''] as const)));
});
afterAll(async () => {
  redis.disconnect();
  await world.close();
  await server.stop();
});

const familyOf = (key: string) => key.split(':')[0] ?? '';

async function openAll(patient: Patient): Promise<Opened> {
  const browser = world.browser();
  const list = await world.launch(patient, browser);
  const form = `${world.url}/launches/${launchIdOf(list)}/requests/new`;
  const page = await browser.visit(form);
  const ticket = /name="ticket" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
  const typed = { service: 'equipment', what: OWN[patient][1] ?? '', neededOn: dayFromNow(30), priority: 'routine' };
  await browser.visit(`${form}/keep`, { form: { csrf: csrfOf(page), ticket, ...typed, reason: '', note: '' } });
  const [name] = draftsOn(await browser.visit(list.url));
  const callback = await browser.openUntil(world.sandbox.launch(patient), '/smart/callback');
  const email = `${patient}@example.com`;
  await addPerson(world, email, { role: patient === 'pat-ada' ? 'operator' : 'administrator' });
  const administrator = await signedIn(world, email);
  const cookies = [browser.jar, administrator.jar].map(copyOf);
  return { patient, browser, form: `${form}?form=${name}`, callback, administrator, cookies };
}

const copyOf = (jar: TestBrowser['jar']) => new Map([...jar].map(([host, cookies]) => [host, new Map(cookies)]));
/** Restores the cookies, because a page that ends a launch or session deletes its cookie. */
function giveCookiesAgain({ browser, administrator, cookies }: Opened): void {
  for (const [index, jar] of [browser.jar, administrator.jar].entries())
    for (const [host, kept] of cookies[index] ?? []) jar.set(host, new Map(kept));
}

/** Restores Redis and the browsers, except for these values. */
async function write(changes: Map<string, string>): Promise<void> {
  for (const one of opened) giveCookiesAgain(one);
  await Promise.all([...before, ...changes].map(([key, value]) => redis.set(key, value, 'EX', 600)));
}

interface Pages {
  list: Visit;
  form: Visit;
  account: Visit;
}
async function pagesOf({ browser, form, administrator }: Opened): Promise<Pages> {
  const [list, empty, account] = await Promise.all([
    browser.visit(form.replace(/\/new.*/, '')),
    browser.visit(form),
    administrator.visit(`${world.url}/settings/account`),
  ]);
  return { list, form: empty, account };
}

/** The texts of other patients that this page holds. */
const strange = (patient: Patient, page: Visit) =>
  PATIENTS.filter((other) => other !== patient).flatMap((other) =>
    OWN[other].filter((text) => wholeOf(page).includes(text)),
  );

test('without a swap every page shows its data, so that the test can detect a loss', async () => {
  expect([...new Set(keys.map(familyOf))].toSorted()).toEqual(FAMILIES.toSorted());
  for (const family of FAMILIES)
    expect(keys.filter((key) => familyOf(key) === family).length, family).toBeGreaterThanOrEqual(2);
  for (const one of opened) {
    const { list, form, account } = await pagesOf(one);
    expect([list.status, form.status, account.status]).toEqual([200, 200, 200]);
    expect(list.body).toContain(OWN[one.patient][0]);
    expect(form.body).toContain(OWN[one.patient][1]);
  }
});

test('each value under each other key: no page shows data, and none another patient', async () => {
  const seen = new Set<string>();
  for (const target of keys)
    for (const source of keys) {
      if (source === target) continue;
      await write(new Map([[target, before.get(source) ?? '']]));
      for (const one of opened) {
        const { list, form, account } = await pagesOf(one);
        const what = `${familyOf(source)} under ${familyOf(target)}, ${one.patient}`;
        for (const page of [list, form, account]) {
          expect(page.status, what).toBeLessThan(500);
          expect(strange(one.patient, page), what).toEqual([]);
        }
        expect([200, 401], what).toContain(list.status);
        expect([200, 303], what).toContain(account.status);
        if (list.status === 401) seen.add(`${familyOf(target)} ends a launch`);
        if (account.status === 303) seen.add(`${familyOf(target)} signs out`);
        const isEmptyForm = form.status === 200 && !form.body.includes(OWN[one.patient][1] ?? '');
        if (isEmptyForm) seen.add(`${familyOf(target)} empties a form`);
      }
    }
  expect([...seen].toSorted()).toEqual(['admin-session signs out', 'drafts empties a form', 'launch ends a launch']);
});

test('all values of a family are swapped: no page shows data', async () => {
  await write(
    new Map(
      keys.map((key) => [
        key,
        before.get(keys.find((other) => other !== key && familyOf(other) === familyOf(key)) ?? '') ?? '',
      ]),
    ),
  );
  const check = async (one: Opened) => {
    const { list, form, account } = await pagesOf(one);
    expect([list.status, form.status, account.status]).toEqual([401, 401, 303]);
    for (const page of [list, form, account]) expect(strange(one.patient, page)).toEqual([]);
    const callback = await one.browser.open(one.callback);
    expect(callback.status).toBeGreaterThanOrEqual(400);
    expect(callback.status).toBeLessThan(500);
    expect([...strange(one.patient, callback), titleOf(callback)?.startsWith('Requests for')]).toEqual([false]);
  };
  // Each callback waits for the end of the launch that holds its transaction, so they wait at the same time.
  await Promise.all(opened.map(check));
});
