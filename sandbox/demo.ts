/** `npm run demo`: the product and a pretend hospital on embedded stores; prints the one URL to open. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { startSandbox } from './sandbox.ts';

const ORG_ID = 'st-elsewhere';
const CLIENT_ID = 'vectorcare-demo';
const OPERATOR = { email: 'operator@example.com', password: 'synthetic-demo-password' };
const root = fileURLToPath(new URL('..', import.meta.url));

const port = await freePort(Number(process.env['PORT'] ?? 3000));
const appUrl = `http://localhost:${port}`;
const sandbox = await startSandbox({
  port: await freePort(Number(process.env['SANDBOX_PORT'] ?? 4000)),
  app: {
    launchUrl: `${appUrl}/smart/launch?orgId=${ORG_ID}`,
    redirectUri: `${appUrl}/smart/callback`,
    jwksUrl: `${appUrl}/.well-known/jwks.json`,
    standaloneUrl: `${appUrl}/smart/standalone/${ORG_ID}`,
    clientId: CLIENT_ID,
  },
});

// The product as an operator would run it: configured by environment and command line, nothing imported from it.
const env = {
  ...process.env,
  NODE_ENV: 'development',
  PORT: String(port),
  // Whatever an image says: the operator's password below is known to everybody.
  HOST: '127.0.0.1',
  PUBLIC_URL: appUrl,
  DATA_DIR: `${root}data/demo`,
  LOG_LEVEL: 'warn',
  DATABASE_URL: '',
  REDIS_URL: '',
  APP_SECRETS: '',
  // Has no effect when an earlier demo has made an operator.
  BOOTSTRAP_OPERATOR_EMAIL: OPERATOR.email,
  BOOTSTRAP_OPERATOR_PASSWORD: OPERATOR.password,
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
  'standalone=true',
]);
const product = startChild(['src/main.ts'], 'inherit');
product.once('exit', (code) => void stop(code ?? 0));
await untilReady(`${appUrl}/health/ready`);
console.log(`
VectorCare SMART on FHIR, with a pretend hospital (SYNTHETIC DATA)

  Open        ${sandbox.chartUrl}
  Standalone  ${appUrl}/smart/standalone/${ORG_ID}
  Break it    ${sandbox.origin}/faults
  Settings    ${appUrl}/sign-in as ${OPERATOR.email} with ${OPERATOR.password}
              (the first sign-in asks for a new password; later demos keep that one)
  Stop        Ctrl+C
`);

let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(0));

async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  product.kill('SIGTERM');
  if (product.exitCode === null) await new Promise((resolve) => product.once('exit', resolve));
  await sandbox.close();
  process.exitCode = code;
}

function startChild(command: string[], stdout: 'inherit' | 'ignore'): ChildProcess {
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...command], {
    cwd: root,
    env,
    stdio: ['ignore', stdout, 'inherit'],
  });
}

async function runToEnd(command: string[]): Promise<void> {
  const code = await new Promise((resolve) => startChild(command, 'ignore').once('exit', resolve));
  if (code === 0) return;
  await sandbox.close();
  throw new Error('the demo organization could not be created');
}

async function untilReady(url: string): Promise<void> {
  for (let attempt = 0; attempt < 100 && product.exitCode === null; attempt += 1) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the product did not become ready');
}

/** The wished port, or any free one when something else has it. */
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
