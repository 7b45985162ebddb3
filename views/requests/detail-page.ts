/** The page of one request: what the EHR says of it in sections, what happened to it, and related requests. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { dayIn, partsAtDays, textWithDays, withDayWords, withPastDayWords } from '#views/date-text.ts';
import { icon } from '#views/icons.ts';
import { clockTime } from '#views/instant.ts';
import { layout } from '#views/layout.ts';
import { type ClinicianBarProps, clinicianBar } from './clinician-bar.ts';
import { identityLine, type PatientIdentity, patientBanner, sheetEdge } from './patient-banner.ts';
import { problemLine } from './request-list.ts';
import { priorityBadge, type RequestRow, requestLink, statusOf, stillFlag } from './request-row.ts';

/** What every page of a request shows, even if the request could not be read. Texts are plain; the view escapes. */
export interface DetailFrame {
  readonly patient: PatientIdentity;
  readonly needPatientBanner: boolean;
  readonly bar: ClinicianBarProps;
  readonly asOf: Date;
  readonly timeZone: string;
  readonly themeUrl: string | undefined;
  /** the list in the view from which the user came */
  readonly backHref: string;
}

/** A request that was read. */
export interface DetailProps extends DetailFrame {
  readonly row: RequestRow;
  readonly sections: readonly {
    readonly title: string;
    readonly facts: readonly { readonly label: string; readonly texts: readonly string[] }[];
  }[];
  readonly timeline: readonly {
    readonly what: string;
    readonly when: string | undefined;
    readonly who: string | undefined;
    readonly source: string;
  }[];
  readonly related: readonly {
    readonly relation: string;
    readonly id: string;
    readonly service: string | undefined;
    readonly needed?: string | undefined;
  }[];
  readonly numbers: readonly {
    readonly label: string;
    readonly value: string;
    readonly system: string | undefined;
  }[];
  /** lines that say, among other things, what could not be read */
  readonly notices: readonly string[];
  readonly json: string;
  /** undefined where the request was not created here, or cannot be changed */
  readonly cancelHref?: string | undefined;
  /** undefined where the request was not created here, has ended, or no request can be created */
  readonly correct?: { readonly action: string; readonly csrfToken: string } | undefined;
}

const ASSETS = { styles: ['requests.css'], script: 'copy.js' } as const;

/** The whole page. */
export function detailPage(props: DetailProps): string {
  const { row, sections, timeline, related, numbers, notices, json } = props;
  return framed(
    props,
    row.service,
    html`<div class="detail facts-of">
<div class="standing">${row.caution === undefined ? null : html`<p><em>${row.caution}</em></p>`}<p class="state">${statusOf(row)}${row.priority === undefined ? null : html` ${priorityBadge(row)}`}</p>
<p class="next-step">${row.next.isAction ? html`<span class="your-turn">Next step</span>` : 'Next step'}: <strong>${row.next.text}</strong>${stillFlag(row)}</p></div>
${actions(props)}${notices.map((line) => html`<p class="notice notice-info">${icon('info')} <span>${line}</span></p>`)}<div class="detail-columns"><div>
${sections.map(factSection)}</div><div>
${timelineSection(timeline)}${relatedSection(related)}${numberSection(numbers)}</div></div>
<details class="resource"><summary>FHIR resource, for support staff</summary><pre tabindex="0">${json}</pre></details>
</div>
`,
  );
}

function actions({ correct, cancelHref }: DetailProps): SafeHtml | null {
  if (correct === undefined && cancelHref === undefined) return null;
  return html`<div class="request-actions">${correct && html`<form method="post" action="${correct.action}"><input type="hidden" name="csrf" value="${correct.csrfToken}"><button class="btn btn-sm" type="submit">${icon('draft')} Correct and resend</button></form>`}${cancelHref === undefined ? html`<span>This app cannot cancel this request: cancel it in the chart.</span>` : html`<a class="btn btn-sm" href="${cancelHref}">${icon('cancelled')} Cancel the request…</a>`}</div>
`;
}

