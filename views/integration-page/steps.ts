/** The three steps of a connection, each with its state: FHIR URL, the EHR's web address, a launch. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { instant } from '#views/instant.ts';
import { type CheckOutcome, type CheckRow, foldedCheckRows } from './check-rows.ts';
import { type ConnectionProps, draftNotice, fhirUrlForm, savingFields } from './connection.ts';
import { type FrameProps, frameForm } from './frame.ts';
import { type AcceptedScopesProps, acceptedScopesNotice } from './scope-editor.ts';
import { type SuggestionProps, suggestionList } from './tools.ts';
import { suggestedPreset, type VendorProps } from './vendor.ts';

export interface FinishedRun {
  readonly fhirUrl: string;
  readonly at: Date;
  readonly by: string;
  readonly rows: readonly CheckRow[];
  readonly outcome: CheckOutcome;
  readonly suggestions: readonly SuggestionProps[];
  /** URLs that were tried because the typed one has no FHIR server, and the one that has */
  readonly nearby?: { readonly fhirUrl?: string | undefined; readonly tried: readonly string[] } | undefined;
}

export type Step = 'url' | 'frame' | 'launch';

export interface StepsProps {
  readonly isDone: Readonly<Record<Step, boolean>>;
  readonly current: Step | undefined;
  readonly connection: ConnectionProps;
  readonly run: FinishedRun | undefined;
  readonly isEnabled: boolean;
  readonly isClientIdMissing: boolean;
  /** where operators enable the organization and enter its Client ID; undefined for administrators, who may not */
  readonly operatorHref: string | undefined;
  readonly frame: FrameProps;
  /** the newest launch from a chart that reached the request list with the FHIR URL in use */
  readonly launch: { readonly id: string; readonly at: Date; readonly isListUnread: boolean } | undefined;
  /** set if a launch was refused because it writes the FHIR URL in use in another way */
  readonly writtenAs?: { readonly iss: string; readonly at: Date } | undefined;
  readonly verifyHref: string;
  readonly vendorSuggestion: VendorProps['suggestion'];
  /** undefined if the EHR accepts the scopes that launches request */
  readonly accepted: AcceptedScopesProps | undefined;
}

/** The one thing to do next, and who does it. */
export function nextThing(props: StepsProps): SafeHtml | null {
  const { run, connection, isEnabled, isClientIdMissing, operatorHref, writtenAs, current } = props;
  const failed = run?.rows.find(({ verdict }) => verdict === 'failure');
  const next = (text: SafeHtml) => html`<p class="next"><strong>Next:</strong> ${text}</p>
`;
  if (!isEnabled)
    return next(
      operatorHref === undefined
        ? html`The operator of this service enables this organization; until then every launch is refused.`
        : html`<a href="${operatorHref}">enable this organization</a>; until then every launch is refused.`,
    );
  if (current === 'frame') return next(html`<a href="#step-frame">say which EHR page may show the app</a>.`);
  if (isClientIdMissing && current !== 'url')
    return next(
      operatorHref === undefined
        ? html`send the Client ID of your EHR team to the operator of this service, who enters it. Until then, every launch is refused.`
        : html`<a href="${operatorHref}">enter the Client ID</a> that the EHR team gave out. Until then, every launch is refused.`,
    );
  if (writtenAs && (current === 'launch' || current === undefined)) return takeIss(writtenAs, connection);
  if (current === 'launch' && props.launch?.isListUnread)
    return next(
      html`<a href="/settings/launches/${props.launch.id}">look at the launch of ${instant(props.launch.at, connection.timeZone)}</a>: the app opened, but the EHR did not give the list of requests to the app. Then launch again.`,
    );
  if (run?.nearby?.fhirUrl !== undefined) return didYouMean(run.nearby.fhirUrl, run.nearby.tried, connection);
  if (failed)
    return next(
      html`${failed.owner}: ${failed.remedy} <span class="note">Failed: <a href="#check-${failed.id}">${failed.title}</a></span>`,
    );
  if (current === 'launch')
    return next(html`<a href="${props.verifyHref}">open Verify</a>, then launch the app in a test session of the EHR.`);
  if (current === undefined) return null;
  return next(
    connection.field.value === ''
      ? html`<a href="#fhirUrl">enter the FHIR URL</a>.`
      : html`<a href="#fhirUrl">save the FHIR URL</a>; saving checks it.`,
  );
}

/** The proposed FHIR URL, with a button that saves and checks it. */
function didYouMean(fhirUrl: string, tried: readonly string[], connection: ConnectionProps): SafeHtml {
  return html`<form class="next" method="post" action="${connection.actionOf('')}">${savingFields(connection)}<input type="hidden" name="fhirUrl" value="${fhirUrl}">
<p><strong>Did you mean</strong> <code class="value">${fhirUrl}</code>? A SMART configuration is there. <button class="btn btn-primary" type="submit">Use this FHIR URL</button></p>
<details><summary>What was tried</summary><ul>${tried.map((one) => html`<li><code>${one}</code></li>`)}</ul></details></form>
`;
}

