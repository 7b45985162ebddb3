/** The adapters of the process under the names that all parts use; each part picks those it needs. */
import type { Clock } from './clock.ts';
import type { Queries } from './database/index.ts';
import type { Outbound } from './ehr-http/client.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { KeyStore } from './redis/key-store.ts';
import type { Sealer } from './seal.ts';

export interface Adapters {
  clock: Clock;
  db: Queries;
  log: Log;
  metrics: Metrics;
  outbound: Outbound;
  redis: KeyStore;
  sealer: Sealer;
}
