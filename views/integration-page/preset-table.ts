/** The settings of a vendor's preset with reasons and sources: the same table in Settings and in the guide. */
import { html, type SafeHtml } from '@remix-run/html-template';

/** One setting of a preset. */
export interface PresetRowProps {
  /** the label of the setting */
  readonly label: string;
  /** the value in the words of the form */
  readonly value: string;
  /** the values are technical strings, not words of the form */
  readonly isCode: boolean;
  readonly why: string;
  /** the source of the fact */
  readonly source?: string | undefined;
  /** the source is not the vendor */
  readonly confirm?: boolean | undefined;
  /** the organization's value, if it differs from the preset's */
  readonly changedTo?: string | undefined;
}

/** Returns nothing if the preset leaves every setting at its default. */
export function presetTable(rows: readonly PresetRowProps[]): SafeHtml | null {
  if (rows.length === 0) return null;
  return html`<table class="settings-table preset">
<thead><tr><th scope="col">Setting</th><th scope="col">Value</th><th scope="col">Why</th><th scope="col">Source</th></tr></thead>
<tbody>${rows.map(presetRow)}</tbody>
</table>
`;
}

function presetRow({ label, value, isCode, why, source, confirm, changedTo }: PresetRowProps): SafeHtml {
  const shown = (text: string) => (text !== '' && isCode ? html`<code>${text}</code>` : text || 'none');
  return html`<tr><th scope="row">${label}</th><td data-label="Value">${shown(value)}${changedTo === undefined ? null : html`<span class="changed">changed here to ${shown(changedTo)}</span>`}</td><td data-label="Why">${why}</td>${sourceCell(source, confirm)}</tr>
`;
}

function sourceCell(source: string | undefined, confirm: boolean | undefined): SafeHtml {
  if (source === undefined) return html`<td></td>`;
  const mark = confirm === true ? html` <span class="confirm">confirm with your vendor</span>` : null;
  return html`<td data-label="Source">${source}${mark}</td>`;
}
