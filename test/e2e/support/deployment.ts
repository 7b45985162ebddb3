/** Product and EHR over https on two sites: the product in production mode behind a TLS proxy, on real stores. */
import { randomBytes } from 'node:crypto';
import { type Sandbox, startSandbox } from '#sandbox/sandbox.ts';
import { mustRunAdmin } from '#test/helpers/command-line.ts';
import { lendPostgres } from '#test/helpers/databases.ts';
import { testServer } from '#test/helpers/preparation/prepared.ts';
import { DEFAULT_REDIS } from '#test/helpers/preparation/redis.ts';
import { siteCertificate } from '#test/helpers/servers/site-certificate.ts';
import { atExit } from '#test/helpers/vitest/at-exit.ts';
import { startProduct } from './product-process.ts';
import { startTlsProxy, type TlsProxy } from './tls-proxy.ts';

/** A running product with an organization that only this deployment uses, on one mock EHR. */
export interface Deployment {
  /** `https://localhost:<port>`: for a browser, another site than the EHR's. Neither needs DNS. */
  appUrl: string;
  orgId: string;
  /** On `https://127.0.0.1:<port>`. */
  ehr: Sandbox;
  proxy: TlsProxy;
  tls: { key: string; cert: string };
  /** The product's log so far. */
  logLines: string[];
  close(): Promise<void>;
}

const CLIENT_ID = 'vectorcare-e2e';

let running: ReturnType<typeof startSite> | undefined;

/**
 * Adds an EHR and an organization to the worker's product, which its first deployment starts: a start costs more than a
 * second of CPU time. Close it in afterAll; the product ends with the worker.
 *
 * @param options.settings more settings of the organization, as an operator writes them: `scopes=…`.
 */
export async function startDeployment({ settings = [] }: { settings?: readonly string[] } = {}): Promise<Deployment> {
  const { certificate, tls, proxy, appUrl, env, logLines } = await (running ??= startSite());
  // Workers and runs share one Redis database, with its counts of limits.
  const orgId = `st-elsewhere-${randomBytes(4).toString('hex')}`;
  const ehr = await startSandbox({
    port: 0,
    origin: (port) => `https://127.0.0.1:${port}`,
    tls,
    app: {
      launchUrl: `${appUrl}/smart/launch?orgId=${orgId}`,
      redirectUri: `${appUrl}/smart/callback`,
      jwksUrl: `${appUrl}/.well-known/jwks.json`,
      ...(settings.includes('standalone=true') ? { standaloneUrl: `${appUrl}/smart/standalone/${orgId}` } : {}),
      clientId: CLIENT_ID,
      ca: certificate.authority,
    },
  });
  const registration = ['--name', 'St. Elsewhere Hospital', '--fhir-url', ehr.fhirBase, '--client-id', CLIENT_ID];
  const framing = settings.some((one) => one.startsWith('frameAncestors=')) ? [] : [`frameAncestors=${ehr.origin}`];
  const set = [...framing, ...settings].flatMap((one) => ['--setting', one]);
  await mustRunAdmin(env, ['organization', 'set', orgId, ...registration, ...set]);
  return { appUrl, orgId, ehr, proxy, tls, logLines, close: () => ehr.close() };
}

/** The product behind its proxy, without an organization. */
async function startSite() {
  const certificate = siteCertificate();
  const tls = { key: certificate.key, cert: certificate.cert };
  const proxy = await startTlsProxy(tls);
  const appUrl = `https://localhost:${proxy.port}`;
  const env = {
    PATH: process.env['PATH'],
    PUBLIC_URL: appUrl,
    APP_SECRETS: 'Zk3-end-to-end-9rT-secret-Wq8-of-one-run-0127',
    TRUST_PROXY: '127.0.0.1',
    OUTBOUND_ALLOW_PRIVATE: '127.0.0.0/8',
    NODE_EXTRA_CA_CERTS: certificate.authorityFile,
    // A scheduled check in the middle of a run would change what the lists of its organizations show.
    DRIFT_CHECK_HOURS: '0',
    ...(await openStores()),
  };
  const product = await startProduct(env);
  atExit(() => void process.kill(product.pid));
  proxy.target.port = product.port;
  return { certificate, tls, proxy, appUrl, env, logLines: product.logLines };
}

/** Production demands Redis and PostgreSQL. What a run leaves in this Redis database expires by itself. */
async function openStores(): Promise<Record<string, string>> {
  const { url } = await lendPostgres();
  const REDIS_URL = `${testServer('REDIS_URL_TEST', DEFAULT_REDIS)}/15`;
  return { NODE_ENV: 'production', ENVIRONMENT: 'production', REDIS_URL, DATABASE_URL: url };
}
