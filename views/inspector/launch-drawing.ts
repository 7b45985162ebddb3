/** Draws a launch step by step, with the failed step marked and explained, for the launch's page and for reports. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { type IconName, icon } from '#views/icons.ts';
import { exactInstant } from '#views/instant.ts';
import { type ScopeAttemptProps, scopeAttemptTables } from './scope-attempts.ts';

type Fact = string | number | boolean | readonly string[] | undefined;
type StepState = 'passed' | 'warning' | 'failed' | 'not recorded' | 'not reached';

export interface DrawnStep {
  readonly name: string;
  readonly title: string;
  readonly state: StepState;
  /** ISO instant */
  readonly at?: string | undefined;
  readonly durationMs?: number | undefined;
  /** HTTP status of the EHR's answer */
  readonly status?: number | undefined;
  readonly code?: string | undefined;
  readonly detail?: string | undefined;
  readonly facts: Readonly<Record<string, Fact>>;
  /** the number of attempts; the last one is drawn */
  readonly times: number;
}

/** A launch; already redacted. */
export interface DrawnLaunch {
  readonly id: string;
  readonly organizationId: string | null;
  /** ISO instant */
  readonly startedAt: string;
  readonly outcome: string;
  readonly isStalled: boolean;
  readonly supportCodes: readonly string[];
  readonly userHash: string | null;
  readonly patientHash: string | null;
  readonly framed: boolean | null;
  /** absent in older reports */
  readonly standalone?: boolean | undefined;
  readonly cookieMode: string | null;
  readonly steps: readonly DrawnStep[];
  /** absent in older reports */
  readonly scopeAttempts?: readonly ScopeAttemptProps[] | undefined;
  readonly explanation:
    | {
        /** the rule that failed; absent if only the error is known, and in older reports */
        readonly rule?: string | undefined;
        readonly owner: string;
        readonly causes: readonly string[];
        readonly remedy: string;
      }
    | undefined;
}

const STATES: Record<StepState, { icon: IconName; word: string }> = {
  passed: { icon: 'done', word: 'Passed' },
  warning: { icon: 'warning', word: 'Passed with a warning' },
  failed: { icon: 'cancelled', word: 'Failed here' },
  'not recorded': { icon: 'waiting', word: 'Not recorded' },
  'not reached': { icon: 'waiting', word: 'Not reached' },
};

/** How a launch ended, in a few words. @param shownTitle of its error page, or of a later one. */
export function outcomeWord(launch: Pick<DrawnLaunch, 'outcome' | 'isStalled'>, shownTitle?: string): string {
  if (launch.outcome === 'completed') return shownTitle === undefined ? 'Completed' : 'Completed, failed later';
  if (launch.outcome !== 'under way') return 'Failed';
  return launch.isStalled ? 'Did not come back' : 'Under way';
}

/** The explanation, then the facts of the launch, then every step. */
export function launchDrawing(launch: DrawnLaunch, timeZone: string, shownTitle: string | undefined): SafeHtml {
  return html`${explanationBox(launch)}
<dl class="facts launch-facts">
<dt>Began</dt><dd>${exactInstant(new Date(launch.startedAt), timeZone)}</dd>
<dt>Outcome</dt><dd>${outcomeWord(launch, shownTitle)}${/^[a-z-]+\.[a-z-]+$/.test(launch.outcome) ? html` <code>${launch.outcome}</code>` : null}</dd>
<dt>Organization</dt><dd>${launch.organizationId ?? 'not known'}</dd>
<dt>Support codes</dt><dd>${launch.supportCodes.map((code) => html`<code>${code}</code> `)}</dd>
<dt>Kind of launch</dt><dd>${launch.standalone === true ? 'Standalone' : 'From the EHR'}</dd>
<dt>In a frame of the EHR</dt><dd>${framedWord(launch.framed)}</dd>
<dt>Cookies</dt><dd>${cookieWord(launch.cookieMode)}</dd>
<dt>User, keyed hash</dt><dd>${hashOf(launch.userHash)}</dd>
<dt>Patient, keyed hash</dt><dd>${hashOf(launch.patientHash)}</dd>
</dl>
<h2 id="steps">Steps</h2>
<ol class="trace" aria-labelledby="steps">
${launch.steps.map((drawn) => step(drawn, launch.scopeAttempts ?? []))}</ol>
`;
}

