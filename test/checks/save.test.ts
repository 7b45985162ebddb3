/** Saving a connection: a URL that works is used for every later flow, one that does not stays a draft (REG-06). */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '#sandbox/sandbox.ts';
import { createAudit } from '#src/audit/audit.ts';
import { listAuditRows } from '#src/audit/audit-store.ts';
import { toReport } from '#src/checks/report.ts';
import { type SaveOptions, saveConnection } from '#src/checks/save.ts';
import { createChecksStore } from '#src/checks/store.ts';
import { createSmartConnections } from '#src/organizations/smart-connections.ts';
import { createOrganizationStore } from '#src/organizations/store.ts';
import { startWorld, type World } from '#test/helpers/world.ts';
import { alter, type HealthyEhr, healthyDocument, startHealthyEhr } from './healthy-ehr.ts';

let world: World;
let other: Sandbox;
let ehr: HealthyEhr;
let count = 0;
const app = { launchUrl: 'https://a/', redirectUri: 'https://a/c', jwksUrl: 'https://a/j', clientId: 'a' };
beforeAll(async () => {
  [world, other, ehr] = [await startWorld(), await startSandbox({ app }), await startHealthyEhr()];
});
afterEach(() => {
  other.faults.clear();
  ehr.heal();
});
afterAll(async () => {
  await Promise.all([other.close(), ehr.close()]);
  await world.close();
});

/** Creates an organization for one test, connected to the world's sandbox. */
async function arrange() {
  count += 1;
  const id = `save-${count}`;
  const { dependencies } = world;
  const { database, audit, clock, checks, config } = dependencies;
  await world.setOrganization(id);
  const store = createOrganizationStore(database.db);
  const deps = {
    store,
    audit,
    clock,
    production: false,
    endLaunches: async () => 0,
    checks,
    checksStore: createChecksStore(database.db),
    allowPrivate: config.outboundAllowPrivate,
  };
  const save = async (url: string, options?: SaveOptions) => {
    const answer = await saveConnection(deps, id, url, { actor: 'cli', name: 'ann@example.org' }, options);
    if (!answer.ok) throw new Error(answer.problem);
    return answer.outcome;
  };
  const find = async () => (await store.find(id)) ?? Promise.reject(new Error('gone'));
  const auditRows = async () => {
    await audit.flush();
    return listAuditRows(database.db, { organizationId: id }, 10);
  };
  return { id, deps, save, find, store, auditRows, checksStore: deps.checksStore };
}

test('a URL that passes is saved with the discovered facts, so that the next launch needs no discovery', async () => {
  const { save, find } = await arrange();
  const saved = await save(`${other.fhirBase}/`);
  expect(saved).toMatchObject({ state: 'in use', draft: undefined, run: { by: 'ann@example.org', good: true } });
  expect(await find()).toMatchObject({ fhirBaseUrl: other.fhirBase, connectionVersion: 2 });
  other.requests.clear();
  const configuration = await world.dependencies.connections.configurationOf(await find());
  expect(configuration.tokenEndpoint).toBe(`${other.issuer}/token`);
  expect(other.requests).toHaveLength(0);
});

test('a table that is in doubt, saved by an earlier version, stops no launch and no new URL', async () => {
  const { save, find, store, id } = await arrange();
  const services = 'service,name,system,code,sections,field,label,kind,choices,required,note\nvan,Van\nbus,Van';
  await store.save(id, (before) => before && { ...before, services }, new Date());
  expect((await find()).services).toBe(services);
  expect((await save(other.fhirBase)).state).toBe('in use');
});

test('a URL that fails the hard checks stays a draft; the working connection stays in use', async () => {
  const { save, find, store, id } = await arrange();
  const before = await find();
  other.faults.set('discovery-html');
  expect(await save(other.fhirBase)).toMatchObject({ state: 'draft', run: { good: false } });
  expect(await find()).toEqual(before);
  expect(await store.findDraft(id)).toMatchObject({ fhirUrl: other.fhirBase, by: 'ann@example.org' });
});

