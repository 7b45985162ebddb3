/** What a vendor's preset sets, why and from where we know: the same table in the settings and in the guide. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { type AdvancedField, advancedGroups } from './advanced-fields.ts';

/** One setting of a preset. */
export interface PresetRowProps {
  /** the field's name among the advanced settings */
  readonly name: string;
  readonly value: string;
  readonly why: string;
  /** where the fact is from */
  readonly source?: string | undefined;
  /** the source is not the vendor itself */
  readonly confirm?: boolean | undefined;
  /** what the organization has instead of the preset's value */
  readonly changedTo?: string | undefined;
}

const fields: readonly AdvancedField[] = advancedGroups.flatMap((group) => group.fields);

/** Nothing when the preset leaves every setting at its safe value. */
export function presetTable(rows: readonly PresetRowProps[]): SafeHtml | null {
  if (rows.length === 0) return null;
  return html`<table class="settings-table preset">
<thead><tr><th scope="col">Setting</th><th scope="col">Value</th><th scope="col">Why</th><th scope="col">Source</th></tr></thead>
<tbody>${rows.map(presetRow)}</tbody>
</table>
`;
}

function presetRow({ name, value, why, source, confirm, changedTo }: PresetRowProps): SafeHtml {
  const field = fields.find((one) => one.name === name);
  return html`<tr><th scope="row">${field?.label ?? name}</th><td data-label="Value">${shownValue(field, value)}${changedTo === undefined ? null : html`<span class="changed">changed here to ${shownValue(field, changedTo)}</span>`}</td><td data-label="Why">${why}</td>${sourceCell(source, confirm)}</tr>
`;
}

function sourceCell(source: string | undefined, confirm: boolean | undefined): SafeHtml {
  if (source === undefined) return html`<td></td>`;
  const mark = confirm === true ? html` <span class="confirm">confirm with your vendor</span>` : null;
  return html`<td data-label="Source">${source}${mark}</td>`;
}

/** As the form words it. */
function shownValue(field: AdvancedField | undefined, value: string): SafeHtml {
  if (value === '') return html`none`;
  if (field?.kind === 'switch') return html`${value === 'true' ? 'on' : 'off'}`;
  if (Array.isArray(field?.kind)) return html`${choiceText(field.kind, value)}`;
  return html`<code>${value}</code>`;
}

function choiceText(choices: readonly { value: string; text: string }[], value: string): string {
  return choices.find((choice) => choice.value === value)?.text ?? value;
}
