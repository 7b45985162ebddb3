/** Preloaded into every measured process: reports its usage to its parent, and ends with it. */
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { writeHeapSnapshot } from 'node:v8';

/** `settled` runs a full garbage collection first, if the process was started with --expose-gc. */
export type Question = { ask: 'usage' | 'settled' } | { ask: 'snapshot'; file: string };

export interface Usage {
  /** CPU time since the start, all threads. */
  cpuMs: number;
  rssMiB: number;
  heapMiB: number;
  /** What the last major collection left in the heap; 0 before the first. */
  liveHeapMiB: number;
}

const MIB = 1_024 * 1_024;

let liveHeapMiB = 0;
new PerformanceObserver((list) => {
  const collections = list.getEntries() as (PerformanceEntry & { detail: { kind: number } })[];
  if (collections.some(({ detail }) => detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR))
    liveHeapMiB = process.memoryUsage().heapUsed / MIB;
}).observe({ entryTypes: ['gc'] });

process.on('message', (question: Question) => {
  if (question.ask === 'snapshot') writeHeapSnapshot(question.file);
  // The second run collects what finalizers have released.
  else if (question.ask === 'settled') for (let time = 0; time < 2; time += 1) globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  const cpuMs = (user + system) / 1_000;
  process.send?.({ cpuMs, rssMiB: rss / MIB, heapMiB: heapUsed / MIB, liveHeapMiB } satisfies Usage);
});
process.on('disconnect', () => process.exit());
// The measuring parent must not keep a stopped server alive.
process.channel?.unref();
