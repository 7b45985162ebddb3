/** Names the run, and at its end drops the databases that workers have kept for reuse. */
import { randomBytes } from 'node:crypto';
import { dropDatabasesOf, hasPostgres } from '#test/helpers/databases.ts';

/** @returns the teardown for the end of the run. */
export default function setUp(): () => Promise<void> {
  const run = randomBytes(4).toString('hex');
  process.env['TEST_RUN'] = run;
  return async () => {
    if (await hasPostgres()) await dropDatabasesOf(run);
  };
}
