/**
 * `npm run demo`: the product and a mock EHR on embedded stores; prints the one URL to open.
 * `npm run demo -- --instances 3`: three products behind one address, on a shared Redis and PostgreSQL.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { settlePassword } from './demo-operator.ts';
import { type RoundRobin, startRoundRobin } from './round-robin.ts';
import { startSandbox } from './sandbox.ts';
import { openSharedStores } from './shared-stores.ts';

const ORG_ID = 'st-elsewhere';
const CLIENT_ID = 'vectorcare-demo';
/** The implementation guide's scopes, and the permission for New request. */
const GUIDE_SCOPES = 'launch/patient launch/encounter patient/*.read openid fhirUser launch profile online_access';
const OPERATOR = { email: 'operator@example.com', password: 'synthetic-demo-password' };
/** Like every bootstrap password, it works once. */
const BOOTSTRAP_PASSWORD = 'synthetic-one-time-password';
const root = fileURLToPath(new URL('..', import.meta.url));

const instances = readInstances();
const dataDir = `${root}data/${instances === 1 ? 'demo' : 'demo-instances'}`;
const stores =
  instances === 1
    ? { REDIS_URL: '', DATABASE_URL: '' }
    : await openSharedStores(process.env, !existsSync(`${dataDir}/development-secret`)).catch(leave);

const port = await freePort(Number(process.env['PORT'] ?? 3000));
const appUrl = `http://localhost:${port}`;
const sandbox = await startSandbox({
  port: await freePort(Number(process.env['SANDBOX_PORT'] ?? 4000)),
  datesFromToday: true,
  app: {
    launchUrl: `${appUrl}/smart/launch?orgId=${ORG_ID}`,
    redirectUri: `${appUrl}/smart/callback`,
    jwksUrl: `${appUrl}/.well-known/jwks.json`,
    standaloneUrl: `${appUrl}/smart/standalone/${ORG_ID}`,
    clientId: CLIENT_ID,
  },
});

// The product runs as at an operator's: configured by environment and command line, with nothing imported from it.
const env = {
  ...process.env,
  NODE_ENV: 'development',
  PORT: String(port),
  // Loopback, even in an image, because the operator's password below is public.
  HOST: '127.0.0.1',
  PUBLIC_URL: appUrl,
  DATA_DIR: dataDir,
  LOG_LEVEL: 'warn',
  ...stores,
  ...(instances === 1 ? {} : { TRUST_PROXY: 'loopback' }),
  APP_SECRETS: '',
  // Has no effect when an earlier demo has created an operator.
  BOOTSTRAP_OPERATOR_EMAIL: OPERATOR.email,
  BOOTSTRAP_OPERATOR_PASSWORD: BOOTSTRAP_PASSWORD,
  PASSWORD_SIGN_IN: 'on',
};
await runToEnd([
  'src/cli.ts',
  'organization',
  'set',
  ORG_ID,
  '--name',
  'St. Elsewhere Hospital',
  '--fhir-url',
  sandbox.fhirBase,
  '--client-id',
  CLIENT_ID,
  '--setting',
  `frameAncestors=${sandbox.origin}`,
  '--setting',
  'createRequests=true',
  '--setting',
  'timeZone=America/Chicago',
  '--setting',
  `scopes=${GUIDE_SCOPES} patient/Task.read patient/ServiceRequest.write`,
  '--setting',
  'standalone=true',
]);
const products: { child: ChildProcess; port: number }[] = [];
let roundRobin: RoundRobin | undefined;
let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(0));
for (let count = 0; count < instances; count += 1) {
  // oxlint-disable-next-line no-await-in-loop -- a port is free until the next one is taken
  const own = instances === 1 ? port : await freePort(port + 1 + count);
  const child = startChild(['src/main.ts'], 'inherit', { PORT: String(own) });
  products.push({ child, port: own });
  // One of several may be killed; the demo ends with the last.
  child.once('exit', (code) => {
    if (products.every(({ child: { exitCode, signalCode } }) => exitCode !== null || signalCode !== null)) {
      void stop(code ?? 0);
    }
  });
  // oxlint-disable-next-line no-await-in-loop -- the first one migrates and makes the keys
  await untilReady(`http://127.0.0.1:${own}/health/ready`, child);
}
if (instances > 1)
  roundRobin = await startRoundRobin(
    port,
    products.map((one) => one.port),
  );
const settled = `${dataDir}/operator-has-password`;
if (!existsSync(settled)) {
  // An operator of an earlier demo keeps the password chosen then.
  await settlePassword(appUrl, OPERATOR, BOOTSTRAP_PASSWORD).catch((error: unknown) => console.error(error));
  writeFileSync(settled, '');
}
const pids = products.map(({ child, port: own }) => `${child.pid} (port ${own})`).join(', ');
const instanceLines =
  instances === 1 ? '' : `\n  Instances   ${pids}\n              kill -9 one of them: the others go on\n`;
console.log(`
VectorCare SMART on FHIR, with a mock EHR (SYNTHETIC DATA)

  Open        ${sandbox.chartUrl}
  Standalone  ${appUrl}/smart/standalone/${ORG_ID}
  Break it    ${sandbox.origin}/faults
  Settings    ${appUrl}/sign-in as ${OPERATOR.email} with ${OPERATOR.password}${instanceLines}
  Stop        Ctrl+C
`);

async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  await roundRobin?.close();
  await Promise.all(products.map(({ child }) => end(child)));
  await sandbox.close();
  process.exitCode = code;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('exit', resolve));
}

function readInstances(): number {
  const { values } = parseArgs({ options: { instances: { type: 'string', default: '1' } } });
  const count = Number(values.instances);
  if (Number.isInteger(count) && count >= 1 && count <= 9) return count;
  return leave(new Error('--instances takes a number from 1 to 9'));
}

function leave(error: unknown): never {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

function startChild(
  command: string[],
  stdout: 'inherit' | 'ignore',
  changes: Record<string, string> = {},
): ChildProcess {
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...command], {
    cwd: root,
    env: { ...env, ...changes },
    stdio: ['ignore', stdout, 'inherit'],
  });
}

async function runToEnd(command: string[]): Promise<void> {
  const code = await new Promise((resolve) => startChild(command, 'ignore').once('exit', resolve));
  if (code === 0) return;
  await sandbox.close();
  // The command has already printed the cause.
  process.exit(1);
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 1_200 && child.exitCode === null; attempt += 1) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await stop(1);
  throw new Error('the product did not become ready');
}

/** The wanted port, or any free one if it is in use. */
async function freePort(wished: number): Promise<number> {
  const listenOn = (candidate: number) =>
    new Promise<number | undefined>((resolve) => {
      const probe = createServer();
      probe.once('error', () => resolve(undefined));
      probe.listen(candidate, '127.0.0.1', () => {
        const address = probe.address();
        probe.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
      });
    });
  return (await listenOn(wished)) ?? (await listenOn(0)) ?? wished;
}
