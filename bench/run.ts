/**
 * `npm run bench`: compares the product with two small peers on this machine. Other measurements:
 *
 * - `-- --refresh`: the cost of renewing a token
 * - `-- --instances`: one, two and three instances on the same stores
 * - `-- --memory`: the memory of a thousand open launches, and the growth of the product's heap
 * - `-- --stores`: the cost of a launch in Redis and PostgreSQL
 * - `-- --attack`: launches and health checks during an attack
 * - `-- --soak [--minutes N]`: steady load, while Redis crashes and an instance is killed
 *
 * The last two exit with 1 when a promise is broken. `-- --profile` also writes CPU profiles to bench/results.
 */
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { measureAttack } from './attack.ts';
import { compare } from './compare.ts';
import { type Contestant, setUpProduct, startContestants, startProduct } from './contestants.ts';
import { measureInstances } from './instances.ts';
import { measureMemory } from './memory.ts';
import { measureRefresh } from './refresh.ts';
import { soak } from './soak/soak.ts';
import { measureStoreLoad } from './store-load.ts';
import { openStores } from './stores.ts';
import { startStubEhr } from './stub/control.ts';
import { printTable, type Report } from './table.ts';
import { closeVisitors } from './visitor.ts';

const MOST_SHOWN = 20;
const { values: wanted } = parseArgs({
  options: {
    refresh: { type: 'boolean' },
    instances: { type: 'boolean' },
    memory: { type: 'boolean' },
    stores: { type: 'boolean' },
    attack: { type: 'boolean' },
    soak: { type: 'boolean' },
    minutes: { type: 'string', default: '30' },
    profile: { type: 'boolean' },
  },
});
const flags = wanted.profile ? ['--cpu-prof', '--cpu-prof-dir=bench/results'] : [];
const began = performance.now();
const { report, storesName } = await run();
console.log(
  `node ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), ${storesName}\n`,
);
printTable(report.rows);
const broken = [...new Set(report.broken)];
for (const promise of broken.slice(0, MOST_SHOWN)) console.error(`BROKEN: ${promise.slice(0, 400)}`);
if (broken.length > MOST_SHOWN) console.error(`… and ${broken.length - MOST_SHOWN} more`);
if (broken.length > 0) process.exitCode = 1;
console.log(`\nMeasured in ${Math.round((performance.now() - began) / 1_000)} s.`);

async function run(): Promise<{ report: Report; storesName: string }> {
  await using after = new AsyncDisposableStack();
  after.defer(closeVisitors);
  const stub = await startStubEhr();
  after.defer(stub.stop);
  if (wanted.soak) return { report: await soak(stub, Number(wanted.minutes)), storesName: 'Redis and PostgreSQL' };
  const stores = await openStores();
  after.defer(stores.drop);
  const surroundings = { fhirBase: stub.fhirBase, stores, flags };
  const using = async <Server extends Contestant | Contestant[]>(started: Promise<Server>): Promise<Server> => {
    const servers = await started;
    for (const { stop } of [servers].flat()) after.defer(stop);
    return servers;
  };
  const measure = async (): Promise<Report> => {
    if (wanted.memory) return measureMemory(surroundings);
    if (wanted.stores) return measureStoreLoad(surroundings);
    if (wanted.attack) return measureAttack(await using(startProduct(surroundings)));
    if (wanted.instances) return measureInstances(await setUpProduct(surroundings, ['bench']), 'bench');
    const contestants = await using(startContestants(surroundings));
    return wanted.refresh ? measureRefresh(contestants, stub) : compare(contestants, stub);
  };
  return { report: await measure(), storesName: stores.name };
}
