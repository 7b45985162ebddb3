/** One labelled field of a form, with its explanation and its problem, if any. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { icon } from './icons.ts';

/** A text field. Texts are plain and not yet escaped. */
export interface FormFieldProps {
  readonly name: string;
  readonly label: string;
  readonly type?: 'text' | 'email' | 'password' | 'url';
  readonly value?: string | undefined;
  readonly hint?: string | undefined;
  /** what is wrong with the value, in words for the user */
  readonly problem?: string | undefined;
  readonly autocomplete?: string | undefined;
  readonly isRequired?: boolean | undefined;
}

/** Label, hint, input, problem; tied together for screen readers. */
export function formField(props: FormFieldProps): SafeHtml {
  const { name, label, hint, problem, autocomplete } = props;
  return html`<div class="field"><label for="${name}">${label}</label>
${hint === undefined ? null : html`<p class="hint" id="${name}-hint">${hint}</p>`}
<input class="form-control" id="${name}" name="${name}" type="${props.type ?? 'text'}" value="${props.value ?? ''}"${props.isRequired === true ? html` required` : null}${autocomplete === undefined ? null : html` autocomplete="${autocomplete}"`}${described(name, hint, problem)}>
${fieldProblem(name, problem)}</div>
`;
}

/** The attributes that connect a control with its hint and its problem for screen readers. */
export function described(name: string, hint: string | undefined, problem: string | undefined): SafeHtml {
  const ids = [hint === undefined ? '' : `${name}-hint`, problem === undefined ? '' : `${name}-problem`];
  const by = ids.filter(Boolean).join(' ');
  return html`${by === '' ? null : html` aria-describedby="${by}"`}${problem === undefined ? null : html` aria-invalid="true"`}`;
}

/** One choice of a select. @param chosen the value that is selected. */
export function option(value: string, text: string, chosen: string | undefined): SafeHtml {
  return html`<option value="${value}"${value === chosen ? html` selected` : null}>${text}</option>`;
}

/** The problem of a field, shown at the field; nothing where there is none. */
export function fieldProblem(name: string, problem: string | undefined): SafeHtml | null {
  return problem === undefined
    ? null
    : html`<p class="field-problem" id="${name}-problem">${icon('warning')} ${problem}</p>`;
}
