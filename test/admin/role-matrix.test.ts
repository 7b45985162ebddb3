/**
 * Who may open what: every route of Settings, for an anonymous visitor, an administrator of A, one of B and an
 * operator.
 *
 * Add a row for each new route. Forms are sent with a valid token, so that only the role can be refused.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { addClinician } from '#src/clinicians/clinician-actions.ts';
import { createOrganizationStore } from '#src/organizations/store.ts';
import { addPerson, signedIn, tokenOf, usersOf } from '#test/helpers/administrators.ts';
import type { TestBrowser } from '#test/helpers/browser.ts';
import { useWorld } from '#test/helpers/world.ts';

/** 'sign-in' is a redirect to the sign-in, a number is that status, and 'in' is any answer of the route itself. */
type Expected = 'sign-in' | 'in' | number;

interface Row {
  route: string;
  form?: Record<string, string>;
  anonymous: Expected;
  administratorOfA: Expected;
  administratorOfB: Expected;
  operator: Expected;
}

const everyone = { anonymous: 'in', administratorOfA: 'in', administratorOfB: 'in', operator: 'in' } as const;
const signedInOnly = { ...everyone, anonymous: 'sign-in' } as const;
const operatorsOnly = { anonymous: 'sign-in', administratorOfA: 403, administratorOfB: 403, operator: 'in' } as const;

/** Routes that name the organization st-elsewhere, which is A's. */
const ofA = { ...signedInOnly, administratorOfB: 403 } as const;
const integration = '/settings/integrations/smart-on-fhir';
const clinicians = '/settings/clinicians';
/** Routes of a clinician of A without an organization: B's administrator finds none, and an operator must name one. */
const ofNamed = { anonymous: 'sign-in', administratorOfA: 'in', administratorOfB: 404, operator: 404 } as const;

