/** Settings > Verify: the guide's acceptance list. The newest launch ticks its lines while the page is open. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { type IconName, icon } from '#views/icons.ts';
import { exactClockTime } from '#views/instant.ts';
import { type PageAdmin, settingsPage } from '#views/settings/settings-layout.ts';
import { type ExplainedLaunch, explanationBox } from './launch-drawing.ts';

/** `warning`: the launch continued, but something is missing. */
type TickState = 'waiting' | 'passed' | 'warning' | 'failed' | 'unknown';

export interface TickProps {
  readonly id: 'framed' | 'no-launch-error' | 'no-oauth-error' | 'list-reached';
  readonly text: string;
  readonly state: TickState;
  /** the evidence, or what to do */
  readonly note: string | undefined;
}

export interface VerifyPageProps {
  readonly admin: PageAdmin;
  readonly organizationName: string;
  readonly timeZone: string;
  /** ISO instant from which launches count */
  readonly since: string;
  readonly ticks: readonly TickProps[];
  readonly launch:
    | (ExplainedLaunch & {
        readonly id: string;
        readonly startedAt: string;
        readonly word: string;
        readonly others: number;
      })
    | undefined;
  /** the page updates itself, for a limited time, so that a forgotten page does not keep its session open */
  readonly isWatching: boolean;
  readonly againHref: string;
  readonly connectionHref: string;
}

const REFRESH_SECONDS = 4;
const LOOKS: Record<TickState, { icon: IconName; word: string }> = {
  waiting: { icon: 'waiting', word: 'Waiting' },
  passed: { icon: 'done', word: 'Yes' },
  warning: { icon: 'warning', word: 'Yes, but' },
  failed: { icon: 'cancelled', word: 'No' },
  unknown: { icon: 'unknown', word: 'Cannot be determined' },
};

/** A whole page. public/verify.js updates its main part; without scripts the page reloads. */
export function verifyPage(props: VerifyPageProps): string {
  const assets = { styles: ['diagnostics.css'], script: 'verify.js' } as const;
  return settingsPage({ title: 'Verify', ...props.admin, current: 'verify', ...assets }, verifyMain(props));
}

function verifyMain(props: VerifyPageProps): SafeHtml {
  const isDone = props.ticks.every(({ state }) => state === 'passed');
  return html`${props.isWatching ? html`<noscript><meta http-equiv="refresh" content="${REFRESH_SECONDS}"></noscript>` : null}
<h1>Verify the app is working</h1>
<p>Keep this page open while a user of the EHR at ${props.organizationName} launches the app for a test patient. The newest launch since ${exactClockTime(new Date(props.since), props.timeZone)} ticks this list.</p>
<div class="verify" data-watching="${props.isWatching ? 'yes' : 'no'}">
<ol class="ticks">
${props.ticks.map(tick)}</ol>
<p class="verify-verdict" role="status">${verdict(props, isDone)}</p>
</div>
<div class="verify-more">${more(props)}</div>
`;
}

function more({ launch, isWatching, againHref, connectionHref }: VerifyPageProps): SafeHtml {
  const others = launch?.others ? html` · <a href="/settings/launches">${launch.others} more since then</a>` : null;
  return html`${launch === undefined ? null : html`${launch.outcome === 'completed' ? null : explanationBox(launch)}<p><a href="/settings/launches/${launch.id}">Look at this launch step by step</a>${others}</p>`}
<p>${isWatching ? null : 'This page has stopped watching. '}<a class="btn btn-outline-primary" href="${againHref}">Start again from now</a> <a href="${connectionHref}">Back to Integrations &gt; SMART on FHIR</a></p>`;
}

function tick({ id, text, state, note }: TickProps): SafeHtml {
  const { icon: picture, word } = LOOKS[state];
  return html`<li class="tick tick-${state}" data-tick="${id}" data-state="${state}">${icon(picture)} <span class="tick-text">${text}</span> <span class="tick-word">${word}</span>${note === undefined ? null : html`<span class="tick-note">${note}</span>`}</li>
`;
}

function verdict({ launch, ticks, timeZone }: VerifyPageProps, isDone: boolean): SafeHtml {
  if (launch === undefined) return html`Waiting for a launch.`;
  if (isDone) return html`<strong>The app is working:</strong> launch, sign-in and the session hand-off work.`;
  const newest = html`Newest launch at ${exactClockTime(new Date(launch.startedAt), timeZone)}: ${launch.word}.`;
  // A failed launch is explained below. Of a completed launch, the line that is still open is named.
  const open =
    launch.outcome === 'completed' ? ticks.find(({ state }) => state === 'failed' || state === 'warning') : undefined;
  return open === undefined
    ? newest
    : html`${newest} <strong>Not everything works yet:</strong> ${open.note ?? open.text}`;
}
