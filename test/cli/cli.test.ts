import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '#src/adapters/clock.ts';
import { type Database, openDatabase } from '#src/adapters/database/index.ts';
import { createLog } from '#src/adapters/log.ts';
import { createSealer } from '#src/adapters/seal.ts';
import { listAuditRows } from '#src/audit/audit-store.ts';
import { createKeyRing } from '#src/keys/key-ring.ts';
import { createOrganizationDirectory } from '#src/organizations/organization-directory.ts';
import { createOrganizationStore } from '#src/organizations/store.ts';
import { runAdmin, runProgram } from '#test/helpers/command-line.ts';
import { createPostgresDatabase, hasPostgres, makeDataFolder } from '#test/helpers/databases.ts';
import { organizationSettings } from '#test/integration-page/organization-settings.ts';

const SECRET = 'a secret of at least thirty-two characters';
const GENERAL = ['--name', 'General Hospital', '--fhir-url', 'https://ehr.example/fhir', '--client-id', 'abc'];

const withDefaults = (environment: Record<string, string>) => ({
  APP_SECRETS: SECRET,
  PUBLIC_URL: 'https://app.example',
  ...environment,
});
const run = (environment: Record<string, string>, ...args: string[]) => runAdmin(withDefaults(environment), args);
const start = (environment: Record<string, string>, ...args: string[]) => runProgram(withDefaults(environment), args);

