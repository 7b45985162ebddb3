/**
 * How many requests a launch makes to the EHR, and how many of them one after the other. An added call fails here; a
 * change that needs it changes the figures and says why.
 */
import { beforeEach, expect, test, vi } from 'vitest';
import { checkAgain } from '#src/checks/check-again.ts';
import { createOrganizationStore } from '#src/organizations/store.ts';
import { titleOf } from '#test/helpers/browser.ts';
import type { Script } from '#test/helpers/servers/stub-ehr.ts';
import { ehr, LIST, launchUrl, newOrganization, useStubWorld } from '#test/helpers/stub-world.ts';

const { world } = useStubWorld();

const BASE = 'launch launch/patient openid fhirUser online_access patient/Patient.read patient/ServiceRequest.read';
const NAMES = 'patient/Practitioner.read patient/Organization.read';
const KEYS = ['jwks', 'openid-configuration'];
const USER_READ = '/fhir/Practitioner/prac-1';
const ROLES = 'patient/PractitionerRole.read';
const USER = { resourceType: 'Practitioner', id: 'prac-1', name: [{ given: ['Jane'], family: 'Osei' }] };
const RUTH = { resourceType: 'Practitioner', id: 'ruth', name: [{ given: ['Ruth'], family: 'Kim' }] };
const NORTH = { resourceType: 'Organization', id: 'north', name: 'Northside' };
const ROLE = { resourceType: 'PractitionerRole', id: 'role', practitioner: { reference: 'Practitioner/prac-1' } };
const INCLUDES = ['ServiceRequest:requester', 'ServiceRequest:performer'];

/** Its references have no names, so requester and performer are looked up or included. */
const REQUEST = {
  ...{ resourceType: 'ServiceRequest', id: '1', status: 'active', intent: 'order', code: { text: 'Wheelchair van' } },
  subject: { reference: 'Patient/pat-1' },
  requester: { reference: 'Practitioner/ruth' },
  performer: [{ reference: 'Organization/north' }],
};
const bundle = (type: string, ...resources: object[]) => ({
  body: { resourceType: 'Bundle', type, entry: resources.map((resource) => ({ resource })) },
});

const answers = new Map<string, Script>([
  [
    'token',
    async (request) => {
      const { body, ...answer } = await ehr.standard(request);
      return { ...answer, body: { ...(body as object), scope } };
    },
  ],
  [USER_READ, () => ({ body: USER })],
  ['/fhir/PractitionerRole', () => bundle('searchset', { ...ROLE, code: [{ text: 'Nurse' }] })],
  ['requests', ({ query }) => bundle('searchset', REQUEST, ...(query.has('_include') ? [RUTH, NORTH] : []))],
  ['/fhir', () => bundle('batch-response', RUTH, NORTH)],
]);

let offered: readonly string[];
let scope: string;
beforeEach(() => {
  offered = [];
  scope = `${BASE} ${NAMES}`;
  const statement = () => ({
    ...{ resourceType: 'CapabilityStatement', fhirVersion: '4.0.1' },
    rest: [
      {
        mode: 'server',
        resource: [
          { type: 'Patient' },
          { type: 'ServiceRequest', searchInclude: offered, searchRevInclude: ['Task:focus'] },
        ],
      },
    ],
  });
  ehr.on('metadata', () => ({ body: statement() }));
  for (const [route, script] of answers) ehr.on(route, script);
});

/** Creates an organization whose connection was checked in Settings and that has had no launch. */
async function savedOrganization(): Promise<string> {
  const orgId = await newOrganization({ scopes: scope });
  const { dependencies } = world();
  const store = createOrganizationStore(dependencies.database.db);
  const organization = await store.find(orgId);
  if (!organization) throw new Error('the organization is not there');
  const run = checkAgain({ ...dependencies, store }, organization, { actor: 'system', name: 'test' });
  expect((await run).good).toBe(true);
  ehr.requests.length = 0;
  return orgId;
}

/** The EHR's requests since the last call, without the browser's own visit. */
function asked(): string[] {
  const routes = ehr.requests.map(({ route, query }) => (query.has('_include') ? `${route} with names` : route));
  ehr.requests.length = 0;
  return routes.filter((route) => route !== 'authorize').toSorted();
}

async function launched(orgId: string) {
  const browser = world().browser();
  const list = await browser.open(launchUrl(orgId));
  expect(titleOf(list)).toBe(LIST);
  expect(list.body).toContain('Ruth Kim');
  expect(list.body).toContain('Northside');
  return { browser, list };
}

