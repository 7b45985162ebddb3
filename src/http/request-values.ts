/** Reads the query, path and headers of requests, always with a length limit. */
import type { Request } from 'express';
import { oncePerRequest } from './request-context.ts';

const LONGEST_PARAMETER = 2_048;
const LONGEST_HEADER = 2_048;
const LONGEST_PATH_PART = 300;

/** Parameters that an EHR or identity provider sends; the protocol steps reject overlong ones themselves. */
const LONGEST_OF_EHR = 16_384;
const FROM_EHR = new Set(['iss', 'launch', 'state', 'code', 'error', 'error_description', 'error_uri']);

/** As sent, repeated ones too; an overlong value becomes empty. Shared by all readers: copy before you change them. */
export const queryOf = oncePerRequest((request): URLSearchParams => {
  const start = request.url.indexOf('?');
  const sent = new URLSearchParams(start < 0 ? '' : request.url.slice(start + 1));
  if (request.url.length <= LONGEST_PARAMETER) return sent;
  const isTooLong = ([name, value]: [string, string]) =>
    value.length > (FROM_EHR.has(name) ? LONGEST_OF_EHR : LONGEST_PARAMETER);
  const all = [...sent];
  return all.some(isTooLong) ? new URLSearchParams(all.map((one) => (isTooLong(one) ? [one[0], ''] : one))) : sent;
});

/** A named path parameter, decoded; '' when it is missing, too long, or cannot be ours: PostgreSQL takes no `%00`. */
export function pathPartOf(request: Request, name: string): string {
  const value = request.params[name];
  return typeof value === 'string' && value.length <= LONGEST_PATH_PART && !value.includes('\0') ? value : '';
}

/** A header; undefined when missing. An overlong one becomes a text that no rule accepts. */
export function headerOf(request: Request, name: string): string | undefined {
  const value = request.get(name);
  return value !== undefined && value.length > LONGEST_HEADER ? '(too long)' : value;
}
