/** An organization as a text that another environment can read: every setting, and nothing that is secret or our own state. */
import { parseJsonObject } from '#src/adapters/json-object.ts';
import { settingsOf } from './edit.ts';
import type { Organization, SettingChanges } from './organization.ts';

/** Stands for this product and for the form of the text; another number is another form. */
const FORM = 'vectorcare-organization/1';

/** The export as JSON. An organization has no secret of its own: keys, users and launches stay where they are. */
export function exportOf(organization: Organization) {
  return { form: FORM, ...settingsOf(organization) };
}

/**
 * Reads an export. Its settings are as untrusted as typed ones: the schema checks them when they are saved.
 *
 * @param text of a file; untrusted.
 * @returns undefined for anything but an export of this form.
 */
export function readExport(text: string): { id: string; changes: SettingChanges } | undefined {
  const { form, id, ...changes } = parseJsonObject(text) ?? {};
  return form === FORM && typeof id === 'string' ? { id, changes } : undefined;
}
