/** Product and EHR over https on two sites: the product in production mode behind a TLS proxy, on real stores. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '#sandbox/sandbox.ts';
import { mustRunAdmin } from '#test/helpers/command-line.ts';
import { lendPostgres } from '#test/helpers/databases.ts';
import { testStores } from '#test/helpers/world.ts';
import { siteCertificate } from './certificates.ts';
import { startProduct } from './product-process.ts';
import { startTlsProxy, type TlsProxy } from './tls-proxy.ts';

/** A running deployment with organization `st-elsewhere` on one mock EHR. */
export interface Deployment {
  /** `https://localhost:<port>`: for a browser, another site than the EHR's. Neither needs DNS. */
  appUrl: string;
  /** On `https://127.0.0.1:<port>`. */
  ehr: Sandbox;
  proxy: TlsProxy;
  spki: string;
  tls: { key: string; cert: string };
  /** The product's log so far. */
  logLines: string[];
  close(): Promise<void>;
}

const ORG_ID = 'st-elsewhere';
const CLIENT_ID = 'vectorcare-e2e';

/**
 * Starts product, EHR and stores; close it in afterAll.
 *
 * @param options.settings more settings of the organization, as an operator writes them: `scopes=…`.
 */
export async function startDeployment({ settings = [] }: { settings?: readonly string[] } = {}): Promise<Deployment> {
  // Everything is closed in reverse, even if something does not start.
  await using opened = new AsyncDisposableStack();
  const certificate = siteCertificate();
  const tls = { key: certificate.key, cert: certificate.cert };
  const stores = await openStores();
  opened.defer(stores.close);
  const proxy = await startTlsProxy(tls);
  opened.defer(proxy.close);
  const appUrl = `https://localhost:${proxy.port}`;
  const ehr = await startSandbox({
    port: 0,
    origin: (port) => `https://127.0.0.1:${port}`,
    tls,
    app: {
      launchUrl: `${appUrl}/smart/launch?orgId=${ORG_ID}`,
      redirectUri: `${appUrl}/smart/callback`,
      jwksUrl: `${appUrl}/.well-known/jwks.json`,
      ...(settings.includes('standalone=true') ? { standaloneUrl: `${appUrl}/smart/standalone/${ORG_ID}` } : {}),
      clientId: CLIENT_ID,
      ca: certificate.authority,
    },
  });
  opened.defer(ehr.close);
  const env = {
    PATH: process.env['PATH'],
    PUBLIC_URL: appUrl,
    APP_SECRETS: 'Zk3-end-to-end-9rT-secret-Wq8-of-one-run-0127',
    TRUST_PROXY: '127.0.0.1',
    OUTBOUND_ALLOW_PRIVATE: '127.0.0.0/8',
    NODE_EXTRA_CA_CERTS: certificate.authorityFile,
    ...stores.env,
  };
  const registration = ['--name', 'St. Elsewhere Hospital', '--fhir-url', ehr.fhirBase, '--client-id', CLIENT_ID];
  const framing = settings.some((one) => one.startsWith('frameAncestors=')) ? [] : [`frameAncestors=${ehr.origin}`];
  const set = [...framing, ...settings].flatMap((one) => ['--setting', one]);
  await mustRunAdmin(env, ['organization', 'set', ORG_ID, ...registration, ...set]);
  const product = await startProduct(env);
  opened.defer(product.stop);
  proxy.target.port = product.port;
  const running = opened.move();
  return {
    appUrl,
    ehr,
    proxy,
    spki: certificate.spki,
    tls,
    logLines: product.logLines,
    close: () => running.disposeAsync(),
  };
}

/** Production demands Redis and PostgreSQL. A machine without them runs the same tests in development mode. */
async function openStores(): Promise<{ env: Record<string, string>; close: () => Promise<void> }> {
  if ((await testStores()).includes('real Redis and PostgreSQL')) {
    const { url, giveBack } = await lendPostgres();
    // world.ts does not empty this database; what a run leaves in it expires by itself.
    const REDIS_URL = `${process.env['REDIS_URL_TEST'] ?? 'redis://127.0.0.1:6379'}/15`;
    return {
      env: { NODE_ENV: 'production', ENVIRONMENT: 'production', REDIS_URL, DATABASE_URL: url },
      close: giveBack,
    };
  }
  const folder = mkdtempSync(join(tmpdir(), 'vectorcare-e2e-'));
  const close = async () => rmSync(folder, { recursive: true, force: true });
  return { env: { NODE_ENV: 'development', DATA_DIR: folder }, close };
}
