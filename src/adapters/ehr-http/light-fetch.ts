/** As much of fetch as a FHIR client uses, on undici's dispatchers: a fifth of the work for the same answer. */
import type { Dispatcher } from 'undici';
import { JSON_BOUNDS, parseBoundedJson } from './json-bounds.ts';

/** What a caller may give; everything else of fetch, such as `mode`, means nothing to a server. */
export interface LightInit {
  method?: string;
  headers?: Record<string, string>;
  body?: string | null;
  /** For the whole exchange. */
  deadlineMs: number;
  /** The guarded connections it goes through. */
  dispatcher: Dispatcher;
  /** A success has no content type for its caller, so that a FHIR client hands the answer on as it came, unread. */
  isUnread?: boolean;
}

/** The members of a Response that say what came, and all of its bytes. */
export type LightResponse = Awaited<ReturnType<typeof lightFetch>>;

interface Arrived {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  bytes: Buffer;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Sends one request and reads its whole answer, whatever its status. A redirect is an error, as with `redirect: 'error'`
 * (DI-16, FH-03).
 *
 * @returns nothing can be streamed; `type` is the content type, whatever `isUnread` says.
 * @throws whatever the dispatcher throws, its own errors unwrapped; TypeError for a redirect.
 */
export async function lightFetch(address: string, init: LightInit) {
  const { status, headers, bytes } = await arrived(new URL(address), init);
  if (REDIRECTS.has(status)) throw new TypeError('unexpected redirect');
  const ok = status >= 200 && status < 300;
  const header = (name: string): string | null => {
    const value = headers[name];
    return Array.isArray(value) ? value.join(', ') : (value ?? null);
  };
  const isHidden = ok && init.isUnread === true;
  const text = () => bytes.toString().replace(/^\uFEFF/, '');
  return {
    status,
    ok,
    statusText: '',
    url: address,
    bodyUsed: false,
    headers: {
      get: (name: string): string | null =>
        isHidden && /^content-type$/i.test(name) ? null : header(name.toLowerCase()),
    },
    type: header('content-type') ?? '',
    bytes,
    text: async () => text(),
    json: async (): Promise<unknown> => parseBoundedJson(bytes, JSON_BOUNDS.fhir),
  };
}

function arrived(url: URL, { method = 'GET', headers, body, deadlineMs, dispatcher }: LightInit): Promise<Arrived> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let [status, came]: [number, Arrived['headers']] = [0, {}];
    let abort: ((reason: Error) => void) | undefined;
    let late: Error | undefined;
    // Not AbortSignal.timeout: it and its timer would live on, with what they hold, for all of the time that was not needed.
    const timer = setTimeout(() => {
      late = lateError();
      // Before it has a connection, a request is refused when its turn comes.
      abort?.(late);
    }, deadlineMs).unref();
    dispatcher.dispatch(
      {
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method,
        headers: { 'accept-encoding': 'gzip', ...headers },
        body: body ?? null,
      },
      {
        onRequestStart: (controller) => {
          abort = (reason) => controller.abort(reason);
          if (late) abort(late);
        },
        onResponseStart: (_controller, code, all) => {
          if (code >= 200) [status, came] = [code, all];
        },
        onResponseData: (_controller, chunk) => void chunks.push(chunk),
        onResponseEnd: () => {
          clearTimeout(timer);
          resolve({
            status,
            headers: came,
            bytes: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks),
          });
        },
        onResponseError: (_controller, error) => {
          clearTimeout(timer);
          reject(error);
        },
      },
    );
  });
}

/** As AbortSignal.timeout has it. */
export function lateError(): Error {
  return new DOMException('The operation was aborted due to timeout', 'TimeoutError');
}
