/** `npm run bench -- --soak`: puts three instances under load, while their Redis crashes and one of them is killed. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { setUpProduct } from '#bench/contestants.ts';
import { startFleet } from '#bench/fleet.ts';
import { openSharedStores } from '#bench/stores.ts';
import type { StubEhr } from '#bench/stub/control.ts';
import type { Report } from '#bench/table.ts';
import { measureCapacity } from './capacity.ts';
import { createFaults } from './faults-under-way.ts';
import { runLoad } from './load.ts';
import { watchMemory } from './memory-watch.ts';
import { startSoakRedis } from './redis.ts';
import { reportOf } from './report.ts';
import { createVisits } from './visits.ts';

const INSTANCES = 3;
/** Several organizations, so that none exceeds its limit of open launches and mixed-up pages are noticed. */
const ORGANIZATIONS = ['north', 'south', 'east', 'west', 'central', 'harbour', 'hill', 'lake', 'park', 'river'];
const SHARE_OF_A_CORE = 0.8;
const REDIS_CRASHES_AT = 0.4;
const REDIS_IS_GONE_MS = 2_000;
/** An instance that is not connected to Redis again by then is broken. */
const CONNECTED_WITHIN_MS = 10_000;
const INSTANCE_IS_KILLED_AT = 0.6;
const KILLED = 1;
/** The stub keeps a list of requests, which is cleared this often. */
const FORGET_EVERY_MS = 10_000;

/** @param minutes of load; at least ten for a memory trend. @returns the report, with broken promises if any. */
export async function soak(stub: StubEhr, minutes: number): Promise<Report> {
  if (!(minutes >= 1)) throw new Error('--minutes takes a number from 1');
  await using after = new AsyncDisposableStack();
  const redis = await startSoakRedis();
  after.defer(redis.stop);
  const stores = await openSharedStores(redis.url);
  after.defer(stores.drop);
  const setup = await setUpProduct({ fhirBase: stub.fhirBase, stores }, ORGANIZATIONS);
  const log = join(mkdtempSync(join(tmpdir(), 'vectorcare-soak-log-')), 'instances.log');
  console.log(`what the instances say: ${log}`);
  const fleet = await startFleet(setup, INSTANCES, log);
  after.defer(fleet.stop);
  const launchUrl = (serial: string, index: number) =>
    setup.launchUrl(ORGANIZATIONS[index % ORGANIZATIONS.length] ?? '', serial);

  const capacity = await measureCapacity(fleet, launchUrl);
  const perSecond = SHARE_OF_A_CORE * capacity.visitsPerCore;
  console.log(`one core carries ${capacity.visitsPerCore.toFixed(1)} visits a second (a launch and two re-loads each)`);

  const faults = createFaults();
  let redisCrashedAt: number | undefined;
  const visits = createVisits({
    faults,
    at: (url) => fleet.balance(url),
    hasRecord: redis.hasLaunch,
    redisCrashedAt: () => redisCrashedAt,
  });
  const lastsMs = minutes * 60_000;
  const crashRedis = async () => {
    redisCrashedAt = performance.now();
    await redis.crash();
    await pause(REDIS_IS_GONE_MS);
    await redis.start();
    // A busy machine notices later, so a failure until then counts as caused by the crash.
    await fleet.connected(CONNECTED_WITHIN_MS);
  };
  const killInstance = async () => {
    await fleet.instances[KILLED]?.kill();
    await fleet.instances[KILLED]?.start();
  };
  const endWatch = watchMemory(fleet);
  const resetting = setInterval(() => void stub.reset(), FORGET_EVERY_MS);
  const load = runLoad(visits, { launchUrl, perSecond, lastsMs });
  const breakAt = async (share: number, work: () => Promise<void>) => {
    await pause(share * lastsMs);
    await faults.during(work);
    await load.reloadAll();
  };
  await Promise.all([
    load.done,
    breakAt(REDIS_CRASHES_AT, crashRedis),
    breakAt(INSTANCE_IS_KILLED_AT, killInstance),
  ]).finally(() => clearInterval(resetting));
  const processes = endWatch();
  return reportOf(visits, { minutes, capacity, perSecond, notBegun: load.notBegun(), processes });
}
