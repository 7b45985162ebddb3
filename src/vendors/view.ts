/** Presets as the pages and the command line show them. */
import { type PresetField, settingRows, valueText } from '#src/settings/derived.ts';
import { type Vendor, vendorNames } from '#src/settings/vendor-names.ts';
import type { PresetRowProps } from '#views/integration-page/preset-table.ts';
import type { VendorProps } from '#views/integration-page/vendor.ts';
import { changedFromPreset, type PresetSettings, presetReasons, presetSettings } from './presets.ts';
import { suggestVendor, type VendorSuggestion } from './suggestion.ts';

type Chosen = PresetSettings & { vendor: Vendor };
/** What of an organization's settings a preset is about. */
type Connection = Chosen & { fhirBaseUrl: string };

/** What a preset sets, with the reasons. */
export function presetRows(vendor: Vendor): PresetRowProps[] {
  return presetReasons(vendor).map(({ field, value, ...reason }) => ({ ...valueProps(field, value), ...reason }));
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
    name: vendorNames[vendor],
    rows: comparedRows(organization),
    suggestion: suggestion && { ...suggestion, rows: presetRows(suggestion.vendor) },
  };
}

/** The rows of the preset, then the settings it leaves at their default, each with what it was changed to. */
function comparedRows(settings: Chosen): PresetRowProps[] {
  const { vendor } = settings;
  const changed = changedFromPreset(settings);
  const reasons = presetReasons(vendor);
  const preset = presetSettings(vendor);
  const others = changed
    .filter((field) => reasons.every((reason) => reason.field !== field))
    .map((field) => ({ field, value: preset[field], why: 'The default.' }));
  return [...reasons, ...others].map(({ field, value, ...reason }) => ({
    ...valueProps(field, value),
    ...(changed.includes(field) ? { changedTo: valueText(field, settings[field]) } : {}),
    ...reason,
  }));
}

function valueProps(field: PresetField, value: unknown) {
  const { label, kind } = settingRows[field];
  return { label, value: valueText(field, value), isCode: kind !== 'flag' && kind !== 'choice' };
}