const rows: Row[] = [
  { route: 'GET /settings', ...signedInOnly },
  { route: 'GET /settings/account', ...signedInOnly },
  { route: 'POST /settings/account/password', ...signedInOnly },
  { route: 'GET /settings/users', ...operatorsOnly },
  { route: 'POST /settings/users', ...operatorsOnly },
  { route: 'GET /settings/users/:other/reset', ...operatorsOnly },
  { route: 'GET /settings/users/:other/disable', ...operatorsOnly },
  { route: 'POST /settings/users/:other/reset', ...operatorsOnly },
  { route: 'POST /settings/users/:other/disable', ...operatorsOnly },
  { route: 'POST /settings/users/:other/enable', ...operatorsOnly },
  { route: 'GET /settings/launches', ...signedInOnly },
  { route: 'GET /settings/launches.csv', ...signedInOnly },
  { route: 'POST /settings/launches/find', ...signedInOnly },
  { route: 'POST /settings/launches/patient', ...operatorsOnly },
  { route: 'GET /settings/live-launches', ...signedInOnly },
  { route: 'GET /settings/live-launches/end-all?organization=st-elsewhere', ...signedInOnly },
  { route: 'POST /settings/live-launches/end?organization=st-elsewhere', ...signedInOnly },
  { route: 'POST /settings/live-launches/end-all?organization=st-elsewhere', ...signedInOnly },
  { route: 'GET /settings/verify', ...signedInOnly },
  { route: 'GET /settings/audit', ...signedInOnly },
  { route: 'GET /settings/audit.csv', ...signedInOnly },
  { route: 'POST /settings/audit/find', ...signedInOnly },
  { route: 'POST /settings/audit/patient', ...operatorsOnly },
  { route: 'GET /guide', ...everyone },
  { route: 'GET /reports/checks/unknown', anonymous: 404, administratorOfA: 404, administratorOfB: 404, operator: 404 },
  { route: `GET ${integration}`, ...signedInOnly },
  { route: `GET ${integration}?organization=st-elsewhere`, ...ofA },
  { route: `POST ${integration}?organization=st-elsewhere`, ...ofA },
  { route: `POST ${integration}/check?organization=st-elsewhere`, ...ofA },
  { route: `POST ${integration}/use-anyway?organization=st-elsewhere`, ...ofA },
  { route: `POST ${integration}/discard-draft?organization=st-elsewhere`, ...ofA },
  { route: `POST ${integration}/accept?organization=st-elsewhere`, ...ofA },
  { route: `POST ${integration}/frame?organization=st-elsewhere`, ...ofA },
  { route: `GET ${integration}/advanced?organization=st-elsewhere`, ...ofA },
  { route: `GET ${integration}/tools?organization=st-elsewhere`, ...ofA },
  { route: `POST ${integration}/advanced?organization=st-elsewhere`, ...ofA },
  { route: `POST ${integration}/prove-key?organization=st-elsewhere`, ...ofA },
  { route: `POST ${integration}/report?organization=st-elsewhere`, ...ofA },
  { route: `POST ${integration}/use-preset?organization=st-elsewhere`, ...ofA },
  { route: `POST ${integration}/use-scopes?organization=st-elsewhere`, ...ofA },
  { route: `POST ${integration}/preview-scopes?organization=st-elsewhere`, ...ofA },
  { route: 'GET /settings/handover?organization=st-elsewhere', ...ofA },
  { route: 'POST /settings/handover?organization=st-elsewhere', ...ofA },
  { route: 'POST /settings/handover/revoke?organization=st-elsewhere', ...ofA },
  { route: 'GET /settings/services', ...signedInOnly },
  { route: 'GET /settings/services?organization=st-elsewhere', ...ofA },
  { route: 'GET /settings/services/services.csv?organization=st-elsewhere', ...ofA },
  { route: 'GET /settings/services/receivers.csv?organization=st-elsewhere', ...ofA },
  { route: 'POST /settings/services/services?organization=st-elsewhere', ...ofA },
  { route: 'POST /settings/services/receivers?organization=st-elsewhere', ...ofA },
  { route: 'POST /settings/services/questionnaire?organization=st-elsewhere', ...ofA },
  { route: 'GET /settings/clinicians', ...signedInOnly },
  { route: `GET ${clinicians}?organization=st-elsewhere`, ...ofA },
  { route: `POST ${clinicians}?organization=st-elsewhere`, ...ofA },
  { route: `GET ${clinicians}/:clinician/timeline?organization=st-elsewhere`, ...ofA },
  { route: `GET ${clinicians}/:clinician/timeline`, ...ofNamed },
  { route: `GET ${clinicians}/:clinician/disable?organization=st-elsewhere`, ...ofA },
  { route: `GET ${clinicians}/:clinician/disable`, ...ofNamed },
  { route: `GET ${integration}/discard-draft?organization=st-elsewhere`, ...ofA },
  { route: `POST ${clinicians}/:clinician/code?organization=st-elsewhere`, ...ofA },
  { route: `POST ${clinicians}/:clinician/unlink?organization=st-elsewhere`, ...ofA },
  { route: `POST ${clinicians}/:clinician/disable?organization=st-elsewhere`, ...ofA },
  { route: `POST ${clinicians}/:clinician/enable?organization=st-elsewhere`, ...ofA },
  { route: `POST ${clinicians}/:clinician/code`, ...ofNamed },
  { route: `POST ${clinicians}/waiting/AAAAAA/confirm?organization=st-elsewhere`, form: { name: '' }, ...ofA },
  { route: `POST ${clinicians}/waiting/AAAAAA/refuse?organization=st-elsewhere`, ...ofA },
  { route: `POST ${clinicians}/waiting/AAAAAA/forget?organization=st-elsewhere`, ...ofA },
  { route: 'GET /settings/organizations', ...operatorsOnly },
  { route: 'POST /settings/organizations', ...operatorsOnly },
  { route: 'GET /settings/organizations/st-elsewhere', ...operatorsOnly },
  { route: 'POST /settings/organizations/st-elsewhere', ...operatorsOnly },
  { route: 'GET /settings/organizations/hospital-b/disable', ...operatorsOnly },
  { route: 'POST /settings/organizations/hospital-b/enable', ...operatorsOnly },
  { route: 'POST /settings/organizations/hospital-b/disable', ...operatorsOnly },
  { route: 'GET /settings/keys', ...operatorsOnly },
  { route: 'GET /settings/keys/rotate', ...operatorsOnly },
  { route: 'POST /settings/keys/rotate', ...operatorsOnly },
  { route: 'POST /settings/keys/retire', form: { kid: ':kid' }, ...operatorsOnly },
  { route: 'POST /settings/keys/revoke', form: { kid: ':kid' }, ...operatorsOnly },
  { route: 'POST /settings/keys/import', ...operatorsOnly },
  { route: 'GET /settings/keys/:kid/public.pem', ...operatorsOnly },
  { route: 'GET /settings/keys/:kid/jwks.json', ...operatorsOnly },
];

