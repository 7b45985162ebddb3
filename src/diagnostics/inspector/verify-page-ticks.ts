/** Judges one launch by the guide's acceptance list: in a frame, no launch error, no OAuth error, the list reached. */
import type { StepName } from '#src/diagnostics/traces/trace.ts';
import type { TickProps } from '#views/inspector/verify-page.ts';
import { type Diagnosis, shownTitle } from './diagnosis.ts';

const OAUTH_STEPS: readonly StepName[] = ['authorization-redirect', 'callback', 'token', 'id-token', 'scopes'];

/** The steps whose result is on the page that the user lands on. */
const PAGE_STEPS: readonly StepName[] = ['patient', 'requests'];
const NO_ANCESTORS =
  'The launch is stopped: no EHR page may show the app yet. Set “EHR pages that may show the app in a frame” in Settings > Integrations > SMART on FHIR, step 2.';

/** @param launch the newest one. @param frameAncestors of its organization; if empty, a framed launch is stopped. */
export function acceptance(launch: Diagnosis | undefined, frameAncestors: readonly string[]): TickProps[] {
  const error = launch && shownTitle(launch);
  return [
    { id: 'framed', text: 'The app opens in an iframe-style window', ...framed(launch, frameAncestors) },
    {
      id: 'no-launch-error',
      text: 'No launch error or error screen',
      ...outcomeTick(launch, error !== undefined, error),
    },
    {
      id: 'no-oauth-error',
      text: 'No OAuth2 or authentication error from the authorization server',
      ...oauthTick(launch, error),
    },
    {
      id: 'list-reached',
      text: 'The user lands on the Request List, titled Requests for the patient',
      ...landed(launch, error !== undefined),
    },
  ];
}

type Judged = Pick<TickProps, 'state' | 'note'>;

function framed(launch: Diagnosis | undefined, frameAncestors: readonly string[]): Judged {
  if (!launch) return { state: 'waiting', note: undefined };
  if (launch.standalone)
    return { state: 'unknown', note: 'A standalone launch has a window of its own. Launch from a chart to see this.' };
  if (launch.framed === null) return { state: 'unknown', note: 'The browser does not say whether the app is framed.' };
  if (launch.explanation?.rule === 'launch.other-frame')
    return { state: 'warning', note: launch.explanation.causes[0] };
  if (launch.framed)
    return frameAncestors.length > 0 ? { state: 'passed', note: undefined } : { state: 'failed', note: NO_ANCESTORS };
  return { state: 'failed', note: 'It opened in a window of its own. Ask the EHR team to place it inside the chart.' };
}

function outcomeTick(launch: Diagnosis | undefined, hasFailed: boolean, note: string | undefined): Judged {
  if (launch?.outcome === 'completed') return { state: 'passed', note: undefined };
  return { state: hasFailed ? 'failed' : 'waiting', note };
}

/** A launch that ended in another error says what it proved of the authorization server, and does not wait for more. */
function oauthTick(launch: Diagnosis | undefined, error: string | undefined): Judged {
  const states = launch?.steps.filter(({ name }) => OAUTH_STEPS.includes(name)).map(({ state }) => state) ?? [];
  const hasFailed = states.includes('failed') || launch?.isStalled === true;
  if (hasFailed || error === undefined) return outcomeTick(launch, hasFailed, error ?? stalledNote(launch));
  return states.every((state) => state === 'passed' || state === 'warning')
    ? { state: 'passed', note: undefined }
    : { state: 'unknown', note: 'The launch ended before the authorization server had answered.' };
}

/** A list that was sent does not pass while something on it is missing. */
function landed(launch: Diagnosis | undefined, hasFailed: boolean): Judged {
  const judged = outcomeTick(launch, hasFailed, undefined);
  const open = launch?.steps.find(
    ({ name, state }) => PAGE_STEPS.includes(name) && (state === 'warning' || state === 'failed'),
  );
  if (judged.state !== 'passed' || !open) return judged;
  return {
    state: 'warning',
    note: [open.detail ?? `Look at this step: ${open.title}.`, launch?.explanation?.remedy].filter(Boolean).join(' '),
  };
}

/** We never see an authorization server's own error page; we only see that the browser does not come back. */
function stalledNote(launch: Diagnosis | undefined): string | undefined {
  if (launch?.isStalled) return 'The browser did not come back from the authorization server.';
  if (!launch?.explanation?.rule?.startsWith('authorization.not-back')) return undefined;
  return 'Nothing has come back from the authorization server yet. The launch shows what was sent.';
}
