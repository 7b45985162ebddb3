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
  const members = parseJsonObject(text) ?? {};
  const { form, id, ...changes } = members;
  // Of a member that is written twice, a person reads the first and the last one would count.
  const isEachOnce = countMembers(text) === Object.keys(members).length;
  return form === FORM && typeof id === 'string' && isEachOnce ? { id, changes } : undefined;
}

/** As written. An export is flat, so the colons outside its texts are its members. */
function countMembers(json: string): number {
  const parts = json.replace(/\\./g, '').split('"');
  const outside = parts.filter((_, index) => index % 2 === 0).join('');
  return outside.split(':').length - 1;
}
