/**
 * The reason that Oracle Health gives in `error_uri` alone, as a URN in its path, such as
 * `…/errors/urn%3Acerner%3Aerror%3Aauthorization-server%3Aoauth2%3Agrant%3Aunknown-client/instances/1`.
 */

/** Parts of every URN, which say nothing of the reason. */
const STRUCTURE = new Set(['authorization-server', 'oauth2', 'smart-v1', 'grant', 'token', 'jwt-bearer']);

/**
 * The words of the URN, for comparison only: the address is neither shown, fetched nor kept (CB-13). Each part comes as
 * single words and as one word with underscores. @param uri untrusted. @returns '' where there is no such URN.
 */
export function wordsOfErrorUri(uri: unknown): string {
  if (typeof uri !== 'string') return '';
  const path = uri.slice(0, 2_000).replaceAll(/%3A/gi, ':').split('?', 1)[0] ?? '';
  const reason = /\burn:\w+:error:([\w:-]+)/i.exec(path)?.[1]?.split(':') ?? [];
  const parts = reason.filter((part) => !STRUCTURE.has(part.toLowerCase()));
  return parts.flatMap((part) => [part.replaceAll('_', '-'), part.replaceAll('-', '_')]).join(' ');
}
