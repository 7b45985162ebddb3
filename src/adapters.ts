/** The adapters of the process under the names that all parts use; each part picks those it needs. */
import type { Clock } from '#src/adapters/clock.ts';
import type { Queries } from '#src/adapters/database/index.ts';
import type { Outbound } from '#src/adapters/ehr-http/client.ts';
import type { Log } from '#src/adapters/log.ts';
import type { Metrics } from '#src/adapters/metrics.ts';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import type { Sealer } from '#src/adapters/seal.ts';

export interface Adapters {
  clock: Clock;
  db: Queries;
  log: Log;
  metrics: Metrics;
  outbound: Outbound;
  redis: KeyStore;
  sealer: Sealer;
}
