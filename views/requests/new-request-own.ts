/** The questions of each service. A stylesheet shows only those of the chosen service, so no script is needed. */
import { html, type SafeHtml } from '@remix-run/html-template';
import type { TypedForm } from '#views/typed-form.ts';
import { field } from './new-request-fields.ts';

export interface OwnQuestion {
  /** the name of its field in the form */
  readonly name: string;
  readonly label: string;
  readonly kind: keyof typeof TYPES | 'long text' | 'choice' | 'yes/no';
  readonly choices: readonly string[];
  /** such as "required" or "required if Oxygen on the way is yes"; empty for an optional one */
  readonly demand: string;
  /** for the script: conditions as name, test and value; one of each clause must hold, and all clauses must */
  readonly shown: readonly (readonly (readonly string[])[])[];
}

/** One service with its questions, and the parts of the form that it does not use. */
export interface OfferedService {
  readonly value: string;
  readonly text: string;
  readonly unused: readonly string[];
  readonly questions: readonly OwnQuestion[];
}

/** Services are counted from the last one, because an empty option may come before the first. */
function placeOf(services: readonly OfferedService[], index: number): number {
  return services.length - index;
}

/** The classes that hide a part of the form for services that do not use it. */
export function hiddenFor(part: string, services: readonly OfferedService[]): string {
  const places = services.flatMap(({ unused }, index) =>
    unused.includes(part) ? [`not-${placeOf(services, index)}`] : [],
  );
  return places.map((name) => ` ${name}`).join('');
}

/** A group of questions per service. */
export function ownQuestions(services: readonly OfferedService[], form: TypedForm): SafeHtml[] {
  return services.map(({ text, questions }, index) =>
    questions.length === 0
      ? html``
      : html`<fieldset class="form-part own own-${placeOf(services, index)}"><legend>${text}</legend><div class="field-row">
${questions.map((one) => question(one, form))}</div></fieldset>
`,
  );
}

function question(one: OwnQuestion, form: TypedForm): SafeHtml {
  const { name, label, demand } = one;
  const shown = one.shown.length === 0 ? undefined : JSON.stringify(one.shown);
  const required = /^required(?! if)/.test(demand) ? html` data-required` : null;
  const hint = one.kind === 'choice or text' ? 'Choose one, or type another.' : undefined;
  const controlOf = (ties: SafeHtml) => control(one, form.values[name] ?? '', html`${ties}${required}`);
  return field(name, { label, demand, shown, hint }, form, controlOf);
}

const TYPES = {
  text: 'text',
  'choice or text': 'text',
  number: 'number',
  'whole number': 'number',
  date: 'date',
  'date-time': 'datetime-local',
} as const;

const YES_NO = [
  ['yes', 'Yes'],
  ['no', 'No'],
];

function control({ name, kind, choices }: OwnQuestion, value: string, ties: SafeHtml): SafeHtml {
  if (kind === 'choice' || kind === 'yes/no') {
    const options = kind === 'choice' ? choices.map((one) => [one, one]) : YES_NO;
    return html`<select class="form-select" id="${name}" name="${name}" autocomplete="off"${ties}><option value="">Not said</option>${options.map(([one, text]) => html`<option value="${one}"${one === value ? html` selected` : null}>${text}</option>`)}</select>`;
  }
  if (kind === 'long text') {
    return html`<textarea class="form-control" id="${name}" name="${name}" rows="3" autocomplete="off"${ties}>
${value}</textarea>`;
  }
  const step = kind === 'number' ? html` step="any" min="0"` : kind === 'whole number' ? html` min="0"` : null;
  const [list, options] =
    kind === 'choice or text'
      ? [
          html` list="${name}-list"`,
          html`<datalist id="${name}-list">${choices.map((one) => html`<option value="${one}">`)}</datalist>`,
        ]
      : [];
  return html`<input class="form-control" id="${name}" name="${name}" type="${TYPES[kind]}"${step} value="${value}" autocomplete="off"${list}${ties}>${options}`;
}
