/** As much of fetch as a FHIR client uses, on undici's `request`: a third of the work for the same answer. */
import { type Dispatcher, request } from 'undici';

/** What a caller may give; everything else of fetch, such as `mode`, means nothing to a server. */
export interface LightInit {
  method?: string;
  headers?: Record<string, string>;
  body?: string | null;
  signal?: AbortSignal;
  /** The guarded connections it goes through. */
  dispatcher: Dispatcher;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Sends one request and reads its whole answer, whatever its status. A redirect is an error, as with `redirect: 'error'`
 * (DI-16, FH-03).
 *
 * @returns the members of a Response that say what came; nothing can be streamed.
 * @throws whatever the dispatcher throws, its own errors unwrapped; TypeError for a redirect.
 */
export async function lightFetch(address: string, { method = 'GET', headers, body, signal, dispatcher }: LightInit) {
  const answer = await request(address, {
    dispatcher,
    method,
    headers: { 'accept-encoding': 'gzip', ...headers },
    ...(typeof body === 'string' ? { body } : {}),
    ...(signal ? { signal } : {}),
  });
  // Also of an answer that is not used: a body that waits keeps its connection.
  const text = await answer.body.text();
  const { statusCode: status } = answer;
  if (REDIRECTS.has(status)) throw new TypeError('unexpected redirect');
  return {
    status,
    ok: status >= 200 && status < 300,
    statusText: '',
    url: address,
    bodyUsed: false,
    headers: {
      get: (name: string): string | null => {
        const value = answer.headers[name.toLowerCase()];
        return Array.isArray(value) ? value.join(', ') : (value ?? null);
      },
    },
    text: async () => text,
    json: async (): Promise<unknown> => JSON.parse(text),
  };
}
