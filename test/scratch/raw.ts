import { connect } from 'node:net';
export function raw(port: number, bytes: string | Buffer, waitMs = 3000): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const got: Buffer[] = [];
    const done = () => { clearTimeout(timer); socket.destroy(); resolve(Buffer.concat(got).toString('latin1')); };
    const timer = setTimeout(done, waitMs);
    socket.on('data', (d) => void got.push(d as Buffer));
    socket.on('error', done); socket.on('close', done);
    socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  });
}
export function brief(answer: string): string {
  if (!answer) return '(closed)';
  const parts = answer.split(/(?=HTTP\/1\.1 )/);
  return parts.map((p) => {
    const [head = ''] = p.split('\r\n\r\n');
    const lines = head.split('\r\n');
    const keep = lines.slice(1).filter((l) => /^(location|set-cookie|content-type|content-length|cache-control|allow):/i.test(l)).map((l) => l.slice(0, 160));
    return `${lines[0]} | ${keep.join(' | ')}`;
  }).join('\n     ');
}