test('a draft that passes becomes the URL in use', async () => {
  const { save, find, store, id } = await arrange();
  other.faults.set('discovery-500');
  await save(other.fhirBase);
  other.faults.clear();
  expect((await save(other.fhirBase)).state).toBe('in use');
  expect(await store.findDraft(id)).toBeUndefined();
  expect((await find()).fhirBaseUrl).toBe(other.fhirBase);
});

test('"use it anyway" saves a failing URL and keeps the reason in the audit trail', async () => {
  const { save, find, auditRows } = await arrange();
  other.faults.set('discovery-500');
  expect((await save(other.fhirBase, { useAnyway: 'their window is tonight' })).state).toBe('used anyway');
  expect((await find()).fhirBaseUrl).toBe(other.fhirBase);
  const run = (await auditRows()).find(({ event }) => event === 'check-run');
  expect(run?.detail).toMatchObject({ state: 'used anyway', reason: 'their window is tonight' });
});

test('"use it anyway" with a reason that PostgreSQL cannot store is recorded nevertheless', async () => {
  const { save, auditRows } = await arrange();
  other.faults.set('discovery-500');
  expect((await save(other.fhirBase, { useAnyway: 'evil\0reason\uD83D' })).state).toBe('used anyway');
  const run = (await auditRows()).find(({ event }) => event === 'check-run');
  expect(run?.detail).toMatchObject({ state: 'used anyway', reason: 'evil reason\uFFFD' });
});

test('"use it anyway" changes nothing if its audit row cannot be written', async () => {
  const { deps, id, find } = await arrange();
  const before = await find();
  other.faults.set('discovery-500');
  const { sealer, log } = world.dependencies;
  const audit = createAudit({ db: world.dependencies.database.db, sealer, log, clock: () => new Date(8.64e15) });
  const by = { actor: 'cli', name: 'ann@example.org' } as const;
  const answer = await saveConnection({ ...deps, audit }, id, other.fhirBase, by, { useAnyway: 'tonight' });
  await expect(answer.ok && answer.outcome).rejects.toMatchObject({ code: 'store.unavailable' });
  expect(await find()).toEqual(before);
});

test.for([
  ['a NUL in a list', 'smart-configuration', { capabilities: ['launch-ehr', 'a\0b'] }],
  ['half a character', 'smart-configuration', { capabilities: ['launch-ehr', 'a\uD83D'] }],
  ['an issuer with a NUL', 'smart-configuration', { issuer: 'https://a.example/\0' }],
  ['a text cut within a character', 'smart-configuration', { issuer: `${'a'.repeat(298)}😀😀` }],
  ['a FHIR version with a NUL', 'metadata', { fhirVersion: '4.0.1\0' }],
] as const)('an EHR that answers with %s gets its verdict, stored and shown', async ([, route, members]) => {
  const { save, id, checksStore } = await arrange();
  alter(ehr, route, members);
  const { run } = await save(ehr.fhirBase);
  expect((await checksStore.latest(id))?.results).toEqual(run.results);
  // Only a character that JSON escaped once counts; escaped twice, it is a text about such a character.
  expect(JSON.stringify(run)).not.toMatch(/(?<!\\)\\u(?:0000|d[89a-f])/i);
});

test('no URL comes into use if the run cannot be stored', async () => {
  const { deps, id, find } = await arrange();
  const before = await find();
  const checksStore = { ...deps.checksStore, save: () => Promise.reject(new Error('the disk is full')) };
  const by = { actor: 'cli', name: 'ann@example.org' } as const;
  const answer = await saveConnection({ ...deps, checksStore }, id, other.fhirBase, by);
  await expect(answer.ok && answer.outcome).rejects.toThrow('the disk is full');
  expect(await find()).toEqual(before);
});

test('"use it anyway" without a reason is ignored', async () => {
  const { save } = await arrange();
  other.faults.set('discovery-500');
  expect((await save(other.fhirBase, { useAnyway: '  ' })).state).toBe('draft');
});

test('if the URL in use fails, nothing is changed', async () => {
  const { save, find } = await arrange();
  const before = await find();
  world.sandbox.faults.set('discovery-500');
  expect((await save(before.fhirBaseUrl)).state).toBe('unchanged');
  expect(await find()).toEqual(before);
  world.sandbox.faults.clear();
});

