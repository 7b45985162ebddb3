/** Derives from the registry the types, schema, defaults and texts of settings; reads them as key=value texts. */
import type { z } from 'zod';
import { settings } from './registry.ts';
import type { SettingRow } from './setting-row.ts';

type Rows = typeof settings;

export type SettingField = keyof Rows;

export type SettingValues = { [Field in SettingField]: z.output<ReturnType<Rows[Field]['schema']>> };

export type PresetField = {
  [Field in SettingField]: Rows[Field] extends { preset: true } ? Field : never;
}[SettingField];

export interface SettingProblem {
  field: string;
  message: string;
}

/** The rows, with the type that all kinds share. */
export const settingRows: Readonly<Record<SettingField, SettingRow>> = settings;

export const settingFields = Object.keys(settings) as SettingField[];

/** The settings that end open launches when they change (MT-05). */
export const endingFields = settingFields.filter((field) => settingRows[field].endsLaunches);

export const presetFields = settingFields.filter((field): field is PresetField => settingRows[field].preset === true);

/** Zod schemas by field; a missing setting gets its default. */
export function settingsShape(production: boolean) {
  const shape = ofEach((field) => {
    const row = settingRows[field];
    return row.schema(production).default(row.default);
  });
  return shape as { [Field in SettingField]: z.ZodType<SettingValues[Field]> };
}

/** The settings of an organization until they are changed. */
export function defaultSettings(): SettingValues {
  return ofEach((field) => structuredClone(settingRows[field].default)) as SettingValues;
}

function ofEach<Value>(valueOf: (field: SettingField) => Value): Record<SettingField, Value> {
  return Object.fromEntries(settingFields.map((field) => [field, valueOf(field)])) as Record<SettingField, Value>;
}

/** A value as the form words it. */
export function valueText(field: SettingField, value: unknown): string {
  const { kind, choices } = settingRows[field];
  if (kind === 'flag') return value === true ? 'on' : 'off';
  if (Array.isArray(value)) return value.join(', ');
  return choices?.[String(value)] ?? String(value);
}

export const settingKeys: readonly string[] = settingFields.map(settingKeyOf);

/** Splits `key=value` texts. A list is comma-separated; an empty value clears it. */
export function readSettingTexts(texts: readonly string[]): {
  changes: Partial<Record<SettingField, unknown>>;
  problems: SettingProblem[];
} {
  const changes: Partial<Record<SettingField, unknown>> = {};
  const problems: SettingProblem[] = [];
  for (const text of texts) {
    const [, key = text, value] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
    const field = settingFields.find((one) => settingKeyOf(one) === key);
    if (!field) problems.push({ field: key, message: `is not a setting (valid keys: ${settingKeys.join(', ')})` });
    else if (value === undefined) problems.push({ field: key, message: 'needs a value: key=value' });
    else if (field in changes) problems.push({ field: key, message: 'is given twice' });
    else changes[field] = rawValue(field, value.trim());
  }
  return { changes, problems };
}

/** The key of a field, or the name itself if it is no field. */
export function settingKeyOf(field: string): string {
  return (settingFields as string[]).includes(field) ? (settingRows[field as SettingField].key ?? field) : field;
}

function rawValue(field: SettingField, text: string): unknown {
  const { kind } = settingRows[field];
  if (kind === 'flag') return text === 'true' ? true : text === 'false' ? false : text;
  if (kind !== 'list') return text;
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}
