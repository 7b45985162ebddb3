/** What a vendor's preset sets, why and from where we know: the same table in the settings and in the guide. */
import { html, type SafeHtml } from '@remix-run/html-template';

/** One setting of a preset. */
export interface PresetRowProps {
  /** of the setting */
  readonly label: string;
  /** as the form words it */
  readonly value: string;
  /** the values are for machines, not words of the form */
  readonly isCode: boolean;
  readonly why: string;
  /** where the fact is from */
  readonly source?: string | undefined;
  /** the source is not the vendor itself */
  readonly confirm?: boolean | undefined;
  /** what the organization has instead of the preset's value */
  readonly changedTo?: string | undefined;
}

/** Nothing when the preset leaves every setting at its safe value. */
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
