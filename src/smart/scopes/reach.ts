/** Finds what scopes cover in one look, however many scopes an EHR granted or lists. */
import type { ResourceScope } from './grammar.ts';

/** One thing the app wants to do: read, search, create, update or delete resources of a type. */
export interface Permission {
  readonly type: string;
  readonly interaction: 'c' | 'r' | 'u' | 'd' | 's';
  /** When set, only `patient/` scopes count. */
  readonly level?: 'patient';
}

/** By level, type and interaction: the searches that limit it, or {@link UNLIMITED}. */
export type Reach = ReadonlyMap<string, ReadonlySet<string>>;

const UNLIMITED = new Set<string>();

/** One look at each scope; see {@link limitsIn}. */
export function reachOf(scopes: readonly ResourceScope[]): Reach {
  const reach = new Map<string, Set<string>>();
  for (const { level, type, interactions, filter } of scopes) {
    for (const interaction of interactions) {
      const key = `${level}/${type}.${interaction}`;
      const limits = reach.get(key);
      if (filter === undefined) reach.set(key, UNLIMITED);
      else if (limits === undefined) reach.set(key, new Set([filter]));
      else if (limits !== UNLIMITED) limits.add(filter);
    }
  }
  return reach;
}

/**
 * The searches that limit an interaction, one set per level and wildcard; `system/` never counts.
 * @returns empty when the interaction is unlimited; undefined when no scope covers it.
 */
export function limitsIn(reach: Reach, { type, interaction, level }: Permission): ReadonlySet<string>[] | undefined {
  const levels = level === undefined ? ['patient', 'user'] : [level];
  const covering = levels
    .flatMap((one) => [`${one}/*`, `${one}/${type}`])
    .flatMap((stem) => reach.get(`${stem}.${interaction}`) ?? []);
  if (covering.length === 0) return undefined;
  return covering.includes(UNLIMITED) ? [] : covering;
}
