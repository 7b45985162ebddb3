/** How long a fetched document may be kept (DI-13, ID-22, DI-25). */
import { expect, test } from 'vitest';
import { cacheLifetimeMs } from '#src/smart/documents/cache-lifetime.ts';

test.for([
  [undefined, 300_000],
  ['', 300_000],
  ['public', 300_000],
  ['max-age=60', 60_000],
  ['public, max-age=60, must-revalidate', 60_000],
  ['Public, Max-Age=60', 60_000],
  ['max-age="60"', 60_000],
  ['max-age=0', 0],
  ['max-age=3600', 3_600_000],
  ['max-age=3601', 3_600_000],
  ['max-age=9999999999', 3_600_000],
  ['max-age=99999999999999999999', 300_000],
  ['max-age=-1', 300_000],
  ['max-age=soon', 300_000],
  ['s-maxage=10', 300_000],
  ['no-store', 0],
  ['NO-STORE', 0],
  ['no-cache', 0],
  ['max-age=600, no-store', 0],
  ['private, no-cache, max-age=600', 0],
] as const)('%s keeps a document for %d ms', ([header, lifetimeMs]) => {
  expect(cacheLifetimeMs(header)).toBe(lifetimeMs);
});
