/** Settings > Services and receivers: two tables that are edited as CSV, and questions from a FHIR Questionnaire. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { option } from '#views/form-field.ts';
import { icon } from '#views/icons.ts';
import { notice } from '#views/notice.ts';
import { type PreviewedReceiver, type PreviewedService, receiverTable, serviceList } from './services-preview.ts';
import { type PageAdmin, settingsPage } from './settings-layout.ts';

export interface TableForm {
  readonly text: string;
  readonly problems: readonly string[];
  /** the changes that a save would make; undefined for the saved table */
  readonly changes?: readonly string[] | undefined;
}

export interface ServicesPageProps extends PageAdmin {
  readonly organization: string;
  readonly actionOf: (step: string) => string;
  /** the version of the saved tables; a save that is based on another version is refused */
  readonly version: string;
  readonly done?: string | undefined;
  readonly services: TableForm & { readonly columns: string; readonly list: readonly PreviewedService[] };
  readonly receivers: TableForm & { readonly columns: string; readonly list: readonly PreviewedReceiver[] };
  readonly questionnaire: {
    readonly text: string;
    readonly service: string;
    readonly name: string;
    readonly problems: readonly string[];
    /** notes on the Questionnaire that was added to the previewed services */
    readonly notes: readonly string[];
    readonly options: readonly { readonly value: string; readonly text: string }[];
  };
}

/** A whole page. */
export function servicesPage(props: ServicesPageProps): string {
  const { identity, csrfToken, services, receivers, questionnaire } = props;
  return settingsPage(
    { title: 'Services and receivers', identity, csrfToken, current: 'services', script: 'read-file.js' },
    html`<h1>Services and receivers of <bdi>${props.organization}</bdi></h1>
<p>What clinicians can ask for in a new request, which questions each service asks, and who receives it. Preview a table before you save it. A preview saves nothing.</p>
${notice('done', props.done)}
<section aria-labelledby="services-title"><h2 id="services-title">Services</h2>
${outcome('services', services, questionnaire.notes)}
${serviceList(services.list)}
${tableForm(props, { name: 'services', label: 'Services as CSV', save: 'Save services', table: services, hint: SERVICES_HINT })}</section>
<section aria-labelledby="receivers-title"><h2 id="receivers-title">Receivers</h2>
${outcome('receivers', receivers, [])}
${receiverTable(receivers.list)}
${tableForm(props, { name: 'receivers', label: 'Receivers as CSV', save: 'Save receivers', table: receivers, hint: RECEIVERS_HINT })}</section>
${questionnaireForm(props)}
`,
  );
}

const SERVICES_HINT = html`A row without <code>field</code> is a service; its <code>sections</code> are any of where, clinical, contact, insurance. A row with a <code>field</code> is a question of that service; its <code>kind</code> is text, long text, choice (<code>choices</code> separated by |), number, whole number, date, date-time or yes/no; <code>required</code> is empty, always or <code>field=value</code>. <code>shown</code> is empty, <code>field=value</code>, <code>field</code> (answered) or <code>!field</code>, joined by | for “or” and by “ &amp; ” for “and”. An empty table gives the default services.`;
const RECEIVERS_HINT = html`<code>services</code> are separated by spaces; if there are none, the receiver is offered for all services. <code>reference</code> is Type/id in the EHR, such as Organization/123, or empty.`;

function outcome(name: string, { problems, changes }: TableForm, notes: readonly string[]): SafeHtml | null {
  if (problems.length > 0) return refusal(`${name}-problem`, 'Not saved. Correct these lines:', problems);
  if (!changes) return null;
  return html`<div class="notice notice-preview" role="status">${icon('info')} <div><p>A preview: nothing is saved yet. ${changes.length === 0 ? 'It is equal to the saved table.' : 'Saving changes:'}</p>
<ul>${[...changes, ...notes].map((line) => html`<li><bdi>${line}</bdi></li>`)}</ul></div></div>`;
}

