import { createServer } from 'node:net';
import { test, vi, afterEach } from 'vitest';
import { createOutbound } from '#src/adapters/ehr-http/client.ts';
import { createConnectionProbe } from '#src/adapters/ehr-http/tls-probe.ts';
import { isAddressAllowed } from '#src/adapters/ehr-http/address-policy.ts';
import { answerNames } from '#test/helpers/servers/name-servers.ts';
afterEach(() => void vi.restoreAllMocks());
test('x', async () => {
  const hits: string[] = [];
  const server = createServer((s) => { hits.push(`${s.localAddress}`); s.on('error', () => {}); s.destroy(); });
  await new Promise<void>((r) => server.listen(0, '::', r));
  const { port } = server.address() as { port: number };
  const hosts = ['127.0.0.1','2130706433','0x7f000001','0177.0.0.1','017700000001','127.1','127.0.1','0','0.0.0.0','[::]','[::1]','[::ffff:127.0.0.1]','[::ffff:7f00:1]','[::127.0.0.1]','[64:ff9b::7f00:1]','[2002:7f00:1::]','[2001:0:7f00:1::]','[fe80::1]','[fc00::1]','[fec0::1]','[::ffff:0:127.0.0.1]','localhost','localhost.','LOCALHOST','a.localhost','127.0.0.1.','１２７.０.０.１','①②⑦.0.0.1','127。0。0。1','169.254.169.254','[fd00:ec2::254]','[::ffff:169.254.169.254]','168.63.129.16','10.0.0.1','192.168.1.1','172.16.0.1','100.64.0.1','100.100.100.200','198.18.0.1','198.51.100.1','192.0.0.192','192.88.99.1','224.0.0.1','240.0.0.1','255.255.255.255','[ff02::1]','[2001:db8::1]','[3fff::1]','[5f00::1]','[100::1]','[2001:10::1]','[2001:20::1]','[4000::1]','rebind.example','mixed.example'];
  let n = 0;
  answerNames((host) => host.startsWith('rebind') ? (n++ % 2 ? ['127.0.0.1'] : ['192.0.2.255']) : host.startsWith('mixed') ? ['10.0.0.1', '127.0.0.1'] : 'ENOTFOUND');
  const outbound = createOutbound({ production: true, allowPrivate: [] } as never);
  const probe = createConnectionProbe([]);
  for (const host of hosts) {
    let url: URL; try { url = new URL(`https://${host}:${port}/`); } catch { console.log(host, 'no URL'); continue; }
    const before = hits.length;
    const how = [];
    for (let i = 0; i < 2; i += 1) how.push(await outbound.request(url, { deadlineMs: 400 }).then((r) => `ANSWER ${r.status}`, (e) => e.failure));
    const shook = await probe.handshake(url, { deadlineMs: 400, allowPrivate: [] });
    outbound.warm({ protocol: url, fhir: url });
    await new Promise((r) => setTimeout(r, 30));
    console.log(host.padEnd(26), url.hostname.padEnd(26), how.join(), shook.ok ? 'SHOOK' : shook.failure, hits.length > before ? `!!! CONNECTED ${hits.slice(before)}` : '');
  }
  for (const a of ['198.18.0.1','192.0.0.8','192.31.196.1','3fff::1','2001:2::1','2620:4f:8000::1','2001:1::1','2001:4:112::1','192.52.193.1','192.175.48.1','0.1.2.3','2000::1','2001:db8::1','64:ff9b:1::1']) console.log(a, isAddressAllowed(a, []));
  server.close(); await outbound.close();
}, 120000);
