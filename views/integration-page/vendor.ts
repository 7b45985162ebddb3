/** The EHR vendor of a connection: the settings of its preset, what was changed, and the vendor that the FHIR URL suggests. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { icon } from '#views/icons.ts';
import type { Forms } from './connection.ts';

export interface VendorProps {
  readonly name: string;
  readonly rows: readonly PresetRowProps[];
  /** a vendor whose preset may fit better; it is applied only by its button */
  readonly suggestion:
    | {
        readonly vendor: string;
        readonly name: string;
        readonly seen: string;
        readonly rows: readonly PresetRowProps[];
      }
    | undefined;
}

/** The settings of the preset in use, folded. */
export function presetSection({ name, rows }: VendorProps): SafeHtml {
  const isChanged = rows.some(({ changedTo }) => changedTo !== undefined);
  if (rows.length === 0) return html`<p>Preset in use: <strong>${name}</strong>. It sets only the defaults.</p>`;
  return html`<details class="group"><summary>Preset in use: <strong>${name}</strong></summary>
<p>What it sets, why, and the source.${isChanged ? ' Values that were changed here are kept.' : ''} To choose another preset, use “EHR vendor” below.</p>
${presetTable(rows)}</details>
`;
}

/** The suggestion beside a FHIR URL that looks like the vendor's. */
export function suggestedPreset(
  { vendor, name, seen, rows }: NonNullable<VendorProps['suggestion']>,
  { actionOf, csrfToken }: Forms,
): SafeHtml {
  return html`<div class="notice">${icon('info')} <div><p>The FHIR URL looks like an address of ${name} (<bdi>${seen}</bdi>). Its preset sets the values below, except those that were changed here.</p>
<form method="post" action="${actionOf('use-preset')}"><input type="hidden" name="csrf" value="${csrfToken}"><input type="hidden" name="vendor" value="${vendor}"><button class="btn btn-outline-secondary" type="submit">Use the preset for ${name}</button></form>
<details><summary>What it sets</summary>${presetTable(rows)}</details></div></div>
`;
}

export interface PresetRowProps {
  readonly label: string;
  /** the value in the words of the form */
  readonly value: string;
  /** the values are technical strings, not words of the form */
  readonly isCode: boolean;
  readonly why: string;
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
