/** Finds and runs other programs to prepare the test machine. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';

/** A problem that only the developer can fix; the message says how. */
export class PreparationError extends Error {}

/** The first executable of these files. */
export function firstExecutable(paths: readonly string[]): string | undefined {
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** The full path of a program on the PATH, or in the system folders that an odd PATH leaves out. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean), '/usr/bin', '/usr/sbin'];
  return firstExecutable(folders.map((folder) => join(folder, name)));
}

/** Runs a program to its end, silently unless it fails. @throws PreparationError with its output. */
export function run(program: string, args: readonly string[]): void {
  try {
    execFileSync(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    throw new PreparationError(`${program} ${args.join(' ')} failed\n${output.slice(-2_000)}`);
  }
}

/** May apt be used without asking: is this a Debian, and are we root? */
export function isRootOnDebian(): boolean {
  return process.getuid?.() === 0 && isDebian() && findProgram('apt-get') !== undefined;
}

function isDebian(): boolean {
  try {
    return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

/** The wanted port of 127.0.0.1, or any free one if it is in use. */
export async function freePort(wished: number): Promise<number> {
  return (await tryPort(wished)) ?? (await tryPort(0)) ?? wished;
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(undefined));
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}
