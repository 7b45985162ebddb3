/** The operator's commands. Each feature reads and runs its own; this file opens and closes. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '#src/adapters/clock.ts';
import type { CommandOutcome } from '#src/adapters/command-line.ts';
import { CommandError, done, readArguments, readInput, UsageError } from '#src/adapters/command-line.ts';
import { type Database, openDatabase, withoutQuery } from '#src/adapters/database/index.ts';
import { FolderInUseError } from '#src/adapters/folder-lock.ts';
import { createLog } from '#src/adapters/log.ts';
import { createSealer } from '#src/adapters/seal.ts';
import { readUserCommand, type UserCommandDependencies, userUsage } from '#src/admin/user-commands.ts';
import { createUserStore } from '#src/admin/user-store.ts';
import { createAudit } from '#src/audit/audit.ts';
import type { CheckCommandDependencies } from '#src/checks/commands.ts';
import { checkUsage, readCheckCommand, readOrganizationCheck } from '#src/checks/commands.ts';
import { type Config, ConfigError, loadConfig } from '#src/config/index.ts';
import type { KeyDependencies } from '#src/keys/key-actions.ts';
import { keyUsage, readKeyCommand } from '#src/keys/key-commands.ts';
import { keyState } from '#src/keys/key-life.ts';
import { KeyError } from '#src/keys/key-pair.ts';
import { listKeyRows } from '#src/keys/key-store.ts';
import { endFromCommandLine } from '#src/launches/ending/cli-end-launches.ts';
import type { OrganizationCommandDependencies } from '#src/organizations/commands.ts';
import { organizationUsage, readOrganizationCommand } from '#src/organizations/commands.ts';
import { createOrganizationStore } from '#src/organizations/store.ts';
import { doctor } from './ops/doctor.ts';

const USAGE = [
  'Usage: npm run admin -- <command> [--json]',
  ...[...organizationUsage, ...checkUsage, ...keyUsage, ...userUsage, 'migrate'],
  'doctor                        configuration, stores, keys, clocks and the way to each EHR',
].join('\n  ');

/** Where a command reads and writes: the process's own streams, or a test's. */
export interface Terminal {
  stdin: NodeJS.ReadableStream;
  stdout: Pick<NodeJS.WriteStream, 'write'>;
  stderr: Pick<NodeJS.WriteStream, 'write'>;
}

type Command = (
  dependencies: OrganizationCommandDependencies & CheckCommandDependencies & KeyDependencies & UserCommandDependencies,
) => Promise<CommandOutcome>;

function readCommand(args: readonly string[]): Command {
  const [noun, ...rest] = args;
  switch (noun) {
    case 'organization':
      return rest[0] === 'check' ? readOrganizationCheck(rest.slice(1)) : readOrganizationCommand(rest);
    case 'check':
      return readCheckCommand(rest);
    case 'keys':
      return readKeyCommand(rest);
    case 'user':
      return readUserCommand(rest);
    case 'migrate':
      if (rest.length > 0) throw new UsageError(['migrate takes no arguments']);
      return async () => done('The database is up to date.', { migrated: true });
    case undefined:
    default:
      throw new UsageError([noun === undefined ? 'a command is missing' : `${noun} is not a command`, USAGE]);
  }
}

async function run(args: readonly string[], terminal: Terminal, env?: NodeJS.ProcessEnv): Promise<CommandOutcome> {
  if (args.includes('--help')) return done(USAGE, { usage: USAGE });
  if (args[0] === 'doctor') {
    readArguments(args.slice(1), [], {});
    const configured = (config: Config) => noteDemo(config, terminal);
    return doctor({ env, stderr: terminal.stderr, clock: systemClock, configured });
  }
  // Parsed before anything is opened: a typing error needs no database and changes nothing.
  const command = readCommand(args);
  const config = loadConfig(env);
  noteDemo(config, terminal);
  const database = await openDatabase({ databaseUrl: config.databaseUrl, dataDir: config.dataDir });
  try {
    return await execute(command, config, database, terminal);
  } finally {
    await database.close();
  }
}

/** Points out that the demo has its own embedded database, which a bare command does not read. */
function noteDemo({ databaseUrl, dataDir }: Config, { stderr }: Terminal): void {
  const demo = join(dataDir, 'demo');
  if (databaseUrl !== undefined || !existsSync(demo)) return;
  stderr.write(
    `This reads the database in ${dataDir}. The demo has its own: stop the demo, then begin the command with DATA_DIR=${demo}\n`,
  );
}

async function execute(command: Command, config: Config, database: Database, { stdin, stderr }: Terminal) {
  await database.migrate();
  const sealer = createSealer(config.appSecrets);
  // Standard output is reserved for the result.
  const log = createLog(config.logLevel, stderr);
  const audit = createAudit({ db: database.db, sealer, log, clock: systemClock });
  const organizations = createOrganizationStore(database.db);
  try {
    return await command({
      db: database.db,
      sealer,
      audit,
      clock: systemClock,
      store: organizations,
      endLaunches: endFromCommandLine({ config, db: database.db, sealer, audit, clock: systemClock, log }),
      organizations,
      users: createUserStore(database.db),
      readInput: () => readInput(stdin),
      production: config.production,
      deployment: { publicUrl: config.publicUrl, appName: config.appName },
      allowPrivate: config.outboundAllowPrivate,
      publishedKeys: async () =>
        (await listKeyRows(database.db)).filter((key) => keyState(key, systemClock()) !== 'gone'),
    });
  } finally {
    await audit.flush();
  }
}

function failed(error: unknown): CommandOutcome {
  if (error instanceof UsageError) {
    const text = `${error.message}\nNothing has been changed.`;
    return { exitCode: 2, text, json: { error: 'usage', problems: error.problems } };
  }
  const text = describeFailure(error);
  return { exitCode: 1, text, json: { error: 'failed', problems: [text] } };
}

function describeFailure(error: unknown): string {
  const ours = [CommandError, ConfigError, FolderInUseError, KeyError].some((kind) => error instanceof kind);
  if (ours && error instanceof Error) return error.message;
  const cause = withoutQuery(error);
  // A refused connection is an AggregateError with an empty message and the reason in its code.
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return `The command failed${code}: ${cause instanceof Error ? cause.message : 'unknown error'}`;
}

/** Runs one command. @param env default: the process's own. @returns the exit code: 0 done, 1 failed, 2 usage. */
export async function runCommand(
  args: readonly string[],
  terminal: Terminal,
  env?: NodeJS.ProcessEnv,
): Promise<number> {
  const isJson = args.includes('--json');
  const words = args.filter((text) => text !== '--json');
  // Standard output gets the result, even a negative one; standard error gets failures.
  const { outcome, stream } = await run(words, terminal, env).then(
    (answer) => ({ outcome: answer, stream: terminal.stdout }),
    (error: unknown) => ({ outcome: failed(error), stream: terminal.stderr }),
  );
  if (isJson) terminal.stdout.write(`${JSON.stringify(outcome.json, null, 2)}\n`);
  if (!isJson || stream === terminal.stderr) stream.write(`${withoutControls(outcome.text)}\n`);
  return outcome.exitCode;
}

/** Names and answers that others wrote must not move the cursor or rename the window of an operator's terminal. */
function withoutControls(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, ' ');
}
