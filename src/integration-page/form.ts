/** The advanced settings as a form: from the organization into fields, and from what was typed into changes. */

import { settingsOf } from '#src/organizations/edit.ts';
import type { Organization, SettingProblem } from '#src/organizations/organization.ts';
import type { SettingChanges } from '#src/organizations/setting-text.ts';
import { advancedFields } from '#views/integration-page/advanced.ts';
import type { TypedForm } from '#views/typed-form.ts';

/** What stands in the fields before anybody has typed. */
export function advancedForm(organization: Organization): TypedForm {
  const settings: Readonly<Record<string, unknown>> = { ...settingsOf(organization) };
  const values = advancedFields.map(({ name }) => [name, textOf(settings[name])] as const);
  return { values: Object.fromEntries(values), problems: {} };
}

/** @param field reads one field of the form, bounded by its kind; untrusted. */
export function typedAdvanced(field: (name: string, kind: 'setting' | 'list') => string): Record<string, string> {
  return Object.fromEntries(
    advancedFields.map(({ name, kind }) => {
      const text = field(name, kind === 'list' ? 'list' : 'setting')
        .replaceAll('\r\n', '\n')
        .trim();
      return [name, kind === 'flag' ? String(text === 'true') : text];
    }),
  );
}

/**
 * The raw changes behind a typed form; judged later, by the one schema.
 *
 * @param typed by {@link typedAdvanced}.
 * @param organization as it is: what nobody touched is left out, so that another vendor may bring its own values.
 */
export function advancedChanges(typed: Readonly<Record<string, string>>, organization: Organization): SettingChanges {
  const changes: SettingChanges = {};
  const { values } = advancedForm(organization);
  for (const { name, kind } of advancedFields) {
    const text = typed[name] ?? '';
    if (text === values[name]) continue;
    const value = kind === 'flag' ? text === 'true' : kind === 'list' ? text.split(/[\s,]+/).filter(Boolean) : text;
    Object.assign(changes, { [name]: value });
  }
  return changes;
}

/** The form again, with what is wrong at each field. */
export function refusedForm(values: TypedForm['values'], problems: readonly SettingProblem[]): TypedForm {
  const byField = Map.groupBy(problems, ({ field }) => field);
  const texts = [...byField].map(([field, found]) => [field, found.map(({ message }) => message).join('; ')] as const);
  return { values, problems: Object.fromEntries(texts) };
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join('\n');
  return ['string', 'boolean', 'number'].includes(typeof value) ? String(value) : '';
}
