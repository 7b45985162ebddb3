/** One request to the callback. */
import type { LaunchTrace } from '#src/diagnostics/traces/launch-trace.ts';
import type { LaunchCookie } from '#src/launches/session/cookies.ts';
import type { LaunchKind } from '#src/launches/session/launch.ts';
import type { TransactionKey } from '#src/launches/session/transaction.ts';
import type { CallbackParameters } from '#src/smart/step-4-authorization-code.ts';

export interface CallbackVisit {
  callback: CallbackParameters;
  /** The redirect URI that received the callback. */
  redirectUri: string;
  key: TransactionKey;
  /** From the transaction cookie. */
  kind: LaunchKind;
  /** As the browser reports; undefined when it does not. */
  isInFrame: boolean | undefined;
  /** Its launch cookies, oldest first. */
  cookies: readonly LaunchCookie[];
  supportCode: string;
  address: string | undefined;
  trace: LaunchTrace;
}
