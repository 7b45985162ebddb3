/**
 * Data sealed under one secret of APP_SECRETS works while the secret is listed, and ends cleanly afterwards (ST-08).
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { listKeys, retireKey } from '#src/keys/key-actions.ts';
import { addPerson, signedIn } from '#test/helpers/administrators.ts';
import { type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { dayFromNow } from '#test/helpers/days.ts';
import { addInstance, type Instance } from '#test/helpers/instances.ts';
import { csrfOf, launchIdOf } from '#test/helpers/visits.ts';
import { startWorld, testStores, type World } from '#test/helpers/world.ts';

const A = 'the-old-secret-that-is-long-enough-0123456789';
const B = 'the-new-secret-that-is-long-enough-9876543210';
const SCOPES =
  'launch launch/patient openid fhirUser profile online_access patient/*.read patient/ServiceRequest.write';
const TYPED = { service: 'transport', what: 'Stair climber', neededOn: dayFromNow(30), priority: 'routine' };
const PATIENTS = [
  ['pat-ada', 'Requests for Ada Moreno'],
  ['pat-ben', 'Requests for Ben Okafor'],
] as const;

/** One clinician's browser with two launches and a draft, and one administrator's. */
interface Made {
  clinician: TestBrowser;
  lists: Visit[];
  administrator: TestBrowser;
}

if ((await testStores()).length > 1) {
  let world: World;
  let instances: Instance[];
  /** Used again while both secrets are listed. */
  let first: Made;
  /** Not used again before the old secret is removed. */
  let second: Made;
  beforeAll(async () => {
    const settings = { createRequests: true, scopes: SCOPES };
    vi.useFakeTimers({ toFake: ['Date'] });
    world = await startWorld({ stores: 'real Redis and PostgreSQL', settings, env: { APP_SECRETS: A } });
    instances = [];
    await addPerson(world, 'operator@example.com');
    first = await make();
    second = await make();
  });
  afterAll(async () => {
    vi.useRealTimers();
    await Promise.all(instances.map((one) => one.close()));
    await world.close();
  });

  const add = async (appSecrets: string[]) => {
    const instance = await addInstance(world, { appSecrets });
    instances.push(instance);
    return instance;
  };
  const at = (instance: { url: string }, url: string) => url.replace(world.url, instance.url);
  const formOf = (list: Visit) => `${world.url}/launches/${launchIdOf(list)}/requests/new`;

  /** Follows every redirect, and visits a different one of these instances at each step of ours. */
  async function open(browser: TestBrowser, url: string, at_: readonly { url: string }[]): Promise<Visit> {
    let target: string = url;
    for (let hop = 0; hop < 12; hop += 1) {
      const instance = at_[hop % at_.length] ?? world;
      // oxlint-disable-next-line no-await-in-loop -- a redirect is followed when it has come
      const answer = await browser.visit(at(instance, target));
      const location = answer.headers['location'];
      if (location === undefined) return answer;
      const next = new URL(location, answer.url).href;
      target = next.startsWith(instance.url) ? next.replace(instance.url, world.url) : next;
    }
    throw new Error('too many redirects');
  }

  async function make(): Promise<Made> {
    const clinician = world.browser();
    const lists: Visit[] = [];
    // oxlint-disable-next-line no-await-in-loop -- in one browser, one after the other
    for (const [patient] of PATIENTS) lists.push(await world.launch(patient, clinician));
    const url = formOf(lists[0] as Visit);
    const page = await clinician.visit(url);
    const ticket = /name="ticket" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
    const kept = { csrf: csrfOf(page), ticket, ...TYPED, reason: '', note: '' };
    expect((await clinician.visit(`${url}/keep`, { form: kept })).status).toBe(204);
    return { clinician, lists, administrator: await signedIn(world, 'operator@example.com') };
  }

  /** Makes twelve launches of two patients in parallel, each in its own browser. */
  async function launchMany(among: readonly { url: string }[]): Promise<void> {
    const many = Array.from({ length: 12 }, (_, index) => PATIENTS[index % 2] ?? PATIENTS[0]);
    const pages = await Promise.all(
      many.map(([patient]) => open(world.browser(), world.sandbox.launch(patient), among)),
    );
    expect(pages.map(titleOf)).toEqual(many.map(([, title]) => title));
  }

  test('"A,B" and "B,A": a launch may step from one to the other', async () => {
    const [oldFirst, newFirst] = [await add([A, B]), await add([B, A])];
    await Promise.all([launchMany([oldFirst, newFirst]), launchMany([newFirst, oldFirst])]);
  });

  test('"B,A": launches, an administrator and a draft of "A" go on, beside launches on both instances', async () => {
    const both = await add([B, A]);
    const { clinician, lists, administrator } = first;
    const goOn = async () => {
      const again = await Promise.all(lists.map((list) => clinician.visit(at(both, list.url))));
      expect(again.map(titleOf)).toEqual(PATIENTS.map(([, title]) => title));
      expect(again[0]?.body).toContain(`<bdi class="draft-what">${TYPED.what}</bdi>`);
      expect((await administrator.visit(`${both.url}/settings/account`)).status).toBe(200);
    };
    await Promise.all([launchMany([world]), launchMany([both]), goOn()]);
    await goOn();
  });

  test('"B" alone: launches under "A" end cleanly, and new launches work', async () => {
    const { audit, clock, database, log, sealer } = (await add([B, A])).dependencies;
    const keys = { db: database.db, sealer, audit, clock, log };
    // An operator retires the keys before removing the old secret, one after the other.
    // oxlint-disable-next-line no-await-in-loop
    for (const { kid } of await listKeys(keys)) await retireKey(keys, kid, { force: true });
    // A removed key is gone two seconds later, and the EHR asks for the keys again after five minutes.
    vi.setSystemTime(Date.now() + 6 * 60_000);
    const alone = await add([B]);
    // The old instances are gone, so EHRs fetch the key set of this one.
    vi.spyOn(world.dependencies.keyRing, 'jwks').mockImplementation(() => alone.dependencies.keyRing.jwks());
    for (const { clinician, lists, administrator } of [second, first]) {
      const pages = await Promise.all(lists.map((list) => clinician.visit(at(alone, list.url))));
      expect(pages.map(({ status }) => status)).toEqual([401, 401]);
      for (const page of pages) expect(page.body).not.toMatch(/Moreno|Okafor/);
      const account = await open(administrator, `${world.url}/settings/account`, [alone]);
      expect([account.status, new URL(account.url).pathname]).toEqual([200, '/sign-in']);
      const list = await open(clinician, world.sandbox.launch('pat-ada'), [alone]);
      expect(titleOf(list)).toBe('Requests for Ada Moreno');
      const form = await clinician.visit(at(alone, formOf(list)));
      expect([form.status, titleOf(form)]).toEqual([200, 'New request for Ada Moreno']);
      expect(form.body).not.toContain(TYPED.what);
    }
    await launchMany([alone]);
  });
}
