/** What the page says after an attempt to cancel a request: only what is known. */
import type { CancelEnd } from '#src/requests/delivery/cancel-request.ts';
import { saidByEhr } from '#src/requests/delivery/problem-text.ts';

const NOTICES: Record<CancelEnd['kind'] | 'no-reason' | 'over', string> = {
  cancelled:
    'The request is cancelled in the EHR. If a provider has it already, call them: the EHR may not notify them.',
  changed:
    'Nothing was cancelled: the request has changed in the EHR since you looked. This page shows it as it is now. Read it again, then decide.',
  absent:
    'Nothing was cancelled: the EHR did not show this as an open request of this patient. It may have none, or may not let this app read it. Look in the chart.',
  refused:
    'Nothing was cancelled: the EHR did not let this app cancel the request now. Cancel it in the chart, or try again in a minute.',
  unknown:
    'The EHR did not confirm the cancellation, so the request may or may not be cancelled. Reload the request, or look in the chart.',
  over: 'Nothing was changed now: the request is no longer open in the EHR.',
  'no-reason': 'Nothing was cancelled yet. Choose what happened, and say why in a few words.',
};

/** @param said what the EHR's answer says in words. */
export function noticeOf(kind: keyof typeof NOTICES, said: readonly string[] = [], hasReason = true) {
  const lost = hasReason ? '' : ' The EHR did not keep the reason as you wrote it: check the request.';
  return { isDone: kind === 'cancelled', text: `${NOTICES[kind]}${lost}${saidByEhr(said)}` };
}
