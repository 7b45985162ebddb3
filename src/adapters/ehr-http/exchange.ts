/** One request on one of our dispatchers and its whole answer, within a deadline. */
import { type Dispatcher, request } from 'undici';

export interface Exchange {
  dispatcher: Dispatcher;
  method?: 'GET' | 'POST' | 'PUT' | undefined;
  headers?: Record<string, string> | undefined;
  body?: string | null | undefined;
  /** Covers the whole exchange: name lookup, connection, response and body. */
  deadlineMs: number;
  /** Only the status matters: if the body breaks off, is late or too large, it is empty and the call does not fail. */
  statusStands?: boolean | undefined;
}

export interface Arrived {
  status: number;
  /** Names in lower case (DI-25); of a repeated one, the first. */
  headers: Readonly<Record<string, string | undefined>>;
  bytes: Buffer;
}

/** Never follows a redirect, and judges no status. @throws what undici or the dispatcher throws. */
export async function exchange(url: URL, init: Exchange): Promise<Arrived> {
  const { dispatcher, method = 'GET', headers = {}, body = null, deadlineMs, statusStands } = init;
  // Not AbortSignal.timeout: the signal and its timer would keep their memory until the full time has passed.
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(lateError()), deadlineMs).unref();
  try {
    const asked = { dispatcher, method, headers: { 'accept-encoding': 'gzip', ...headers }, body, signal: late.signal };
    const response = await request(url, asked);
    const reading = response.body.arrayBuffer();
    const bytes = Buffer.from(await (statusStands ? reading.catch(() => new ArrayBuffer()) : reading));
    const came: Record<string, string | undefined> = {};
    for (const [name, value] of Object.entries(response.headers))
      came[name.toLowerCase()] = Array.isArray(value) ? value[0] : value;
    return { status: response.statusCode, headers: came, bytes };
  } finally {
    clearTimeout(timer);
  }
}

/** UTF-8, with or without a byte order mark. */
export function textOf(bytes: Buffer): string {
  return bytes.toString().replace(/^\uFEFF/, '');
}

/** The same error as AbortSignal.timeout's. */
function lateError(): Error {
  return new DOMException('The operation was aborted due to timeout', 'TimeoutError');
}
