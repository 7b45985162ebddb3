/** Derives the permissions that a FHIR call needs from the call itself (SCO-19; FHIR R4 http). */
import type { Permission } from './reach.ts';

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
