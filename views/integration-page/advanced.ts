/** The form of the advanced settings. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { fieldProblem, option } from '#views/form-field.ts';
import { asSentence, type TypedForm } from '#views/typed-form.ts';
import { type ScopeEditorProps, scopeEditor } from './scope-editor.ts';

export interface AdvancedField {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  /** `line` and `text` are one value, in a field of one line or of several */
  readonly kind: 'line' | 'text' | 'list' | 'flag' | 'choice' | 'number';
  readonly choices?: Readonly<Record<string, string>>;
}

export interface FieldGroup {
  readonly title: string;
  readonly fields: readonly AdvancedField[];
}

export interface SettingSearch {
  readonly query: string;
  /** names of the settings that match; undefined without a search */
  readonly found: readonly string[] | undefined;
}

/** @param action of the page; its query is kept. */
export function searchForm(action: string, { query, found }: SettingSearch): SafeHtml {
  const kept = [...new URL(action, 'http://path.only').searchParams];
  return html`<form class="setting-search" method="get" action="${action}" role="search">${kept.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<label for="q">Find a setting</label> <input class="form-control" type="search" id="q" name="q" value="${query}" maxlength="60"> <button class="btn btn-outline-secondary" type="submit">Find</button></form>
${found === undefined ? null : html`<p role="status">${found.length === 0 ? 'No setting' : found.length === 1 ? '1 setting' : `${found.length} settings`} with “<bdi>${query}</bdi>”. <a href="${action}">Show all settings</a></p>`}
`;
}

/** The form by groups; one with a problem, a previewed value or a match is open. Hidden settings are still sent. */
export function advancedForm(props: {
  readonly action: string;
  readonly csrfToken: string;
  readonly form: TypedForm;
  readonly scopes: ScopeEditorProps;
  readonly groups: readonly FieldGroup[];
  readonly search: SettingSearch;
  readonly operatorNote: SafeHtml;
}): SafeHtml {
  const { form, scopes, search } = props;
  const isHidden = ({ name }: AdvancedField) => search.found?.includes(name) === false;
  const isOpen = (fields: readonly AdvancedField[]) =>
    search.found !== undefined ||
    fields.some(({ name }) => form.problems[name] !== undefined || (name === 'scopes' && scopes.preview !== undefined));
  const group = ({ title, fields }: FieldGroup) =>
    html`<details class="group"${isOpen(fields) ? html` open` : null}${fields.every(isHidden) ? html` hidden` : null}><summary><h2>${title}</h2></summary>
${fields.map((field) => html`<div${isHidden(field) ? html` hidden` : null}>${advancedField(field, form)}${field.name === 'scopes' ? scopeEditor(scopes) : null}</div>`)}</details>
`;
  return html`<form method="post" action="${props.action}">
<input type="hidden" name="csrf" value="${props.csrfToken}"><input type="hidden" name="seen" value="${form.seen ?? ''}">
${enterSaves()}
${props.groups.map(group)}
<p class="save-all"><button class="btn btn-primary" type="submit">Save advanced settings</button></p>
</form>
${props.operatorNote}
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
  if (kind === 'choice')
    return html`<select class="form-select" id="${name}" name="${name}"${described}>${Object.entries(choices).map(([one, text]) => option(one, text, value))}</select>`;
  const type =
    kind === 'number'
      ? html`type="number" inputmode="numeric"`
      : html`type="text" spellcheck="false" autocomplete="off"`;
  return html`<input class="form-control" ${type} id="${name}" name="${name}" value="${value}"${described}>`;
}
