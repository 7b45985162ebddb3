/** Prepares presets for the pages and the command line. */
import { type PresetField, settingRows, valueText } from '#src/settings/derived.ts';
import { type Vendor, vendorNames } from '#src/settings/vendor-names.ts';
import type { PresetRowProps, VendorProps } from '#views/integration-page/vendor.ts';
import { changedFromPreset, type PresetSettings, presetReasons, presetSettings } from './presets.ts';
import { suggestVendor } from './suggestion.ts';

type Chosen = PresetSettings & { vendor: Vendor };
type Connection = Chosen & { fhirBaseUrl: string };

/** The settings of a preset, with the reasons. */
export function presetRows(vendor: Vendor): PresetRowProps[] {
  return presetReasons(vendor).map(({ field, value, ...reason }) => ({ ...valueProps(field, value), ...reason }));
}

/** Suggests a preset for a recognized address. @param draftUrl used while no FHIR URL has passed its checks. */
export function suggestionFor({ vendor, fhirBaseUrl }: Pick<Connection, 'vendor' | 'fhirBaseUrl'>, draftUrl?: string) {
  return vendor === 'generic' ? suggestVendor(fhirBaseUrl || (draftUrl ?? '')) : undefined;
}

/** The vendor section of the connection page. */
export function vendorProps(organization: Connection, draftUrl: string | undefined): VendorProps {
  const { vendor } = organization;
  const suggestion = suggestionFor(organization, draftUrl);
  return {
    name: vendorNames[vendor],
    rows: comparedRows(organization),
    suggestion: suggestion && { ...suggestion, rows: presetRows(suggestion.vendor) },
  };
}

/** The rows of the preset, then the settings at their default, each with its current value if that was changed. */
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
