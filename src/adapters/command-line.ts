/** The command line: the outcome of a command, its errors, and the parsing of its arguments. */
import { type ParseArgsConfig, parseArgs } from 'node:util';

/** The outcome of a command: text for people, JSON for machines, and the exit code (0 done, 1 failed, 2 usage). */
export interface CommandOutcome {
  exitCode: 0 | 1 | 2;
  text: string;
  json: unknown;
}

/** The command is not valid as typed; nothing has been changed (exit code 2). */
export class UsageError extends Error {
  override name = 'UsageError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** The command is valid but was refused, for example because of an unknown Org ID (exit code 1). */
export class CommandError extends Error {
  override name = 'CommandError';
}

/** The outcome of a command that did its work. */
export function done(text: string, json: unknown): CommandOutcome {
  return { exitCode: 0, text, json };
}

export type Command<Dependencies> = (dependencies: Dependencies) => Promise<CommandOutcome>;

/** Reads a command of several verbs. @param usage the lines of each verb. @throws UsageError */
export function readVerb<Dependencies>(
  noun: string,
  usage: readonly string[],
  verbs: Readonly<Record<string, (args: readonly string[]) => Command<Dependencies>>>,
  [verb = '', ...args]: readonly string[],
): Command<Dependencies> {
  const read = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (!read) throw new UsageError([`${noun} ${verb}: use one of`, ...usage.map((line) => `  ${line}`)]);
  return read(args);
}

const MOST_INPUT_BYTES = 4_000_000;

/** Reads standard input to its end. @throws UsageError when it is too long. */
export async function readInput(stdin: NodeJS.ReadableStream): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of stdin) {
    const more = Buffer.from(piece);
    pieces.push(more);
    bytes += more.length;
    if (bytes > MOST_INPUT_BYTES) throw new UsageError([`Standard input has more than ${MOST_INPUT_BYTES} bytes`]);
  }
  return Buffer.concat(pieces).toString();
}

/** Formats rows as a table: each column is as wide as its longest cell, with two spaces between columns. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

type Flags = NonNullable<ParseArgsConfig['options']>;

/** Reads flags and the positional arguments `names`; all are required. @throws UsageError */
export function readArguments<const Options extends Flags>(
  args: readonly string[],
  names: readonly string[],
  options: Options,
) {
  const { values, positionals } = parseStrictly(args, options);
  const missing = names.slice(positionals.length).map((name) => `${name} is missing`);
  const extra = positionals.slice(names.length).map((text) => `"${text}" is one argument too many`);
  if (missing.length + extra.length > 0) throw new UsageError([...missing, ...extra]);
  return { values, positionals };
}

/** Reads the only argument of a command. @throws UsageError */
export function readOne(args: readonly string[], name: string): string {
  return readArguments(args, [name], {}).positionals[0] ?? '';
}

function parseStrictly<const Options extends Flags>(args: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError([error.message]);
    throw error;
  }
}
