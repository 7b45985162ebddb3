/** Samples the memory of each process of a fleet, by instance and start. */
import type { Child } from '#bench/child.ts';
import type { Fleet } from '#bench/fleet.ts';
import type { MemorySample } from './memory-trend.ts';

export interface ProcessSamples {
  name: string;
  samples: MemorySample[];
}

const EVERY_MS = 5_000;

/** @returns a function that ends the watch and returns the processes that ran to the end. */
export function watchMemory(fleet: Fleet): () => ProcessSamples[] {
  const began = performance.now();
  const seen = new Map<Child, ProcessSamples>();
  const look = async (child: Child, name: string) => {
    const known = seen.get(child) ?? { name, samples: [] };
    seen.set(child, known);
    const { rssMiB, liveHeapMiB } = await child.ask({ ask: 'usage' });
    known.samples.push({ minute: (performance.now() - began) / 60_000, rssMiB, liveHeapMiB });
  };
  const timer = setInterval(() => {
    for (const [index, instance] of fleet.instances.entries()) {
      const child = instance.child();
      // A killed process does not answer; its successor is watched instead.
      if (child) look(child, `instance ${index + 1}`).catch(() => undefined);
    }
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
    return fleet.instances.flatMap((instance) => {
      const child = instance.child();
      return (child && seen.get(child)) ?? [];
    });
  };
}
