/** `organization set|list|show|enable|disable|export|import` (check: src/checks/commands.ts) on the command line. */
import type { Command, CommandOutcome } from '#src/adapters/command-line.ts';
import { CommandError, done, readArguments, readOne, readVerb, table, UsageError } from '#src/adapters/command-line.ts';
import { parseJsonObject } from '#src/adapters/json-object.ts';
import { readSettingTexts, settingKeyOf, settingKeys } from '#src/settings/command-text.ts';
import { describeOrganization, describeSaved, endedCount, endedText, withoutDocument } from './command-output.ts';
import { type EditDependencies, editOrganization, settingsOf, switchOrganization, TAKEN } from './edit.ts';
import type { Organization, SettingChanges } from './organization.ts';

export interface OrganizationCommandDependencies extends EditDependencies {
  deployment: { publicUrl: URL; appName: string };
  readInput(): Promise<string>;
}

type OrganizationCommand = Command<OrganizationCommandDependencies>;

const BY = { actor: 'cli' } as const;

export const organizationUsage = [
  'organization set <orgId> [--name …] [--fhir-url …] [--client-id …] [--setting key=value]…',
  `                              keys: ${settingKeys.join(', ')}`,
  'organization list',
  'organization show <orgId>',
  'organization enable <orgId>',
  'organization disable <orgId>  ends its launches at once',
  'organization export <orgId>   its settings as JSON, without secrets',
  'organization import [--as <orgId>]  reads that JSON from standard input; only --as changes an existing organization',
];

/** Reads a command after the word `organization`. @throws UsageError */
export function readOrganizationCommand(args: readonly string[]): OrganizationCommand {
  const verbs = {
    set,
    list: (rest: readonly string[]) => readArguments(rest, [], {}) && list,
    show,
    enable: (rest: readonly string[]) => toggle(rest, true),
    disable: (rest: readonly string[]) => toggle(rest, false),
    export: exportCommand,
    import: importCommand,
  };
  return readVerb('organization', organizationUsage, verbs, args);
}

function set(args: readonly string[]): OrganizationCommand {
  const { values, positionals } = readArguments(args, ['<orgId>'], {
    name: { type: 'string' },
    'fhir-url': { type: 'string' },
    'client-id': { type: 'string' },
    setting: { type: 'string', multiple: true },
  });
  const settings = readSettingTexts(values.setting ?? []);
  if (settings.problems.length > 0) throw new UsageError(settings.problems.map(describeProblem));
  const flags = { name: values.name, fhirBaseUrl: values['fhir-url'], clientId: values['client-id'] };
  const given = Object.entries(flags).filter(([, value]) => value !== undefined);
  const changes: SettingChanges = { ...settings.changes, ...Object.fromEntries(given) };
  return (dependencies) => saved(dependencies, positionals[0] ?? '', changes);
}

async function saved(dependencies: OrganizationCommandDependencies, id: string, changes: SettingChanges) {
  const result = await editOrganization(dependencies, id, changes, BY);
  if (!result.ok) {
    const isTaken = result.problems.some(({ message }) => message === TAKEN);
    const hint = isTaken ? [`To change organization ${id}, name it: organization import --as ${id}`] : [];
    throw new UsageError([...result.problems.map(describeProblem), ...hint]);
  }
  return describeSaved(result, dependencies.deployment);
}

async function list({ store }: OrganizationCommandDependencies): Promise<CommandOutcome> {
  const organizations = await store.list();
  const stateOf = ({ enabled }: Organization) => (enabled ? 'enabled' : 'disabled');
  const rows = organizations.map((one) => [one.id, stateOf(one), one.name, one.fhirBaseUrl, one.clientId]);
  const text = table([['Org ID', 'state', 'name', 'FHIR URL', 'Client ID'], ...rows]);
  const json = { organizations: organizations.map(withoutDocument) };
  return done(rows.length === 0 ? 'No organizations yet.' : text, json);
}

function show(args: readonly string[]): OrganizationCommand {
  const id = readOne(args, '<orgId>');
  return async ({ store, deployment }) => describeOrganization(found(await store.find(id), id), deployment);
}

function toggle(args: readonly string[], enabled: boolean): OrganizationCommand {
  const id = readOne(args, '<orgId>');
  return async (dependencies) => {
    const { after, ended } = found(await switchOrganization(dependencies, id, enabled, BY), id);
    const text = enabled
      ? `Organization ${id} is enabled.`
      : [`Organization ${id} is disabled.`, ...endedText(ended)].join(' ');
    const { connectionVersion } = after;
    return done(text, { id, enabled, connectionVersion, endedCount: endedCount(ended) });
  };
}

function exportCommand(args: readonly string[]): OrganizationCommand {
  const id = readOne(args, '<orgId>');
  return async ({ store }) => {
    // Settings hold no secret; keys, users and launches are not exported.
    const exported = { form: FORM, ...settingsOf(found(await store.find(id), id)) };
    return done(JSON.stringify(exported, null, 2), exported);
  };
}

function importCommand(args: readonly string[]): OrganizationCommand {
  const { values } = readArguments(args, [], { as: { type: 'string' } });
  return async (dependencies) => {
    const exported = readExport(await dependencies.readInput());
    if (!exported) throw new UsageError(['Standard input is not the output of: organization export <orgId>']);
    const { id, changes } = exported;
    const mustBeNew = values.as === undefined;
    return saved({ ...dependencies, mayBeginUnset: true, mustBeNew }, values.as ?? id, changes);
  };
}

/** Identifies the product and the version of the export format. */
const FORM = 'vectorcare-organization/1';

/** Reads an export. @param text of a file, untrusted; the schema checks its settings when they are saved. */
function readExport(text: string): { id: string; changes: SettingChanges } | undefined {
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

/** @throws CommandError when there is no such organization. */
export function found<Answer>(answer: Answer | undefined, id: string): Answer {
  if (answer !== undefined) return answer;
  throw new CommandError(`There is no organization ${JSON.stringify(id)}. See: npm run admin -- organization list`);
}

const FLAG_OF_FIELD = new Map([
  ['id', '<orgId>'],
  ['name', '--name'],
  ['fhirBaseUrl', '--fhir-url'],
  ['clientId', '--client-id'],
]);

function describeProblem({ field, message }: { field: string; message: string }): string {
  return `${FLAG_OF_FIELD.get(field) ?? `setting ${settingKeyOf(field)}`}: ${message}`;
}
