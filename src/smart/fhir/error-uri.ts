/** The reason that Oracle Health gives in `error_uri` alone, as a URN such as `urn:cerner:error:…:unknown-client`. */

/** Parts of every URN, which say nothing of the reason. */
const STRUCTURE = new Set(['authorization-server', 'oauth2', 'smart-v1', 'grant', 'token', 'jwt-bearer']);

/** For comparison only (CB-13); each part as words, and as one word. @param uri untrusted. @returns '' for no URN. */
export function wordsOfErrorUri(uri: unknown): string {
  if (typeof uri !== 'string') return '';
  const path = uri.slice(0, 2_000).replaceAll(/%3A/gi, ':').split('?', 1)[0] ?? '';
  const reason = /\burn:\w+:error:([\w:-]+)/i.exec(path)?.[1]?.split(':') ?? [];
  const parts = reason.filter((part) => !STRUCTURE.has(part.toLowerCase()));
  return parts.flatMap((part) => [part.replaceAll('_', '-'), part.replaceAll('-', '_')]).join(' ');
}
