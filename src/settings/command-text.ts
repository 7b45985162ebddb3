/** Settings on the command line: turns `key=value` texts into the raw values that the schema checks. */
import { type SettingField, type SettingProblem, settingFields, settingRows } from './derived.ts';

export const settingKeys: readonly string[] = settingFields.map(settingKeyOf);

/** Splits `key=value` texts. A list is comma-separated; an empty value clears it. */
export function readSettingTexts(texts: readonly string[]) {
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
