/**
 * EHR users become clinicians at once, by a one-time code or by confirmation, and never by name (FU-07, ID-18, MT-02).
 */
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SandboxUser } from '#sandbox/contract.ts';
import type { Sandbox } from '#sandbox/sandbox.ts';
import { createApp } from '#src/app.ts';
import { type TestBrowser, titleOf } from '#test/helpers/browser.ts';
import { decoded } from '#test/helpers/canaries.ts';
import { csrfOf, isAfterPost, launchIdOf, ledTo } from '#test/helpers/visits.ts';
import { ORG_ID, useWorldWithFakeDate } from '#test/helpers/world.ts';
import {
  type Administrator,
  administrator,
  audited,
  clinicianIdIn,
  codeIn,
  dumpOf,
  fhirReads,
  referenceIn,
  refusedCode,
  stored,
  typeCode,
} from './association-world.ts';

const LIST = 'Requests for Ada Moreno';
const DAY_MS = 24 * 60 * 60_000;
/** Longer than the directory caches, shorter than the promised two seconds. */
const NOTICED_MS = 1_500;
const HOSTILE = `"><script>alert(1)</script> O'Brien`;

const users: SandboxUser[] = [
  ...Array.from({ length: 30 }, (_, index) => ({
    id: `subject-of-user-${index}`,
    name: `Nurse Number ${index}`,
    fhirUser: 'Practitioner/prac-osei',
  })),
  { id: 'subject-hostile', name: HOSTILE, fhirUser: 'Practitioner/prac-rivera' },
];

