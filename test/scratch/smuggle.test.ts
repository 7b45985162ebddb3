import type { AddressInfo } from 'node:net';
import { test } from 'vitest';
import { createApp } from '#src/app.ts';
import { createHttpServer } from '#src/http/limits/http-server.ts';
import { startWorld } from '#test/helpers/world.ts';
import { brief, raw } from './raw.ts';
test('smuggle', async () => {
  const world = await startWorld();
  const server = createHttpServer(createApp(world.dependencies), () => false);
  await new Promise<void>((r) => server.listen(0, '127.0.0.1', r));
  const { port } = server.address() as AddressInfo;
  const inner = 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n';
  const H = 'Host: localhost\r\n';
  const F = 'Content-Type: application/x-www-form-urlencoded\r\n';
  const shapes: Record<string, string> = {
    'CL.TE': `POST /sign-in HTTP/1.1\r\n${H}${F}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
    'TE.CL': `POST /sign-in HTTP/1.1\r\n${H}${F}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\n${inner.padEnd(0x5c)}\r\n0\r\n\r\n`,
    'two CL same': `POST /sign-in HTTP/1.1\r\n${H}${F}Content-Length: 3\r\nContent-Length: 3\r\n\r\na=b${inner}`,
    'two CL differ': `POST /sign-in HTTP/1.1\r\n${H}${F}Content-Length: 3\r\nContent-Length: 0\r\n\r\na=b${inner}`,
    'CL list': `POST /sign-in HTTP/1.1\r\n${H}${F}Content-Length: 3, 3\r\n\r\na=b${inner}`,
    'CL plus': `POST /sign-in HTTP/1.1\r\n${H}${F}Content-Length: +3\r\n\r\na=b${inner}`,
    'CL neg': `POST /sign-in HTTP/1.1\r\n${H}${F}Content-Length: -3\r\n\r\na=b${inner}`,
    'CL hex': `POST /sign-in HTTP/1.1\r\n${H}${F}Content-Length: 0x3\r\n\r\na=b${inner}`,
    'CL space in': `POST /sign-in HTTP/1.1\r\n${H}${F}Content-Length: 3 0\r\n\r\na=b${inner}`,
    'CL huge': `POST /sign-in HTTP/1.1\r\n${H}${F}Content-Length: 99999999999999999999\r\n\r\na=b${inner}`,
    'CL underscore': `POST /sign-in HTTP/1.1\r\n${H}${F}Content_Length: 3\r\n\r\n${inner}`,
    'CL blank before colon': `POST /sign-in HTTP/1.1\r\n${H}${F}Content-Length : 3\r\n\r\na=b${inner}`,
    'CL tab': `POST /sign-in HTTP/1.1\r\n${H}${F}Content-Length:\t3\r\n\r\na=b${inner}`,
    'CL NUL': `POST /sign-in HTTP/1.1\r\n${H}${F}Content-Length: 3\0\r\n\r\na=b${inner}`,
    'TE xchunked': `POST /sign-in HTTP/1.1\r\n${H}${F}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${inner}`,
    'TE chunked, identity': `POST /sign-in HTTP/1.1\r\n${H}${F}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${inner}`,
    'TE identity, chunked': `POST /sign-in HTTP/1.1\r\n${H}${F}Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n${inner}`,
    'TE twice': `POST /sign-in HTTP/1.1\r\n${H}${F}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${inner}`,
    'TE VT': `POST /sign-in HTTP/1.1\r\n${H}${F}Transfer-Encoding: \x0bchunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${inner}`,
    'TE quoted': `POST /sign-in HTTP/1.1\r\n${H}${F}Transfer-Encoding: "chunked"\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${inner}`,
    'TE lf only': `POST /sign-in HTTP/1.1\n${H}${F}Transfer-Encoding: chunked\n\n0\r\n\r\n${inner}`,
    'bare LF headers': `GET /health/live HTTP/1.1\nHost: x\n\n${inner}`,
    'bare CR': `GET /health/live HTTP/1.1\rHost: x\r\r${inner}`,
    'LF in chunk size': `POST /sign-in HTTP/1.1\r\n${H}${F}Transfer-Encoding: chunked\r\n\r\n3\na=b\r\n0\r\n\r\n${inner}`,
    'chunk size blank': `POST /sign-in HTTP/1.1\r\n${H}${F}Transfer-Encoding: chunked\r\n\r\n3 \r\na=b\r\n0\r\n\r\n${inner}`,
    'chunk ext lf': `POST /sign-in HTTP/1.1\r\n${H}${F}Transfer-Encoding: chunked\r\n\r\n3;a\nb\r\na=b\r\n0\r\n\r\n${inner}`,
    'chunk no crlf after data': `POST /sign-in HTTP/1.1\r\n${H}${F}Transfer-Encoding: chunked\r\n\r\n3\r\na=b0\r\n\r\n${inner}`,
    'chunk overflow': `POST /sign-in HTTP/1.1\r\n${H}${F}Transfer-Encoding: chunked\r\n\r\n10000000000000003\r\na=b\r\n0\r\n\r\n${inner}`,
    'chunk neg': `POST /sign-in HTTP/1.1\r\n${H}${F}Transfer-Encoding: chunked\r\n\r\n-3\r\na=b\r\n0\r\n\r\n${inner}`,
    'GET with body': `GET /health/live HTTP/1.1\r\n${H}Content-Length: ${inner.length}\r\n\r\n${inner}`,
    'GET chunked': `GET /health/live HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
    'HEAD with body': `HEAD /health/live HTTP/1.1\r\n${H}Content-Length: ${inner.length}\r\n\r\n${inner}`,
    'OPTIONS body': `OPTIONS /sign-in HTTP/1.1\r\n${H}Content-Length: ${inner.length}\r\n\r\n${inner}`,
    'obs-fold': `POST /sign-in HTTP/1.1\r\n${H}${F}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n${inner}`,
    'fold CL': `POST /sign-in HTTP/1.1\r\n${H}${F}X: a\r\n Content-Length: 3\r\n\r\n${inner}`,
    'no host': `GET /health/live HTTP/1.1\r\n\r\n`,
    'two hosts': `GET /health/live HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`,
    'HTTP/1.0 keep alive te': `POST /sign-in HTTP/1.0\r\n${H}${F}Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
    'HTTP/0.9': `GET /health/live\r\n\r\n`,
    'HTTP/1.2': `GET /health/live HTTP/1.2\r\nHost: x\r\n\r\n`,
    'HTTP/2 preface': `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`,
    'h2c upgrade': `GET /health/live HTTP/1.1\r\n${H}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n${inner}`,
    'websocket': `GET /health/live HTTP/1.1\r\n${H}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: a\r\nSec-WebSocket-Version: 13\r\n\r\n${inner}`,
    'CONNECT': `CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n${inner}`,
    'TRACE': `TRACE /health/live HTTP/1.1\r\n${H}Cookie: secret=1\r\n\r\n`,
    'junk method': `FOO /health/live HTTP/1.1\r\n${H}\r\n`,
    'lower method': `get /health/live HTTP/1.1\r\n${H}\r\n`,
    'header name blank': `GET /health/live HTTP/1.1\r\n${H}X Y: 1\r\n\r\n`,
    'header empty name': `GET /health/live HTTP/1.1\r\n${H}: 1\r\n\r\n`,
    'NUL in header': `GET /health/live HTTP/1.1\r\n${H}X: a\0b\r\n\r\n`,
    'NUL in path': `GET /health/li\0ve HTTP/1.1\r\n${H}\r\n`,
    'blank in path': `GET /health/live /x HTTP/1.1\r\n${H}\r\n`,
    'tab in path': `GET\t/health/live\tHTTP/1.1\r\n${H}\r\n`,
    'utf8 path': `GET /health/liv\xc3\xa9 HTTP/1.1\r\n${H}\r\n`,
    'fragment': `GET /health/live#x HTTP/1.1\r\n${H}\r\n`,
    'Expect 100': `POST /sign-in HTTP/1.1\r\n${H}${F}Expect: 100-continue\r\nContent-Length: 3\r\n\r\n`,
    'Expect junk': `POST /sign-in HTTP/1.1\r\n${H}${F}Expect: junk\r\nContent-Length: 3\r\n\r\na=b`,
    'leading blank lines': `\r\n\r\nGET /health/live HTTP/1.1\r\n${H}\r\n`,
    'early answer then body': `POST /nowhere HTTP/1.1\r\n${H}${F}Content-Length: ${inner.length}\r\n\r\n${inner}`,
    'early 413 then body': `POST /sign-in HTTP/1.1\r\n${H}${F}Content-Length: 5000\r\n\r\n${inner.padEnd(5000, 'x')}${inner}`,
    'trailer': `POST /sign-in HTTP/1.1\r\n${H}${F}Transfer-Encoding: chunked\r\nTrailer: Cookie\r\n\r\n3\r\na=b\r\n0\r\nCookie: sign-in=x\r\nContent-Length: 5\r\n\r\n${inner}`,
    'gzip TE': `POST /sign-in HTTP/1.1\r\n${H}${F}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n${inner}`,
  };
  for (const [name, bytes] of Object.entries(shapes)) console.log(name.padEnd(26), brief(await raw(port, bytes, 500)).split('\n').map((l) => l.split(' | ')[0].trim()).join('  ++  '));
  server.closeAllConnections(); server.close(); await world.close();
}, 120000);
