/** Runs `npm run admin -- …` in this process, or as a program if the program itself is tested. */
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { runCommand } from '#src/run-command.ts';

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

/** Node's compile cache, so that it does not compile the sources again for every program that a test starts. */
export const COMPILED = join(tmpdir(), 'vectorcare-compiled-for-tests');

/** The options of Node for those programs. */
export const SHORT_WAYS = ['--import', fileURLToPath(new URL('vitest/short-ways.ts', import.meta.url))];

/** The output of a command, and its exit code. */
export interface CommandAnswer {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command in this process, because starting the program takes a second and a half. */
export async function runAdmin(env: NodeJS.ProcessEnv, args: readonly string[], input = ''): Promise<CommandAnswer> {
  const output = { stdout: '', stderr: '' };
  const into = (name: keyof typeof output) => ({
    write: (piece: string | Uint8Array) => {
      output[name] += String(piece);
      return true;
    },
  });
  const terminal = { stdin: Readable.from([input]), stdout: into('stdout'), stderr: into('stderr') };
  return { code: await runCommand(args, terminal, env), ...output };
}

/** Runs the program, as a shell does. */
export async function runProgram(env: NodeJS.ProcessEnv, args: readonly string[], input = ''): Promise<CommandAnswer> {
  // As in vitest.config.ts: a database lives too briefly for its WebAssembly to be optimized.
  const child = spawn(process.execPath, ['--liftoff-only', ...SHORT_WAYS, CLI, ...args], {
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: COMPILED, ...env },
  });
  const code = new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? -1)));
  child.stdin.end(input);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, stdout, stderr };
}

/** Runs a command that a test needs as its setup. @throws Error with the command's output. */
export async function mustRunAdmin(env: NodeJS.ProcessEnv, args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await runAdmin(env, args);
  if (code !== 0) throw new Error(`admin ${args.join(' ')} ended with ${code}: ${stdout}${stderr}`);
}
