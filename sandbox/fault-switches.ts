/** The fault switches of one sandbox: which named faults are on, and how the seams apply them. */
import type { Fault, FaultValue } from './fault-type.ts';
import { type FaultName, faultCatalogue } from './faults.ts';

interface Setting {
  value: FaultValue | undefined;
  remaining: number;
}

/** An active fault, as a seam sees it. */
export interface ActiveFault {
  name: FaultName;
  fault: Fault;
  value: FaultValue | undefined;
  /** Counts one use; a fault with `times` switches itself off after that many. */
  used(): void;
}

export interface FaultSwitches {
  /**
   * Switches a fault on.
   * @param value described by the row's `value` text; the row has a default.
   * @param times how often it is applied before it switches itself off; default: until cleared.
   */
  set(name: FaultName, value?: FaultValue, options?: { times?: number }): void;
  /** Switches one fault off, or all. */
  clear(name?: FaultName): void;
  active(): FaultName[];
  /** For the seams. */
  list(): ActiveFault[];
}

/** Makes the switches of one sandbox; nothing is shared between instances. */
export function createFaultSwitches(): FaultSwitches {
  const settings = new Map<FaultName, Setting>();
  const spend = (name: FaultName, setting: Setting) => {
    setting.remaining -= 1;
    if (setting.remaining <= 0) settings.delete(name);
  };
  return {
    set: (name, value, options) => {
      settings.set(name, { value, remaining: options?.times ?? Number.POSITIVE_INFINITY });
    },
    clear: (name) => {
      if (name === undefined) settings.clear();
      else settings.delete(name);
    },
    active: () => [...settings.keys()],
    list: () =>
      [...settings].map(([name, setting]) => ({
        name,
        fault: faultCatalogue[name],
        value: setting.value,
        used: () => spend(name, setting),
      })),
  };
}

/**
 * Passes a value through every active fault of this seam, in the order in which they were switched on.
 *
 * A fault returns undefined to leave the value alone; only a change counts as a use.
 */
export async function throughFaults<T>(
  switches: FaultSwitches,
  start: T,
  seam: (fault: Fault, current: T, value: FaultValue | undefined) => T | undefined | Promise<T | undefined>,
): Promise<T> {
  let current = start;
  for (const active of switches.list()) {
    // oxlint-disable-next-line no-await-in-loop -- each fault changes the result of the one before
    const changed = await seam(active.fault, current, active.value);
    if (changed === undefined) continue;
    active.used();
    current = changed;
  }
  return current;
}
