/** What a worker has started for all its files ends with it, however it ends but by SIGKILL. */
const endings: (() => void)[] = [];

/** Runs this, which may not wait, when the process ends. */
export function atExit(ending: () => void): void {
  if (endings.push(ending) > 1) return;
  process.once('exit', () => {
    for (const one of endings) one();
  });
  // Vitest ends its workers so, and that alone would skip the event.
  process.once('SIGTERM', () => process.exit());
}
