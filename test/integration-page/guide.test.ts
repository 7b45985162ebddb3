import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { errorCodes } from '#src/errors.ts';
import { registrationSheet } from '#src/organizations/registration.ts';
import { vendorNotes } from '#src/vendors/notes.ts';
import { presetReasons, presetSettings } from '#src/vendors/presets.ts';
import { addPerson, signedIn, tokenOf } from '#test/helpers/administrators.ts';
import type { TestBrowser } from '#test/helpers/browser.ts';
import { givenEndpoints } from '#test/helpers/given-endpoints.ts';
import { ORG_ID, useWorld } from '#test/helpers/world.ts';

const OF_B = 'hospital-b';
const DAY_MS = 24 * 60 * 60_000;
let now = Date.now();
const world = useWorld({
  clock: () => new Date(now),
  env: { EGRESS_IPS: '192.0.2.10, 192.0.2.11', OPERATOR_CONTACT: 'integrations@example.com' },
  settings: { name: 'St. Elsewhere & Sons' },
});

beforeAll(async () => {
  await world.setOrganization(OF_B, { name: 'Hospital of B' });
});

const guide = async (browser = world.browser(), query = '') => browser.visit(`${world.url}/guide${query}`);
const register = async (browser = world.browser(), query = '') => guide(browser, `/register${query}`);

describe('the two pages for the EHR team', () => {
  test('are public, and show this deployment’s values with a placeholder for the Org ID', async () => {
    const { status, body } = await register();
    expect(status).toBe(200);
    expect(body).toContain(`${world.url}/smart/launch?orgId={Org ID}`);
    expect(body).toContain(`${world.url}/smart/callback`);
    expect(body).toContain(`${world.url}/.well-known/jwks.json`);
    expect(body).toContain('given out by the operator of this service');
    expect(body).toContain('the EHR gives it out (the operator of this app enters it in Settings &gt; Organizations)');
    expect(body).toContain('Sign in</a> to see this page');
    expect(body).not.toContain(ORG_ID);
    for (const text of ['version 0.1.0', 'integrations@example.com', new Date(now).toISOString().slice(0, 4)])
      expect(body).toContain(text);
    expect(body).toMatch(/<img src="\/assets\/app-in-chart\.\w+\.jpg"/);
  });

  test('list hosts, ports and the published egress addresses for the firewall', async () => {
    const { body } = await register();
    for (const text of [new URL(world.url).host, '192.0.2.10', '192.0.2.11', 'TLS 1.2']) expect(body).toContain(text);
  });

  test.for([
    ['epic', 'Application Audience', 'in forms: Non-Production JWK Set URL'],
    ['oracle', 'Confidential App', 'in forms: Redirect URL'],
    ['meditech', undefined, 'in forms: Callback URL'],
  ] as const)('use the words of %s', async ([vendor, field, words]) => {
    const { body } = await register(world.browser(), `?vendor=${vendor}`);
    expect(body).toContain(words);
    expect(body.includes('Field by field')).toBe(field !== undefined);
    const csv = await guide(world.browser(), `/registration.csv?vendor=${vendor}`);
    expect(csv.status).toBe(field === undefined ? 404 : 200);
    if (field === undefined) return;
    expect(body).toContain(`<th scope="row">${field}</th>`);
    expect(csv.headers['content-disposition']).toBe('attachment; filename="registration.csv"');
    expect(csv.body).toContain(`"${field}"`);
  });

  test('say so when the form is of another EHR than the organization’s preset', async () => {
    await addPerson(world, 'preset@example.com', { role: 'administrator', organizationId: OF_B });
    const administrator = await signedIn(world, 'preset@example.com');
    const other = await register(administrator, '?vendor=oracle');
    expect(other.body).toMatch(
      /which uses the preset Any other[^.]*\. If the organization’s EHR is Oracle Health \(Cerner\), <a href="[^"]*advanced/,
    );
    expect((await register(administrator)).body).not.toContain('which uses the preset');
    expect((await register(world.browser(), '?vendor=oracle')).body).not.toContain('which uses the preset');
  });

  test('can be downloaded as client metadata (RFC 7591)', async () => {
    const { headers, body } = await guide(world.browser(), '/registration.json?vendor=epic');
    expect(headers['content-disposition']).toBe('attachment; filename="registration.json"');
    expect(JSON.parse(body)).toEqual({
      client_name: 'VectorCare SMART on FHIR',
      client_uri: `${world.url}/`,
      logo_uri: expect.stringMatching(/\/assets\/logo\.[\da-f]{16}\.png$/),
      launch_url: `${world.url}/smart/launch?orgId={Org ID}`,
      redirect_uris: [`${world.url}/smart/callback`],
      initiate_login_uri: `${world.url}/smart/launch?orgId={Org ID}`,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: `${world.url}/.well-known/jwks.json`,
      scope: presetSettings('epic').scopes,
      contacts: ['integrations@example.com'],
      software_version: '0.1.0',
    });
  });
});

