import { randomBytes } from 'node:crypto';
import { test } from 'vitest';
import { startCpuTime } from '#test/helpers/cpu-time.ts';
import { createBrowser } from '#test/helpers/browser.ts';
import { ehr, launchUrl, newOrganization, outcomeOf, useStubWorld } from '#test/helpers/stub-world.ts';
useStubWorld();
test('rsa', async () => {
  const rsa = (bits: number, e: string) => ({ kty: 'RSA', alg: 'RS256', use: 'sig', kid: 'stub', n: Buffer.concat([Buffer.from([0xff]), randomBytes(bits / 8 - 2), Buffer.from([0xff])]).toString('base64url'), e });
  for (const [bits, e] of [[2048, '010001'], [8192, 'ffffffffffff'], [8192, '010001']] as const) {
    ehr.on('jwks', () => ({ body: { keys: Array.from({ length: 100 }, () => rsa(bits, Buffer.from(e, 'hex').toString('base64url'))) }, headers: { 'cache-control': 'no-store' } }));
    ehr.on('token', async (request) => {
      const { body } = await ehr.standard(request) as { body: Record<string, unknown> };
      const [, claims] = String(body['id_token']).split('.');
      const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid: 'stub' })).toString('base64url');
      return { body: { ...body, id_token: `${header}.${claims}.${Buffer.concat([Buffer.from([0x7f]), randomBytes(bits / 8 - 1)]).toString('base64url')}` } };
    });
    const id = await newOrganization();
    await createBrowser().open(launchUrl(id));
    for (let i = 0; i < 2; i += 1) {
      const t = performance.now(); const cpu = startCpuTime(); const u = process.cpuUsage();
      const page = await createBrowser().open(launchUrl(id));
      const all = process.cpuUsage(u);
      console.log(bits, e, JSON.stringify(outcomeOf(page)), `${Math.round(performance.now() - t)} ms, thread ${Math.round(cpu())}, process ${Math.round((all.user + all.system) / 1000)}`);
    }
    const t = performance.now(); const u = process.cpuUsage();
    const pages = await Promise.all(Array.from({ length: 20 }, () => createBrowser().open(launchUrl(id))));
    const all = process.cpuUsage(u);
    console.log('20 at once', pages.map((p) => p.status).join(), Math.round(performance.now() - t), 'ms; process', Math.round((all.user + all.system) / 1000));
    ehr.reset();
  }
}, 300000);
