/** Makes a steady stream of visits. Each begins on time, even if the one before has not ended. */
import { setTimeout as pause } from 'node:timers/promises';
import { atOnce } from '#bench/throughput.ts';
import type { OpenPage, Visits } from './visits.ts';

export const RELOADS_PER_LAUNCH = 2;
/** The most open charts, so that reloads reach launches of some minutes ago as well as new ones. */
const MOST_OPEN = 300;
const MOST_AT_ONCE = 200;

export interface Load {
  done: Promise<void>;
  /** Reloads every open page once. */
  reloadAll(): Promise<void>;
  /** Visits that were skipped because too many were waiting. */
  notBegun(): number;
}

export function runLoad(
  visits: Pick<Visits, 'launch' | 'reload'>,
  order: { launchUrl: (serial: string, index: number) => string; perSecond: number; lastsMs: number },
): Load {
  const open: OpenPage[] = [];
  let [begun, underWay, notBegun] = [0, 0, 0];

  const reload = async (page: OpenPage | undefined): Promise<void> => {
    if (!page || (await visits.reload(page))) return;
    const place = open.indexOf(page);
    if (place >= 0) open.splice(place, 1);
  };
  const visit = async (index: number): Promise<void> => {
    underWay += 1;
    const page = await visits.launch(order.launchUrl(`soak${index}`, index));
    if (page) open.push(page);
    if (open.length > MOST_OPEN) open.shift();
    for (let time = 0; time < RELOADS_PER_LAUNCH; time += 1) await reload(open[(index * 7 + time * 131) % open.length]);
    underWay -= 1;
  };
  const run = async (): Promise<void> => {
    const started = performance.now();
    const running = new Set<Promise<void>>();
    while (performance.now() < started + order.lastsMs) {
      begun += 1;
      if (underWay >= MOST_AT_ONCE) notBegun += 1;
      else {
        const visiting = visit(begun).finally(() => running.delete(visiting));
        running.add(visiting);
      }
      await pause(Math.max(0, started + (begun * 1_000) / order.perSecond - performance.now()));
    }
    await Promise.all(running);
  };
  return {
    done: run(),
    reloadAll: () => atOnce(open, reload),
    notBegun: () => notBegun,
  };
}
