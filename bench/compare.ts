/** `npm run bench`: measures launches, reloads, the page, and round trips of the product and of both peers. */
import { gzipSync } from 'node:zlib';
import type { Contestant, ContestantName } from './contestants.ts';
import { measureTrips, type Trips } from './round-trips.ts';
import type { StubEhr } from './stub/control.ts';
import { COMPARISON_HEAD, comparisonRow, type Report, type Row } from './table.ts';
import { launching, measureThroughput, reloading, type Throughput } from './throughput.ts';
import { launchOnce } from './visitor.ts';

export async function compare(contestants: readonly Contestant[], stub: StubEhr): Promise<Report> {
  const launches = await measureThroughput(contestants, { rounds: 3, roundMs: 2_000, warmUpMs: 4_000 }, launching);
  const reload = await reloading(contestants);
  const reloads = await measureThroughput(contestants, { rounds: 3, roundMs: 1_500, warmUpMs: 1_500 }, reload);
  const pages = new Map<ContestantName, Buffer>();
  for (const { name, launchUrl } of contestants) pages.set(name, Buffer.from((await launchOnce(launchUrl)).page));
  const trips = new Map<ContestantName, Trips[]>();
  for (const contestant of contestants) trips.set(contestant.name, await measureTrips(contestant, stub));
  printPaths(trips);
  return {
    rows: [
      COMPARISON_HEAD,
      ...throughputRows('launches', 'launch', launches),
      ...throughputRows('list re-loads', 'list re-load', reloads),
      comparisonRow(
        'page, bytes',
        each(pages, ({ length }) => length),
        0,
      ),
      comparisonRow(
        'page, bytes after gzip',
        each(pages, (page) => gzipSync(page).length),
        0,
      ),
      ...tripRows(trips),
    ],
  };
}

function throughputRows(many: string, one: string, measured: ReadonlyMap<ContestantName, Throughput>): Row[] {
  return [
    comparisonRow(
      `${many} per second`,
      each(measured, ({ perSecond }) => perSecond),
      0,
    ),
    comparisonRow(
      `CPU ms per ${one}`,
      each(measured, ({ cpuMsEach }) => cpuMsEach),
      2,
    ),
  ];
}

function tripRows(trips: ReadonlyMap<ContestantName, Trips[]>): Row[] {
  const situations = trips.get('product')?.map(({ situation }) => situation) ?? [];
  return situations.flatMap((situation, index) => {
    const row = (name: string, key: 'sequential' | 'requests' | 'connections', digits: number) =>
      comparisonRow(
        `${name}, ${situation}`,
        each(trips, (all) => all[index]?.[key] ?? Number.NaN),
        digits,
      );
    return [
      row('sequential round trips', 'sequential', 2),
      row('EHR requests', 'requests', 0),
      row('EHR connections opened', 'connections', 0),
    ];
  });
}

function printPaths(trips: ReadonlyMap<ContestantName, Trips[]>): void {
  console.log('What the EHR is asked:');
  for (const [name, all] of trips)
    for (const { situation, paths } of all) console.log(`  ${name}, ${situation}: ${paths.join(', ')}`);
  console.log();
}

function each<Value>(values: ReadonlyMap<ContestantName, Value>, figure: (value: Value) => number) {
  return new Map([...values].map(([name, value]) => [name, figure(value)]));
}