const live = '/settings/live-launches';
const OF_A = 'organization=st-elsewhere';

/** Actions that end or delete something: their page, their address, and the question that is asked first. */
const questions: [page: string, address: RegExp, question: string][] = [
  ['/settings/users', /\/reset$/, 'Give a new one-time password to other@example.com?'],
  ['/settings/users', /\/disable$/, 'Disable other@example.com?'],
  ['/settings/keys', /\/rotate$/, 'Rotate the signing keys?'],
  ['/settings/keys', /\/retire\?kid=/, 'Retire the key '],
  ['/settings/keys', /\/revoke\?kid=/, 'Revoke the key '],
  ['/settings/organizations/st-elsewhere', /\/disable$/, 'Disable Hospital st-elsewhere?'],
  [`${clinicians}?${OF_A}`, /\/code\?/, 'Give a new one-time code to Some Clinician?'],
  [`${clinicians}?${OF_A}`, /\/disable\?/, 'Disable Some Clinician?'],
  [`${clinicians}?${OF_A}`, /\/unlink\?/, 'Undo the association of Dr. Elena Rivera?'],
  [`${clinicians}?organization=waits`, /\/refuse\?/, 'Refuse Dr. Elena Rivera ('],
  [`${clinicians}?organization=waits`, /\/forget\?/, 'Forget Dr. Elena Rivera ('],
  [`${live}?${OF_A}`, /\/end\?/, 'End the launch of Dr. Elena Rivera?'],
  [`${live}?${OF_A}`, /\/end-all\?/, 'End all 2 launches of Hospital st-elsewhere?'],
  [`${integration}?${OF_A}`, /\/discard-draft\?/, 'Delete the draft https://draft.example/fhir?'],
];

const OF_B = 'hospital-b';
const world = useWorld();
let otherId: string;
let clinicianId: string;
const kidToRetire = () => world.dependencies.keyRing.signingKey('ES384').kid;
const browsers: Partial<Record<keyof Row, TestBrowser>> = {};

beforeAll(async () => {
  await world.setOrganization(OF_B);
  await addPerson(world, 'operator@example.com');
  await addPerson(world, 'a@example.com', { role: 'administrator' });
  await addPerson(world, 'b@example.com', { role: 'administrator', organizationId: OF_B });
  otherId = (await addPerson(world, 'other@example.com')).id;
  const { audit, clock, database, log, sealer } = world.dependencies;
  const acting = { organizationId: 'st-elsewhere', actor: { userId: otherId }, supportCode: 'TEST-CODE' };
  ({ clinicianId } = await addClinician({ audit, clock, db: database.db, log, sealer }, acting, 'Some Clinician'));
  browsers.operator = await signedIn(world, 'operator@example.com');
  browsers.administratorOfA = await signedIn(world, 'a@example.com');
  browsers.administratorOfB = await signedIn(world, 'b@example.com');
});

