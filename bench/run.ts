/**
 * `npm run bench`: the product beside the app a tutorial ends with, on this machine, in this run. `-- --profile` also
 * writes a CPU profile of both to bench/results; `-- --refresh` measures what renewing a token costs, and
 * `-- --instances` one, two and three instances on one Redis, in place of the rest. `-- --attack` is no comparison: it
 * exits with 1 when a launch fails or a health check takes over a second while a visitor means harm.
 */
import { availableParallelism, cpus } from 'node:os';
import { gzipSync } from 'node:zlib';
import { measureAttack } from './attack.ts';
import { startMinimal, startProduct } from './contestants.ts';
import { measureInstances } from './instances.ts';
import { measureRefresh } from './refresh.ts';
import { measureTrips, type Trips } from './round-trips.ts';
import { startStubEhr } from './stub-control.ts';
import { launching, measureThroughput, reloading, type Throughput } from './throughput.ts';
import { closeVisitors, launchOnce } from './visitor.ts';

const LONGEST_HEALTH_MS = 1_000;
const began = performance.now();
const flags = process.argv.includes('--profile') ? ['--cpu-prof', '--cpu-prof-dir=bench/results'] : [];
const stub = await startStubEhr();
const product = await startProduct(stub, flags);
const minimal = await startMinimal(stub, flags);
const contestants = [product, minimal];
const rows: string[][] = [['', 'product', 'minimal', 'product / minimal']];

try {
  console.log(`node ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'})`);
  console.log(`product on ${product.stores}; minimal on express-session's memory\n`);

  if (process.argv.includes('--refresh')) await refreshes();
  else if (process.argv.includes('--instances')) await instances();
  else if (process.argv.includes('--attack')) await attack();
  else await launchesAndReloads();
  printTable(rows);
} finally {
  await minimal.stop();
  await product.stop();
  await stub.stop();
  await closeVisitors();
}
console.log(`\nMeasured in ${Math.round((performance.now() - began) / 1_000)} s.`);

async function refreshes(): Promise<void> {
  const [ours, theirs] = [await measureRefresh(product, stub), await measureRefresh(minimal, stub)];
  addRow('CPU ms per page, fresh token', ours.freshCpuMs, theirs.freshCpuMs, 2);
  addRow('CPU ms per page with a refresh', ours.refreshedCpuMs, theirs.refreshedCpuMs, 2);
  addRow('CPU ms per refresh', ours.refreshedCpuMs - ours.freshCpuMs, theirs.refreshedCpuMs - theirs.freshCpuMs, 2);
  addRow('sequential round trips, fresh token', ours.freshTrips, theirs.freshTrips, 2);
  addRow('sequential round trips with a refresh', ours.refreshedTrips, theirs.refreshedTrips, 2);
}

async function instances(): Promise<void> {
  if (product.env['REDIS_URL'] === '') throw new Error('instances share a Redis and a PostgreSQL: start both first');
  rows[0] = ['', '1 instance', '2 instances', '3 instances', '2 / 1', '3 / 1'];
  for (const [name, [one, two, three]] of await measureInstances(product)) {
    const ratios = [two / one, three / one].map((ratio) => ratio.toFixed(2));
    rows.push([`${name} per second`, ...[one, two, three].map((number) => number.toFixed(0)), ...ratios]);
  }
}

async function attack(): Promise<void> {
  const result = await measureAttack(product, 60);
  rows.splice(0, rows.length, ['sixty seconds under attack', '']);
  rows.push(['launches of clinicians', String(result.launches)]);
  rows.push(['of them failed', String(result.failed.length)]);
  rows.push(['median launch, ms', result.medianLaunchMs.toFixed(0)]);
  rows.push(['longest launch, ms', result.longestLaunchMs.toFixed(0)]);
  rows.push(['health checks', String(result.healthChecks)]);
  rows.push(['longest health check, ms', result.longestHealthMs.toFixed(0)]);
  for (const [answer, times] of Object.entries(result.answers)) rows.push([`attacker got ${answer}`, String(times)]);
  for (const failure of new Set(result.failed)) console.error(failure);
  if (result.failed.length > 0 || result.longestHealthMs > LONGEST_HEALTH_MS) process.exitCode = 1;
}

async function launchesAndReloads(): Promise<void> {
  const launches = await measureThroughput(contestants, { rounds: 3, roundMs: 2_500, warmUpMs: 5_000 }, launching);
  addThroughput('launches', launches);
  const work = await reloading(contestants);
  addThroughput(
    'list re-loads',
    await measureThroughput(contestants, { rounds: 3, roundMs: 1_500, warmUpMs: 1_500 }, work),
  );

  const productPage = Buffer.from((await launchOnce(product.launchUrl)).page);
  const minimalPage = Buffer.from((await launchOnce(minimal.launchUrl)).page);
  addRow('page, bytes', productPage.length, minimalPage.length, 0);
  addRow('page, bytes after gzip', gzipSync(productPage).length, gzipSync(minimalPage).length, 0);

  const productTrips = await measureTrips(product, stub);
  const minimalTrips = await measureTrips(minimal, stub);
  addTrips(productTrips, minimalTrips);
  console.log('What the EHR is asked:');
  for (const { situation, paths } of productTrips) console.log(`  product, ${situation}: ${paths.join(', ')}`);
  for (const { situation, paths } of minimalTrips) console.log(`  minimal, ${situation}: ${paths.join(', ')}`);
  console.log();
}

function addThroughput(what: string, measured: Map<'product' | 'minimal', Throughput>): void {
  const ours = measured.get('product');
  const theirs = measured.get('minimal');
  if (!ours || !theirs) return;
  addRow(`${what} per second`, ours.perSecond, theirs.perSecond, 0);
  addRow(`CPU ms per ${what.replace(/e?s$/, '')}`, ours.cpuMsEach, theirs.cpuMsEach, 2);
}

function addTrips(ours: readonly Trips[], theirs: readonly Trips[]): void {
  for (const [index, { situation, requests, connections, sequential }] of ours.entries()) {
    const other = theirs[index];
    if (!other) continue;
    addRow(`sequential round trips, ${situation}`, sequential, other.sequential, 2);
    addRow(`EHR requests, ${situation}`, requests, other.requests, 0);
    addRow(`EHR connections opened, ${situation}`, connections, other.connections, 0);
  }
}

function addRow(name: string, ours: number, theirs: number, digits: number): void {
  const ratio = theirs === 0 ? '-' : (ours / theirs).toFixed(2);
  rows.push([name, ours.toFixed(digits), theirs.toFixed(digits), ratio]);
}

function printTable(lines: readonly string[][]): void {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  for (const [name = '', ...numbers] of lines) {
    const cells = numbers.map((cell, index) => cell.padStart(widths[index + 1] ?? 0));
    console.log(`${name.padEnd(widths[0] ?? 0)}  ${cells.join('  ')}`);
  }
}
