/** What an EHR vendor's servers are known to want, as starting values an administrator may change. */
import { defaultSettings, type PresetField, presetFields, type SettingValues } from '#src/settings/derived.ts';
import type { Vendor } from '#src/settings/vendor-names.ts';
import { type PresetRow, vendorRows } from './preset-rows.ts';

/** Every setting a preset decides. */
export type PresetSettings = Pick<SettingValues, PresetField>;

/** Everything an organization of this vendor begins with. */
export function presetSettings(vendor: Vendor): PresetSettings {
  const own = Object.entries(vendorRows[vendor]).map(([field, { value }]) => [field, value]);
  const values: SettingValues = { ...defaultSettings(), ...Object.fromEntries(own) };
  return pick(values, presetFields) as PresetSettings;
}

/** The scope string to begin with at this vendor. */
export function presetScopes(vendor: Vendor): string {
  return presetSettings(vendor).scopes;
}

/** What a vendor's row says of one setting, and why; every other setting has its default. */
export function presetReasons(vendor: Vendor): (PresetRow & { field: PresetField })[] {
  const sets = vendorRows[vendor];
  return presetFields.flatMap((field) => (sets[field] ? [{ field, ...sets[field] }] : []));
}

/** The settings that differ from the preset of their vendor: an administrator has changed them. */
export function changedFromPreset(settings: PresetSettings & { vendor: Vendor }): PresetField[] {
  const preset = presetSettings(settings.vendor);
  return presetFields.filter((field) => JSON.stringify(settings[field]) !== JSON.stringify(preset[field]));
}

/**
 * What choosing another vendor changes: every setting that still has the value of the former vendor's preset.
 *
 * @param before undefined for an organization that is just being made; then the whole preset.
 */
export function broughtAlong(
  before: (PresetSettings & { vendor: Vendor }) | undefined,
  vendor: Vendor,
): Partial<PresetSettings> {
  const kept = before ? changedFromPreset(before) : [];
  return pick(
    presetSettings(vendor),
    presetFields.filter((field) => !kept.includes(field)),
  );
}

function pick(values: PresetSettings, fields: readonly PresetField[]): Partial<PresetSettings> {
  return Object.fromEntries(fields.map((field) => [field, values[field]]));
}