describe('a link for the EHR team', () => {
  const page = () => `${world.url}/settings/handover?organization=${ORG_ID}`;
  let administrator: TestBrowser;
  beforeAll(async () => {
    await addPerson(world, 'handover@example.com', { role: 'administrator' });
    administrator = await signedIn(world, 'handover@example.com');
  });
  const post = async (path: string, form: Record<string, string> = {}) =>
    administrator.open(`${world.url}/settings/handover${path}?organization=${ORG_ID}`, {
      form: { csrf: await tokenOf(world, administrator), ...form },
    });
  const make = async () => {
    // The newest link comes first in the list.
    now += 1_000;
    const made = await post('');
    return /href="([^"]*\/reports\/register\/[\w-]{43})"/.exec(made.body)?.[1] ?? '';
  };
  const read = (url: string) => world.browser().visit(url);

  test('says for which EHR its scopes and names are before it is made, and where to choose another', async () => {
    const { body } = await administrator.visit(page());
    expect(body).toContain('<strong>Any other, v1 scopes (the implementation guide)</strong>');
    expect(body).toContain(`href="/settings/integrations/smart-on-fhir/advanced?organization=${ORG_ID}&amp;q=vendor"`);
  });

  test('opens without signing in, as a page to print and as JSON, and holds no secret', async () => {
    const url = await make();
    const shared = await read(url);
    expect([shared.status, shared.headers['x-robots-tag']]).toEqual([200, 'noindex']);
    for (const text of ['St. Elsewhere &amp; Sons', `orgId=${ORG_ID}`, '192.0.2.10'])
      expect(shared.body).toContain(text);
    expect(shared.body).not.toMatch(/<form|csrf|class="settings-nav/);
    const { clientMetadata } = JSON.parse((await read(`${url}.json`)).body) as { clientMetadata: object };
    expect(clientMetadata).toMatchObject({ token_endpoint_auth_method: 'private_key_jwt' });
    expect(shared.body).toContain('<a href="/settings/integrations/smart-on-fhir">');
    expect(shared.body + JSON.stringify(clientMetadata)).not.toMatch(/BEGIN|"d":|secret"|handover@example/);
    const { rows } = await world.dependencies.database.db.execute(sql`select * from shared_reports`);
    expect(JSON.stringify(rows)).not.toContain(url.split('/').at(-1));
  });

  test('is a 404 after it was revoked, and no other organization can revoke it', async () => {
    const url = await make();
    // In the organization's time zone, so that links of one day differ in the question and for a screen reader too.
    const listed = /Made <time[^>]*>([^<]+)<[^]+?revoke\?[^"]*link=([^"]+)"[^]+? for the link of ([^<]+)</;
    const [, made = '', id = '', named] = listed.exec((await administrator.visit(page())).body) ?? [];
    expect(named).toBe(made);
    const askAt = `${world.url}/settings/handover/revoke?organization=${ORG_ID}&link=${id}`;
    const asked = await administrator.visit(askAt);
    for (const words of [`<bdi>of ${made}</bdi>?`, 'shows an error page from now on', `name="link" value="${id}"`])
      expect(asked.body).toContain(words);
    expect((await read(url)).status).toBe(200);
    await addPerson(world, 'stranger@example.com', { role: 'administrator', organizationId: OF_B });
    const stranger = await signedIn(world, 'stranger@example.com');
    const form = { csrf: await tokenOf(world, stranger), link: id };
    await stranger.visit(`${world.url}/settings/handover/revoke?organization=${OF_B}`, { form });
    expect((await stranger.visit(page())).status).toBe(403);
    expect((await stranger.visit(askAt.replace(ORG_ID, OF_B))).status).toBe(404);
    expect((await read(url)).status).toBe(200);
    expect((await post('/revoke', { link: id })).body).toContain('Revoked.');
    expect((await read(url)).status).toBe(404);
  });

  test.for(['Pacific/Kiritimati', 'Pacific/Pago_Pago'])(
    'names the same last day as the page that made it, in %s',
    async (timeZone) => {
      await world.setOrganization(ORG_ID, { name: 'St. Elsewhere & Sons', timeZone });
      const made = await post('');
      const url = /href="([^"]*\/reports\/register\/[\w-]{43})"/.exec(made.body)?.[1] ?? '';
      const lastDay = /Works until ([\d-]+)/.exec(made.body)?.[1];
      expect((await read(url)).body).toContain(`This page works until ${lastDay}.`);
      await world.setOrganization(ORG_ID, { name: 'St. Elsewhere & Sons' });
    },
  );

  test('expires after fourteen days, and is not listed any more', async () => {
    const url = await make();
    now += 13 * DAY_MS;
    expect((await read(url)).status).toBe(200);
    now += 2 * DAY_MS;
    expect((await read(url)).status).toBe(404);
  });
});

