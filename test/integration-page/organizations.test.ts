import { beforeAll, describe, expect, test } from 'vitest';
import { addPerson, signedIn, tokenOf } from '#test/helpers/administrators.ts';
import type { TestBrowser, Visit } from '#test/helpers/browser.ts';
import { isAfterPost, withoutToken } from '#test/helpers/visits.ts';
import { ORG_ID, useWorld } from '#test/helpers/world.ts';

const PAGE = '/settings/organizations';
const world = useWorld();
let browser: TestBrowser;

beforeAll(async () => {
  await addPerson(world, 'operator@example.com');
  browser = await signedIn(world, 'operator@example.com');
});

const press = async (path: string, form: Record<string, string> = {}): Promise<Visit> =>
  browser.open(world.url + PAGE + path, { form: { csrf: await tokenOf(world, browser), ...form } });
const find = (id: string) => world.dependencies.directory.find(id);

describe('an operator and the organizations', () => {
  test('creates one without a FHIR URL, whose launches say that it is missing', async () => {
    const created = await press('', { id: 'new-hospital', name: 'New Hospital', clientId: '' });
    expect(created.body).toContain('Created.');
    expect(created.body).toContain(`${world.url}/smart/launch?orgId=new-hospital`);
    expect(await find('new-hospital')).toMatchObject({ fhirBaseUrl: '', clientId: '', enabled: true });
    const list = await browser.visit(world.url + PAGE);
    expect(list.body).toContain('not connected');
    const iss = encodeURIComponent(world.sandbox.fhirBase);
    const launched = await world.browser().open(`${world.url}/smart/launch?orgId=new-hospital&iss=${iss}&launch=x`);
    expect(launched.status).toBe(400);
    expect(launched.body).toContain('This organization is not connected to its EHR yet');
  });

  test('two operators cannot create the same Org ID at once: one of them is told that it is taken', async () => {
    const created = await Promise.all(['First', 'Second'].map((name) => press('', { id: 'twice', name })));
    const refused = created.filter((page) => isAfterPost(page, 'form'));
    expect(refused.map(({ body }) => body.includes('is taken'))).toEqual([true]);
    const stored = await find('twice');
    expect(refused[0]?.body).toContain(`value="${stored?.name === 'First' ? 'Second' : 'First'}"`);
  });

  test.for([
    ['no Org ID', { id: '', name: 'X' }, 'id'],
    ['an Org ID that cannot stand in a URL', { id: 'a b', name: 'X' }, 'id'],
    ['a taken Org ID', { id: ORG_ID, name: 'X' }, 'id'],
    ['no name', { id: 'other', name: '' }, 'name'],
    ['a client ID with spaces', { id: 'other', name: 'X', clientId: 'a b' }, 'clientId'],
  ] as const)('cannot create one with %s: the field shows the problem and keeps the input', async ([, form, field]) => {
    const refused = await press('', form);
    expect(isAfterPost(refused, 'form')).toBe(true);
    expect(refused.body).toContain(`id="${field}-problem"`);
    expect(refused.body).toContain(`value="${form.name}"`);
    expect(withoutToken((await browser.visit(refused.url)).body)).toBe(withoutToken(refused.body));
    expect(await find('other')).toBeUndefined();
  });

  test('sets the Client ID and private networks, which only operators may', async () => {
    const saved = await press(`/${ORG_ID}`, {
      name: 'Renamed',
      clientId: 'vectorcare-test',
      privateNetworks: '10.20.0.0/16, 10.30.0.0/16',
    });
    expect(saved.body).toContain('Saved.');
    const again = await browser.visit(saved.url);
    expect([again.status, again.body.includes('Saved.')]).toEqual([200, false]);
    await expect
      .poll(() => find(ORG_ID))
      .toMatchObject({ name: 'Renamed', privateNetworks: ['10.20.0.0/16', '10.30.0.0/16'] });
    const refused = await press(`/${ORG_ID}`, { name: 'Renamed', clientId: 'x', privateNetworks: 'our LAN' });
    expect(isAfterPost(refused, 'form')).toBe(true);
    expect(refused.body).toContain('value="our LAN"');
  });

  test.for([
    ['another Client ID', 'vectorcare-test', 'of-the-other-environment', true],
    ['the same Client ID', 'vectorcare-test', 'vectorcare-test', false],
    ['the first Client ID', '', 'vectorcare-test', false],
  ] as const)('%s: the page says whether open launches have ended', async ([, before, clientId, ends]) => {
    await world.setOrganization(ORG_ID, { clientId: before });
    const saved = await press(`/${ORG_ID}`, { name: 'Renamed', clientId, privateNetworks: '' });
    expect(saved.body.includes('Open launches have ended')).toBe(ends);
    await press(`/${ORG_ID}`, { name: 'Renamed', clientId: 'vectorcare-test', privateNetworks: '' });
  });

  test('a page from before another operator’s change keeps it', async () => {
    const [, seen = ''] =
      /name="seen" value="([^"]+)"/.exec((await browser.visit(`${world.url}${PAGE}/${ORG_ID}`)).body) ?? [];
    const shown = { name: 'Renamed', clientId: 'vectorcare-test', privateNetworks: '', seen };
    await press(`/${ORG_ID}`, { ...shown, privateNetworks: '10.40.0.0/16' });
    await press(`/${ORG_ID}`, { ...shown, name: 'Named again' });
    await expect.poll(() => find(ORG_ID)).toMatchObject({ name: 'Named again', privateNetworks: ['10.40.0.0/16'] });
    await press(`/${ORG_ID}`, { ...shown, seen: '' });
  });

  test('cannot empty a Client ID that is in use', async () => {
    const refused = await press(`/${ORG_ID}`, { name: 'Renamed', clientId: '', privateNetworks: '' });
    expect(isAfterPost(refused, 'form')).toBe(true);
    expect(refused.body).toContain('id="clientId-problem"');
    // Text that was typed for one organization is not shown for another.
    const elsewhere = await browser.visit(refused.url.replace(`/${ORG_ID}?`, '/new-hospital?'));
    expect([elsewhere.status, elsewhere.body.includes('clientId-problem')]).toEqual([200, false]);
  });

  test('disables and enables one; both are audited with the user (REG-11)', async () => {
    expect((await press(`/${ORG_ID}/disable`)).body).toContain('its launches have ended');
    await expect.poll(() => find(ORG_ID)).toMatchObject({ enabled: false });
    expect((await world.launch('pat-ada')).status).toBe(403);
    expect((await press(`/${ORG_ID}/enable`)).body).toContain('Enabled.');
    await world.dependencies.audit.flush();
    const { rows } = await world.dependencies.database.db.execute<{ actor: string }>(
      `select actor from audit_events where event = 'settings-change' and detail->'after' ? 'enabled'`,
    );
    expect(rows).toHaveLength(2);
    for (const { actor } of rows) expect(actor).toMatch(/^user:/);
  });

  test('an unknown organization is a 404', async () => {
    expect((await browser.visit(`${world.url}${PAGE}/nobody`)).status).toBe(404);
  });
});
