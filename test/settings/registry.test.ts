/**
 * What every row of the registry must fulfil, so that a new setting needs no other code to be stored, typed and shown.
 */
import { describe, expect, test } from 'vitest';
import { parseSettings } from '#src/organizations/organization.ts';
import { readSettingTexts, settingKeyOf } from '#src/settings/command-text.ts';
import { endingFields, presetFields, settingFields, settingRows, valueText } from '#src/settings/derived.ts';
import { fieldGroups, marksOf, savedForm, typedChanges, typedValues } from '#src/settings/form.ts';
import { givenFields } from '#src/smart/documents/given-endpoints.ts';

const base = { id: 'general', name: 'General Hospital', fhirBaseUrl: 'https://ehr.example/fhir', clientId: 'abc' };
const parsed = parseSettings(base, true);
const saved: Readonly<Record<string, unknown>> = parsed.ok ? { ...parsed.settings } : {};

describe.for(settingFields)('%s', (field) => {
  const row = settingRows[field];

  test('has texts for the form and the docs', () => {
    expect(row.label).toMatch(/^\p{L}[^.]+[^.:]$/u);
    expect(row.hint).toMatch(/^.{10,}\.$/s);
    expect(valueText(field, saved[field])).not.toContain('undefined');
  });

  test('its default passes the schema', () => {
    expect(parseSettings({ ...base, [field]: row.default }, true)).toEqual(parsed);
  });

  test('the command line reads what it writes', () => {
    const value = saved[field];
    const text = Array.isArray(value) ? value.join(',') : String(value);
    const { changes, problems } = readSettingTexts([`${settingKeyOf(field)}=${text}`]);
    expect(problems).toEqual([]);
    expect(parseSettings({ ...base, ...changes }, true)).toEqual(parsed);
  });
});

test('the form has every setting once, except the operator’s and those with a separate page, and changes nothing without input', () => {
  const names = fieldGroups.flatMap(({ fields }) => fields.map(({ name }) => name));
  expect(names.toSorted()).toEqual(
    settingFields.filter((field) => !settingRows[field].operator && !settingRows[field].ownPage).toSorted(),
  );
  const { values } = savedForm(saved);
  const typed = typedValues((name) => values[name] ?? '');
  expect(typedChanges(typed, saved)).toEqual({});
});

test('a page that another version of the app has made, with fewer fields, hides no change', () => {
  const { values } = savedForm(saved);
  for (const [at, name] of Object.keys(values).entries()) {
    const older = Object.fromEntries(Object.entries(values).toSpliced(at > 0 ? at - 1 : 1, 1));
    const typed = { ...values, [name]: values[name] === 'true' ? 'false' : values[name] === 'false' ? 'true' : 'x' };
    expect(Object.keys(typedChanges(typed, saved, marksOf(older)))).toEqual([name]);
    expect(typedChanges(typed, saved, marksOf(typed))).toEqual({});
  }
});

test('every endpoint given by hand ends launches when it changes (MT-05, DI-23)', () => {
  expect(givenFields.filter((field) => !endingFields.includes(field))).toEqual([]);
});

test('no two settings share a label or a key, and a preset sets no operator’s setting', () => {
  for (const named of [settingFields.map((field) => settingRows[field].label), settingFields.map(settingKeyOf)])
    expect(new Set(named).size).toBe(named.length);
  expect(presetFields.filter((field) => settingRows[field].operator)).toEqual([]);
});
