/** The fields of "New request". */
import { html, type SafeHtml } from '@remix-run/html-template';
import { described, fieldProblem } from '#views/form-field.ts';
import { asSentence, type TypedForm } from '#views/typed-form.ts';

/** The labels of all fields that can have a problem, in the form's order. */
export const labels = {
  service: 'Service',
  receiver: 'Provider',
  what: 'What is needed',
  priority: 'Priority',
  neededOn: 'Needed on',
  neededAt: 'Time',
  neededUntil: 'No later than',
  times: 'How many times',
  lastDay: 'Last day',
  from: 'From',
  to: 'To',
  reason: 'Reason',
  phone: 'Telephone',
  language: 'Language',
  note: 'Note for the provider',
} as const;
type FieldName = keyof typeof labels;
export const FIELDS = Object.keys(labels) as FieldName[];

export interface Choice {
  readonly value: string;
  readonly text: string;
  /** the class by which a stylesheet hides it where it cannot be chosen */
  readonly className?: string | undefined;
}

export interface FieldWords {
  readonly hint?: string | SafeHtml | undefined;
  /** such as "required unless routine", or the zone of a time; most fields are optional, and do not say so */
  readonly demand?: string | undefined;
}

/** A choice. If nothing is chosen, the first option is; only where there are several services, there is an empty option. */
export function select(name: FieldName, choices: readonly Choice[], form: TypedForm, words: FieldWords = {}): SafeHtml {
  const chosen = form.values[name] ?? '';
  const control = (ties: SafeHtml) =>
    html`<select class="form-select" id="${name}" name="${name}"${words.demand === 'required' ? html` required` : null} autocomplete="off"${ties}>${name === 'service' && chosen === '' && choices.length > 1 ? html`<option value="">Choose…</option>` : null}${choices.map(({ value, text, className }) => html`<option value="${value}"${className === undefined ? null : html` class="${className}"`}${value === chosen ? html` selected` : null}>${text}</option>`)}</select>`;
  return field(name, { ...words, label: labels[name] }, form, control);
}

/** A line of text, a day, a time or a number. */
export function line(
  name: FieldName,
  type: 'text' | 'date' | 'time' | 'number' | 'tel',
  form: TypedForm,
  words: FieldWords & { readonly list?: string } = {},
): SafeHtml {
  const { list } = words;
  const control = (ties: SafeHtml) =>
    html`<input class="form-control" id="${name}" name="${name}" type="${type}" value="${form.values[name] ?? ''}"${words.demand === 'required' ? html` required` : null} autocomplete="off"${list === undefined ? null : html` list="${list}"`}${ties}>`;
  return field(name, { ...words, label: labels[name] }, form, control);
}

/** A longer text. */
export function area(name: FieldName, form: TypedForm, words: FieldWords = {}): SafeHtml {
  const control = (ties: SafeHtml) =>
    html`<textarea class="form-control" id="${name}" name="${name}" rows="3" autocomplete="off"${ties}>
${form.values[name] ?? ''}</textarea>`;
  return field(name, { ...words, label: labels[name] }, form, control);
}

const WEEK = { mon: 'Mon', tue: 'Tue', wed: 'Wed', thu: 'Thu', fri: 'Fri', sat: 'Sat', sun: 'Sun' };

/** A weekly series; it is open if one of its fields is filled in or has a problem. */
export function repeats(form: TypedForm): SafeHtml {
  const names = [...Object.keys(WEEK), 'times', 'lastDay'];
  const isOpen = names.some((name) => (form.values[name] ?? '') !== '' || form.problems[name] !== undefined);
  return html`<details class="repeats"${isOpen ? html` open` : null}><summary>Repeats every week</summary>
<fieldset class="field"><legend>On these days</legend><div class="weekdays">${Object.entries(WEEK).map(
    ([day, text]) =>
      html`<label class="weekday"><input type="checkbox" name="${day}" value="on"${(form.values[day] ?? '') === '' ? null : html` checked`}> ${text}</label>`,
  )}</div></fieldset>
<div class="field-row">${line('times', 'number', form, { demand: 'or the last day' })}${line('lastDay', 'date', form)}</div>
</details>
`;
}

/** Label, hint, control and problem, tied together for screen readers. Most fields are optional, so only a demand is marked. */
export function field(
  name: string,
  { label, hint, demand, shown }: FieldWords & { readonly label: string; readonly shown?: string | undefined },
  form: TypedForm,
  control: (ties: SafeHtml) => SafeHtml,
): SafeHtml {
  const raw = form.problems[name];
  const problem = raw === undefined ? undefined : asSentence(raw);
  return html`<div class="field"${shown === undefined ? null : html` data-shown="${shown}"`}><label for="${name}">${label}${demand ? html` <span class="demand">(${demand})</span>` : null}</label>
${hint === undefined ? null : html`<p class="hint" id="${name}-hint">${hint}</p>`}
${control(described(name, hint === undefined ? undefined : 'hint', problem))}
${fieldProblem(name, problem)}</div>
`;
}
