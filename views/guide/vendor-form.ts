/** A vendor's own form for registering an app, in its order and words, with what to enter. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { copyButton } from '#views/copy-button.ts';

export interface VendorFormProps {
  readonly vendor: string;
  readonly where: string;
  readonly source: string;
  readonly fields: readonly FormField[];
}

interface FormField {
  readonly name: string;
  readonly value: string;
  readonly note?: string | undefined;
  readonly confirm?: boolean | undefined;
}

/** A section of the page Register. @param downloadUrl the URL of the same values as a table. */
export function vendorFormSection(form: VendorFormProps, downloadUrl: string | undefined): SafeHtml {
  return html`<section aria-labelledby="form">
<h2 id="form">The form of ${form.vendor}</h2>
<p>Field by field, in its order: ${form.where}.${downloadUrl === undefined ? null : html` <a class="no-print" href="${downloadUrl}" download>Download as CSV</a>`}</p>
<table class="sheet"><tbody>
${form.fields.map(fieldRow)}</tbody></table>
<p class="note">Names of the fields: ${form.source}.</p>
</section>
`;
}

function fieldRow({ name, value, note, confirm }: FormField): SafeHtml {
  return html`<tr><th scope="row">${name}</th><td><code class="value">${value}</code> ${isTyped(value) ? copyButton(`Copy ${name}`, value) : null}${note === undefined ? null : html`<span class="note">${note}</span>`}${confirm === true ? html` <span class="confirm">confirm with your vendor</span>` : null}</td></tr>
`;
}

/** Only values to type have a copy button: choices and values with a placeholder have none. */
function isTyped(value: string): boolean {
  return value.length > 8 && !value.includes('{');
}