describe('the implementation guide for reference', () => {
  test('prints the full scope string, and a reason for each scope in it', async () => {
    const { body } = await guide();
    const full = 'launch/patient launch/encounter patient/*.read openid fhirUser launch profile online_access';
    expect(body).toContain(`<code class="value">${full}</code>`);
    for (const scope of full.split(' ')) expect(body).toContain(`<th scope="row"><code>${scope}</code></th><td>`);
  });

  test('says of the scopes what they let the app do', async () => {
    expect((await guide()).body).toContain('the app only reads');
    await world.setOrganization('writing', {
      scopes: 'launch openid fhirUser patient/*.read patient/ServiceRequest.write',
    });
    await addPerson(world, 'writing@example.com', { role: 'administrator', organizationId: 'writing' });
    const { body } = await guide(await signedIn(world, 'writing@example.com'));
    expect(body).toContain('the app reads, and creates and cancels requests');
  });

  test('refers to chapters that exist, by their numbers', async () => {
    const { body } = await guide();
    expect(body).toContain('Place the launch (4) and launch the app once (5)');
    for (const title of ['4. Place the launch', '5. Verify it']) expect(body).toContain(`>${title}</h2>`);
  });

  test('has notes for each vendor except the generic ones, and marks those to confirm', async () => {
    const { body } = await guide();
    expect(vendorNotes.map(({ vendor }) => vendor)).toEqual([
      'epic',
      'oracle',
      'athenahealth',
      'meditech',
      'eclinicalworks',
      'nextgen-enterprise',
      'nextgen-office',
      'veradigm',
    ]);
    for (const { name } of vendorNotes) expect(body).toContain(name);
    const reasons = vendorNotes.flatMap(({ vendor }) => presetReasons(vendor));
    for (const { why, source } of reasons) expect(body).toContain(`${why}</td><td data-label="Source">${source}`);
    expect(body).toContain('confirm with your vendor');
  });

  test('explains every failure of a launch by its code, each once', async () => {
    const { body } = await guide();
    const codes = errorCodes.filter((code) => !/^(admin|settings|account)\./.test(code));
    for (const code of codes) expect(body.split(`id="code-${code}"`)).toHaveLength(2);
    expect(body).toContain('whose job');
  });

  test('explains how to try the app with the public SMART launcher and with the sandbox', async () => {
    const { body } = await guide();
    for (const text of [
      'https://launch.smarthealthit.org',
      'Asymmetric',
      'refreshIdToken=ignore',
      'npm run demo',
      '/faults',
    ])
      expect(body).toContain(text);
    expect(body).toContain(`${world.url}/smart/launch/{Org ID}`);
  });

  test.for(['', '/register?vendor=epic'])(
    'contains no inline script or style that the policy blocks: %s',
    async (path) => {
      const { body, headers } = await guide(world.browser(), path);
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(body).not.toMatch(/<style|style="|<script(?! src)|onclick/);
    },
  );
});

describe('the guide of a signed-in administrator', () => {
  test('an administrator sees their organization’s registration sheet with the same values as elsewhere (REG-09)', async () => {
    await addPerson(world, 'admin@example.com', { role: 'administrator' });
    const { body } = await register(await signedIn(world, 'admin@example.com'));
    const organization = await world.dependencies.directory.find(ORG_ID);
    expect(organization).toBeDefined();
    if (!organization) return;
    const { grantTypes, ...sheet } = registrationSheet(world.config, organization);
    for (const value of [...Object.values(sheet), grantTypes.join(', ')]) {
      expect(body).toContain(`>${value.replaceAll('&', '&amp;')}<`);
    }
    expect(body).toContain('St. Elsewhere &amp; Sons');
  });

  test('an administrator cannot see another organization’s values by naming it', async () => {
    await addPerson(world, 'curious@example.com', { role: 'administrator' });
    const { body } = await register(await signedIn(world, 'curious@example.com'), `?organization=${OF_B}`);
    expect(body).not.toContain('Hospital of B');
    expect(body).toContain(`orgId=${ORG_ID}`);
  });

  test('for an EHR without a SMART configuration the guide lists what to send, and its administrator sees the saved endpoints (DI-23)', async () => {
    const { body } = await guide();
    expect(body).toContain('If your EHR publishes no SMART configuration');
    const id = 'hospital-without-documents';
    await world.setOrganization(id, { ...givenEndpoints(world.sandbox), introspectionEndpoint: '' });
    await addPerson(world, 'given@example.com', { role: 'administrator', organizationId: id });
    const admin = await signedIn(world, 'given@example.com');
    const page = await admin.visit(`${world.url}/settings/integrations/smart-on-fhir/tools`);
    expect(page.body).toContain('<td>no: endpoints are given by hand</td>');
    const own = (await guide(admin)).body;
    const { origin, issuer } = world.sandbox;
    for (const address of [...['authorize', 'token', 'jwks', 'revoke'].map((one) => `${origin}/auth/${one}`), issuer]) {
      expect(own).toContain(`<code class="value">${address}</code>`);
      expect(body).not.toContain(address);
    }
    expect(own).not.toContain('Introspection endpoint</th>');
  });

  test('an operator chooses the organization', async () => {
    await addPerson(world, 'operator@example.com');
    const browser = await signedIn(world, 'operator@example.com');
    const { body } = await register(browser);
    expect(body).toContain('{Org ID}');
    expect(body).toContain('Choose an organization at the top of this page');
    expect(body).not.toContain('/sign-in?next=');
    expect((await register(browser, `?organization=${OF_B}`)).body).toContain(`orgId=${OF_B}`);
  });

  test('the organization’s name is shown as text', async () => {
    await world.setOrganization('hostile', { name: '<img src=x onerror=alert(1)>' });
    await addPerson(world, 'second@example.com');
    const browser = await signedIn(world, 'second@example.com');
    for (const part of [guide, register])
      expect((await part(browser, '?organization=hostile')).body).not.toContain('<img src=x');
  });
});

test('the page at / links to the pages for each kind of visitor, and names no organization', async () => {
  const { status, body } = await world.browser().visit(`${world.url}/`);
  expect(status).toBe(200);
  for (const words of ['href="/guide"', 'href="/settings"', 'from the patient']) expect(body).toContain(words);
  for (const words of [ORG_ID, OF_B, 'St. Elsewhere', 'Hospital of B']) expect(body).not.toContain(words);
});
