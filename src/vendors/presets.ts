/** Derives the initial settings for an EHR vendor, which an administrator may change, and their rows for pages. */
import type { PresetField, SettingValues } from '#src/settings/derived.ts';
import { defaultSettings, presetFields, settingRows, valueText } from '#src/settings/derived.ts';
import { type Vendor, vendorNames } from '#src/settings/vendor-names.ts';
import type { PresetRowProps, VendorProps } from '#views/integration-page/vendor.ts';
import { type PresetRow, vendorRows } from './preset-rows.ts';
import { suggestVendor } from './suggestion.ts';

type PresetSettings = Pick<SettingValues, PresetField>;
type Chosen = PresetSettings & { vendor: Vendor };

/** The initial settings of an organization of this vendor. */
export function presetSettings(vendor: Vendor): PresetSettings {
  const own = Object.entries(vendorRows[vendor]).map(([field, { value }]) => [field, value]);
  const values: SettingValues = { ...defaultSettings(), ...Object.fromEntries(own) };
  return pick(values, presetFields) as PresetSettings;
}

/** The settings of a vendor's row, with reasons; every other setting has its default. */
export function presetReasons(vendor: Vendor): (PresetRow & { field: PresetField })[] {
  const sets = vendorRows[vendor];
  return presetFields.flatMap((field) => (sets[field] ? [{ field, ...sets[field] }] : []));
}

/** The settings that an administrator has changed from the preset of the vendor. */
export function changedFromPreset(settings: Chosen): PresetField[] {
  const preset = presetSettings(settings.vendor);
  return presetFields.filter((field) => JSON.stringify(settings[field]) !== JSON.stringify(preset[field]));
}

/** The settings that still have the former vendor's preset. @param before undefined: the whole preset applies. */
export function broughtAlong(before: Chosen | undefined, vendor: Vendor) {
  const kept = before ? changedFromPreset(before) : [];
  const fields = presetFields.filter((field) => !kept.includes(field));
  return pick(presetSettings(vendor), fields);
}

function pick(values: PresetSettings, fields: readonly PresetField[]): Partial<PresetSettings> {
  return Object.fromEntries(fields.map((field) => [field, values[field]]));
}

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