describe('on real Redis and PostgreSQL', () => {
  const world = useWorldWithFakeDate({ stores: 'real Redis and PostgreSQL', sandbox: { users } });
  let twin: Sandbox;
  let admin: Administrator;
  let adminOfTwin: Administrator;
  let serial = 0;
  let browser: TestBrowser;
  let user: string;

  beforeAll(async () => {
    twin = await world.addSandbox('twin', { users });
    await world.setOrganization('twin', {}, twin);
    admin = await administrator(world, 'admin@example.com', ORG_ID);
    adminOfTwin = await administrator(world, 'twin@example.com', 'twin');
  });
  beforeEach(() => {
    user = `subject-of-user-${serial}`;
    serial += 1;
    browser = world.browser();
    world.sandbox.requests.clear();
  });

  const ask = async (userAssociation: string, id = ORG_ID, at = world.sandbox) => {
    await world.setOrganization(id, { userAssociation }, at);
    notice();
  };
  /** The one clock of product and sandbox. */
  const advance = (ms: number) => void vi.setSystemTime(Date.now() + ms);
  const notice = () => advance(NOTICED_MS);
  const launch = (who = user, by = browser) => by.open(world.sandbox.launch('pat-ada', { user: who }));
  const clinicianOf = async (name: string) => clinicianIdIn(await admin.page(), name);

  describe('automatic', () => {
    beforeEach(() => ask('automatic'));

    test('FU-07, ID-18: the first launch creates a clinician, and later ones find them', async () => {
      const before = (await stored(world, ORG_ID)).clinicians.length;
      expect(titleOf(await launch())).toBe(LIST);
      const first = await stored(world, ORG_ID);
      expect(first.clinicians).toHaveLength(before + 1);
      advance(DAY_MS);
      expect(titleOf(await launch(user, world.browser()))).toBe(LIST);
      const second = await stored(world, ORG_ID);
      expect(second.clinicians).toHaveLength(before + 1);
      const latest = (rows: typeof first) =>
        Math.max(...rows.clinicians.map((row) => new Date(row.last_launch_at ?? 0).getTime()));
      expect(latest(second) - latest(first)).toBeGreaterThanOrEqual(DAY_MS);
    });

    test('MT-02: the same sub in another organization is another clinician', async () => {
      await ask('automatic', 'twin', twin);
      await launch();
      await world.browser().open(twin.launch('pat-ada', { user }));
      const [here, there] = [await stored(world, ORG_ID), await stored(world, 'twin')];
      const lookups = new Set(here.identities.map(({ lookup }) => lookup));
      expect(there.identities.length).toBeGreaterThan(0);
      expect(there.identities.filter(({ lookup }) => lookups.has(lookup))).toEqual([]);
      const ids = new Set(here.clinicians.map(({ id }) => id));
      expect(there.clinicians.filter(({ id }) => ids.has(id))).toEqual([]);
    });

    test('ID-18: a user whose name and fhirUser changed is the same clinician', async () => {
      await launch();
      const before = await stored(world, ORG_ID);
      const changing = users.find(({ id }) => id === user);
      if (!changing) throw new Error('no such user');
      Object.assign(changing, { name: 'Another Name', fhirUser: 'Practitioner/prac-tanaka' });
      expect(titleOf(await launch(user, world.browser()))).toBe(LIST);
      const after = await stored(world, ORG_ID);
      expect(after.clinicians.map(({ id }) => id)).toEqual(before.clinicians.map(({ id }) => id));
    });

    test('twenty simultaneous first launches of one user create one clinician', async () => {
      const before = (await stored(world, ORG_ID)).clinicians.length;
      const pages = await Promise.all(Array.from({ length: 20 }, () => launch(user, world.browser())));
      expect(pages.map(titleOf)).toEqual(Array.from({ length: 20 }, () => LIST));
      expect((await stored(world, ORG_ID)).clinicians).toHaveLength(before + 1);
    });

    test('undoing an association ends open launches, and the next launch creates a new association', async () => {
      const page = await launch();
      const id = await clinicianOf(`Nurse Number ${serial - 1}`);
      expect((await admin.send(`/${id}/unlink`)).status).toBe(303);
      notice();
      const answer = await browser.visit(page.url);
      expect([answer.status, titleOf(answer)]).toEqual([401, 'Your access to this app was changed']);
      expect(answer.body).not.toContain('Moreno');
      expect(await world.dependencies.redis.get(`launch:${launchIdOf(page)}`)).toBeUndefined();
      const before = (await stored(world, ORG_ID)).clinicians.length;
      expect(titleOf(await launch())).toBe(LIST);
      expect((await stored(world, ORG_ID)).clinicians).toHaveLength(before + 1);
      expect(await audited(world, 'user-unlinked')).toContainEqual(
        expect.objectContaining({ organization_id: ORG_ID, detail: { clinician: id, users: [expect.any(String)] } }),
      );
    });

    test('disabling a clinician ends launches on every instance; new ones are refused and their tokens revoked', async () => {
      const other = createApp(world.dependencies);
      const page = await launch();
      const id = await clinicianOf(`Nurse Number ${serial - 1}`);
      const { default: supertest } = await import('supertest');
      const cookie = [...(browser.jar.get('localhost') ?? [])].map((pair) => pair.join('=')).join('; ');
      const elsewhere = () => supertest(other).get(new URL(page.url).pathname).set('cookie', cookie);
      expect((await elsewhere()).status).toBe(200);
      expect((await admin.send(`/${id}/disable`)).status).toBe(303);
      notice();
      expect((await elsewhere()).status).toBe(401);
      expect((await browser.visit(page.url)).status).toBe(401);
      world.sandbox.requests.clear();
      const again = await launch();
      expect([again.status, titleOf(again)]).toEqual([403, 'Your access to this app is switched off']);
      await expect
        .poll(() => world.sandbox.requests.filter(({ path }) => path === '/auth/revoke').length)
        .toBeGreaterThan(0);
      expect(fhirReads(world)).toEqual([]);
      await admin.send(`/${id}/enable`);
      expect(titleOf(await launch(user, world.browser()))).toBe(LIST);
    });
  });

  describe('by a one-time code', () => {
    beforeEach(() => ask('code'));

    test('FU-07: the user enters the code before the patient is shown, and the code works once', async () => {
      const code = await admin.codeFor('Jane Osei');
      expect(code).toMatch(/^([2-9A-HJ-NP-Z]{5}-){3}[2-9A-HJ-NP-Z]{5}$/);
      const page = await launch();
      expect(titleOf(page)).toBe('Enter your one-time code');
      expect(page.url).toMatch(/\/launches\/[\w-]+\/association$/);
      expect(page.headers['content-security-policy']).toContain(world.sandbox.origin);
      const list = `${world.url}/launches/${launchIdOf(page)}/requests`;
      const bypass = await browser.visit(list);
      expect([bypass.status, bypass.headers['location']]).toEqual([303, expect.stringContaining('/association')]);
      const asJson = await browser.visit(list, { headers: { accept: 'application/json' } });
      expect([asJson.status, JSON.parse(asJson.body)]).toMatchObject([403, { error: 'user.not-associated' }]);
      expect(fhirReads(world)).toEqual([]);

      const typed = await typeCode(browser, page, ` ${code.toLowerCase().replaceAll('-', ' ')} `);
      expect([typed.status, typed.headers['location']]).toEqual([303, expect.stringMatching(/\/requests$/)]);
      expect(titleOf(await browser.visit(list))).toBe(LIST);
      expect(await stored(world, ORG_ID)).toMatchObject({ identities: expect.arrayContaining([expect.anything()]) });
      expect(titleOf(await launch(user, world.browser()))).toBe(LIST);

      const stranger = world.browser();
      const other = await launch('subject-of-user-29', stranger);
      const reused = await refusedCode(stranger, other, code);
      expect(reused.url).toMatch(/\?problem=used$/);
      // A reload sends nothing, and does not count as a try.
      expect((await stranger.visit(reused.url)).body).toContain('This code has been used');
      expect(reused.body).toContain('This code has been used');
      expect((await stored(world, ORG_ID)).identities.filter((row) => row.clinician_id === null)).toEqual([]);
      const shown = await admin.page();
      expect(shown.body).toContain('Another EHR user tried this clinician’s code');
    });

    test('an expired code, a wrong one and one of another organization get the same answer', async () => {
      const expired = await admin.codeFor('Late Comer');
      advance(7 * DAY_MS + 1);
      const ofTwin = await adminOfTwin.codeFor('Twin Person');
      const page = await launch();
      for (const code of [expired, ofTwin, 'AAAAA-AAAAA-AAAAA-AAAAA', '', HOSTILE]) {
        const answer = await refusedCode(browser, page, code);
        expect(answer.url).toMatch(/\?problem=wrong$/);
        expect(answer.body).toContain('This code is wrong or has expired');
        expect(answer.body).not.toContain('<script>alert');
      }
      expect(fhirReads(world)).toEqual([]);
    });

    test('wrong codes are limited per launch, with Retry-After; another launch may still try', async () => {
      const code = await admin.codeFor('Patient Typist');
      const page = await launch();
      const answers = [];
      for (let index = 0; index < 11; index += 1)
        // oxlint-disable-next-line no-await-in-loop -- one after the other, as a person types
        answers.push((await typeCode(browser, page, `WRONG-${index}`)).status);
      expect(answers).toEqual([...Array.from({ length: 10 }, () => 303), 429]);
      const right = await typeCode(browser, page, code);
      expect(right.status).toBe(429);
      expect(Number(right.headers['retry-after'])).toBeGreaterThan(0);
      const fresh = await launch(user, browser);
      expect((await typeCode(browser, fresh, code)).status).toBe(303);
    });

    test('a code that is posted without the page’s token or from another site changes nothing', async () => {
      const code = await admin.codeFor('Forged Request');
      const page = await launch();
      expect((await browser.visit(page.url, { form: { code } })).status).toBe(403);
      const headers = { origin: 'https://evil.example' };
      expect((await browser.visit(page.url, { form: { code, csrf: csrfOf(page) }, headers })).status).toBe(403);
      expect((await typeCode(browser, page, code)).status).toBe(303);
    });

    test('of two users who enter one code at the same time, one is linked', async () => {
      const code = await admin.codeFor('Only One');
      const rivals = [`subject-of-user-27`, `subject-of-user-28`].map((who) => ({ who, browser: world.browser() }));
      const pages = await Promise.all(rivals.map(({ who, browser: by }) => launch(who, by)));
      const answers = await Promise.all(
        rivals.map(({ browser: by }, index) => {
          const page = pages[index];
          if (!page) throw new Error('no page');
          return typeCode(by, page, code);
        }),
      );
      expect(answers.map(({ status }) => status)).toEqual([303, 303]);
      const ends = answers.map(({ headers }) => headers['location']?.replace(/^.*\//, ''));
      expect(new Set(ends)).toEqual(new Set(['requests', 'association?problem=used']));
    });

    test('a linked user who enters another clinician’s code gets a message and stays linked', async () => {
      const own = await admin.codeFor('Rightful Owner');
      const others = await admin.codeFor('Somebody Else');
      const page = await launch();
      expect((await typeCode(browser, page, own)).status).toBe(303);
      const before = await stored(world, ORG_ID);
      const answer = await refusedCode(browser, page, others);
      expect(answer.url).toMatch(/\?problem=identity-taken$/);
      expect(answer.body).toContain('Your EHR user is linked to another account here');
      expect((await stored(world, ORG_ID)).identities).toEqual(before.identities);
    });

    test('a new code is refused for a linked clinician until the association is undone', async () => {
      const page = await launch();
      await typeCode(browser, page, await admin.codeFor('Linked Person'));
      const id = await clinicianOf('Linked Person');
      const refused = await admin.open(`/${id}/code`);
      expect(isAfterPost(refused, 'form')).toBe(true);
      expect(refused.body).toContain('this clinician is linked to another EHR user');
      await admin.send(`/${id}/unlink`);
      notice();
      expect((await browser.visit(page.url.replace(/[^/]*$/, 'requests'))).status).toBe(401);
      const again = await launch();
      expect(titleOf(again)).toBe('Enter your one-time code');
      const code = codeIn(await admin.open(`/${id}/code`));
      expect((await typeCode(browser, again, code)).status).toBe(303);
    });

    test('a code is shown once; a reload of its page creates no code and says that it was shown', async () => {
      const shown = await admin.open('', { name: 'Shown Once' });
      const code = codeIn(shown);
      expect(isAfterPost(shown, 'secret')).toBe(true);
      const before = await stored(world, ORG_ID);
      const again = await admin.reload(shown);
      expect(again.body).not.toContain(code);
      expect(again.body).toContain('A one-time code is shown only once, and this one was shown already.');
      expect(await stored(world, ORG_ID)).toEqual(before);
      const nameless = await admin.open('', { name: 'x'.repeat(121) });
      expect(isAfterPost(nameless, 'form')).toBe(true);
      for (const page of [nameless, await admin.reload(nameless)]) {
        expect(page.body).toContain('Enter a name of at most 120 characters.');
        expect(page.body).toContain(`value="${'x'.repeat(121)}"`);
      }
      expect(await world.dumpRedis()).not.toMatch(/Shown Once|x{121}/);
    });

    test('signing out works before the code is typed, and revokes the tokens', async () => {
      const page = await launch();
      const signOut = `${world.url}/launches/${launchIdOf(page)}/sign-out`;
      expect((await browser.open(signOut, { form: { csrf: csrfOf(page) } })).status).toBe(200);
      expect((await browser.visit(page.url)).status).toBe(401);
      expect(fhirReads(world)).toEqual([]);
    });
  });

  describe('by confirmation', () => {
    beforeEach(() => ask('confirmation'));

    test('FU-07: a new user waits with a reference, and is admitted after being confirmed as a new clinician', async () => {
      const page = await launch();
      expect(titleOf(page)).toBe('Waiting for your administrator');
      const reference = referenceIn(page);
      expect(reference).toMatch(/^[2-9A-HJ-NP-Z]{6}$/);
      expect(referenceIn(await browser.open(page.url))).toBe(reference);
      expect(referenceIn(await launch(user, world.browser()))).toBe(reference);
      expect(fhirReads(world)).toEqual([]);
      expect((await admin.page()).body).toContain(reference);
      const done = await admin.send(`/waiting/${reference}/confirm`, { name: 'Confirmed Nurse', clinician: '' });
      expect(done.status).toBe(303);
      expect(titleOf(await browser.open(page.url))).toBe(LIST);
      expect((await admin.page()).body).toContain('Confirmed Nurse');
      expect(await audited(world, 'user-linked')).toContainEqual(
        expect.objectContaining({ detail: expect.objectContaining({ how: 'confirmation', reference }) }),
      );
      const twice = await admin.open(`/waiting/${reference}/confirm`, { name: 'Twice', clinician: '' });
      expect(isAfterPost(twice, 'form')).toBe(true);
      expect(twice.body).toContain('linked to a clinician already');
    });

    test('a user is confirmed as an existing clinician; a clinician with another EHR user is refused with a message', async () => {
      await admin.codeFor('Prepared Person');
      const id = await clinicianOf('Prepared Person');
      const page = await launch();
      const reference = referenceIn(page);
      expect((await admin.send(`/waiting/${reference}/confirm`, { name: '', clinician: id })).status).toBe(303);
      expect(titleOf(await browser.open(page.url))).toBe(LIST);

      const second = world.browser();
      const waiting = await launch('subject-of-user-26', second);
      const form = { name: '', clinician: id };
      const conflict = await admin.open(`/waiting/${referenceIn(waiting)}/confirm`, form);
      expect(isAfterPost(conflict, 'form')).toBe(true);
      expect(conflict.body).toContain('this clinician is linked to another EHR user');
      expect(titleOf(await second.open(waiting.url))).toBe('Waiting for your administrator');
      const nameless = await admin.open(`/waiting/${referenceIn(waiting)}/confirm`, { name: ' ' });
      expect([isAfterPost(nameless, 'form'), nameless.body.includes('Type a name of at most')]).toEqual([true, true]);
    });

    test('a refused user can be reset, and then waits again', async () => {
      const page = await launch();
      const reference = referenceIn(page);
      await admin.send(`/waiting/${reference}/refuse`);
      const refused = await browser.open(page.url);
      expect([refused.status, titleOf(refused)]).toEqual([403, 'Your administrator has refused access']);
      await ask('automatic');
      expect((await launch(user, world.browser())).status).toBe(403);
      await ask('confirmation');
      await admin.send(`/waiting/${reference}/forget`);
      const again = referenceIn(await launch());
      expect(again).not.toBe('');
      expect(again).not.toBe(reference);
      expect(fhirReads(world)).toEqual([]);
    });

    test('MT-01: another organization’s administrator finds neither the reference nor the clinician', async () => {
      const page = await launch();
      const reference = referenceIn(page);
      await admin.codeFor('Ours Alone');
      const id = await clinicianOf('Ours Alone');
      expect((await adminOfTwin.page()).body).not.toContain(reference);
      for (const [step, form] of [
        [`/waiting/${reference}/confirm`, { name: 'Stolen', clinician: '' }],
        [`/waiting/${reference}/refuse`, {}],
        [`/waiting/${reference}/forget`, {}],
        [`/${id}/code`, {}],
        [`/${id}/unlink`, {}],
        [`/${id}/disable`, {}],
      ] as const) {
        // oxlint-disable-next-line no-await-in-loop -- one session
        const answer = await adminOfTwin.send(step, form);
        expect([404, 'form'], step).toContain(ledTo(answer) ?? answer.status);
      }
      expect(titleOf(await browser.open(page.url))).toBe('Waiting for your administrator');
      expect((await admin.page()).body).toContain('Ours Alone');
    });

    test('hostile names are text, on the administrator’s page and the clinician’s', async () => {
      const page = await launch('subject-hostile');
      expect(page.body).not.toContain('<script>alert');
      const waiting = await admin.page();
      expect(waiting.body).toContain('O&#39;Brien');
      expect(waiting.body).not.toContain('<script>alert');
      const reference = referenceIn(page);
      await admin.send(`/waiting/${reference}/confirm`, { name: HOSTILE, clinician: '' });
      expect((await admin.page()).body).not.toContain('<script>alert');
    });

    test('after a change to automatic, a waiting user’s open page leads to the list', async () => {
      const waiting = async () => (await stored(world, ORG_ID)).identities.filter((row) => row.clinician_id === null);
      const before = (await waiting()).length;
      const page = await launch();
      expect(await waiting()).toHaveLength(before + 1);
      await ask('automatic');
      expect(titleOf(await browser.open(page.url.replace('association', 'requests')))).toBe(LIST);
      expect(await waiting()).toHaveLength(before);
    });
  });

  describe('FU-06: practitioners only', () => {
    beforeAll(async () => {
      await world.setOrganization(ORG_ID, { userTypes: 'practitioner' });
      notice();
    });
    const typed = users.find(({ id }) => id === 'subject-of-user-25');

    test.for([
      ['a practitioner', 'Practitioner/prac-osei', 200],
      ['one in a role', 'PractitionerRole/role-osei', 200],
      ['a patient', 'Patient/pat-ada', 403],
      ['a relative', 'RelatedPerson/1', 403],
      ['a person', 'Person/1', 403],
    ] as const)('%s', async ([, fhirUser, status]) => {
      Object.assign(typed ?? {}, { fhirUser });
      const before = await stored(world, ORG_ID);
      const page = await launch('subject-of-user-25');
      expect(page.status).toBe(status);
      if (status === 200) return;
      expect(titleOf(page)).toBe('This app is for practitioners');
      expect(fhirReads(world)).toEqual([]);
      expect((await stored(world, ORG_ID)).identities).toEqual(before.identities);
      await expect
        .poll(() => world.sandbox.requests.filter(({ path }) => path === '/auth/revoke').length)
        .toBeGreaterThan(0);
      expect((await audited(world, 'denial')).at(-1)?.detail).toEqual({ code: 'user.not-allowed' });
    });
  });

  test('MT-02, ST-07: neither database nor log contain a sub, name, fhirUser or code', async () => {
    const code = await admin.codeFor('Secret Name');
    const id = await clinicianOf('Secret Name');
    await world.dependencies.audit.flush();
    await world.dependencies.clinicians.flush();
    const dump = await dumpOf(world);
    expect(dump).toContain(id);
    const text = [dump, decoded(dump), world.logLines.join('')].join('\n');
    const secrets = [code, code.replaceAll('-', ''), 'Secret Name', 'subject-of-user', 'Nurse Number', "O'Brien"];
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    expect(text).not.toMatch(/prac-osei|prac-rivera/);
  });
});
