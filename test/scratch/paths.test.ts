import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'vitest';
import { createApp } from '#src/app.ts';
import { createHttpServer } from '#src/http/limits/http-server.ts';
import { startWorld } from '#test/helpers/world.ts';
import { brief, raw } from './raw.ts';

async function serve(env: Record<string, string>) {
  const world = await startWorld({ env });
  const app = createApp(world.dependencies);
  const isProxy: (a: string, h: number) => boolean = app.get('trust proxy fn');
  const server = createHttpServer(app, (a) => isProxy(a, 0));
  await new Promise<void>((r) => server.listen(0, '127.0.0.1', r));
  return { world, port: (server.address() as AddressInfo).port, close: async () => { server.closeAllConnections(); server.close(); await world.close(); } };
}
test('paths', async () => {
  for (const env of [{}, { PUBLIC_URL: 'https://app.example', TRUST_PROXY: '127.0.0.1' }]) {
    const { world, port, close } = await serve(env);
    const targets = ['/assets/%2e%2e/%2e%2e/package.json','/assets/..%2fpackage.json','/assets/..%5cpackage.json','/assets/%00','/assets/app.css%00.png','/assets/%252e%252e%252fpackage.json','/assets/%c0%ae%c0%ae/x','/assets/%','/assets//etc/passwd','/assets/__proto__','/assets/constructor','http://evil.example/health/live','http://evil.example/assets/x','http://evil.example','http://evil.example/smart/launch?orgId=st-elsewhere&iss=x&launch=y','//evil.example/health/live','//evil.example/%2e%2e','/\\evil.example','/%5cevil.example','/settings','//settings','/settings/','/settings//','/settings/..;/','/sign-in?next=//evil.example','/sign-in?next=/\\evil.example','/sign-in?next=/settings/../../evil','/sign-in?next=/settings%0d%0aSet-Cookie:%20a=b','/smart/launch?orgId=%0d%0aX:y&iss=a&launch=b','/smart/launch/st-elsewhere%0d%0aX:1','/smart/standalone/%00','/smart/launch/%00','/signed-out/%00','/signed-out/%ff','/reports/%00','/reports/checks/..%2f..','/guide?organization=%00','/guide/register?vendor=__proto__','/guide/register?vendor=constructor','/guide/register?organization[]=x&organization[a]=y','*','*@evil.example/','.evil.example/','@evil.example/','?x','/?a=1','/%2fsettings','/SETTINGS','/launches/__proto__/requests','/launches/%00/requests','/launches/../settings/requests','/.well-known/jwks.json/','/.well-known/jwks.json%00','/health/live%00','/metrics','/health/ready','/smart/callback?state=%00&code=%00','/smart/callback?state=a&state=b&code=c','/smart/launch?__proto__=1&constructor=2&orgId[__proto__]=3','/smart/launch?orgId=st-elsewhere&orgId=other&iss=a&launch=b'];
    for (const t of targets) {
      const more = env.TRUST_PROXY ? 'X-Forwarded-Proto: http\r\nX-Forwarded-Host: evil.example\r\nX-Original-URL: /settings\r\nX-Rewrite-URL: /settings\r\nX-Forwarded-Prefix: //evil.example\r\nX-Forwarded-For: 1.2.3.4\r\n' : '';
      const a = await raw(port, `GET ${t} HTTP/1.1\r\nHost: evil.example\r\n${more}Accept: text/html\r\nConnection: close\r\n\r\n`);
      console.log(`${t}\n     ${brief(a)}`);
      if (/evil\.example/.test(a.replace(/location: .*/i, '')) ) console.log('     !!! names evil in body');
      if (/HTTP\/1.1 5/.test(a)) console.log('     !!! 5xx', world.logLines.at(-1)?.slice(0, 500));
    }
    await close();
  }
});
