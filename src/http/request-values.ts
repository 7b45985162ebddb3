/** What a request says outside its body: read here and nowhere else, and never longer than it may be. */
import type { Request } from 'express';

const LONGEST_PARAMETER = 2_048;
const LONGEST_HEADER = 2_048;
const LONGEST_PATH_PART = 300;

/** Parameters that an EHR or identity provider sends; the protocol steps refuse a long one in words of their own. */
const LONGEST_OF_EHR = 16_384;
const FROM_EHR = new Set(['iss', 'launch', 'state', 'code', 'error', 'error_description', 'error_uri']);

/**
 * The parameters of a request as sent, repeated ones included. The value of one that is too long counts as empty, like
 * every value that cannot be meant; its name stays.
 */
export function queryOf(request: { url: string }): URLSearchParams {
  const start = request.url.indexOf('?');
  const sent = new URLSearchParams(start < 0 ? '' : request.url.slice(start + 1));
  const isTooLong = ([name, value]: [string, string]) =>
    value.length > (FROM_EHR.has(name) ? LONGEST_OF_EHR : LONGEST_PARAMETER);
  const all = [...sent];
  return all.some(isTooLong) ? new URLSearchParams(all.map((one) => (isTooLong(one) ? [one[0], ''] : one))) : sent;
}

/** A part of the path that the route names, decoded; '' when it is missing or too long to be one of ours. */
export function pathPartOf(request: Request, name: string): string {
  const value = request.params[name];
  return typeof value === 'string' && value.length <= LONGEST_PATH_PART ? value : '';
}

/** A header, undefined when it is missing; one that is too long reads as words that no rule accepts. */
export function headerOf(request: Request, name: string): string | undefined {
  const value = request.get(name);
  return value !== undefined && value.length > LONGEST_HEADER ? '(too long)' : value;
}
