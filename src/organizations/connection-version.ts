/** Decides which changes of an organization raise its connection version, which ends its open launches (MT-05). */
import { endingFields } from '#src/settings/derived.ts';
import type { Organization, OrganizationSettings } from './organization.ts';

/** Applies new settings. A changed connection raises the version and deletes the discovery. */
export function withSettings(before: Organization | undefined, settings: OrganizationSettings): Organization {
  if (!before) return { ...settings, enabled: true, connectionVersion: 1, discovered: undefined };
  const { enabled, connectionVersion, discovered } = before;
  return connectionOf(before) === connectionOf(settings)
    ? { ...settings, enabled, connectionVersion, discovered }
    : { ...settings, enabled, connectionVersion: connectionVersion + 1, discovered: undefined };
}

/** Enables or disables. Disabling raises the version (REG-11). */
export function withEnabled(before: Organization, enabled: boolean): Organization {
  const ends = before.enabled && !enabled;
  return { ...before, enabled, connectionVersion: before.connectionVersion + (ends ? 1 : 0) };
}

/** The trusted data of the EHR, as one comparable text. */
function connectionOf(settings: OrganizationSettings): string {
  return JSON.stringify([settings.fhirBaseUrl, settings.clientId, ...endingFields.map((field) => settings[field])]);
}
