/** The form of the advanced settings. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { fieldProblem } from '#views/form-field.ts';
import { asSentence, type TypedForm } from '#views/typed-form.ts';
import { type ScopeEditorProps, scopeEditor } from './scope-editor.ts';

/** One setting. */
export interface AdvancedField {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  /** `line` and `text` are one value, typed in one line or several */
  readonly kind: 'line' | 'text' | 'list' | 'flag' | 'choice' | 'number';
  /** the values of a choice, and how to word them */
  readonly choices?: Readonly<Record<string, string>>;
}

/** Settings under one heading. */
export interface FieldGroup {
  readonly title: string;
  readonly fields: readonly AdvancedField[];
}

/**
 * The form, folded away until something in it is wrong or without the one setting that has no default.
 *
 * @param props.operatorNote what only an operator can change, in words.
 */
export function advancedForm(props: {
  readonly action: string;
  readonly csrfToken: string;
  readonly form: TypedForm;
  readonly scopes: ScopeEditorProps;
  readonly groups: readonly FieldGroup[];
  readonly operatorNote: SafeHtml;
}): SafeHtml {
  const { problems, values } = props.form;
  const isPreview = props.scopes.preview !== undefined;
  const isOpen = isPreview || Object.keys(problems).length > 0 || (values['frameAncestors'] ?? '') === '';
  return html`<details class="advanced" id="advanced"${isOpen ? html` open` : null}><summary><h2>Advanced settings</h2></summary>
<p>The defaults are right for most EHRs. Change a value when a check, a vendor’s note or a failed launch says so.</p>
<form method="post" action="${props.action}">
<input type="hidden" name="csrf" value="${props.csrfToken}">
${enterSaves()}
${props.groups.map(
  ({ title, fields }) => html`<fieldset><legend>${title}</legend>
${fields.map((field) => html`${advancedField(field, props.form)}${field.name === 'scopes' ? scopeEditor(props.scopes) : null}`)}</fieldset>
`,
)}
<button class="btn btn-primary" type="submit">Save advanced settings</button>
</form>
${props.operatorNote}
</details>
`;
}

/** The Enter key presses the first button of a form, which must not be the preview. */
function enterSaves(): SafeHtml {
  return html`<button class="visually-hidden" type="submit" tabindex="-1" aria-hidden="true">Save</button>`;
}

function advancedField(field: AdvancedField, form: TypedForm): SafeHtml {
  const { name, label, hint, kind } = field;
  const value = form.values[name] ?? '';
  const problem = form.problems[name] === undefined ? undefined : asSentence(form.problems[name]);
  const described = html` aria-describedby="${name}-hint${problem === undefined ? '' : ` ${name}-problem`}"${problem === undefined ? null : html` aria-invalid="true"`}`;
  const hintLine = html`<p class="hint" id="${name}-hint">${hint}</p>`;
  if (kind === 'flag') {
    return html`<div class="field field-switch"><input class="form-check-input" type="checkbox" id="${name}" name="${name}" value="true"${value === 'true' ? html` checked` : null}${described}> <label for="${name}">${label}</label>
${hintLine}${fieldProblem(name, problem)}</div>
`;
  }
  return html`<div class="field"><label for="${name}">${label}</label>
${hintLine}
${control(field, value, described)}
${fieldProblem(name, problem)}</div>
`;
}

function control({ name, kind, choices = {} }: AdvancedField, value: string, described: SafeHtml): SafeHtml {
  if (kind === 'text' || kind === 'list') {
    const rows = Math.min(6, Math.max(2, value.split('\n').length));
    return html`<textarea class="form-control" id="${name}" name="${name}" rows="${rows}" spellcheck="false"${described}>
${value}</textarea>`;
  }
  if (kind === 'choice') {
    return html`<select class="form-select" id="${name}" name="${name}"${described}>${Object.entries(choices).map(([one, text]) => html`<option value="${one}"${one === value ? html` selected` : null}>${text}</option>`)}</select>`;
  }
  const type =
    kind === 'number'
      ? html`type="number" inputmode="numeric"`
      : html`type="text" spellcheck="false" autocomplete="off"`;
  return html`<input class="form-control" ${type} id="${name}" name="${name}" value="${value}"${described}>`;
}