describe('every action that ends or deletes something asks for confirmation once, without a script', () => {
  beforeAll(async () => {
    await world.setOrganization('waits', { userAssociation: 'confirmation' });
    // oxlint-disable-next-line no-await-in-loop -- one browser after the other
    for (const id of ['st-elsewhere', 'st-elsewhere', 'waits'])
      await world.browser().open(world.sandbox.launch('pat-ada').replace('orgId=st-elsewhere', `orgId=${id}`));
    const draft = {
      fhirUrl: 'https://draft.example/fhir',
      accepted: {},
      at: new Date().toISOString(),
      by: 'operator@example.com',
    };
    await createOrganizationStore(world.dependencies.database.db).saveDraft('st-elsewhere', draft);
  });

  const formsOf = (body: string) =>
    [...body.matchAll(/<form[^>]*method="post" action="([^"]+)"/g)].map(([, action = '']) =>
      action.replaceAll('&amp;', '&'),
    );

  test.for(questions)('%s: %s', async ([path, address, question]) => {
    const { operator } = browsers;
    if (!operator) throw new Error('nobody is signed in');
    const page = await operator.visit(world.url + path);
    const links = [...page.body.matchAll(/<a class="btn[^>]*href="([^"]+)"/g)].map(([, href = '']) =>
      href.replaceAll('&amp;', '&'),
    );
    const asked = await Promise.all(
      links
        .filter((href) => address.test(href))
        .map(async (href) => ({ href, answer: await operator.visit(world.url + href) })),
    );
    const textOf = (body: string) =>
      /<h1>(.*?)<\/h1>/s
        .exec(body)?.[1]
        ?.replaceAll(/<[^>]+>/g, '')
        .trim();
    const found = asked.find(({ answer }) => textOf(answer.body)?.startsWith(question));
    expect(asked.map(({ answer }) => textOf(answer.body)).join('\n')).toContain(question);
    // The page has no form for the action; only the question's page posts to its own address.
    const own = (found?.href ?? '').replace(/[?&](?:kid|launch|user)=.*$/, '');
    expect(formsOf(page.body)).not.toContain(own);
    expect(formsOf(found?.answer.body ?? '').filter((action) => action !== '/sign-out')).toEqual([own]);
    // The question changed nothing, so it can be asked again.
    expect((await operator.visit(world.url + (found?.href ?? ''))).status).toBe(200);
  });
});

describe.for(rows)('$route', (row) => {
  test.for(['anonymous', 'administratorOfA', 'administratorOfB', 'operator'] as const)('%s', async (who) => {
    const browser = browsers[who] ?? world.browser();
    const [method, path = ''] = row.route.split(' ');
    const csrf = method === 'POST' ? await tokenOf(world, browser) : '';
    const filled = (text: string) =>
      text.replace(':other', otherId).replace(':clinician', clinicianId).replace(':kid', kidToRetire());
    const form = Object.fromEntries(Object.entries(row.form ?? {}).map(([name, value]) => [name, filled(value)]));
    const url = world.url + filled(path);
    const answer = await browser.visit(url, method === 'POST' ? { form: { csrf, ...form } } : {});
    const isSentToSignIn = answer.status === 303 && answer.headers['location']?.startsWith('/sign-in') === true;
    const isIn = !isSentToSignIn && ![401, 403, 404, 405, 500].includes(answer.status);
    const outcome = isSentToSignIn ? 'sign-in' : isIn ? 'in' : answer.status;
    expect(outcome).toBe(row[who]);
  });
});

const forgeries: [string, (csrf: string) => { csrf?: string; headers?: Record<string, string> }][] = [
  ['no token', () => ({})],
  ['a wrong token', (csrf) => ({ csrf: csrf.replace(/^.{4}/, 'AAAA') })],
  ['another origin', (csrf) => ({ csrf, headers: { origin: 'https://evil.example' } })],
  ['a hidden origin', (csrf) => ({ csrf, headers: { origin: 'null' } })],
  ['a page of another site', (csrf) => ({ csrf, headers: { 'sec-fetch-site': 'cross-site' } })],
  ['a page of a sibling host', (csrf) => ({ csrf, headers: { 'sec-fetch-site': 'same-site' } })],
];

describe.for(rows.filter(({ route }) => route.startsWith('POST')))('$route (CSRF)', ({ route }) => {
  test.for(forgeries)('with %s it is refused', async ([, forge]) => {
    const browser = browsers.operator ?? world.browser();
    const { csrf, headers } = forge(await tokenOf(world, browser));
    const path = route.slice('POST '.length).replace(':other', otherId).replace(':clinician', clinicianId);
    const answer = await browser.visit(world.url + path, {
      form: csrf === undefined ? {} : { csrf },
      headers: { accept: 'application/json', ...headers },
    });
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([403, { error: 'request.forged' }]);
  });
});

test('every refusal of an administrator is in the audit trail with user, address and support code', async () => {
  const person = await usersOf(world).findByEmail('a@example.com');
  await browsers.administratorOfA?.visit(`${world.url}/settings/users`);
  await world.dependencies.audit.flush();
  const { rows: found } = await world.dependencies.database.db.execute(
    `select * from audit_events where event = 'denial' and actor = 'user:${person?.id}' order by at desc`,
  );
  expect(found[0]).toMatchObject({
    organization_id: 'st-elsewhere',
    address: expect.stringMatching(/127\.0\.0\.1/),
    support_code: expect.stringMatching(/^\w{4}-\w{4}$/),
    detail: { reason: 'operators only', path: '/settings/users' },
  });
});

test('a request for JSON without a session gets 401 instead of a page', async () => {
  const answer = await world.browser().visit(`${world.url}/settings`, { headers: { accept: 'application/json' } });
  expect(answer.status).toBe(401);
  expect(JSON.parse(answer.body)).toMatchObject({ error: 'admin.sign-in-needed' });
});
