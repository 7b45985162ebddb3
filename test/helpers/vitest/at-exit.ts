/** Ends what a worker has started for all its files, unless the worker is killed by SIGKILL. */
const endings: (() => void)[] = [];

/** Runs a synchronous function when the process ends. */
export function atExit(ending: () => void): void {
  if (endings.push(ending) > 1) return;
  process.once('exit', () => {
    for (const one of endings) one();
  });
  // Vitest ends its workers by SIGTERM, which would skip the exit event.
  process.once('SIGTERM', () => process.exit());
}
