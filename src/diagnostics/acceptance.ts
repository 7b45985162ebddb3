/** The guide's acceptance list, judged from one launch: in a frame, no launch error, no OAuth error, the list reached. */
import { describeError } from '#src/errors.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { StepName } from './trace.ts';

export type TickState = 'waiting' | 'passed' | 'failed' | 'unknown';

/** One line of the list. */
export interface Tick {
  id: 'framed' | 'no-launch-error' | 'no-oauth-error' | 'list-reached';
  text: string;
  state: TickState;
  note: string | undefined;
}

const OAUTH_STEPS: readonly StepName[] = ['authorization-redirect', 'callback', 'token', 'id-token', 'scopes'];

/** @param launch the newest one; undefined while there is none. */
export function acceptance(launch: Diagnosis | undefined): Tick[] {
  const error = launch && errorOf(launch);
  return [
    { id: 'framed', text: 'The app opens in an iframe-style window', ...framed(launch) },
    {
      id: 'no-launch-error',
      text: 'No launch error or error screen',
      ...outcomeTick(launch, error !== undefined, error),
    },
    {
      id: 'no-oauth-error',
      text: 'No OAuth2 or authentication error from the authorization server',
      ...outcomeTick(
        launch,
        launch !== undefined && (failedAtOauth(launch) || launch.isStalled),
        error ?? stalledNote(launch),
      ),
    },
    {
      id: 'list-reached',
      text: 'The user lands on the Request List, titled Requests for the patient',
      ...outcomeTick(launch, error !== undefined, undefined),
    },
  ];
}

type Judged = Pick<Tick, 'state' | 'note'>;

function framed(launch: Diagnosis | undefined): Judged {
  if (!launch) return { state: 'waiting', note: undefined };
  if (launch.framed === null) return { state: 'unknown', note: 'The browser does not say whether it is a frame.' };
  if (launch.framed) return { state: 'passed', note: undefined };
  return { state: 'failed', note: 'It opened in a window of its own. Ask the EHR team to place it inside the chart.' };
}

function outcomeTick(launch: Diagnosis | undefined, hasFailed: boolean, note: string | undefined): Judged {
  if (launch?.outcome === 'completed') return { state: 'passed', note: undefined };
  return hasFailed ? { state: 'failed', note } : { state: 'waiting', note: undefined };
}

function errorOf({ outcome }: Diagnosis): string | undefined {
  return outcome === 'completed' || outcome === 'under way' ? undefined : describeError(outcome).title;
}

function failedAtOauth({ steps }: Diagnosis): boolean {
  return steps.some(({ name, state }) => state === 'failed' && OAUTH_STEPS.includes(name));
}

/** An authorization server's own error page is never seen here: the browser just does not come back. */
function stalledNote(launch: Diagnosis | undefined): string | undefined {
  return launch?.isStalled ? 'The browser did not come back from the authorization server.' : undefined;
}
