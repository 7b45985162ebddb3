import { defineConfig } from 'vitest/config';

/** What starts and kills processes of stores or products, or freezes them. */
const outage = [
  'test/adapters/{database/database,redis/key-store,swapped-values,ehr-http/budget}.test.ts',
  'test/e2e/{instances,refresh-crash}.test.ts',
  'test/http/limits/{launch-limit,visitors}.test.ts',
  'test/http/sessions/session-store.test.ts',
  'test/http/forwarded.test.ts',
  'test/launches/ehr/faults-of-stores.test.ts',
  'test/launches/ending/late-commands.test.ts',
  'test/launches/session/{redis-sets,secret-rotation}.test.ts',
  'test/launches/tokens/refresh-instances.test.ts',
  'test/organizations/instances.test.ts',
];

/** What needs no product that listens. */
const unit = [
  'test/{docs,env-example,errors,import-order,regexes,rules}.test.ts',
  'test/{adapters,config,patients,sandbox,smart,views}/**/*.test.ts',
  'test/requests/list/!(no-batch).test.ts',
  'test/requests/timing/!(time-zone).test.ts',
];

const project = (name: string, include: string[], exclude: string[] = [], testTimeout = 60_000) => ({
  extends: true as const,
  test: { name, include, exclude, testTimeout },
});

/** Tests talk to real servers on loopback and to real stores, so they get time, not retries. */
export default defineConfig({
  test: {
    hookTimeout: 60_000,
    // Files wait for servers more than they compute.
    maxWorkers: 4,
    // Modules, keys and databases serve every file of a worker; what a file fakes is undone by after-file.ts.
    isolate: false,
    globalSetup: ['test/helpers/global-setup.ts'],
    setupFiles: ['test/helpers/after-file.ts'],
    // CommonJS packages are imported as Node itself imports them, so that tests see what the process sees.
    deps: { interopDefault: false },
    // They run in the order of their names: what waits most begins first.
    projects: [
      project('e2e', ['test/e2e/**/*.test.ts'], outage, 120_000),
      project('outage', outage, [], 120_000),
      project('unit', unit, outage),
      project('world', ['test/**/*.test.ts'], ['test/e2e/**', ...outage, ...unit]),
    ],
  },
});