/** The page of a request that could not be read this time. */
export function detailProblemPage(
  frame: DetailFrame,
  problem: { readonly text: string; readonly supportCode: string; readonly reloadHref: string | undefined },
): string {
  return framed(frame, 'Request', problemLine(problem.text, problem.supportCode, problem.reloadHref));
}

function framed(frame: DetailFrame, title: string, body: SafeHtml): string {
  const { patient, needPatientBanner, bar, asOf, timeZone, themeUrl, backHref } = frame;
  const { userName } = bar;
  return layout(
    { title: `${title} · ${patient.name}`, themeUrl, bar: clinicianBar(bar), ...ASSETS },
    html`${patientBanner(patient, needPatientBanner)}<p class="back"><a href="${backHref}">All requests</a></p>
<table class="sheet" role="presentation"><thead class="print-identity"><tr><td><div>${identityLine(patient)}</div><div>Read ${withPastDayWords(dayIn(asOf, timeZone))} ${clockTime(asOf, timeZone)}${userName === undefined ? null : html` for ${userName}`}</div></td></tr></thead><tbody><tr><td>
<div class="page-heading"><h1><bdi>${title}</bdi></h1><p class="as-of">as of ${clockTime(asOf, timeZone)}</p></div>
${body}</td></tr></tbody></table>
${sheetEdge(patient)}`,
  );
}

function factSection({ title, facts }: DetailProps['sections'][number]): SafeHtml {
  return html`<section class="fact-section"><h2>${title}</h2><dl class="facts">${facts.map(
    ({ label, texts }) =>
      html`<dt>${label}</dt><dd>${texts.map((text) => html`<p><bdi>${dates(text, title === 'When' && label !== 'Requested' ? withDayWords : withPastDayWords, title === 'When')}</bdi></p>`)}</dd>`,
  )}</dl></section>
`;
}

/**
 * The days in a text in words, and for machines. @param inWords with or without the weekday.
 * @param isDate the text is a date, which may be a month alone.
 */
function dates(text: string, inWords: (day: string) => string, isDate = true): SafeHtml {
  const parts = partsAtDays(text, isDate);
  return html`${parts.map((part, index) => (index % 2 === 1 ? html`<time datetime=${part}>${inWords(part)}</time>` : part))}`;
}

function timelineSection(entries: DetailProps['timeline']): SafeHtml | null {
  if (entries.length === 0) return null;
  return html`<section class="fact-section"><h2>What happened</h2><ol class="timeline">${entries.map(
    ({ what, when, who, source }) =>
      html`<li><p><bdi>${dates(what, withDayWords, false)}</bdi></p><p class="minor-line">${when === undefined ? 'Date not given' : dates(when, source === 'Appointment' ? withDayWords : withPastDayWords)}${who === undefined ? null : html` · <bdi>${who}</bdi>`}${source === 'Request' ? null : html` · ${source}`}</p></li>`,
  )}</ol></section>
`;
}

/** The page's own URL ends in the request's id, so the relative links lead to the other requests' pages. */
function relatedSection(related: DetailProps['related']): SafeHtml | null {
  if (related.length === 0) return null;
  return html`<section class="fact-section"><h2>Related requests</h2><dl class="facts">${related.map(
    ({ relation, id, service, needed }) =>
      html`<dt>${relation}</dt><dd>${requestLink(id, id, textWithDays(service ?? 'Another request'))}${needed === undefined ? null : html`, needed ${withDayWords(needed)}`}</dd>`,
  )}</dl></section>
`;
}

function numberSection(numbers: DetailProps['numbers']): SafeHtml | null {
  if (numbers.length === 0) return null;
  return html`<section class="fact-section"><h2>Numbers</h2><dl class="facts">${numbers.map(
    ({ label, value, system }) =>
      html`<dt><bdi>${label}</bdi></dt><dd><code>${value}</code> <button class="btn btn-sm copy" type="button" data-copy="${value}" aria-label="Copy ${label}" hidden>Copy</button>${system === undefined ? null : html`<p class="minor-line"><bdi>${system}</bdi></p>`}</dd>`,
  )}</dl></section>
`;
}
