/** Exports and imports the settings of an organization, for another environment. Secrets and state are not included. */
import { parseJsonObject } from '#src/adapters/json-object.ts';
import { settingsOf } from './edit.ts';
import type { Organization, SettingChanges } from './organization.ts';

/** Identifies the product and the version of the export format. */
const FORM = 'vectorcare-organization/1';

/** The export as JSON. Settings hold no secret; keys, users and launches are not exported. */
export function exportOf(organization: Organization) {
  return { form: FORM, ...settingsOf(organization) };
}

/** Reads an export. @param text of a file, untrusted; the schema checks its settings when they are saved. */
export function readExport(text: string): { id: string; changes: SettingChanges } | undefined {
  const { form, id, ...changes } = parseJsonObject(text) ?? {};
  return form === FORM && typeof id === 'string' ? { id, changes } : undefined;
}
