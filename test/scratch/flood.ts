import { Worker, isMainThread, workerData, parentPort } from 'node:worker_threads';
import { Agent, request } from 'undici';
import { startProduct } from '#bench/contestants.ts';
import { openStores } from '#bench/stores.ts';
import { startStubEhr } from '#bench/stub/control.ts';
import { launchOnce, closeVisitors } from '#bench/visitor.ts';
import { assets } from '#views/assets.ts';

if (!isMainThread) {
  const { origin, shots, connections, seconds, visitors } = workerData;
  const agent = new Agent({ connections, pipelining: 1, headersTimeout: 30000, bodyTimeout: 30000 });
  const end = performance.now() + seconds * 1000;
  const counts: Record<string, number> = {}; let serial = 0;
  await Promise.all(Array.from({ length: connections }, async () => {
    while (performance.now() < end) {
      const shot = shots[serial % shots.length]; serial += 1;
      const path = shot.path.replace('SERIAL', String(serial)).replace('RND', Math.random().toString(36).slice(2).padEnd(43, 'A').slice(0, 43));
      try { const a = await request(origin + path, { dispatcher: agent, method: shot.method ?? 'GET', headers: { accept: 'text/html', 'x-forwarded-for': visitors > 1 ? `203.0.${serial % visitors}.9` : '203.0.113.9', 'x-forwarded-proto': 'http', ...shot.headers, ...(shot.headers?.['user-agent'] ? { 'user-agent': `x${serial}` } : {}) }, body: shot.body }); await a.body.dump({ limit: 10_000_000 }); counts[a.statusCode] = (counts[a.statusCode] ?? 0) + 1; } catch (e) { counts[String((e as any).code)] = (counts[String((e as any).code)] ?? 0) + 1; }
    }
  }));
  parentPort!.postMessage(counts);
  await agent.destroy();
} else {
  const stub = await startStubEhr();
  const stores = await openStores();
  const product = await startProduct({ fhirBase: stub.fhirBase, stores, flags: [] });
  const { origin } = new URL(product.launchUrl);
  const css = `/assets/${Object.values(assets).find((a) => a.hashedName.startsWith('bootstrap'))!.hashedName}`;
  const gz = { 'accept-encoding': 'gzip, br' };
  const all: Record<string, any[]> = {
    none: [],
    'report random': [{ path: '/reports/RND' }], 'handover random': [{ path: '/reports/register/RND' }], 'report json': [{ path: '/reports/checks/RND.json', headers: { accept: 'application/json' } }],
    'jwks close': [{ path: '/.well-known/jwks.json', headers: { connection: 'close' } }], jwks: [{ path: '/.well-known/jwks.json', headers: { 'user-agent': 'x' } }],
    'launch junk': [{ path: '/smart/launch?orgId=bench&iss=https://evil.example/SERIAL&launch=x' }], 'launch no org': [{ path: '/smart/launch?orgId=SERIAL&iss=a&launch=b' }], 'launch probe': [{ path: `${new URL(product.launchUrl).pathname}${new URL(product.launchUrl).search}` }],
    'launch begun': [{ path: `${new URL(product.launchUrl).pathname}${new URL(product.launchUrl).search}&probed=1`, headers: { cookie: 'probe=bench' } }],
    'callback junk': [{ path: '/smart/callback?code=x&state=SERIAL' }], standalone: [{ path: '/smart/standalone/SERIAL' }],
    static: [{ path: css, headers: gz }], 'static plain': [{ path: css }], 'not found': [{ path: '/nowhere/SERIAL', headers: gz }],
    guide: [{ path: '/guide', headers: gz }], 'guide plain': [{ path: '/guide?x=SERIAL' }], register: [{ path: '/guide/register', headers: gz }], 'register csv': [{ path: '/guide/registration.csv?vendor=epic' }], home: [{ path: '/', headers: gz }], 'sign-in': [{ path: '/sign-in', headers: gz }], 'signed-out': [{ path: '/signed-out/SERIAL', headers: gz }],
    'launch page no cookie': [{ path: '/launches/AAAAAAAAAAAAAAAAAAAAAA/requests' }], 'launch page fake cookie': [{ path: '/launches/AAAAAAAAAAAAAAAAAAAAAA/requests', headers: { cookie: 'launch-AAAAAAAAAAAAAAAAAAAAAA=1~secret~bench' } }],
    'admin fake cookie': [{ path: '/settings', headers: { cookie: 'admin=s%3Axxxx.yyyy' } }],
    'post lost': [{ path: '/smart/launch?orgId=bench&iss=x', method: 'POST', body: 'a=b' }],
    'new keep': [{ path: '/launches/AAAAAAAAAAAAAAAAAAAAAA/requests/new/keep', method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: `ticket=${'x'.repeat(8000)}` }],
  };
  all.mix = Object.values(all).flat();
  const only = process.argv[2]?.split(','); const connections = Number(process.argv[3] ?? 64); const seconds = Number(process.argv[4] ?? 6); const visitors = Number(process.argv[5] ?? 1);
  for (let i = 0; i < 20; i += 1) await launchOnce(product.launchUrl);
  for (const [name, shots] of Object.entries(all)) {
    if (only && only[0] !== 'all' && !only.includes(name)) continue;
    const before = await product.child().ask({ ask: 'usage' }).catch(() => undefined);
    const worker = shots.length ? new Worker(new URL(import.meta.url), { workerData: { origin, shots, connections, seconds, visitors } }) : undefined;
    const finished = worker ? new Promise<any>((r) => worker.once('message', r)) : Promise.resolve({});
    const end = performance.now() + seconds * 1000 - 500; const times: number[] = []; const failed: string[] = [];
    await new Promise((r) => setTimeout(r, 300));
    const running: Promise<void>[] = [];
    while (performance.now() < end) { const t = performance.now(); running.push(launchOnce(product.launchUrl).then(() => void times.push(performance.now() - t), (e) => void failed.push(String(e).slice(0, 150)))); await new Promise((r) => setTimeout(r, 150)); }
    await Promise.all(running);
    const counts = await finished; times.sort((a, b) => a - b);
    const after = await product.child().ask({ ask: 'usage' }).catch(() => undefined);
    console.log(name.padEnd(24), `p50 ${Math.round(times[times.length >> 1]!)} p95 ${Math.round(times[Math.floor(times.length * 0.95)]!)} max ${Math.round(times.at(-1)!)} of ${times.length}, failed ${failed.length} ${failed[0] ?? ''}`, JSON.stringify(counts), JSON.stringify(after && before ? { cpu: Math.round((after as any).cpuMs - (before as any).cpuMs), perReq: +(((after as any).cpuMs - (before as any).cpuMs) / Math.max(1, Object.values(counts).reduce((a: any, b: any) => a + b, 0) as number)).toFixed(2), rss: Math.round((after as any).rssMiB) } : {}));
  }
  await product.stop(); await closeVisitors(); await stub.stop(); await stores.drop(); process.exit(0);
}
