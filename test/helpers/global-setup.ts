/** Around a whole run: its name, by which databases are dropped again that workers have kept for their next file. */
import { randomBytes } from 'node:crypto';
import { dropDatabasesOf, hasPostgres } from './databases.ts';

/** @returns what happens at the end of the run. */
export default function setUp(): () => Promise<void> {
  const run = randomBytes(4).toString('hex');
  process.env['TEST_RUN'] = run;
  return async () => {
    if (await hasPostgres()) await dropDatabasesOf(run);
  };
}
