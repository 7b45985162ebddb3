/** What the form shows of the chart: values to choose from, and the facts beside it. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { icon } from '#views/icons.ts';

/** Where a value comes from, and what speaks against it. */
export interface Provenance {
  /** such as "from the chart, 12 Mar" */
  readonly source: string;
  readonly isStale?: boolean | undefined;
  /** why it may be wrong */
  readonly doubt?: string | undefined;
}

export interface ChartValue extends Provenance {
  readonly label?: string | undefined;
  readonly text: string;
  /** hidden until the user opens it */
  readonly masked?: string | undefined;
}

export interface ChartChoice extends ChartValue {
  /** the name of its checkbox */
  readonly name: string;
  readonly isChosen: boolean;
}

/** Values of one kind; `remark` says what is missing. */
export interface ChartChoices {
  readonly choices: readonly ChartChoice[];
  readonly remark?: string | undefined;
}

/** The checkboxes of one kind. */
export function chartChoices(title: string, { choices, remark }: ChartChoices): SafeHtml {
  return html`<fieldset class="field chart-choices"><legend>${title}</legend>
${choices.map(
  (
    choice,
  ) => html`<div class="chart-choice"><label><input type="checkbox" name="${choice.name}" value="on"${choice.isChosen ? html` checked` : null}> <span>${value(choice)}</span></label>${masked(choice)}</div>
`,
)}${remarkLine(remark)}</fieldset>
`;
}

/** Facts that are shown but cannot be chosen. */
export function chartFacts(title: string, values: readonly ChartValue[], remark: string | undefined): SafeHtml {
  const [source, ...others] = new Set(values.map((one) => one.source));
  const isShared = values.length > 1 && others.length === 0 && values.every(({ isStale }) => isStale !== true);
  return html`<section class="chart-facts"><h2>${title}${isShared ? html` <span class="source">${source}</span>` : null}</h2>
${values.length === 0 ? null : html`<dl>${values.map((one) => html`<div><dt>${one.label}</dt><dd><bdi>${one.text}</bdi>${isShared ? null : marks(one)}</dd></div>`)}</dl>`}${remarkLine(remark)}</section>
`;
}

/** The hint at a field that the chart filled in, for an unchanged and a changed value; a script shows the right one. */
export function filledHint({ source, text, isStale }: ChartValue, typed: string): SafeHtml {
  const hidden = html` hidden`;
  const isSame = typed === text;
  return html`<span${isSame ? null : hidden}>${source}${isStale === true ? '. Not recent: please check.' : ''}</span><span data-if-not="${text}"${isSame ? hidden : null}>The chart says: <bdi>${text}</bdi> (${source})</span>`;
}

function value(one: ChartValue): SafeHtml {
  return html`<bdi>${one.text}</bdi>${one.label === undefined ? null : html` <span class="chart-label">${one.label}</span>`}${marks(one)}`;
}

export function marks({ source, isStale, doubt }: Provenance): SafeHtml {
  const against = [isStale === true ? 'Not recent' : undefined, doubt].filter((words) => words !== undefined);
  return html` <span class="source">${source}${against.map((words) => html` <span class="stale">${icon('warning')} ${words}</span>`)}</span>`;
}

function masked({ masked: text }: ChartValue): SafeHtml | null {
  if (text === undefined) return null;
  return html`<details class="masked"><summary>Show member number</summary><bdi>${text}</bdi></details>`;
}

function remarkLine(remark: string | undefined): SafeHtml | null {
  return remark === undefined ? null : html`<p class="hint chart-remark">${remark}</p>`;
}
