/** The subset of fetch that a FHIR client uses, on undici's dispatchers. It costs less than fetch. */
import { type Exchange, exchange, textOf } from './exchange.ts';
import { JSON_BOUNDS, parseBoundedJson } from './json-bounds.ts';

/** The supported options; other fetch options, such as `mode`, have no meaning on a server. */
export interface LightInit extends Omit<Exchange, 'statusStands'> {
  /** Hides the content type of a success, so that a FHIR client passes the response on without parsing it. */
  isUnread?: boolean;
}

export type LightResponse = Awaited<ReturnType<typeof lightFetch>>;

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Reads the response of any status; `type` even if `isUnread`. @throws TypeError for redirects (DI-16, FH-03). */
export async function lightFetch(address: string, init: LightInit) {
  const { status, headers, bytes } = await exchange(new URL(address), init);
  if (REDIRECTS.has(status)) throw new TypeError('unexpected redirect');
  const ok = status >= 200 && status < 300;
  const isHidden = ok && init.isUnread === true;
  return {
    status,
    ok,
    statusText: '',
    url: address,
    bodyUsed: false,
    headers: {
      get: (name: string): string | null =>
        isHidden && /^content-type$/i.test(name) ? null : (headers[name.toLowerCase()] ?? null),
    },
    type: headers['content-type'] ?? '',
    bytes,
    text: async () => textOf(bytes),
    json: async (): Promise<unknown> => parseBoundedJson(bytes, JSON_BOUNDS.fhir),
  };
}