const CAUSES_TITLES: Readonly<Record<string, string>> = {
  completed: 'Something is missing',
  'under way': 'Not finished yet',
};

/** What explanationBox needs of a launch. */
export type ExplainedLaunch = Pick<DrawnLaunch, 'explanation' | 'outcome' | 'steps'>;

/** The causes, who has to act, and what to do; nothing for a launch without an explanation. */
export function explanationBox({ explanation, outcome, steps }: ExplainedLaunch): SafeHtml | null {
  if (explanation === undefined) return null;
  const isBroken = steps.some(({ state }) => state === 'failed');
  const title = (!isBroken && CAUSES_TITLES[outcome]) || (explanation.causes.length > 1 ? 'Likely causes' : 'Cause');
  return html`<section class="notice explanation" aria-labelledby="causes"${explanation.rule === undefined ? null : html` data-rule="${explanation.rule}"`}>
<h2 id="causes">${title}</h2>
<ul>${explanation.causes.map((cause) => html`<li>${cause}.</li>`)}</ul>
<p><strong>Whose job: <span class="owner">${explanation.owner}</span></strong></p>
<p><strong>What to do:</strong> ${explanation.remedy}</p>
</section>
`;
}

function step(drawn: DrawnStep, attempts: readonly ScopeAttemptProps[]): SafeHtml {
  const { icon: picture, word } = STATES[drawn.state];
  const mark = drawn.state.replace(' ', '-');
  return html`<li class="trace-step trace-${mark}" data-step="${drawn.name}"${drawn.state === 'failed' ? html` aria-current="step"` : null}>
<p class="trace-title">${icon(picture)} <strong>${drawn.title}</strong> <span class="trace-state">${word}</span>${timing(drawn)}</p>
${drawn.detail === undefined ? null : html`<p class="trace-detail">${drawn.detail}${drawn.code === undefined ? null : html` <code>${drawn.code}</code>`}</p>`}
${factsOf(drawn)}${drawn.name === 'scopes' ? scopeAttemptTables(attempts) : null}</li>
`;
}

function timing({ durationMs, status, times }: DrawnStep): SafeHtml | null {
  if (durationMs === undefined) return null;
  const parts = [
    `${durationMs} ms`,
    status === undefined ? '' : `HTTP ${status}`,
    times > 1 ? `the last of ${times}` : '',
  ];
  return html` <span class="trace-timing">${parts.filter(Boolean).join(' · ')}</span>`;
}

function factsOf({ facts, state }: DrawnStep): SafeHtml | null {
  const entries = Object.entries(facts);
  if (entries.length === 0) return null;
  const rows = entries.map(([name, fact]) => html`<dt>${name}</dt><dd>${factText(fact)}</dd>`);
  return html`<details${state === 'failed' || state === 'warning' ? html` open` : null}><summary>What was seen</summary><dl class="facts">${rows}</dl></details>`;
}

function factText(fact: Fact): SafeHtml {
  if (Array.isArray(fact))
    return fact.length === 0 ? html`None` : html`${fact.map((item: string) => html`<code>${item}</code> `)}`;
  if (typeof fact === 'boolean') return fact ? html`Yes` : html`No`;
  return html`${String(fact)}`;
}

function framedWord(framed: boolean | null): string {
  if (framed === null) return 'The browser did not say';
  return framed ? 'Yes' : 'No, in a window of its own';
}

function cookieWord(mode: string | null): string {
  const words: Record<string, string> = {
    arrived: 'Kept from an earlier visit',
    probed: 'Kept, as one redirect showed',
    blocked: 'Blocked by the browser',
  };
  return (mode !== null && words[mode]) || 'Not known';
}

function hashOf(hash: string | null): SafeHtml {
  return hash === null ? html`Not known` : html`<code>${hash.slice(0, 12)}</code>`;
}
