/** The fields of "New request". */
import { html, type SafeHtml } from '@remix-run/html-template';
import { described, fieldProblem } from '#views/form-field.ts';
import { asSentence, type TypedForm } from '#views/typed-form.ts';

/** Of every field, in the form's order. */
export const labels = {
  service: 'Service',
  what: 'What is needed',
  neededOn: 'Needed on',
  priority: 'Priority',
  reason: 'Reason',
  note: 'Note for the provider',
} as const;
type FieldName = keyof typeof labels;
export const FIELDS = Object.keys(labels) as FieldName[];

/** One of what a field offers. */
export interface Choice {
  readonly value: string;
  readonly text: string;
}

/** A choice; the first one where nothing is chosen, but for the service. */
export function select(name: FieldName, choices: readonly Choice[], form: TypedForm): SafeHtml {
  const chosen = form.values[name] ?? '';
  return field(
    { name, demand: 'required' },
    form,
    (ties) =>
      html`<select class="form-select" id="${name}" name="${name}" required autocomplete="off"${ties}>${name === 'service' && chosen === '' ? html`<option value="">Choose…</option>` : null}${choices.map(({ value, text }) => html`<option value="${value}"${value === chosen ? html` selected` : null}>${text}</option>`)}</select>`,
  );
}

/** A line of text, or a date. */
export function line(name: FieldName, hint: string | undefined, type: 'text' | 'date', form: TypedForm): SafeHtml {
  return field(
    { name, hint, demand: 'required' },
    form,
    (ties) =>
      html`<input class="form-control" id="${name}" name="${name}" type="${type}" value="${form.values[name] ?? ''}" required autocomplete="off"${ties}>`,
  );
}

/** A longer text, required only on a condition. */
export function area(
  name: FieldName,
  condition: string | undefined,
  hint: string | undefined,
  form: TypedForm,
): SafeHtml {
  const demand = condition === undefined ? 'optional' : `required ${condition}`;
  return field(
    { name, hint, demand },
    form,
    (ties) =>
      html`<textarea class="form-control" id="${name}" name="${name}" rows="3" autocomplete="off"${ties}>
${form.values[name] ?? ''}</textarea>`,
  );
}

/** Label, hint, control and problem, tied together for screen readers. */
function field(
  { name, hint, demand }: { name: FieldName; hint?: string | undefined; demand: string },
  form: TypedForm,
  control: (ties: SafeHtml) => SafeHtml,
): SafeHtml {
  const raw = form.problems[name];
  const problem = raw === undefined ? undefined : asSentence(raw);
  return html`<div class="field"><label for="${name}">${labels[name]} <span class="demand">(${demand})</span></label>
${hint === undefined ? null : html`<p class="hint" id="${name}-hint">${hint}</p>`}
${control(described(name, hint, problem))}
${fieldProblem(name, problem)}</div>
`;
}
