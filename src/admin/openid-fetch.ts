/** A fetch for openid-client that goes through our outbound guard. */
import type { CustomFetch, FetchBody } from 'openid-client';
import type { Outbound } from '#src/adapters/ehr-http/client.ts';

/** Every call of openid-client is guarded: addresses, size, time, no redirects. */
export function fetchThrough(outbound: Outbound): CustomFetch {
  return async (url, { method, headers, body }) => {
    const text = body === undefined || body === null ? undefined : bodyText(body);
    const answer = await outbound.request(new URL(url), {
      method: method === 'POST' ? 'POST' : 'GET',
      headers,
      ...(text === undefined ? {} : { body: text }),
    });
    const { status } = answer;
    const given = Object.entries(answer.headers).filter(
      (header): header is [string, string] => header[1] !== undefined,
    );
    return new Response(status === 204 || status === 304 ? null : answer.text, { status, headers: given });
  };
}

function bodyText(body: NonNullable<FetchBody>): string {
  if (typeof body === 'string') return body;
  if (body instanceof URLSearchParams) return body.toString();
  throw new Error('an unexpected kind of request body');
}
