/** The form of the advanced settings. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { fieldProblem } from '#views/form-field.ts';
import { asSentence, type TypedForm } from '#views/typed-form.ts';
import { type AdvancedField, advancedGroups, type Choice } from './advanced-fields.ts';
import { type ScopeEditorProps, scopeEditor } from './scope-editor.ts';

/** The names of the fields, for whoever reads the form. */
export const advancedFields: readonly { name: string; kind: 'text' | 'list' | 'flag' }[] = advancedGroups.flatMap(
  ({ fields }) =>
    fields.map(({ name, kind }) => ({
      name,
      kind:
        kind === 'switch'
          ? ('flag' as const)
          : kind === 'lines' && name !== 'scopes'
            ? ('list' as const)
            : ('text' as const),
    })),
);

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
  readonly vendors: readonly Choice[];
  readonly operatorNote: SafeHtml;
}): SafeHtml {
  const { problems, values } = props.form;
  const isPreview = props.scopes.preview !== undefined;
  const isOpen = isPreview || Object.keys(problems).length > 0 || (values['frameAncestors'] ?? '') === '';
  return html`<details class="advanced" id="advanced"${isOpen ? html` open` : null}><summary><h2>Advanced settings</h2></summary>
<p>The defaults are right for most EHRs. Change what a check, a vendor's note or a failed launch tells you to.</p>
<form method="post" action="${props.action}">
<input type="hidden" name="csrf" value="${props.csrfToken}">
${enterSaves()}
${advancedGroups.map(
  ({ title, fields }) => html`<fieldset><legend>${title}</legend>
${fields.map((field) => html`${advancedField(field, props.form, props.vendors)}${field.name === 'scopes' ? scopeEditor(props.scopes) : null}`)}</fieldset>
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

function advancedField(field: AdvancedField, form: TypedForm, vendors: readonly Choice[]): SafeHtml {
  const { name, label, hint } = field;
  const kind = field.kind === 'vendor' ? vendors : field.kind;
  const value = form.values[name] ?? '';
  const problem = form.problems[name] === undefined ? undefined : asSentence(form.problems[name]);
  const described = html` aria-describedby="${name}-hint${problem === undefined ? '' : ` ${name}-problem`}"${problem === undefined ? null : html` aria-invalid="true"`}`;
  const hintLine = html`<p class="hint" id="${name}-hint">${hint}</p>`;
  if (kind === 'switch') {
    return html`<div class="field field-switch"><input class="form-check-input" type="checkbox" id="${name}" name="${name}" value="true"${value === 'true' ? html` checked` : null}${described}> <label for="${name}">${label}</label>
${hintLine}${fieldProblem(name, problem)}</div>
`;
  }
  return html`<div class="field"><label for="${name}">${label}</label>
${hintLine}
${control(name, kind, value, described)}
${fieldProblem(name, problem)}</div>
`;
}

function control(
  name: string,
  kind: Exclude<AdvancedField['kind'], 'switch' | 'vendor'>,
  value: string,
  described: SafeHtml,
): SafeHtml {
  if (kind === 'lines') {
    const rows = Math.min(6, Math.max(2, value.split('\n').length));
    return html`<textarea class="form-control" id="${name}" name="${name}" rows="${rows}" spellcheck="false"${described}>
${value}</textarea>`;
  }
  if (kind === 'line') {
    return html`<input class="form-control" type="text" id="${name}" name="${name}" value="${value}" spellcheck="false" autocomplete="off"${described}>`;
  }
  if (kind === 'number') {
    return html`<input class="form-control" type="number" inputmode="numeric" id="${name}" name="${name}" value="${value}"${described}>`;
  }
  return html`<select class="form-select" id="${name}" name="${name}"${described}>${kind.map((choice) => html`<option value="${choice.value}"${choice.value === value ? html` selected` : null}>${choice.text}</option>`)}</select>`;
}