describe.runIf(await hasPostgres())('the command line on PostgreSQL', () => {
  let drop: () => Promise<void>;
  let environment: Record<string, string>;
  let database: Database;
  const admin = (...args: string[]) => run(environment, ...args);

  beforeAll(async () => {
    const created = await createPostgresDatabase();
    drop = created.drop;
    environment = { DATABASE_URL: created.url };
    const migrated = await admin('migrate');
    expect(migrated).toMatchObject({ code: 0, stdout: 'The database is up to date.\n', stderr: '' });
    database = await openDatabase({ databaseUrl: created.url, dataDir: '' });
  });
  afterAll(async () => {
    await database.close();
    await drop();
  });

  test('creates an organization and prints what to register in the EHR (REG-09)', async () => {
    const { code, stdout } = await admin('organization', 'set', 'general', ...GENERAL);
    expect(code).toBe(0);
    expect(stdout).toContain('Organization general created.');
    expect(stdout).toContain('https://app.example/smart/launch?orgId=general');
    expect(stdout).toContain('https://app.example/smart/callback');
    expect(stdout).toContain('https://app.example/.well-known/jwks.json');
    expect(stdout).toContain('private_key_jwt');
    expect(stdout).toContain('the app cannot be shown inside the EHR until');
    expect(stdout).not.toContain('standalone');
  });

  test('with standalone launch switched on, its URL and scopes are shown too (SCO-08)', async () => {
    await admin('organization', 'set', 'outside', ...GENERAL, '--setting', 'standalone=true');
    const { stdout } = await admin('organization', 'show', 'outside');
    expect(stdout).toContain('https://app.example/smart/standalone/outside');
    expect(stdout).toMatch(/Scopes of a standalone launch +launch\/patient launch\/encounter /);
  });

  test('sets every kind of setting, and shows them again as JSON', async () => {
    const settings = [
      'scopes=launch openid fhirUser patient/Patient.read',
      'frameAncestors=https://ehr.example, https://*.ehr.example',
      'allowedHosts=auth.example,auth.example:8443',
      'issuer=https://issuer.example/',
      'nonce=optional',
      'showEhrOrders=false',
      'timeZone=America/New_York',
    ].flatMap((text) => ['--setting', text]);
    const saved = await admin('organization', 'set', 'settings', ...GENERAL, ...settings, '--json');
    expect(JSON.parse(saved.stdout)).toMatchObject({ created: true, warnings: [] });
    const { code, stdout } = await admin('organization', 'show', 'settings', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      organization: {
        id: 'settings',
        enabled: true,
        scopes: 'launch openid fhirUser patient/Patient.read',
        frameAncestors: ['https://ehr.example', 'https://*.ehr.example'],
        allowedHosts: ['auth.example', 'auth.example:8443'],
        issuers: ['https://issuer.example/'],
        nonce: 'optional',
        showEhrOrders: false,
        timeZone: 'America/New_York',
      },
      registration: { launchUrlPathForm: 'https://app.example/smart/launch/settings' },
    });
  });

  test('changes only the given values, and says if launches have ended', async () => {
    await admin('organization', 'set', 'partial', ...GENERAL);
    const { stdout } = await admin('organization', 'set', 'partial', '--client-id', 'xyz', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      created: false,
      changed: ['clientId'],
      endedLaunches: true,
      organization: { name: 'General Hospital', clientId: 'xyz', connectionVersion: 2 },
    });
    const again = await admin('organization', 'set', 'partial', '--client-id', 'xyz');
    expect(again.stdout).toContain('nothing changed');
  });

  test('a FHIR URL that shows its vendor gives a hint and changes nothing', async () => {
    const url = ['--fhir-url', 'https://ehr.example/interconnect/api/FHIR/R4'];
    const first = await admin('organization', 'set', 'hinted', ...GENERAL, ...url);
    expect(first.stdout).toContain('Hint: the FHIR URL looks like an address of Epic (/interconnect/api/FHIR/R4)');
    expect(first.stdout).toContain('organization set hinted --setting vendor=epic');
    const second = await admin('organization', 'set', 'hinted', '--setting', 'vendor=epic', '--json');
    expect(JSON.parse(second.stdout)).toMatchObject({
      changed: ['vendor', 'scopes'],
      organization: { vendor: 'epic' },
      suggestedVendor: null,
    });
  });

  test('a vendor sets its scopes unless others were set on purpose', async () => {
    await admin('organization', 'set', 'vendor', ...GENERAL, '--setting', 'vendor=oracle');
    const store = createOrganizationStore(database.db);
    expect((await store.find('vendor'))?.scopes).not.toContain('*');
    await admin('organization', 'set', 'vendor', '--setting', 'scopes=launch openid fhirUser patient/Patient.read');
    await admin('organization', 'set', 'vendor', '--setting', 'vendor=epic');
    expect((await store.find('vendor'))?.scopes).toBe('launch openid fhirUser patient/Patient.read');
  });

  test.concurrent.for([
    [
      'an unknown setting',
      ['--setting', 'colour=red', '--setting', 'nonce=optional'],
      'setting colour: is not a setting (valid keys: frameAncestors, timeZone',
    ],
    ['a bad value', ['--setting', 'nonce=maybe', '--name', 'Other'], 'setting nonce: must be required or optional'],
    [
      'a bad value in a list',
      ['--setting', 'frameAncestors=https://ehr.example,*'],
      'setting frameAncestors: * must be an origin',
    ],
    ['a setting without value', ['--setting', 'nonce'], 'setting nonce: needs a value'],
    [
      'a setting twice',
      ['--setting', 'nonce=optional', '--setting', 'nonce=required'],
      'setting nonce: is given twice',
    ],
    ['an unknown flag', ['--colour', 'red'], "Unknown option '--colour'"],
    ['a bad FHIR URL', ['--fhir-url', 'https://ehr.example/fhir?x=1'], '--fhir-url: has a query'],
    ['one argument too many', ['other'], '"other" is one argument too many'],
  ] as const)('%s exits with 2, gives the reason and changes nothing', async ([name, args, reason], context) => {
    const id = `refused-${name.replaceAll(' ', '-')}`;
    const store = createOrganizationStore(database.db);
    await store.save(id, () => organizationSettings({ id }), new Date());
    const before = await store.find(id);
    const { code, stdout, stderr } = await admin('organization', 'set', id, ...args);
    context.expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    context.expect(stderr).toContain(reason);
    context.expect(stderr).toContain('Nothing has been changed.');
    context.expect(await store.find(id)).toEqual(before);
  });

  test.concurrent.for([
    ['no command', [], 'a command is missing'],
    ['an unknown command', ['destroy'], 'destroy is not a command'],
    ['an organization without Org ID', ['organization', 'set', ...GENERAL], '<orgId> is missing'],
    ['a bad Org ID', ['organization', 'set', '../x', ...GENERAL], '<orgId>: must be letters'],
    ['a new organization without its values', ['organization', 'set', 'incomplete'], '--fhir-url: is required'],
    ['an unknown verb', ['keys', 'burn'], 'keys retire <kid> [--force]'],
    ['keys retire without kid', ['keys', 'retire', '--force'], 'exactly one <kid>'],
  ] as const)('%s exits with 2 and prints the usage', async ([, args, reason], context) => {
    const { code, stderr } = await admin(...args);
    context.expect(code).toBe(2);
    context.expect(stderr).toContain(reason);
  });

  test('an unknown organization exits 1, as JSON too', async () => {
    expect(await admin('organization', 'show', 'nobody')).toMatchObject({ code: 1, stdout: '' });
    const { code, stdout } = await admin('organization', 'disable', 'nobody', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      error: 'failed',
      problems: [expect.stringContaining('There is no organization "nobody"')],
    });
  });

  test('lists, disables and enables, and the audit trail has the values before and after', async () => {
    await admin('organization', 'set', 'switched', ...GENERAL);
    await admin('organization', 'disable', 'switched');
    expect((await admin('organization', 'list')).stdout).toMatch(/switched +disabled +General Hospital/);
    await admin('organization', 'enable', 'switched');
    const { stdout } = await admin('organization', 'list', '--json');
    expect(JSON.parse(stdout).organizations).toContainEqual(
      expect.objectContaining({ id: 'switched', enabled: true, connectionVersion: 2 }),
    );
    const rows = await listAuditRows(database.db, { organizationId: 'switched' }, 10);
    expect(rows.map(({ event, actor }) => `${event} by ${actor}`)).toEqual([
      'settings-change by cli',
      'settings-change by cli',
      'settings-change by cli',
    ]);
    expect(rows[1]?.detail).toEqual({ before: { enabled: true }, after: { enabled: false } });
  });

  test('a running server sees a change within a second', async () => {
    let now = Date.now();
    const store = createOrganizationStore(database.db);
    const directory = createOrganizationDirectory(store, () => new Date(now), createLog('silent'));
    await admin('organization', 'set', 'running', ...GENERAL);
    expect((await directory.find('running'))?.nonce).toBe('required');
    await admin('organization', 'set', 'running', '--setting', 'nonce=optional');
    now += 1_000;
    expect((await directory.find('running'))?.nonce).toBe('optional');
  });

  test('keys are listed, rotated, exported and retired; no private member is ever printed (CAJ-15)', async () => {
    const sealer = createSealer([SECRET]);
    const ring = await createKeyRing({ db: database.db, sealer, clock: systemClock, log: createLog('silent') });
    ring.close();
    const { kid } = ring.signingKey('RS384');
    const rotated = await admin('keys', 'rotate', '--json');
    expect(JSON.parse(rotated.stdout).keys).toHaveLength(4);
    const list = await admin('keys', 'list');
    expect(list.stdout).toMatch(new RegExp(`${kid} +RS384 +active`));
    expect(list.stdout).toMatch(/ES384 +pending/);
    const exported = await admin('keys', 'export', kid, '--json');
    expect(JSON.parse(exported.stdout).jwks.keys).toEqual(ring.jwks().keys.filter((key) => key.kid === kid));
    expect(await admin('keys', 'rotate')).toMatchObject({ code: 1, stderr: expect.stringContaining('under way') });
    expect(await admin('keys', 'retire', kid)).toMatchObject({ code: 1, stderr: expect.stringContaining('--force') });
    const retired = await admin('keys', 'retire', kid, '--force');
    expect(retired.code).toBe(0);
    const printed = [rotated, list, exported, retired].map(({ stdout, stderr }) => stdout + stderr).join('');
    expect(printed).not.toMatch(/"(d|p|q|dp|dq|qi)":|PRIVATE|sealed/);
  });

  test('a kid that begins with a dash is not an option', async () => {
    expect(await admin('keys', 'retire', '-dash', '--force')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no key -dash'),
    });
  });
});