test.for<[string, { roles?: true; includes?: true }, { first: string[]; warm: string[]; again: string[] }]>([
  [
    'whose EHR sends names along',
    { includes: true },
    {
      first: [...KEYS, USER_READ, 'patient', 'requests with names', 'token'],
      warm: ['patient', 'requests with names', 'token'],
      again: ['patient', 'requests with names'],
    },
  ],
  [
    'with roles',
    { includes: true, roles: true },
    {
      first: [...KEYS, USER_READ, '/fhir/PractitionerRole', 'patient', 'requests with names', 'token'],
      warm: ['patient', 'requests with names', 'token'],
      again: ['patient', 'requests with names'],
    },
  ],
  [
    'whose EHR has names looked up',
    {},
    {
      first: [...KEYS, '/fhir', USER_READ, 'patient', 'requests', 'token'],
      warm: ['/fhir', 'patient', 'requests', 'token'],
      again: ['patient', 'requests'],
    },
  ],
])('an organization %s', async ([, { roles, includes }, expected]) => {
  offered = includes ? INCLUDES : [];
  if (roles) scope = `${scope} ${ROLES}`;
  const orgId = await savedOrganization();
  await launched(orgId);
  expect(asked()).toEqual(expected.first.toSorted());
  const { browser, list } = await launched(orgId);
  expect(asked()).toEqual(expected.warm.toSorted());
  await browser.visit(list.url);
  expect(asked()).toEqual(expected.again.toSorted());
});

test('an EHR that includes Tasks in the search gets no search for them, and a wildcard scope suffices', async () => {
  scope = scope.replace('patient/ServiceRequest.read', 'patient/*.read');
  const orgId = await savedOrganization();
  const about = { focus: { reference: 'ServiceRequest/1' }, for: { reference: 'Patient/pat-1' } };
  const task = { resourceType: 'Task', id: 't', status: 'accepted', ...about };
  ehr.on('requests', ({ query }) => bundle('searchset', REQUEST, ...(query.has('_revinclude') ? [task] : [])));
  const { list } = await launched(orgId);
  expect(list.body).toContain('Accepted');
  expect(asked()).not.toContain('/fhir/Task');
});

test('an EHR that grants PractitionerRole unasked gets no search for it', async () => {
  const orgId = await savedOrganization();
  scope = `${scope} ${ROLES}`;
  await launched(orgId);
  expect(asked()).not.toContain('/fhir/PractitionerRole');
});

/**
 * Answers a route only when all routes of its trip were requested, so that a request that waits for another never ends.
 */
function together(routes: readonly string[]): void {
  const [arrived, all] = [new Set<string>(), Promise.withResolvers<void>()];
  for (const route of routes) {
    const answer = answers.get(route) ?? ehr.standard;
    ehr.on(route, async (request, response) => {
      arrived.add(route);
      if (arrived.size === routes.length) all.resolve();
      await all.promise;
      return answer(request, response);
    });
  }
}

test('the first launch of a process makes two sequential trips to the EHR', async () => {
  offered = INCLUDES;
  scope = `${scope} ${ROLES}`;
  const orgId = await savedOrganization();
  const trips = [
    ['openid-configuration', 'jwks', 'token'],
    ['patient', 'requests', USER_READ, '/fhir/PractitionerRole'],
  ];
  for (const trip of trips) together(trip);
  await launched(orgId);
  expect(asked().map((route) => route.replace(' with names', ''))).toEqual(trips.flat().toSorted());
});

test('what one organization has read of a user is not shown in another on the same FHIR server', async () => {
  await launched(await savedOrganization());
  await launched(await savedOrganization());
  expect(asked()).toContain(USER_READ);
});

test('nor shown to another user, whatever their fhirUser is', async () => {
  const orgId = await savedOrganization();
  await launched(orgId);
  ehr.on(USER_READ, () => ({ status: 403 }));
  const { browser, list } = await launched(orgId);
  expect(list.body).toContain('Jane Osei');
  ehr.signsIn('user-2');
  const other = await launched(orgId);
  expect((await other.browser.visit(other.list.url)).body).not.toContain('Jane Osei');
  expect((await browser.visit(list.url)).body).toContain('Jane Osei');
});

test('the next page repeats a directory read that failed, but not one that was refused', async () => {
  const orgId = await savedOrganization();
  ehr.on(USER_READ, () => ({ status: 503 }));
  const { browser, list } = await launched(orgId);
  ehr.on(USER_READ, () => ({ status: 403 }));
  asked();
  await browser.visit(list.url);
  expect(asked()).toContain(USER_READ);
  await browser.visit(list.url);
  expect(asked()).not.toContain(USER_READ);
});

test('a name is read again after an hour', async () => {
  const orgId = await savedOrganization();
  const begun = Date.now();
  for (const [minutes, isRead] of [
    [0, true],
    [59, false],
    [61, true],
  ] as const) {
    vi.setSystemTime(begun + minutes * 60_000);
    // oxlint-disable-next-line no-await-in-loop -- one launch after the other.
    await launched(orgId);
    expect(asked().includes(USER_READ)).toBe(isRead);
  }
  vi.useRealTimers();
});
