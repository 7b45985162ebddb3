/** What an EHR vendor's servers are known to want, as starting values an administrator may change. */

import { type PresetRow, vendorRows } from './rows.ts';
import type { PresetField, PresetSettings, Vendor } from './vendor.ts';

/** What holds where a vendor's row says nothing: SMART App Launch as written, and the guide's full scope string. */
const COMMON: Readonly<PresetSettings> = {
  scopes: 'launch/patient launch/encounter patient/*.read openid fhirUser launch profile online_access',
  scopeVersion: 'auto',
  nonce: 'required',
  assertionAudience: 'token_endpoint',
  assertionAlg: 'RS384',
  assertionType: 'JWT',
  clientIdInTokenBody: false,
  refreshIdToken: 'check',
  // 80 % of a token's life comes first for every lifetime a vendor is known to give (300 s and more); see needsRefresh.
  refreshMarginSeconds: 30,
  searchParameters: [],
  requestsPerMinute: 0,
};

/** What people call a vendor. */
export function vendorName(vendor: Vendor): string {
  return vendorRows[vendor].name;
}

/** Everything an organization of this vendor begins with. */
export function presetSettings(vendor: Vendor): PresetSettings {
  const { sets } = vendorRows[vendor];
  const own = Object.entries(sets).map(([field, { value }]) => [field, value]);
  return { ...COMMON, searchParameters: [], ...Object.fromEntries(own) };
}

/** The scope string to begin with at this vendor. */
export function presetScopes(vendor: Vendor): string {
  return presetSettings(vendor).scopes;
}

/** What a vendor's row says of one setting, and why; only such values differ from {@link COMMON}. */
export function presetReasons(vendor: Vendor): (PresetRow & { field: PresetField })[] {
  const { sets } = vendorRows[vendor];
  return presetFields.flatMap((field) => (sets[field] ? [{ field, ...sets[field] }] : []));
}

export const presetFields = Object.keys(COMMON) as PresetField[];

/** The settings that are no longer what the preset of their vendor says: somebody changed them on purpose. */
export function changedFromPreset(settings: PresetSettings & { vendor: Vendor }): PresetField[] {
  const preset = presetSettings(settings.vendor);
  return presetFields.filter((field) => JSON.stringify(settings[field]) !== JSON.stringify(preset[field]));
}

/**
 * What choosing another vendor changes: every setting that still is what the former vendor's preset says.
 *
 * @param before undefined for an organization that is just being made; then the whole preset.
 */
export function broughtAlong(
  before: (PresetSettings & { vendor: Vendor }) | undefined,
  vendor: Vendor,
): Partial<PresetSettings> {
  const kept = before ? changedFromPreset(before) : [];
  const preset = presetSettings(vendor);
  return Object.fromEntries(
    presetFields.filter((field) => !kept.includes(field)).map((field) => [field, preset[field]]),
  );
}
