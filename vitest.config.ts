import { defineConfig } from 'vitest/config';

/** Tests talk to real servers on loopback and to real stores, so they get time, not retries. */
export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    include: ['test/**/*.test.ts'],
  },
});
