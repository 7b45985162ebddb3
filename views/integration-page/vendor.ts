/** The EHR vendor of a connection: what its preset sets, what was changed, and the vendor the FHIR URL suggests. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { icon } from '#views/icons.ts';
import type { Forms } from './connection.ts';
import { type PresetRowProps, presetTable } from './preset-table.ts';

export interface VendorProps {
  readonly name: string;
  readonly rows: readonly PresetRowProps[];
  /** whose preset may fit better; nothing is applied without a press */
  readonly suggestion:
    | {
        readonly vendor: string;
        readonly name: string;
        readonly seen: string;
        readonly rows: readonly PresetRowProps[];
      }
    | undefined;
}

/** The section; `#vendor` names it. */
export function vendorSection(vendor: VendorProps, forms: Forms): SafeHtml {
  const { name, rows, suggestion } = vendor;
  const isChanged = rows.some(({ changedTo }) => changedTo !== undefined);
  return html`<section aria-labelledby="vendor-preset">
<h2 id="vendor-preset">EHR vendor</h2>
${suggestion && suggested(suggestion, forms)}
<p>Preset in use: <strong>${name}</strong>. ${rows.length === 0 ? 'It sets only the defaults.' : 'What it sets, why, and the source:'}${isChanged ? ' Values that were changed here are kept.' : ''} Choose another preset in the <a href="#vendor">advanced settings</a>.</p>
${presetTable(rows)}</section>
`;
}

function suggested(
  { vendor, name, seen, rows }: NonNullable<VendorProps['suggestion']>,
  { actionOf, csrfToken }: Forms,
): SafeHtml {
  return html`<div class="notice">${icon('info')} <div><p>The FHIR URL looks like an address of ${name} (<bdi>${seen}</bdi>). Its preset sets the values below, except those that were changed here.</p>
<form method="post" action="${actionOf('use-preset')}"><input type="hidden" name="csrf" value="${csrfToken}"><input type="hidden" name="vendor" value="${vendor}"><button class="btn btn-outline-secondary" type="submit">Use the preset for ${name}</button></form>
<details><summary>What it sets</summary>${presetTable(rows)}</details></div></div>
`;
}
