/** A certificate that is replaced by a bad one while launches are open: named at the page that meets it first. */
import { constants } from 'node:crypto';
import tls from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Rule } from '#src/errors/rules/table.ts';
import { makeCertificates } from '#test/helpers/servers/certificates.ts';
import { startTcpProxy } from '#test/helpers/servers/tcp-proxy.ts';
import { expectSaid } from './seeding/expectations.ts';
import { useSeededWorld } from './seeding/seeded-world.ts';

const { inspect, prepare, world } = useSeededWorld();
const certificates = makeCertificates();
const trusted = tls.getCACertificates('default');
beforeAll(() => tls.setDefaultCACertificates([...trusted, certificates.authority]));
afterAll(() => tls.setDefaultCACertificates(trusted));

/** A resumed session would not show the new certificate. */
const ANEW = { secureOptions: constants.SSL_OP_NO_TICKET, maxVersion: 'TLSv1.2' } as const;

test.for<[kind: 'expired' | 'selfSigned' | 'wrongName' | 'ofHospital', rule: Rule]>([
  ['expired', 'tls.expired'],
  ['selfSigned', 'tls.self-signed'],
  ['wrongName', 'tls.wrong-name'],
  ['ofHospital', 'tls.no-known-authority'],
])('%s', async ([kind, rule]) => {
  let current = tls.createSecureContext({ ...certificates.good, ...ANEW });
  const ehrAt = { host: '127.0.0.1', port: 0 };
  const proxy = await startTcpProxy(ehrAt);
  const { id, ehr } = await prepare({
    sandbox: {
      tls: { ...certificates.good, ...ANEW, SNICallback: (_name, choose) => choose(null, current) },
      origin: (port) => {
        ehrAt.port = port;
        return `https://localhost:${proxy.port}`;
      },
    },
  });
  const browser = world().browser();
  const list = await browser.open(ehr.launch('pat-ada'));
  expect(list.status).toBe(200);
  current = tls.createSecureContext({ ...certificates[kind], ...ANEW });
  proxy.cut();
  proxy.mend();
  const said = await inspect(await browser.visit(list.url), id);
  await proxy.close();
  expectSaid(said, 'patient', rule);
  expect(said.shown).toContain('Trying again does not help');
});
