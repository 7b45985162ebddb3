/** Derives from the registry the types, schema, defaults and texts of settings. */
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
