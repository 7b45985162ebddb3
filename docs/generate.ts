/** `npm run docs` writes the tables of docs/ that the code decides; with `--check` it only says whether they are current. */
import { readFileSync, writeFileSync } from 'node:fs';
import { environmentSchema } from '#src/config/environment.ts';
import { type Rule, ruleRows, rules } from '#src/errors/rules/table.ts';
import { describeError, type ErrorCode, errorCodes, errorRows } from '#src/errors.ts';
import { type SettingField, settingFields, settingRows } from '#src/settings/derived.ts';

const BEGIN = '<!-- Written by npm run docs: change the code, not this table. -->';
const END = '<!-- End of the table. -->';

const tables = {
  'configuration.md': () => table(['Variable', 'Default', 'Meaning'], environment()),
  'settings.md': () => {
    const head = ['Setting', 'Values', 'Default', 'Meaning'];
    return sections(head, settingFields, (field) => settingRows[field].group, settingCells);
  },
  'errors.md': () => {
    const head = ['Code', 'Status', 'What the user sees', 'Causes', 'Who acts', 'Remedy'];
    const byRule = table(['Rule', 'Cause', 'Who acts', 'Next step'], rules.map(ruleCells));
    return `${sections(head, errorCodes, (name) => code(name.slice(0, name.indexOf('.'))), errorCells)}\n\n## Rules\n\nWhere the inspector or a check knows which rule failed, it says this instead of the causes of the code.\n\n${byRule}`;
  },
};

/** Meanings stand above each variable in `.env.example`, where an operator reads them first. */
function environment(): string[][] {
  const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
  return Object.entries(environmentSchema.shape).map(([name, schema]) => {
    const [, meaning = ''] = new RegExp(`^# (.+)\\n(?:# ?)?${name}=`, 'm').exec(example) ?? [];
    return [code(name), shown(schema.safeParse(undefined).data), meaning];
  });
}

const KINDS = { line: 'text', text: 'text', list: 'list', flag: '`true`, `false`', choice: '', number: 'number' };

function settingCells(field: SettingField): string[] {
  const row = settingRows[field];
  const values = row.choices ? Object.keys(row.choices).map(code).join(', ') : KINDS[row.kind];
  const meaning = `**${row.label}.** ${row.hint}${row.endsLaunches ? ' A change ends open launches.' : ''}`;
  return [code(row.key ?? field), values, row.defaultText ?? shown(row.default as Default), meaning];
}

function errorCells(name: ErrorCode): string[] {
  const { status, title, help } = describeError(name);
  const { causes, owner, remedy } = errorRows[name];
  return [code(name), String(status), `**${title}.** ${help}`, causes.join('; '), owner, remedy];
}

function ruleCells(rule: Rule): string[] {
  const { cause, owner, remedy } = ruleRows[rule];
  return [code(rule), cause, owner, remedy];
}

const code = (text: string) => `\`${text}\``;

/** What a variable or setting is when nothing is given. */
type Default = string | number | boolean | readonly string[] | undefined;

function shown(value: Default): string {
  const text = [value ?? []].flat().join(',');
  return text === '' ? '' : code(text);
}

function sections<Key>(
  head: readonly string[],
  keys: readonly Key[],
  titleOf: (key: Key) => string,
  cellsOf: (key: Key) => string[],
): string {
  const parts = [...Map.groupBy(keys, titleOf)];
  return parts.map(([title, members]) => `## ${title}\n\n${table(head, members.map(cellsOf))}`).join('\n\n');
}

function table(head: readonly string[], rows: readonly string[][]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const outdated = Object.entries(tables).filter(([name, write]) => {
  const file = new URL(name, import.meta.url);
  const text = readFileSync(file, 'utf8');
  const [before, rest = ''] = text.split(BEGIN);
  const [, after] = rest.split(END);
  if (after === undefined) throw new Error(`docs/${name} has no place for its table`);
  const current = `${before}${BEGIN}\n\n${write()}\n\n${END}${after}`;
  if (current === text) return false;
  if (!process.argv.includes('--check')) writeFileSync(file, current);
  return true;
});
const names = outdated.map(([name]) => `docs/${name}`).join(', ');
const isRefused = names !== '' && process.argv.includes('--check');
if (isRefused) process.exitCode = 1;
if (names !== '') {
  process.stdout.write(isRefused ? `Not what the code says: ${names}. Run: npm run docs\n` : `Written: ${names}\n`);
}
