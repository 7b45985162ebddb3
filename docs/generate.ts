/** `npm run docs` writes the tables of docs/ that the code decides; with `--check` it only says whether they are current. */
import { readFileSync, writeFileSync } from 'node:fs';
import { environmentSchema } from '#src/config/index.ts';
import { causesByCode } from '#src/diagnostics/inspector/causes.ts';
import { describeError, errorCodes } from '#src/errors.ts';
import { parseSettings } from '#src/organizations/organization.ts';
import { settingKeyOf, settingKeys } from '#src/organizations/setting-text.ts';
import { advancedGroups } from '#views/integration-page/advanced-fields.ts';

const BEGIN = '<!-- Written by npm run docs: change the code, not this table. -->';
const END = '<!-- End of the table. -->';

/** What a variable or setting is when nothing is given. */
type Default = string | number | boolean | readonly string[] | undefined;

const tables = {
  'configuration.md': () => table(['Variable', 'Default', 'Meaning'], environmentRows()),
  'settings.md': () => table(['Setting', 'Values', 'Default', 'Meaning'], settingRows()),
  'errors.md': () =>
    table(['Code', 'Status', 'What the user sees', 'Usual causes', 'Who fixes it', 'Remedy'], errorRows()),
};

/** Meanings stand above each variable in `.env.example`, where an operator reads them first. */
function environmentRows(): string[][] {
  const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
  return Object.entries(environmentSchema.shape).map(([name, schema]) => {
    const [, meaning = ''] = new RegExp(`^# (.+)\\n(?:# ?)?${name}=`, 'm').exec(example) ?? [];
    return [code(name), shown(schema.safeParse(undefined).data), meaning];
  });
}

function settingRows(): string[][] {
  const blank = { id: 'x', name: 'x', fhirBaseUrl: '', clientId: '' };
  const parsed = parseSettings(blank, false, ['fhirBaseUrl', 'clientId']);
  const defaults: Record<string, Default> = parsed.ok ? { ...parsed.settings, timeZone: undefined } : {};
  const fields = advancedGroups.flatMap((group) => group.fields);
  return settingKeys.map((key) => {
    const field = fields.find(({ name }) => settingKeyOf(name) === key);
    const values =
      typeof field?.kind === 'string' ? field.kind : field?.kind.map(({ value }) => code(value)).join(', ');
    const meaning = field
      ? `${field.label}. ${field.hint}`
      : 'Private networks that calls to this EHR may reach (CIDRs).';
    return [code(key), values ?? 'lines', shown(defaults[field?.name ?? key]), meaning];
  });
}

function errorRows(): string[][] {
  return errorCodes.map((name) => {
    const { status, title, help } = describeError(name);
    const { causes = [], owner = '', whatToDo = '' } = causesByCode[name] ?? {};
    return [code(name), String(status), `**${title}.** ${help}`, causes.join('; '), owner, whatToDo];
  });
}

const code = (text: string) => `\`${text}\``;

function shown(value: Default): string {
  const text = [value ?? []].flat().join(',');
  return text === '' ? '' : code(text);
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
