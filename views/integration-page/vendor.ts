/** The EHR vendor of a connection: the settings of its preset, what was changed, and the vendor that the FHIR URL suggests. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { icon } from '#views/icons.ts';
import type { Forms } from './connection.ts';
import { type PresetRowProps, presetTable } from './preset-table.ts';

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
<p>What it sets, why, and the source.${isChanged ? ' Values that were changed here are kept.' : ''} “EHR vendor” below chooses another one.</p>
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