/** The `iss` of a launch is compared character by character, so the FHIR URL has to be saved as the EHR writes it. */
function takeIss({ iss, at }: NonNullable<StepsProps['writtenAs']>, connection: ConnectionProps): SafeHtml {
  const { actionOf, inUse, timeZone } = connection;
  return html`<form class="next" method="post" action="${actionOf('')}">${savingFields(connection)}<input type="hidden" name="fhirUrl" value="${iss}">
<p><strong>Next:</strong> The launch of ${instant(at, timeZone)} was refused: the EHR writes its FHIR URL as <code class="value">${iss}</code>, but <code class="value">${inUse.fhirBaseUrl}</code> is saved here. The two have to be equal, letter for letter. <button class="btn btn-primary" type="submit">Save it as the EHR writes it</button></p></form>
`;
}

/** The current step is open. The others are closed and show their state. */
export function steps(props: StepsProps): SafeHtml {
  const { connection, run, frame, current, isDone } = props;
  const isAsked = connection.field.problem !== undefined || connection.draft !== undefined || props.vendorSuggestion;
  const open: Readonly<Record<Step, boolean>> = {
    url: Boolean(isAsked) || (run?.suggestions.length ?? 0) > 0,
    // A launch framed by an unlisted page stays blank, so the step is open.
    frame: frame.problem !== undefined || (!isDone.launch && frame.proposals.some(({ seenAt }) => seenAt)),
    launch: props.accepted !== undefined,
  };
  const isReady = current === 'launch' && props.isEnabled && !props.isClientIdMissing;
  const { fhirBaseUrl } = connection.inUse;
  const step = (name: Step, title: string, body: SafeHtml) =>
    html`<details class="step" id="step-${name}"${name === current || open[name] ? html` open` : null}><summary><h2>${title}</h2>${name === 'url' && fhirBaseUrl !== '' ? html` <bdi class="in-use">${fhirBaseUrl}</bdi>` : null} ${stateWord(isDone[name])}</summary>
${body}</details>
`;
  return html`<div class="steps">
${step('url', '1. FHIR URL', urlStep(props, current === 'url' && run?.nearby?.fhirUrl === undefined))}
${step('frame', '2. Your EHR’s web address', frameForm(frame, connection, current === 'frame'))}
${step('launch', '3. Verify a launch', launchStep(props, isReady && props.writtenAs === undefined))}</div>
`;
}

function stateWord(isDone: boolean): SafeHtml {
  return isDone
    ? html`<span class="state state-active">Done</span>`
    : html`<span class="state state-pending">To do</span>`;
}

function urlStep({ connection, run, vendorSuggestion }: StepsProps, isCurrent: boolean): SafeHtml {
  const { fhirBaseUrl, authorizationServer } = connection.inUse;
  const csrf = html`<input type="hidden" name="csrf" value="${connection.csrfToken}">`;
  // What was checked already is checked again once the EHR is corrected; saving it again changes nothing.
  const isChecked = isCurrent && run?.fhirUrl === connection.field.value && connection.draft === undefined;
  return html`${fhirBaseUrl === '' ? null : html`<p>In use for every launch: <code class="value">${fhirBaseUrl}</code>${authorizationServer === undefined ? null : html`, where clinicians sign in at <code class="value">${authorizationServer}</code>`}</p>`}
${draftNotice(connection)}${fhirUrlForm(connection, isCurrent && !isChecked)}
${vendorSuggestion ? suggestedPreset(vendorSuggestion, connection) : null}
${
  run === undefined
    ? html`<p>Not checked yet.</p>`
    : html`${suggestionList(run.suggestions, connection)}<section class="checks" aria-labelledby="checks"><h3 id="checks">Last checks</h3>
<p class="note">Checked ${instant(run.at, connection.timeZone)} by <bdi>${run.by}</bdi>: <bdi>${run.fhirUrl}</bdi></p>
${foldedCheckRows(run.rows)}
${connection.draft ? null : html`<form method="post" action="${connection.actionOf('check')}">${csrf}<button class="btn ${isChecked ? 'btn-primary' : 'btn-outline-secondary'}" type="submit">Check again</button></form>`}</section>`
}
`;
}

function launchStep({ launch, verifyHref, connection, accepted }: StepsProps, isCurrent: boolean): SafeHtml {
  return html`${launch === undefined ? html`<p>Open the app for a test patient in a test session of the EHR, or ask the EHR team to do so. The page Verify shows the launch while it happens.</p>` : html`<p>A launch ${launch.isListUnread ? 'opened the app, without the list of requests,' : 'reached the request list'} ${instant(launch.at, connection.timeZone)}. <a href="/settings/launches/${launch.id}">Look at it step by step</a></p>`}
${acceptedScopesNotice(accepted, connection)}<p><a class="btn ${isCurrent ? 'btn-primary' : 'btn-outline-secondary'}" href="${verifyHref}">Verify a launch</a></p>
`;
}
