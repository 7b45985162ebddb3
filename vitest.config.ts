import { defineConfig } from 'vitest/config';

/** Tests talk to real servers on loopback and to real stores, so they get time, not retries. */
export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Files wait for servers more than they compute.
    maxWorkers: 4,
    // Modules, keys and databases serve every file of a worker; what a file fakes is undone by after-file.ts.
    isolate: false,
    globalSetup: ['test/helpers/global-setup.ts'],
    setupFiles: ['test/helpers/after-file.ts'],
    include: ['test/**/*.test.ts'],
    // CommonJS packages are imported as Node itself imports them, so that tests see what the process sees.
    deps: { interopDefault: false },
  },
});
