/** Presets as the pages and the command line show them. */

import type { PresetRowProps } from '#views/integration-page/preset-table.ts';
import type { VendorProps } from '#views/integration-page/vendor.ts';
import { changedFromPreset, presetReasons, presetSettings, vendorName } from './presets.ts';
import { suggestVendor, type VendorSuggestion } from './suggestion.ts';
import { type PresetField, type PresetSettings, type Vendor, vendors } from './vendor.ts';

type Chosen = PresetSettings & { vendor: Vendor };
/** What of an organization's settings a preset is about. */
type Connection = Chosen & { fhirBaseUrl: string };

/** The vendors to choose from, by name. */
export const vendorChoices = vendors.map((value) => ({ value, text: vendorName(value) }));

/** What a preset sets, with the reasons. */
export function presetRows(vendor: Vendor): PresetRowProps[] {
  return presetReasons(vendor).map(({ field, value, ...reason }) => ({ name: field, value: textOf(value), ...reason }));
}

/**
 * The vendor whose preset an organization may want: only while it has none, and never for an unknown address.
 *
 * @param draftUrl a FHIR URL that waits; looked at while none is in use.
 */
export function suggestionFor(
  { vendor, fhirBaseUrl }: Pick<Connection, 'vendor' | 'fhirBaseUrl'>,
  draftUrl?: string,
): VendorSuggestion | undefined {
  return vendor === 'generic' ? suggestVendor(fhirBaseUrl || (draftUrl ?? '')) : undefined;
}

/** The section of the connection's page. */
export function vendorProps(organization: Connection, draftUrl: string | undefined): VendorProps {
  const { vendor } = organization;
  const suggestion = suggestionFor(organization, draftUrl);
  return {
    name: vendorName(vendor),
    rows: [...markedRows(organization), ...otherChanges(organization)],
    suggestion: suggestion && { ...suggestion, rows: presetRows(suggestion.vendor) },
  };
}

function markedRows(settings: Chosen): PresetRowProps[] {
  const changed = changedFromPreset(settings);
  return presetRows(settings.vendor).map((row) => {
    const field = changed.find((name) => name === row.name);
    return field ? { ...row, changedTo: textOf(settings[field]) } : row;
  });
}

/** Settings the preset says nothing special about, and somebody changed. */
function otherChanges(settings: Chosen): PresetRowProps[] {
  const named = presetReasons(settings.vendor).map(({ field }) => field);
  const preset = presetSettings(settings.vendor);
  return changedFromPreset(settings)
    .filter((field) => !named.includes(field))
    .map((field) => ({
      name: field,
      value: textOf(preset[field]),
      why: 'The safe choice; nothing else is known of this vendor.',
      changedTo: textOf(settings[field]),
    }));
}

function textOf(value: PresetSettings[PresetField]): string {
  return Array.isArray(value) ? value.join(', ') : String(value);
}