describe('the command line with the embedded database', () => {
  let dataDir: string;

  beforeAll(async () => {
    dataDir = await makeDataFolder();
  });
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  test('works on the data folder, is refused while the server has it open, and beside a demo names the database it reads', async () => {
    const environment = { DATA_DIR: dataDir };
    expect(await run(environment, 'organization', 'set', 'general', ...GENERAL)).toMatchObject({ code: 0, stderr: '' });
    const server = await openDatabase({ databaseUrl: undefined, dataDir });
    const refused = await start(environment, 'organization', 'disable', 'general');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('the server is running with the embedded database; stop it or set DATABASE_URL');
    expect((await server.db.execute(sql`select id, enabled from organizations`)).rows).toEqual([
      { id: 'general', enabled: true },
    ]);
    await server.close();
    mkdirSync(join(dataDir, 'demo'));
    const besideDemo = await run(environment, 'organization', 'list');
    expect(besideDemo).toMatchObject({ code: 0, stdout: expect.stringContaining('General Hospital') });
    expect(besideDemo.stderr).toContain(`begin the command with DATA_DIR=${join(dataDir, 'demo')}`);
  });

  test('a bad configuration gives one message and exit code 1, without a stack trace', async () => {
    const { code, stderr } = await start(
      { DATA_DIR: dataDir, NODE_ENV: 'production', PORT: 'x' },
      'organization',
      'list',
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The configuration is not usable:\n {2}- PORT/);
    expect(stderr).not.toContain('    at ');
  });

  test('an unavailable database gives one message and exit code 1', async () => {
    const environment = { DATA_DIR: dataDir, DATABASE_URL: 'postgres://postgres:canary@127.0.0.1:1/none' };
    const { code, stderr } = await run(environment, 'organization', 'list');
    expect(code).toBe(1);
    expect(stderr).toContain('ECONNREFUSED');
    expect(stderr).not.toContain('canary');
  });
});
