/** Runs the measured servers, each in its own process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Question, Usage } from './report-usage.ts';

/** A running server process. */
export interface Child {
  /** One question at a time. @throws Error when the process has ended. */
  ask(question: Question): Promise<Usage>;
  stop(): Promise<void>;
  /** Kills the process without a shutdown, as the loss of a machine does. */
  kill(): Promise<void>;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const preload = fileURLToPath(new URL('./report-usage.ts', import.meta.url));

/**
 * Starts `node <script>` and waits until `readyUrl` answers 200.
 *
 * @param options.flags of node itself, such as --cpu-prof.
 * @param options.log the file for its output, which is discarded without one.
 * @throws Error when the process ends or is not ready within 20 s.
 */
export async function startChild(
  script: string,
  options: { env: Record<string, string>; readyUrl: string; flags?: readonly string[]; log?: string },
): Promise<Child> {
  const nodeFlags = ['--disable-warning=ExperimentalWarning', ...(options.flags ?? []), '--import', preload];
  const child = spawn(process.execPath, [...nodeFlags, script], {
    cwd: root,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', options.log === undefined ? 'ignore' : openSync(options.log, 'a'), 'inherit', 'ipc'],
  });
  await untilReady(child, script, options.readyUrl);
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  };
  return {
    ask: async (question) => {
      child.send(question);
      const [usage] = (await once(child, 'message')) as [Usage];
      return usage;
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

/** Runs `node <script> …` to its end. @throws Error when it fails. */
export async function runToEnd(command: readonly string[], env: Record<string, string>): Promise<void> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...command], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}`);
}

async function untilReady(child: ChildProcess, script: string, url: string): Promise<void> {
  for (let attempt = 0; attempt < 1_000 && child.exitCode === null; attempt += 1) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  child.kill('SIGKILL');
  throw new Error(`${script} did not become ready`);
}
