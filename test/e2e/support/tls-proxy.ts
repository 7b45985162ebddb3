/** The TLS-terminating proxy that stands before the product in every deployment. */
import { request as forward } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A running proxy, which ends with its worker; `target` is set once the product listens. */
export interface TlsProxy {
  port: number;
  target: { port: number };
  /** Removes `Partitioned` from every cookie, to show how an app behaves without it. */
  stripsPartitioned: boolean;
}

/** Forwards requests by plain http, with `X-Forwarded-*` headers. */
export async function startTlsProxy(tls: { key: string; cert: string }): Promise<TlsProxy> {
  const proxy = { target: { port: 0 }, stripsPartitioned: false };
  const server = createServer({ key: tls.key, cert: tls.cert }, (incoming, outgoing) => {
    const headers = {
      ...incoming.headers,
      'x-forwarded-proto': 'https',
      'x-forwarded-for': incoming.socket.remoteAddress,
    };
    const { method, url: path } = incoming;
    const onward = forward({ host: '127.0.0.1', port: proxy.target.port, method, path, headers }, (answer) => {
      const headerLines = answer.rawHeaders.map((text) =>
        proxy.stripsPartitioned ? text.replace('; Partitioned', '') : text,
      );
      outgoing.writeHead(answer.statusCode ?? 502, headerLines);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(proxy, { port: (server.address() as AddressInfo).port });
}
