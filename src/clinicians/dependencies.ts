/** What the decisions about clinicians need. */
import type { Clock } from '#src/adapters/clock.ts';
import type { Queries } from '#src/adapters/database/index.ts';
import type { Log } from '#src/adapters/log.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import type { Audit } from '#src/audit/audit.ts';

export interface CliniciansDependencies {
  db: Queries;
  sealer: Sealer;
  audit: Audit;
  clock: Clock;
  log: Log;
  /** EHR users of one organization; no EHR fills the table for the others (MT-06). Default: 100,000. */
  mostUsers?: number;
}
