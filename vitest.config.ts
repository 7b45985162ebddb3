import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

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
  'test/requests/search/**/*.test.ts',
  'test/requests/timing/!(time-zone).test.ts',
];

const project = (name: string, include: string[], exclude: string[]) => ({
  extends: true as const,
  test: { name, include, exclude },
});

/** Waits on real seconds, or takes longest: begun last, one of these would be what a whole run waits for. */
const first = [
  ...['e2e/closing', 'launches/ending/late-commands', 'e2e/settings-pages', 'e2e/accessibility', 'e2e/launches'],
  ...[
    'adapters/swapped-values',
    'e2e/new-request',
    'e2e/hostile-launches',
    'e2e/hostile-style',
    'e2e/hostile-content',
    'launches/ehr/faults-of-stores',
    'adapters/database/database',
  ],
  ...['e2e/refresh-crash', 'adapters/redis/key-store', 'adapters/ehr-http/client', 'http/oversized-input'],
  ...['launches/ehr/ehr-down', 'launches/pages/association', 'launches/ehr/fault-table', 'cli/cli'],
  ...['launches/tokens/refresh-faults', 'integration-page/connection', 'audit/export', 'requests/new/sent-once'],
  ...['requests/new/correct', 'launches/session/redis-sets', 'launches/session/isolation', 'ops/doctor'],
  ...['launches/ehr/hostile-json', 'misconfigurations/renewals', 'misconfigurations/network'],
];

/** Only what is asked for by name is a project: a worker serves one, and each of its own would load everything again. */
const isOneOfThem = process.argv.includes('--project');

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId }: TestSpecification) => {
      const place = first.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      if (place >= 0) return place;
      return moduleId.includes('/test/e2e/') ? first.length : first.length + 1;
    };
    // oxlint-disable-next-line no-array-sort -- not an array's
    return (await super.sort(files)).toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}

/** Tests talk to real servers on loopback and to real stores, so they get time, not retries. */
export default defineConfig({
  test: {
    hookTimeout: 120_000,
    // A poll ends when it succeeds, and on a busy machine that takes longer than the usual second.
    expect: { poll: { timeout: 20_000 } },
    // Files wait for servers more than they compute.
    maxWorkers: 5,
    // Pages are made of short-lived strings: with room for more of them, a worker collects garbage a tenth less of its time.
    // And PGlite's WebAssembly lives too briefly to be optimized: that costs more than all of its queries.
    execArgv: [
      '--min-semi-space-size=32',
      '--max-semi-space-size=64',
      '--liftoff-only',
      '--import',
      new URL('test/helpers/vitest/short-ways.ts', import.meta.url).href,
    ],
    // Modules, keys and databases serve every file of a worker; what a file fakes is undone by after-file.ts.
    isolate: false,
    globalSetup: ['test/helpers/vitest/global-setup.ts'],
    setupFiles: ['test/helpers/vitest/after-file.ts'],
    // Node itself imports the sources, as it does for the product: no bundler's copy of them, and fewer CPU seconds.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    sequence: { sequencer: LongestFirst },
    testTimeout: 120_000,
    ...(isOneOfThem
      ? { projects: [project('unit', unit, outage), project('e2e', ['test/e2e/**/*.test.ts'], outage)] }
      : { include: ['test/**/*.test.ts'] }),
  },
});
