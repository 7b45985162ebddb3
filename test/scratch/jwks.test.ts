import { gzipSync } from 'node:zlib';
import { randomBytes, generateKeyPairSync } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { test } from 'vitest';
import { startCpuTime } from '#test/helpers/cpu-time.ts';
import { createBrowser, titleOf } from '#test/helpers/browser.ts';
import { ehr, launch, launchUrl, newOrganization, outcomeOf, useStubWorld } from '#test/helpers/stub-world.ts';
const { world } = useStubWorld();
const b64 = (n: number) => randomBytes(n).toString('base64url');
const deep = (n: number) => '['.repeat(n) + ']'.repeat(n);
async function variants(): Promise<[string, () => { body?: unknown; headers?: Record<string,string>; status?: number }][]> {
  const own = { ...(await exportJWK((await generateKeyPair('ES256')).publicKey)), alg: 'ES256', use: 'sig' };
  const std = async () => ((await ehr.standard({ route: 'jwks' } as never)).body as { keys: object[] }).keys[0] as object;
  const real = await std();
  const ecs = await Promise.all(Array.from({ length: 100 }, async () => ({ ...(await exportJWK((await generateKeyPair('ES256')).publicKey)), alg: 'ES256', kid: 'stub' })));
  const rsa = (bits: number, e = 'AQAB') => ({ kty: 'RSA', alg: 'RS256', use: 'sig', kid: 'stub', n: Buffer.concat([Buffer.from([0xff]), randomBytes(bits / 8 - 2), Buffer.from([0xff])]).toString('base64url'), e });
  return [
    ['normal', () => ({ body: { keys: [real] } })],
    ['10,000 EC keys', () => ({ body: { keys: Array.from({ length: 10000 }, () => ({ kty: 'EC', crv: 'P-256', x: 'a', y: 'b', kid: 'stub' })) } })],
    ['10,000 tiny then real', () => ({ body: { keys: [...Array.from({ length: 10000 }, () => ({ kty: 'EC' })), real] } })],
    ['99 tiny then real', () => ({ body: { keys: [...Array.from({ length: 99 }, () => ({ kty: 'EC' })), real] } })],
    ['99 EC same kid then real', () => ({ body: { keys: [...ecs.slice(0, 99), real] } })],
    ['9 EC same kid then real', () => ({ body: { keys: [...ecs.slice(0, 9), real] } })],
    ['100 EC same kid none real', () => ({ body: { keys: ecs } })],
    ['100 RSA 16k same kid', () => ({ body: { keys: Array.from({ length: 100 }, () => rsa(16384)) } })],
    ['100 RSA 8k e48 same kid', () => ({ body: { keys: Array.from({ length: 100 }, () => rsa(8192, Buffer.from('ffffffffffff','hex').toString('base64url'))) } })],
    ['RSA 16k and real', () => ({ body: { keys: [rsa(16384), real] } })],
    ['same key 100 times', () => ({ body: { keys: Array.from({ length: 100 }, () => real) } })],
    ['nested 10,000', () => ({ body: `{"keys":[${JSON.stringify(real)}],"x":${deep(10000)}}` })],
    ['nested 400,000', () => ({ body: deep(400000) })],
    ['nested in key 63', () => ({ body: `{"keys":[${JSON.stringify({ ...real, z: 0 }).replace('"z":0', `"z":${deep(61)}`)}]}` })],
    ['gzip bomb 300MB', () => ({ body: gzipSync(Buffer.alloc(300_000_000, ' ')), headers: { 'content-encoding': 'gzip' } })],
    ['gzip x2', () => ({ body: gzipSync(gzipSync(Buffer.alloc(300_000_000, ' '))), headers: { 'content-encoding': 'gzip, gzip' } })],
    ['gzip x6', () => ({ body: [1,2,3,4,5,6].reduce((b) => gzipSync(b), Buffer.from(JSON.stringify({ keys: [real] }))), headers: { 'content-encoding': 'gzip, gzip, gzip, gzip, gzip, gzip' } })],
    ['x-gzip real', () => ({ body: gzipSync(JSON.stringify({ keys: [real] })), headers: { 'content-encoding': 'x-gzip' } })],
    ['kid object', () => ({ body: { keys: [{ ...real, kid: { toString: 1 } }] } })],
    ['kid proto', () => ({ body: `{"keys":[{"__proto__":{"kid":"stub"},${JSON.stringify({ ...real, kid: undefined }).slice(1)}]}` })],
    ['keys object', () => ({ body: { keys: { 0: real, length: 1 } } })],
    ['kid 900 kB', () => ({ body: { keys: [{ ...real, kid: 'x'.repeat(900_000) }, real] } })],
    ['x 900 kB', () => ({ body: { keys: [{ ...own, x: 'A'.repeat(900_000) }, real] } })],
    ['key_ops 50k', () => ({ body: { keys: [{ ...real, key_ops: Array.from({ length: 50000 }, () => 'a') }, real] } })],
    ['private key', () => ({ body: { keys: [{ ...real, d: 'AAAA' }] } })],
    ['symmetric', () => ({ body: { keys: [{ kty: 'oct', k: 'AAAA', alg: 'HS256', kid: 'stub' }] } })],
    ['x5u jku', () => ({ body: { keys: [{ ...real, x5u: 'http://127.0.0.1:1/', jku: 'http://127.0.0.1:1/' }] } })],
    ['dup members', () => ({ body: `{"keys":[],"keys":[${JSON.stringify(real)}]}` })],
    ['redirect', () => ({ status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' })],
    ['BOM', () => ({ body: `\uFEFF${JSON.stringify({ keys: [real] })}` })],
    ['utf16', () => ({ body: Buffer.from(JSON.stringify({ keys: [real] }), 'utf16le') })],
    ['NaN', () => ({ body: `{"keys":[${JSON.stringify(real)}],"n":1e999999,"m":-0}` })],
  ];
}
test('jwks', async () => {
  for (const [name, make] of await variants()) {
    const answer = make();
    ehr.on('jwks', () => answer);
    const id = await newOrganization();
    const t = performance.now(); const cpu = startCpuTime(); const u = process.cpuUsage();
    const page = await createBrowser().open(launchUrl(id));
    const all = process.cpuUsage(u);
    console.log(name.padEnd(28), JSON.stringify(outcomeOf(page)), page.status === 200 ? titleOf(page) : '', `${Math.round(performance.now() - t)} ms, thread ${Math.round(cpu())}, process ${Math.round((all.user + all.system) / 1000)}`);
    ehr.reset();
  }
}, 300000);
