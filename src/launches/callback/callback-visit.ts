/** One callback as its browser made it. */
import type { LaunchTrace } from '#src/diagnostics/traces/launch-trace.ts';
import type { LaunchCookie } from '#src/launches/session/cookies.ts';
import type { LaunchKind } from '#src/launches/session/launch.ts';
import type { TransactionKey } from '#src/launches/session/transaction.ts';
import type { CallbackParameters } from '#src/smart/step-4-authorization-code.ts';

export interface CallbackVisit {
  callback: CallbackParameters;
  /** The address of ours it came to. */
  redirectUri: string;
  key: TransactionKey;
  /** As its transaction cookie says. */
  kind: LaunchKind;
  /** As the browser says; undefined when it does not. */
  isInFrame: boolean | undefined;
  /** Its launch cookies, oldest first. */
  cookies: readonly LaunchCookie[];
  supportCode: string;
  /** For the audit trail. */
  address: string | undefined;
  trace: LaunchTrace;
}
