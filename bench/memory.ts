/** `npm run bench -- --memory`: the memory of a thousand open launches, and the growth of the product's heap. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Contestant, type ContestantName, type Surroundings, startPeer, startProduct } from './contestants.ts';
import { growthByKind } from './heap-growth.ts';
import type { Usage } from './report-usage.ts';
import { COMPARISON_HEAD, comparisonRow, type Report } from './table.ts';
import { launchMany } from './throughput.ts';

const LAUNCHES = 1_000;
const WARM_UP = 100;
const KIB_PER_MIB = 1_024;

/** Measures one server after the other, each alone on the machine; every launch has another patient. */
export async function measureMemory(surroundings: Surroundings): Promise<Report> {
  const exposed = { ...surroundings, flags: [...surroundings.flags, '--expose-gc'] };
  const starts = [
    () => startProduct(exposed),
    () => startPeer('openid-client', exposed),
    () => startPeer('fhirclient', exposed),
  ];
  const figures = new Map<ContestantName, { before: Usage; after: Usage }>();
  for (const start of starts) {
    const contestant = await start();
    try {
      await launchMany(contestant, 'warm', WARM_UP);
      const before = await contestant.child().ask({ ask: 'settled' });
      await launchMany(contestant, 'open', LAUNCHES);
      figures.set(contestant.name, { before, after: await contestant.child().ask({ ask: 'settled' }) });
      if (contestant.name === 'product') await printGrowth(contestant);
    } finally {
      await contestant.stop();
    }
  }
  const row = (name: string, figure: (one: { before: Usage; after: Usage }) => number, digits: number) =>
    comparisonRow(name, new Map([...figures].map(([contestant, one]) => [contestant, figure(one)])), digits);
  return {
    rows: [
      COMPARISON_HEAD,
      row('RSS after 100 launches, MiB', ({ before }) => before.rssMiB, 0),
      row('RSS after 1,000 more, MiB', ({ after }) => after.rssMiB, 0),
      row('heap after 100 launches, MiB', ({ before }) => before.heapMiB, 1),
      row('heap after 1,000 more, MiB', ({ after }) => after.heapMiB, 1),
      row('heap per open launch, KiB', (one) => heapKiB(one) / LAUNCHES, 1),
    ],
  };
}

function heapKiB({ before, after }: { before: Usage; after: Usage }): number {
  return (after.heapMiB - before.heapMiB) * KIB_PER_MIB;
}

/** Runs after the measurement, because a snapshot takes as much memory as it shows. */
async function printGrowth(contestant: Contestant): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'vectorcare-heap-'));
  const snapshot = async (name: string): Promise<string> => {
    const file = join(folder, name);
    await contestant.child().ask({ ask: 'snapshot', file });
    return file;
  };
  try {
    const before = await snapshot('before.heapsnapshot');
    await launchMany(contestant, 'more', LAUNCHES);
    const grown = await growthByKind(before, await snapshot('after.heapsnapshot'));
    console.log(`What ${LAUNCHES} further launches leave in the product's heap, per launch:`);
    for (const { kind, count, bytes } of grown.slice(0, 15))
      console.log(
        `  ${(bytes / LAUNCHES).toFixed(0).padStart(7)} bytes  ${(count / LAUNCHES).toFixed(2).padStart(7)} × ${kind}`,
      );
    console.log();
  } finally {
    rmSync(folder, { recursive: true });
  }
}