function refusal(id: string, intro: string, problems: readonly string[]): SafeHtml {
  return html`<div class="notice notice-problem" id="${id}" role="alert">${icon('warning')} <div><p>${intro}</p><ul>${problems.map((problem) => html`<li><bdi>${problem}</bdi></li>`)}</ul></div></div>`;
}

function tableForm(
  props: ServicesPageProps,
  form: {
    readonly name: 'services' | 'receivers';
    readonly label: string;
    readonly save: string;
    readonly table: TableForm & { readonly columns: string };
    readonly hint: SafeHtml;
  },
): SafeHtml {
  const { name, label, save, table, hint } = form;
  const isWrong = table.problems.length > 0;
  const isOpen = isWrong || table.changes !== undefined;
  const ties = html` aria-describedby="${name}-hint${isWrong ? ` ${name}-problem` : ''}"${isWrong ? html` aria-invalid="true"` : null}`;
  return html`<p><a class="btn btn-outline-secondary" href="${props.actionOf(`${name}.csv`)}" download>Export ${name} as CSV</a></p>
<details class="table-form"${isOpen ? html` open` : null}><summary>Edit or import ${name}</summary>
<form method="post" action="${props.actionOf(name)}"><input type="hidden" name="csrf" value="${props.csrfToken}"><input type="hidden" name="version" value="${props.version}">
${fileField(name)}<div class="field"><label for="${name}">${label}</label>
<p class="hint" id="${name}-hint">The header is <code>${table.columns}</code>. ${hint} At most 40,000 characters.</p>
<textarea class="form-control csv" id="${name}" name="${name}" rows="12" wrap="off" spellcheck="false"${ties}>
${table.text}</textarea></div>
<p><button class="btn btn-outline-secondary" type="submit" name="intent" value="preview">Preview</button> <button class="btn btn-primary" type="submit" name="intent" value="save">${save}</button></p></form></details>
`;
}

/** For browsers with scripts: puts the text of a file into the field below. */
function fileField(name: string): SafeHtml {
  return html`<div class="field" hidden><label for="${name}-file">From a file</label>
<input class="form-control" type="file" id="${name}-file" data-into="${name}"></div>
`;
}

function questionnaireForm({ questionnaire, actionOf, csrfToken, version }: ServicesPageProps): SafeHtml {
  const { text, service, name, problems, options } = questionnaire;
  const isWrong = problems.length > 0;
  const ties = html` aria-describedby="questionnaire-hint${isWrong ? ' questionnaire-problem' : ''}"${isWrong ? html` aria-invalid="true"` : null}`;
  return html`<section aria-labelledby="questionnaire-title"><h2 id="questionnaire-title">Questions from a FHIR Questionnaire</h2>
${isWrong ? refusal('questionnaire-problem', 'Not imported. These items of the Questionnaire are not supported:', problems) : null}
<details class="table-form"${isWrong ? html` open` : null}><summary>Import a Questionnaire</summary>
<form method="post" action="${actionOf('questionnaire')}"><input type="hidden" name="csrf" value="${csrfToken}"><input type="hidden" name="version" value="${version}">
<div class="field"><label for="service">Service</label><p class="hint" id="service-hint">Its existing questions are replaced.</p>
<select class="form-select" id="service" name="service" aria-describedby="service-hint">${options.map((one) => option(one.value, one.text, service))}${option('', 'A new service', service)}</select></div>
<div class="field"><label for="service-name">Name of a new service</label><input class="form-control" id="service-name" name="name" value="${name}" maxlength="60" autocomplete="off"></div>
${fileField('questionnaire')}<div class="field"><label for="questionnaire">Questionnaire as JSON</label>
<p class="hint" id="questionnaire-hint">FHIR R4, with the types group, string, text, choice, boolean, integer, decimal, date and dateTime, and enableWhen with = and exists. At most 100,000 characters.</p>
<textarea class="form-control csv" id="questionnaire" name="questionnaire" rows="8" spellcheck="false"${ties}>
${text}</textarea></div>
<p><button class="btn btn-primary" type="submit">Preview the questions</button></p></form></details></section>
`;
}
