/** The first operator of a new deployment, from BOOTSTRAP_OPERATOR_EMAIL and BOOTSTRAP_OPERATOR_PASSWORD. */
import type { Log } from '#src/adapters/log.ts';
import { hashPassword } from './password.ts';
import { recordUserChange, type UserActionDependencies } from './user-actions.ts';

/**
 * Makes the operator when there is none yet; the password has to be changed at the first sign-in. Afterwards the two
 * variables mean nothing, whatever they say, so forgetting them in a deployment opens no door.
 *
 * @param given checked by the configuration.
 */
export async function bootstrapOperator(
  deps: UserActionDependencies & { log: Log },
  given: { email: string; password: string } | undefined,
): Promise<void> {
  if (!given) return;
  const operators = (await deps.users.list()).some(({ role }) => role === 'operator');
  if (operators) return;
  const password = {
    passwordHash: await hashPassword(given.password),
    mustChangePassword: true,
    passwordExpiresAt: null,
  };
  const user = await deps.users.addFirstOperator(given.email, password, deps.clock());
  if (!user) return;
  recordUserChange(deps.audit, { actor: 'system' }, user, { change: 'added', role: 'operator', by: 'bootstrap' });
  deps.log.info({ user: user.id }, 'the first operator was made from the configuration');
}
