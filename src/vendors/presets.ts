/** Derives the initial settings for an EHR vendor; an administrator may change them. */
import { defaultSettings, type PresetField, presetFields, type SettingValues } from '#src/settings/derived.ts';
import type { Vendor } from '#src/settings/vendor-names.ts';
import { type PresetRow, vendorRows } from './preset-rows.ts';

export type PresetSettings = Pick<SettingValues, PresetField>;

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
export function changedFromPreset(settings: PresetSettings & { vendor: Vendor }): PresetField[] {
  const preset = presetSettings(settings.vendor);
  return presetFields.filter((field) => JSON.stringify(settings[field]) !== JSON.stringify(preset[field]));
}

/** The settings that still have the former vendor's preset. @param before undefined: the whole preset applies. */
export function broughtAlong(before: (PresetSettings & { vendor: Vendor }) | undefined, vendor: Vendor) {
  const kept = before ? changedFromPreset(before) : [];
  const fields = presetFields.filter((field) => !kept.includes(field));
  return pick(presetSettings(vendor), fields);
}

function pick(values: PresetSettings, fields: readonly PresetField[]): Partial<PresetSettings> {
  return Object.fromEntries(fields.map((field) => [field, values[field]]));
}
