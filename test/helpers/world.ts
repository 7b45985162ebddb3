/** The world of most tests: the product and a mock EHR on loopback, on embedded or real stores. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, vi } from 'vitest';
import { type Sandbox, type SandboxOptions, startSandbox } from '#sandbox/sandbox.ts';
import type { Clock } from '#src/adapters/clock.ts';
import { createLog } from '#src/adapters/log.ts';
import { createSealer } from '#src/adapters/seal.ts';
import { createApp } from '#src/app.ts';
import { type Config, loadConfig } from '#src/config/index.ts';
import type { AppDependencies } from '#src/open-dependencies.ts';
import { openDependencies } from '#src/open-dependencies.ts';
import { parseSettings } from '#src/organizations/organization.ts';
import { createOrganizationStore } from '#src/organizations/store.ts';
import { type BrowserOptions, createBrowser, type TestBrowser, type Visit } from './browser.ts';
import { hasPostgres } from './databases.ts';
import { addSigningKeys } from './signing-keys.ts';
import { useStarted } from './started.ts';
import { hasRedis, openStores, type Stores, usualStores } from './stores.ts';

/** The kinds of stores that this machine has; `npm test` makes sure that it has both. */
export async function testStores(): Promise<Stores[]> {
  return (await hasPostgres()) && (await hasRedis())
    ? ['embedded stores', 'real Redis and PostgreSQL']
    : ['embedded stores'];
}

/** Options of a world. */
export interface WorldOptions {
  stores?: Stores;
  sandbox?: Partial<SandboxOptions>;
  /** Settings of the first organization, merged into the usual ones. */
  settings?: Record<string, unknown>;
  clock?: Clock;
  env?: Record<string, string>;
}

/** A running product with one organization, `st-elsewhere`, on one sandbox. */
export interface World {
  url: string;
  config: Config;
  dependencies: AppDependencies;
  sandbox: Sandbox;
  /** Every log line so far, as text. */
  logLines: string[];
  /** Adds or changes an organization; `settings` are merged into the usual ones for this sandbox. */
  setOrganization(id: string, settings?: Record<string, unknown>, sandbox?: Sandbox): Promise<void>;
  disableOrganization(id: string): Promise<void>;
  /** Another EHR with the product registered for organization `id`. */
  addSandbox(id: string, options?: Partial<SandboxOptions>): Promise<Sandbox>;
  browser(options?: BrowserOptions): TestBrowser;
  /** Launches from the chart in a browser and follows every redirect. */
  launch(patientId: string, browser?: TestBrowser): Promise<Visit>;
  /** Everything that a dump of Redis (or of the embedded store) would show. */
  dumpRedis(): Promise<string>;
  close(): Promise<void>;
}

export const ORG_ID = 'st-elsewhere';
const CLIENT_ID = 'vectorcare-test';

/** The world of a test file or a group. */
export const useWorld = (options: WorldOptions = {}): World => useStarted(() => startWorld(options));

/** The same, in which a test moves the one clock of product, EHR and authorization server by `vi.setSystemTime`. */
export function useWorldWithFakeDate(options: WorldOptions = {}): World {
  beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'] }));
  const world = useWorld(options);
  afterAll(() => void vi.useRealTimers());
  return world;
}

/** Starts a world; close it in afterEach or afterAll. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const { listener, url, closeServer } = await listen();
  const stores = await openStores(options.stores ?? (await usualStores()));
  const config = loadConfig({
    NODE_ENV: 'test',
    PUBLIC_URL: url,
    APP_SECRETS: 'a-secret-for-tests-that-is-long-enough-0123456789',
    LOG_LEVEL: 'trace',
    ...stores.env,
    ...options.env,
  });
  const logLines: string[] = [];
  const log = createLog(config.logLevel, { write: (line) => void logLines.push(line) });
  const clock = options.clock ?? (() => new Date());
  await addSigningKeys(stores.database.db, createSealer(config.appSecrets), clock());
  const { dependencies, close: closeDependencies } = await openDependencies(config, {
    clock,
    log,
    database: stores.database,
  });
  listener.current = createApp(dependencies);

  const store = createOrganizationStore(dependencies.database.db);
  const sandboxes = new Set<Sandbox>();
  const addSandbox: World['addSandbox'] = async (id, changes = {}) => {
    const launchUrl = `${url}/smart/launch?orgId=${id}`;
    const app = {
      launchUrl,
      redirectUri: `${url}/smart/callback`,
      jwksUrl: `${url}/.well-known/jwks.json`,
      clientId: CLIENT_ID,
    };
    const made = await startSandbox({ port: 0, app, ...(options.clock ? { now: options.clock } : {}), ...changes });
    sandboxes.add(made);
    const { close } = made;
    return Object.assign(made, {
      close: async () => {
        sandboxes.delete(made);
        await close();
      },
    });
  };
  const sandbox = await addSandbox(ORG_ID, options.sandbox);
  const setOrganization: World['setOrganization'] = async (id, settings = {}, at = sandbox) => {
    const usual = {
      id,
      name: `Hospital ${id}`,
      fhirBaseUrl: at.fhirBase,
      clientId: CLIENT_ID,
      frameAncestors: [at.origin],
    };
    const parsed = parseSettings({ ...usual, ...settings }, false, ['clientId']);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    await store.save(id, () => parsed.settings, clock());
  };
  await setOrganization(ORG_ID, options.settings);

  return {
    url,
    config,
    dependencies,
    sandbox,
    logLines,
    setOrganization,
    disableOrganization: async (id) => void (await store.setEnabled(id, false, clock())),
    addSandbox,
    browser: createBrowser,
    launch: (patientId, browser = createBrowser()) => browser.open(sandbox.launch(patientId)),
    dumpRedis: stores.dumpRedis,
    close: async () => {
      await closeServer();
      await closeDependencies();
      await stores.close();
      await Promise.all([...sandboxes].map((one) => one.close()));
    },
  };
}

/** Listens before the app exists, because the app must know its own address. */
async function listen() {
  const listener: { current: RequestListener } = {
    current: (_request, response) => void response.writeHead(503).end(),
  };
  const server = createServer((request, response) => listener.current(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const closeServer = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { listener, url: `http://localhost:${port}`, closeServer };
}
