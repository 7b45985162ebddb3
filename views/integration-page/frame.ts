/** Which EHR pages may show the app: the field, and proposals that launches or the vendor's preset give. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { described, fieldProblem } from '#views/form-field.ts';
import { instant } from '#views/instant.ts';
import type { Forms } from './connection.ts';

export interface FrameProps {
  readonly label: string;
  readonly hint: string;
  /** saved origins */
  readonly values: readonly string[];
  /** the typed text, if it was refused */
  readonly typed?: string | undefined;
  readonly problem?: string | undefined;
  /** origins of pages that framed the app without permission, and of the vendor's hosted EHR */
  readonly proposals: readonly {
    readonly origin: string;
    /** when a launch came from there; undefined if only the vendor names it */
    readonly seenAt?: Date | undefined;
    readonly vendor?: string | undefined;
  }[];
}

/** The form, with a button for each proposal. @param isNext whether this form is the next thing to do. */
export function frameForm(frame: FrameProps, forms: Forms, isNext: boolean): SafeHtml {
  const { label, hint, values, typed, problem, proposals } = frame;
  const csrf = html`<input type="hidden" name="csrf" value="${forms.csrfToken}">`;
  // Once the EHR's pages are known, a stranger's page may be the one that was seen.
  const isBest = isNext && values.length === 0;
  const proposal = ({ origin, seenAt, vendor }: FrameProps['proposals'][number], index: number) =>
    html`<form class="proposal" method="post" action="${forms.actionOf('frame')}">${csrf}<input type="hidden" name="add" value="${origin}">
<p>${seenAt === undefined ? html`The EHR that ${vendor ?? 'the vendor'} hosts is usually at this address.` : html`A page at this address opened the app in a frame ${instant(seenAt, forms.timeZone)}, but is not allowed to show it yet.`} Allow it only if it is your EHR’s: <code class="value">${origin}</code></p>
<button class="btn ${isBest && index === 0 ? 'btn-primary' : 'btn-outline-secondary'}" type="submit">Allow <bdi>${origin}</bdi></button></form>
`;
  const help = html`<p>If you do not know the address, open the app once from a chart of the EHR. That launch is refused, and this page then proposes the address.</p>
`;
  return html`${proposals.map(proposal)}
${isNext && proposals.length === 0 ? help : null}<form method="post" action="${forms.actionOf('frame')}">${csrf}
<div class="field"><label for="frameAncestors">${label}</label>
<p class="hint" id="frameAncestors-hint">${hint}</p>
<textarea class="form-control" id="frameAncestors" name="frameAncestors" rows="${Math.min(6, Math.max(2, values.length))}" spellcheck="false"${described('frameAncestors', hint, problem)}>
${typed ?? values.join('\n')}</textarea>
${fieldProblem('frameAncestors', problem)}</div>
<button class="btn ${isNext && proposals.length === 0 ? 'btn-primary' : 'btn-outline-secondary'}" type="submit">Save web address</button></form>
`;
}