test('an accepted suggestion takes effect together with its URL, also if it is accepted later', async () => {
  const { save, find } = await arrange();
  alter(ehr, 'smart-configuration', { token_endpoint: 'https://login.example/token', fhir: 'x' });
  const first = await save(ehr.fhirBase);
  const [suggestion] = first.run.summary.suggestions;
  expect(first.state).toBe('draft');
  expect(suggestion).toMatchObject({ setting: 'allowedHosts', value: ['login.example'] });
  ehr.on('jwks', () => ({ status: 500, body: {} }));
  expect((await save(ehr.fhirBase, { accept: { allowedHosts: ['login.example'] } })).state).toBe('draft');
  expect((await find()).allowedHosts).toEqual([]);
  // Nothing answers at the other host, so the EHR is back at its own.
  ehr.heal();
  expect((await save(ehr.fhirBase)).state).toBe('in use');
  expect(await find()).toMatchObject({ fhirBaseUrl: ehr.fhirBase, allowedHosts: ['login.example'] });
});

test.for([
  ['a private address', 'http://169.254.169.254/latest'],
  ['a user name', 'https://user@ehr.example/fhir'],
  ['no URL', 'https://'],
] as const)('%s is refused at the field before any call, and is not stored (REG-07)', async ([, typed]) => {
  const { deps, id, store } = await arrange();
  const answer = await saveConnection(deps, id, typed, { actor: 'cli', name: 'cli' });
  expect(answer.ok).toBe(false);
  expect(await store.findDraft(id)).toBeUndefined();
});

test('a setting that the schema refuses is refused before any call', async () => {
  const { deps, id } = await arrange();
  const accept = { allowedHosts: ['not a host/'] };
  const answer = await saveConnection(deps, id, other.fhirBase, { actor: 'cli', name: 'cli' }, { accept });
  expect(answer).toMatchObject({ ok: false, problem: expect.stringContaining('allowedHosts') });
});

test('the report is dated and complete, and does not name who ran it', async () => {
  const { save, id } = await arrange();
  const { run, organization } = await save(other.fhirBase);
  const report = toReport(run, organization);
  expect(report).toMatchObject({ organization: { id }, verdict: 'All checks passed', checkedAt: run.at });
  expect(report.results).toHaveLength(run.results.length);
  expect(JSON.stringify(report)).not.toContain('ann@example.org');
});

test('checks of the address in use do not bring it back when another one was saved meanwhile', async () => {
  const { id, deps, find, checksStore } = await arrange();
  const saveLater: typeof checksStore.save = async (run) => {
    await world.setOrganization(id, { fhirBaseUrl: other.fhirBase });
    return checksStore.save(run);
  };
  const saver = { actor: 'cli', name: 'ann@example.org' } as const;
  const slow = { ...deps, checksStore: { ...checksStore, save: saveLater } };
  const answer = await saveConnection(slow, id, world.sandbox.fhirBase, saver);
  if (!answer.ok) throw new Error(answer.problem);
  expect((await answer.outcome).organization.fhirBaseUrl).toBe(other.fhirBase);
  expect((await find()).fhirBaseUrl).toBe(other.fhirBase);
});

test('a FHIR version that is used anyway stops no launch, though its document may not be kept', async () => {
  const { save, find, store } = await arrange();
  const configuration = healthyDocument(ehr, 'smart-configuration');
  ehr.on('smart-configuration', () => ({ headers: { 'cache-control': 'no-store' }, body: configuration }));
  alter(ehr, 'metadata', { fhirVersion: '3.0.2' });
  expect((await save(ehr.fhirBase, { useAnyway: 'they move in March' })).state).toBe('used anyway');
  expect((await find()).discovered?.configuration).toBeUndefined();
  const { connections } = world.dependencies;
  await expect(connections.configurationOf(await find())).resolves.toMatchObject({ source: 'smart-configuration' });
  const fresh = createSmartConnections({ ...world.dependencies, store });
  await expect(fresh.configurationOf(await find())).resolves.toMatchObject({ source: 'smart-configuration' });
});
