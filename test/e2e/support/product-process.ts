/** The product as an operator runs it: two programs, configured by environment and command line. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { COMPILED, SHORT_WAYS } from '#test/helpers/command-line.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** A running product. */
export interface ProductProcess {
  port: number;
  pid: number;
  /** Its log so far, one JSON text per line. */
  logLines: string[];
  /** Ends it by SIGTERM and waits. */
  stop(): Promise<void>;
  /** Ends it as a crash does, and waits. */
  kill(): Promise<void>;
}

/**
 * Runs `npm start` until it listens.
 *
 * @throws Error with its log when it ends before that.
 */
export async function startProduct(env: NodeJS.ProcessEnv): Promise<ProductProcess> {
  const child = start({ ...env, PORT: '0' }, ['src/main.ts']);
  const ended = exitOf(child);
  const logLines: string[] = [];
  child.stderr?.on('data', (chunk) => logLines.push(String(chunk)));
  const port = await new Promise<number>((resolve, reject) => {
    if (child.stdout === null) throw new Error('no standard output');
    createInterface({ input: child.stdout }).on('line', (line) => {
      logLines.push(line);
      const found = /"address":\{[^}]*"port":(\d+)/.exec(line)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    void ended.then((code) => reject(new Error(`the product ended with ${code}: ${logLines.join('\n')}`)));
  });
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  return { port, pid: child.pid ?? 0, logLines, stop, kill };
}

function start(env: NodeJS.ProcessEnv, command: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...SHORT_WAYS, ...command], {
    cwd: ROOT,
    env: { NODE_COMPILE_CACHE: COMPILED, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}
