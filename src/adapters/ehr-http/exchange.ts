/** One request on one of our dispatchers and its whole answer, within a deadline. */
import type { Dispatcher } from 'undici';

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
  const { promise, resolve, reject } = Promise.withResolvers<Arrived>();
  let head: Omit<Arrived, 'bytes'> | undefined;
  const pieces: Buffer[] = [];
  const fail = (error: Error) => {
    if (head && statusStands) resolve({ ...head, bytes: Buffer.alloc(0) });
    else reject(error);
  };
  let [late, started]: [Error?, Dispatcher.DispatchController?] = [];
  const timer = setTimeout(() => {
    // The same error as AbortSignal.timeout's.
    late = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
    fail(late);
    started?.abort(late);
  }, deadlineMs).unref();
  const asked = { origin: url.origin, path: `${url.pathname}${url.search}`, method, body };
  try {
    dispatcher.dispatch(
      { ...asked, headers: { 'accept-encoding': 'gzip', ...headers } },
      {
        onRequestStart: (controller) => {
          started = controller;
          if (late) controller.abort(late);
        },
        onResponseStart: (_controller, status, came) => {
          if (status >= 200) head = { status, headers: firstOf(came) };
        },
        onResponseData: (_controller, piece) => void pieces.push(piece),
        onResponseEnd: () => head && resolve({ ...head, bytes: Buffer.concat(pieces) }),
        onResponseError: (_controller, error) => fail(error),
      },
    );
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

function firstOf(came: Readonly<Record<string, string | string[] | undefined>>): Arrived['headers'] {
  const first: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(came)) first[name.toLowerCase()] = Array.isArray(value) ? value[0] : value;
  return first;
}

/** UTF-8, with or without a byte order mark. */
export function textOf(bytes: Buffer): string {
  return bytes.toString().replace(/^\uFEFF/, '');
}
