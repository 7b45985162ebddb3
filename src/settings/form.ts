/** The form of the advanced settings: turns values into fields, and typed fields into changes. */
import { hash } from 'node:crypto';
import type { FieldGroup } from '#views/integration-page/advanced.ts';
import type { TypedForm } from '#views/typed-form.ts';
import { type SettingField, type SettingProblem, settingFields, settingRows } from './derived.ts';

const formFields = settingFields.filter((field) => !settingRows[field].operator && !settingRows[field].ownPage);

export const fieldGroups: readonly FieldGroup[] = [...Map.groupBy(formFields, (field) => settingRows[field].group)].map(
  ([title, fields]) => ({ title, fields: fields.map((name) => ({ name, ...settingRows[name] })) }),
);

/** The settings whose words contain every word of the query; undefined without one. @param query untrusted. */
export function findSettings(query: string): string[] | undefined {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return undefined;
  return formFields.filter((name) => {
    const { key = name, label, hint, group } = settingRows[name];
    const text = `${name} ${key} ${label} ${hint} ${group}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** The form of the saved settings. */
export function savedForm(settings: Readonly<Record<string, unknown>>): TypedForm {
  const values = Object.fromEntries(formFields.map((name) => [name, textOf(settings[name])]));
  return { values, problems: {}, seen: marksOf(values) };
}

/** A short mark of each value. The form sends them back when it is saved, and so says what its page showed. */
export function marksOf(values: TypedForm['values']): string {
  return Object.entries(values).map(markOf).join('.');
}

/** With the name, so that a mark is good for its own field alone, also while two versions of the app run. */
function markOf([name, value]: [string, string]): string {
  return hash('sha256', `${name}=${value}`, 'base64url').slice(0, 6);
}

/** What another administrator has saved meanwhile stays. @param seen of {@link marksOf}, untrusted; '' compares all. */
export function changedNames(typed: TypedForm['values'], saved: TypedForm['values'], seen: string): string[] {
  const then = new Set(seen.split('.'));
  const isChanged = (name: string) => typed[name] !== saved[name] && !then.has(markOf([name, typed[name] ?? '']));
  return Object.keys(typed).filter(isChanged);
}

/** @param field reads one field of the form, bounded by its kind; untrusted. */
export function typedValues(field: (name: string, kind: 'setting' | 'list') => string): Record<string, string> {
  return Object.fromEntries(
    formFields.map((name) => {
      const { kind } = settingRows[name];
      const text = field(name, kind === 'list' ? 'list' : 'setting')
        .replaceAll('\r\n', '\n')
        .trim();
      return [name, kind === 'flag' ? String(text === 'true') : text];
    }),
  );
}

/** The changes of a typed form, unchecked. An unchanged field is left out, so that another preset may set it. */
export function typedChanges(
  typed: Readonly<Record<string, string>>,
  saved: Readonly<Record<string, unknown>>,
  seen = '',
): Partial<Record<SettingField, unknown>> {
  const changed = changedNames(typed, savedForm(saved).values, seen) as SettingField[];
  return Object.fromEntries(changed.map((name) => [name, rawValue(name, typed[name] ?? '')]));
}

/** The form as typed, with the problems of each field. */
export function refusedForm(typed: Omit<TypedForm, 'problems'>, problems: readonly SettingProblem[]): TypedForm {
  const byField = Map.groupBy(problems, ({ field }) => field);
  const texts = [...byField].map(([field, found]) => [field, found.map(({ message }) => message).join('; ')] as const);
  return { ...typed, problems: Object.fromEntries(texts) };
}

function rawValue(name: SettingField, text: string): unknown {
  const { kind } = settingRows[name];
  if (kind === 'flag') return text === 'true';
  return kind === 'list' ? text.split(/[\s,]+/).filter(Boolean) : text;
}

function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join('\n') : `${value as string | number | boolean}`;
}
