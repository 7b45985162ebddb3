/** Organizations are isolated, and launches end at once when theirs is switched off or changed (REG-11, MT-01..05). */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Sandbox } from '#sandbox/sandbox.ts';
import { savedForm } from '#src/settings/form.ts';
import { addPerson, signedIn, tokenOf } from '#test/helpers/administrators.ts';
import { type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { givenEndpoints } from '#test/helpers/given-endpoints.ts';
import { cookiesOf, launchIdOf } from '#test/helpers/visits.ts';
import { ORG_ID, useWorld } from '#test/helpers/world.ts';

/** Longer than the directory caches, shorter than the promised two seconds. */
const NOTICED_MS = 1_500;

describe('on embedded stores', () => {
  const world = useWorld({ clock: () => new Date(Date.now() + passedMs) });
  let twin: Sandbox;
  let browser: TestBrowser;
  let passedMs = 0;
  beforeAll(async () => {
    twin = await world.addSandbox('twin');
    await world.setOrganization('twin', {}, twin);
  });
  beforeEach(async () => {
    passedMs = 0;
    world.sandbox.faults.clear();
    twin.faults.clear();
    browser = world.browser();
  });

  /** Each test has its own organization on the same EHR, because a change ends its launches for good. */
  let count = 0;
  const organization = async () => {
    count += 1;
    const id = `org-${count}`;
    await world.setOrganization(id);
    const launch = (patient: string) => world.sandbox.launch(patient).replace(`orgId=${ORG_ID}`, `orgId=${id}`);
    return { id, launch };
  };
  const notice = () => {
    passedMs += NOTICED_MS;
  };
  const tokenCalls = () => world.sandbox.requests.filter(({ path }) => path === '/auth/token').length;

  const changes: [string, Record<string, unknown>][] = [
    ['its FHIR URL', { fhirBaseUrl: 'http://localhost:1/fhir' }],
    ['its client id', { clientId: 'another-client' }],
    ['its issuer', { issuers: ['https://login.example/auth'] }],
    ['its endpoints to some given by hand', givenEndpoints({ origin: 'https://login.example' })],
  ];

  test.for(changes)('MT-05: changing %s ends the launches of this organization only', async ([, settings]) => {
    const { id, launch } = await organization();
    const page = await browser.open(launch('pat-ada'));
    const other = world.browser();
    const kept = await world.launch('pat-ben', other);
    await world.setOrganization(id, settings);
    notice();
    const answer = await browser.visit(page.url);
    expect(answer.status).toBe(401);
    expect(answer.body).not.toContain('Moreno');
    expect(await world.dependencies.redis.get(`launch:${launchIdOf(page)}`)).toBeUndefined();
    expect((await other.visit(kept.url)).status).toBe(200);

    // The settings are as before, and the ended launch stays ended.
    await world.setOrganization(id);
    notice();
    expect((await browser.visit(page.url)).status).toBe(401);
  });

  test.for(changes)('MT-05: changing %s refuses a launch that is under way', async ([, settings]) => {
    const { id, launch } = await organization();
    const callback = await browser.openUntil(launch('pat-ada'), '/smart/callback');
    await world.setOrganization(id, settings);
    notice();
    const calls = tokenCalls();
    expect((await browser.visit(callback)).status).toBe(400);
    expect(tokenCalls()).toBe(calls);
  });

  describe('changes made in Settings', () => {
    const records = (...pages: Visit[]) =>
      Promise.all(pages.map((page) => world.dependencies.redis.get(`launch:${launchIdOf(page)}`)));
    let operator: TestBrowser;
    beforeAll(async () => {
      await addPerson(world, 'operator@example.com');
      operator = await signedIn(world, 'operator@example.com');
    });
    /** What a browser sends with a form, and a script does not. */
    const FROM_PAGE = { 'sec-fetch-dest': 'document' };
    const save = async (path: string, form: Record<string, string> = {}, headers: Record<string, string> = {}) =>
      operator.visit(`${world.url}/settings/organizations/${path}`, {
        form: { csrf: await tokenOf(world, operator), ...form },
        headers,
      });
    const OTHER_CLIENT = { name: 'Same', clientId: 'other', privateNetworks: '' };
    const toIntegration = async (id: string, path: string, form: Record<string, string>) =>
      operator.visit(`${world.url}/settings/integrations/smart-on-fhir${path}?organization=${id}`, {
        form: { csrf: await tokenOf(world, operator), ...form },
        headers: FROM_PAGE,
      });
    const revocations = () => world.sandbox.requests.filter(({ path }) => path === '/auth/revoke');

    test.for([
      ['REG-11: switching it off', (id: string) => save(`${id}/disable`)],
      ['MT-05: another Client ID', (id: string) => save(id, OTHER_CLIENT)],
    ] as const)('%s deletes its records and revokes the tokens without a visit', async ([, change]) => {
      const { id, launch } = await organization();
      const pages = [await browser.open(launch('pat-ada')), await browser.open(launch('pat-ben'))];
      const other = world.browser();
      const kept = await world.launch('pat-ben', other);
      world.sandbox.requests.clear();
      expect((await change(id)).status).toBe(303);
      expect(await records(...pages)).toEqual([undefined, undefined]);
      await world.dependencies.revoker.flush();
      expect(revocations()).toHaveLength(4);
      expect((await other.visit(kept.url)).status).toBe(200);
      expect(titleOf(await browser.visit(pages[0]?.url ?? ''))).toMatch(/connection to this app was changed/);
      await world.dependencies.audit.flush();
      const { rows } = await world.dependencies.database.db.execute(
        `select detail from audit_events where event = 'launch-ended' and organization_id = '${id}' and actor like 'user:%'`,
      );
      expect(rows).toEqual([{ detail: { reason: 'organization' } }, { detail: { reason: 'organization' } }]);
    });

    test.for<[name: string, change: (id: string) => Promise<Visit>, words: RegExp]>([
      ['another Client ID', (id) => save(id, OTHER_CLIENT, FROM_PAGE), /name="clientId" value="other"/],
      [
        'another FHIR URL',
        (id) => toIntegration(id, '', { fhirUrl: twin.fhirBase }),
        /checked first, and nothing changes if the checks fail.*name="fhirUrl" value="http/s,
      ],
      [
        'another issuer',
        async (id) => {
          const { values } = savedForm({ ...(await world.dependencies.directory.find(id)) });
          return toIntegration(id, '/advanced', { ...values, issuers: 'https://login.example/auth' });
        },
        /name="issuers" value="https/,
      ],
    ])('%s asks before it ends launches, and says how many', async ([, change, words]) => {
      const { id, launch } = await organization();
      const pages = [await browser.open(launch('pat-ada')), await browser.open(launch('pat-ben'))];
      const question = await change(id);
      expect([question.status, titleOf(question)]).toEqual([
        200,
        expect.stringContaining(`Change the connection of Hospital ${id}?`),
      ]);
      expect(question.body).toContain('All 2 open launches of this organization end');
      expect(question.body).toMatch(words);
      expect(await records(...pages)).not.toContain(undefined);
      const [, action = ''] =
        /<div class="message-actions"><form method="post" action="([^"]+)"/.exec(question.body) ?? [];
      const fields = [...question.body.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)];
      const form = Object.fromEntries(fields.map(([, name = '', value = '']) => [name, value]));
      const agreed = await operator.open(`${world.url}${action}`, { form, headers: FROM_PAGE });
      expect(agreed.status).toBe(200);
      expect(await records(...pages)).toEqual([undefined, undefined]);
    });

    test('without an open launch nothing is asked', async () => {
      const { id } = await organization();
      expect((await save(id, OTHER_CLIENT, FROM_PAGE)).status).toBe(303);
    });

    test('a new name ends no launch', async () => {
      const { id, launch } = await organization();
      const page = await browser.open(launch('pat-ada'));
      expect((await save(id, { name: 'New', clientId: 'vectorcare-test', privateNetworks: '' })).status).toBe(303);
      expect(await records(page)).not.toContain(undefined);
    });
  });

  test('a change that does not concern the connection ends no launch', async () => {
    const { id, launch } = await organization();
    const page = await browser.open(launch('pat-ada'));
    await world.setOrganization(id, { name: 'Renamed', frameAncestors: ['https://ehr.example'], nonce: 'optional' });
    notice();
    const answer = await browser.visit(page.url);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-security-policy']).toContain('frame-ancestors https://ehr.example');
  });

  test('REG-11: disabling the organization stops pages, callbacks and launches', async () => {
    const { id, launch } = await organization();
    const page = await browser.open(launch('pat-ada'));
    const callback = await browser.openUntil(launch('pat-ben'), '/smart/callback');
    await world.disableOrganization(id);
    notice();
    world.sandbox.requests.clear();
    expect((await browser.visit(page.url)).status).toBe(401);
    expect((await browser.visit(callback)).status).toBe(403);
    expect((await browser.open(launch('pat-ada'))).status).toBe(403);
    // The EHR gets no more requests, except that its tokens are revoked.
    expect(world.sandbox.requests.filter(({ path }) => path !== '/auth/revoke')).toEqual([]);
    expect((await world.launch('pat-ada')).status).toBe(200);
  });

  describe('MT-02: twins with equal patient ids, subs and client ids', () => {
    test('each token goes to its EHR only, and an outage of one does not affect the other', async () => {
      world.sandbox.requests.clear();
      twin.requests.clear();
      twin.faults.set('fhir-403-requests');
      const [ours, theirs] = await Promise.all([world.launch('pat-ada'), world.browser().open(twin.launch('pat-ada'))]);
      expect(ours.body).toContain('Wheelchair van');
      expect(theirs.body).toContain('did not let this app read requests');
      expect(theirs.body).not.toContain('Wheelchair van');
      const [a, b] = [tokensAt(world.sandbox), tokensAt(twin)];
      expect(a.size).toBeGreaterThan(0);
      expect(b.size).toBeGreaterThan(0);
      expect([...a].filter((token) => b.has(token))).toEqual([]);
    });

    test('MT-06: a launch at the other hospital ends none of this one, and neither shows data of the other', async () => {
      const ours = await world.launch('pat-ada', browser);
      const theirs = await browser.open(twin.launch('pat-ada'));
      expect((await browser.visit(ours.url)).status).toBe(200);
      expect((await browser.visit(theirs.url)).status).toBe(200);
      expect((await browser.visit(theirs.url.replace(launchIdOf(theirs), launchIdOf(ours)))).url).toBe(ours.url);
    });

    test('a cookie of one opens no page of the other, under any name', async () => {
      const other = world.browser();
      const [ours, theirs] = [await world.launch('pat-ada', browser), await other.open(twin.launch('pat-ada'))];
      const value = cookiesOf(browser).get(`launch-${launchIdOf(ours)}`) ?? '';
      const thief = world.browser();
      for (const forged of [value, value.replace(ORG_ID, 'twin')]) {
        thief.jar.set('localhost', new Map([[`launch-${launchIdOf(theirs)}`, forged]]));
        expect((await thief.visit(theirs.url)).status).toBe(401);
      }
      expect((await other.visit(theirs.url)).status).toBe(200);
    });

    test('LA-08: a launch that mixes them is refused before any call', async () => {
      world.sandbox.requests.clear();
      twin.requests.clear();
      for (const url of [
        twin.launch('pat-ada').replace('orgId=twin', `orgId=${ORG_ID}`),
        world.sandbox.launch('pat-ada').replace(ORG_ID, 'twin'),
      ])
        expect((await browser.open(url)).status).toBe(400);
      expect([...world.sandbox.requests, ...twin.requests]).toEqual([]);
    });
  });

  test.for(['/b', 'b', '/../r4', '.', '%2F'])('MT-03: a base that continues as %s is another EHR', async (ending) => {
    await world.setOrganization('longer', { fhirBaseUrl: `${world.sandbox.fhirBase}/b` });
    notice();
    const to = (id: string, iss: string) =>
      `${world.url}/smart/launch?${new URLSearchParams({ orgId: id, iss, launch: 'x' })}`;
    world.sandbox.requests.clear();
    expect((await browser.open(to(ORG_ID, `${world.sandbox.fhirBase}${ending}`))).status).toBe(400);
    expect((await browser.open(to('longer', world.sandbox.fhirBase))).status).toBe(400);
    expect(world.sandbox.requests).toHaveLength(0);
  });

  test('MT-03, FH-02: a next page on the same host under a longer or shorter path is not read', async () => {
    for (const path of ['/fhir/r4b/ServiceRequest?page=2', '/fhir/ServiceRequest?page=2', '/fhir/r4/../r5/x']) {
      world.sandbox.requests.clear();
      world.sandbox.faults.set('foreign-next-link', `${world.sandbox.origin}${path}`);
      const page = await world.launch('pat-ada');
      expect(titleOf(page)).toBe('Requests for Ada Moreno');
      expect(page.body).toContain('pointed to another server');
      expect(world.sandbox.requests.filter((request) => /page=2|\/r5\//.test(request.path))).toEqual([]);
    }
  });
});

function tokensAt(sandbox: Sandbox): Set<string> {
  return new Set(
    sandbox.requests.flatMap(({ headers }) => /^Bearer (.+)/.exec(String(headers['authorization']))?.[1] ?? []),
  );
}
