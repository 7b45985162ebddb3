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

/** One set per level and wildcard; `system/` never counts. @returns empty if unlimited; undefined if not covered. */
export function limitsIn(reach: Reach, { type, interaction, level }: Permission): ReadonlySet<string>[] | undefined {
  const levels = level === undefined ? ['patient', 'user'] : [level];
  const covering = levels
    .flatMap((one) => [`${one}/*`, `${one}/${type}`])
    .flatMap((stem) => reach.get(`${stem}.${interaction}`) ?? []);
  if (covering.length === 0) return undefined;
  return covering.includes(UNLIMITED) ? [] : covering;
}

export interface SentCall {
  url: URL;
  method: string;
  /** The Bundle of a batch, as text. */
  body?: string | undefined;
}

const TYPE = /^[A-Z][A-Za-z]*$/;

/** One permission per interaction; undefined for an address that does not show it, such as a `next` link. */
export function neededPermissions(base: URL, { url, method, body }: SentCall): (Permission | undefined)[] {
  const path = below(base, url);
  if (path === '' && method === 'POST') return batchPermissions(base, body);
  return [permissionOf(path, method)];
}

function permissionOf(path: string | undefined, method: string): Permission | undefined {
  const [type = '', id] = path?.split('/') ?? [];
  if (!TYPE.test(type)) return undefined;
  if (method === 'POST' && id === undefined) return { type, interaction: 'c' };
  if (method === 'PUT') return { type, interaction: 'u' };
  return { type, interaction: id === undefined || id === '' || id === '_search' ? 's' : 'r' };
}

function batchPermissions(base: URL, body: string | undefined): (Permission | undefined)[] {
  const bundle = JSON.parse(body ?? '{}') as { entry?: { request?: { method?: string; url?: string } }[] };
  return (bundle.entry ?? []).map(({ request = {} }) => {
    const { method = 'GET', url = '' } = request;
    const target = URL.canParse(url) ? new URL(url) : new URL(`${base.href}/${url}`);
    return permissionOf(below(base, target), method);
  });
}

function below(base: URL, url: URL): string | undefined {
  const prefix = base.pathname.replace(/\/$/, '');
  return url.pathname.startsWith(prefix) ? url.pathname.slice(prefix.length).replace(/^\//, '') : undefined;
}
