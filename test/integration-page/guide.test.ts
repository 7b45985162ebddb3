import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorCodes } from '#src/errors.ts';
import { registrationSheet } from '#src/organizations/registration.ts';
import { vendorNotes } from '#src/vendors/notes.ts';
import { presetReasons } from '#src/vendors/presets.ts';
import { addPerson, signedIn } from '#test/helpers/administrators.ts';
import { givenEndpoints } from '#test/helpers/given-endpoints.ts';
import { ORG_ID, startWorld, type World } from '#test/helpers/world.ts';

const OF_B = 'hospital-b';
let world: World;

beforeAll(async () => {
  world = await startWorld({
    env: { EGRESS_IPS: '192.0.2.10, 192.0.2.11' },
    settings: { name: 'St. Elsewhere & Sons' },
  });
  await world.setOrganization(OF_B, { name: 'Hospital of B' });
});
afterAll(() => world.close());

const guide = async (browser = world.browser(), query = '') => browser.visit(`${world.url}/guide${query}`);

describe('the implementation guide', () => {
  test('is public, and says this deployment’s own values with a placeholder for the Org ID', async () => {
    const { status, body } = await guide();
    expect(status).toBe(200);
    expect(body).toContain(`${world.url}/smart/launch?orgId={Org ID}`);
    expect(body).toContain(`${world.url}/smart/callback`);
    expect(body).toContain(`${world.url}/.well-known/jwks.json`);
    expect(body).toContain('given out by the operator of this service');
    expect(body).toContain('as registered at the EHR (the operator enters it in Settings &gt; Organizations)');
    expect(body).toContain('Sign in</a> to see this page');
    expect(body).not.toContain(ORG_ID);
  });

  test('prints the full scope string, and a reason for each scope in it', async () => {
    const { body } = await guide();
    const full = 'launch/patient launch/encounter patient/*.read openid fhirUser launch profile online_access';
    expect(body).toContain(`<code class="value">${full}</code>`);
    for (const scope of full.split(' ')) expect(body).toContain(`<th scope="row"><code>${scope}</code></th><td>`);
  });

  test('lists hosts, ports and the published egress addresses for the firewall', async () => {
    const { body } = await guide();
    for (const text of [new URL(world.url).host, '192.0.2.10', '192.0.2.11', 'TLS 1.2']) expect(body).toContain(text);
  });

  test('has notes for each vendor but the generic ones, and marks what must be confirmed', async () => {
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

  test('explains every failure of a launch by its code, and links none twice', async () => {
    const { body } = await guide();
    const codes = errorCodes.filter((code) => !/^(admin|settings|account)\./.test(code));
    for (const code of codes) expect(body.split(`id="code-${code}"`)).toHaveLength(2);
    expect(body).toContain('Whose job');
  });

  test('tells how to try it with the public SMART launcher and with the sandbox', async () => {
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

  test('carries nothing inline that the content security policy would block', async () => {
    const { body, headers } = await guide();
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(body).not.toMatch(/<style|style="|<script(?! src)|onclick/);
  });
});

describe('the guide of a signed-in administrator', () => {
  test('an administrator reads their own registration sheet, the same as everywhere (REG-09)', async () => {
    await addPerson(world, 'admin@example.com', { role: 'administrator' });
    const { body } = await guide(await signedIn(world, 'admin@example.com'));
    const organization = await world.dependencies.directory.find(ORG_ID);
    expect(organization).toBeDefined();
    if (!organization) return;
    const { grantTypes, ...sheet } = registrationSheet(world.config, organization);
    for (const value of [...Object.values(sheet), grantTypes.join(', ')]) {
      expect(body).toContain(`>${value.replaceAll('&', '&amp;')}<`);
    }
    expect(body).toContain('St. Elsewhere &amp; Sons');
  });

  test('an administrator cannot read another organization’s values by naming it', async () => {
    await addPerson(world, 'curious@example.com', { role: 'administrator' });
    const { body } = await guide(await signedIn(world, 'curious@example.com'), `?organization=${OF_B}`);
    expect(body).not.toContain('Hospital of B');
    expect(body).toContain(`orgId=${ORG_ID}`);
  });

  test('an EHR without a SMART configuration: what to send, and to its own administrator what was given (DI-23)', async () => {
    const { body } = await guide();
    expect(body).toContain('If your EHR publishes no SMART configuration');
    const id = 'hospital-without-documents';
    await world.setOrganization(id, { ...givenEndpoints(world.sandbox), introspectionEndpoint: '' });
    await addPerson(world, 'given@example.com', { role: 'administrator', organizationId: id });
    const admin = await signedIn(world, 'given@example.com');
    const page = await admin.visit(`${world.url}/settings/integrations/smart-on-fhir`);
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
    const { body } = await guide(browser);
    expect(body).toContain('{Org ID}');
    expect(body).toContain('Choose an organization at the top of this page');
    expect(body).not.toContain('/sign-in?next=');
    expect((await guide(browser, `?organization=${OF_B}`)).body).toContain(`orgId=${OF_B}`);
  });

  test('the organization’s name is never markup', async () => {
    await world.setOrganization('hostile', { name: '<img src=x onerror=alert(1)>' });
    await addPerson(world, 'second@example.com');
    const { body } = await guide(await signedIn(world, 'second@example.com'), '?organization=hostile');
    expect(body).not.toContain('<img src=x');
  });
});

test('the address without a path says where each visitor goes on, and names no organization', async () => {
  const { status, body } = await world.browser().visit(`${world.url}/`);
  expect(status).toBe(200);
  for (const words of ['href="/guide"', 'href="/settings"', 'from the patient']) expect(body).toContain(words);
  for (const words of [ORG_ID, OF_B, 'St. Elsewhere', 'Hospital of B']) expect(body).not.toContain(words);
});
