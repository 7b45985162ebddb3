/** The subset of fetch that a FHIR client uses, on undici's dispatchers. It does a fifth of fetch's work. */
import type { Dispatcher } from 'undici';
import { JSON_BOUNDS, parseBoundedJson } from './json-bounds.ts';

/** The supported options; other fetch options, such as `mode`, have no meaning on a server. */
export interface LightInit {
  method?: string;
  headers?: Record<string, string>;
  body?: string | null;
  /** Covers the whole exchange. */
  deadlineMs: number;
  dispatcher: Dispatcher;
  /** Hides the content type of a success, so that a FHIR client passes the response on without parsing it. */
  isUnread?: boolean;
}

/** A Response's status, headers and all of its bytes. */
export type LightResponse = Awaited<ReturnType<typeof lightFetch>>;

interface Arrived {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  bytes: Buffer;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Sends one request and reads its whole response, whatever its status; `type` is given even when `isUnread`.
 * @throws what the dispatcher throws; TypeError for a redirect (DI-16, FH-03).
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
    // Not AbortSignal.timeout: the signal and its timer would keep their memory until the full time has passed.
    const timer = setTimeout(() => {
      late = lateError();
      // A request without a connection cannot be aborted yet; it is refused when it starts.
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

/** The same error as AbortSignal.timeout's. */
export function lateError(): Error {
  return new DOMException('The operation was aborted due to timeout', 'TimeoutError');
}
