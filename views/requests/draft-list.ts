/** Above the list: the requests that a user began for this patient and did not send. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { instantText, withDayWords, withPastDayWords } from '#views/date-text.ts';
import { icon } from '#views/icons.ts';
import { FORMS_KEPT } from '#views/kept-for.ts';

export interface ListedDraft {
  /** the name of its form in URLs */
  readonly name: string;
  /** undefined where neither a service nor a need is given yet; not yet escaped */
  readonly what: string | undefined;
  /** the day on which it is needed; undefined where none is given yet */
  readonly needed: string | undefined;
  readonly begun: Date;
  /** the request that it would replace, in words; not yet escaped */
  readonly corrects: string | undefined;
  /** the EHR may have a version of it already */
  readonly mayBeSent: boolean;
}

export interface DraftListFrame {
  readonly base: string;
  readonly csrfToken: string;
  readonly timeZone: string;
  /** the most drafts that are kept */
  readonly most: number;
}

/** Nothing where there is no draft. Discarding takes two steps, with or without a script. */
export function draftList(drafts: readonly ListedDraft[], frame: DraftListFrame): SafeHtml | null {
  if (drafts.length === 0) return null;
  const shown = drafts.length > SHOWN + 1 ? SHOWN : drafts.length;
  const rest = drafts.slice(shown);
  return html`<section class="drafts" aria-labelledby="drafts"><h2 id="drafts">Not sent yet <span class="count">(${drafts.length})</span></h2>
${draftLines(drafts.slice(0, shown), frame)}${rest.length === 0 ? null : html`<details><summary class="more">${rest.length} more</summary>${draftLines(rest, frame)}</details>`}
<p class="hint">${drafts.length === 1 ? 'Only you see it. It is' : 'Only you see them. They are'} kept for ${FORMS_KEPT.words}.${drafts.length < frame.most ? null : html` At most ${frame.most} are kept: a new one replaces the oldest.`}</p></section>
`;
}

/** More are folded, because the list below is what the page is for. */
const SHOWN = 2;

function draftLines(drafts: readonly ListedDraft[], { base, csrfToken, timeZone }: DraftListFrame): SafeHtml {
  return html`<ul>${drafts.map(
    ({ name, what, needed, begun, corrects, mayBeSent }) =>
      html`<li>${icon('draft')} <p><bdi class="draft-what">${what ?? 'Empty draft'}</bdi> <span class="minor-line">${corrects === undefined ? null : corrects === what ? 'Correction · ' : html`Correction of <bdi>${corrects}</bdi> · `}${needed === undefined ? null : html`Needed ${withDayWords(needed)} · `}Begun ${withPastDayWords(instantText(begun, timeZone))}${mayBeSent ? html` <em>${icon('warning')} The EHR did not confirm this request: it may be in the EHR already</em>` : null}</span></p>
<a class="btn btn-sm" href="${base}/requests/new?form=${name}" aria-label="Resume ${what ?? 'the request'}${needed === undefined ? '' : `, needed ${withDayWords(needed)}`}">Resume</a>
${discardForm(base, csrfToken, name)}</li>
`,
  )}</ul>`;
}

/** Asks for confirmation once. */
export function discardForm(base: string, csrfToken: string, name: string): SafeHtml {
  return html`<details class="discard"><summary class="btn btn-sm">Discard</summary><form method="post" action="${base}/requests/new/discard"><input type="hidden" name="csrf" value="${csrfToken}"><input type="hidden" name="form" value="${name}"><span>What you typed will be lost.</span> <button class="btn btn-sm btn-danger" type="submit">Discard for good</button></form></details>`;
}
