/** Creates a new deployment's first operator from BOOTSTRAP_OPERATOR_EMAIL and BOOTSTRAP_OPERATOR_PASSWORD. */
import type { Log } from '#src/adapters/log.ts';
import { passwordProblem } from './password-rules.ts';
import { type Acting, oneTime, recordUserChange, type UserActionDependencies } from './user-actions.ts';

const BY_SYSTEM: Acting = { actor: 'system' };

/** Creates the operator when there is none. The password works once, for three days. @throws Error if easy to guess. */
export async function bootstrapOperator(
  deps: UserActionDependencies & { log: Log },
  given: { email: string; password: string } | undefined,
): Promise<void> {
  if (!given) return;
  if ((await deps.users.list()).some(({ role }) => role === 'operator')) return;
  const problem = passwordProblem(given.password, given.email);
  if (problem !== undefined) throw new Error(`BOOTSTRAP_OPERATOR_PASSWORD: ${problem}`);
  const password = await oneTime(given.password, deps, BY_SYSTEM);
  const user = await deps.users.addFirstOperator(given.email, password, deps.clock());
  if (!user) return;
  recordUserChange(deps.audit, BY_SYSTEM, user, { change: 'added', role: 'operator', by: 'bootstrap' });
  deps.log.info({ user: user.id }, 'the first operator was made from the configuration');
}
