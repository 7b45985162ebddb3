/** Preloaded into every measured process: reports its usage to its parent, and ends with it. */
import { writeHeapSnapshot } from 'node:v8';

/** `settled` runs a full garbage collection first, if the process was started with --expose-gc. */
export type Question = { ask: 'usage' | 'settled' } | { ask: 'snapshot'; file: string };

export interface Usage {
  /** CPU time since the start, all threads. */
  cpuMs: number;
  rssMiB: number;
  heapMiB: number;
}

const MIB = 1_024 * 1_024;

process.on('message', (question: Question) => {
  if (question.ask === 'snapshot') writeHeapSnapshot(question.file);
  // The second run collects what finalizers have released.
  else if (question.ask === 'settled') for (let time = 0; time < 2; time += 1) globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  process.send?.({ cpuMs: (user + system) / 1_000, rssMiB: rss / MIB, heapMiB: heapUsed / MIB } satisfies Usage);
});
process.on('disconnect', () => process.exit());
// The measuring parent must not keep a stopped server alive.
process.channel?.unref();
