/** The two servers that are compared, started the same way. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPostgresDatabase, hasPostgres } from '#test/helpers/databases.ts';
import { freePort } from '#test/helpers/preparation/commands.ts';
import { testServer } from '#test/helpers/preparation/prepared.ts';
import { DEFAULT_REDIS, isRedisUsable } from '#test/helpers/preparation/redis.ts';
import { type Child, runToEnd, startChild } from './child.ts';
import { CLIENT_ID } from './stub-documents.ts';

/** A server that can be launched into, and begun anew. */
export interface Contestant {
  name: 'product' | 'minimal';
  launchUrl: string;
  child(): Child;
  /** The same server in a new process: what it saved is all it knows. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

interface StubAddress {
  fhirBase: string;
}

async function startContestant(
  name: Contestant['name'],
  options: {
    script: string;
    launchUrl: string;
    readyUrl: string;
    env: Record<string, string>;
    flags: readonly string[];
  },
): Promise<Contestant> {
  let child = await startChild(options.script, options);
  return {
    name,
    launchUrl: options.launchUrl,
    child: () => child,
    restart: async () => {
      await child.stop();
      child = await startChild(options.script, options);
    },
    stop: () => child.stop(),
  };
}

/** The tutorial's app. */
export async function startMinimal({ fhirBase }: StubAddress, flags: readonly string[]): Promise<Contestant> {
  const port = await freePort(0);
  const origin = `http://127.0.0.1:${port}`;
  return startContestant('minimal', {
    script: 'bench/minimal-app.ts',
    launchUrl: `${origin}/launch?iss=${encodeURIComponent(fhirBase)}&launch=bench`,
    readyUrl: `${origin}/health/live`,
    env: { PORT: String(port) },
    flags,
  });
}

/** The product with one organization, set up by its own command line; on real stores when the machine has them. */
export async function startProduct(
  { fhirBase }: StubAddress,
  flags: readonly string[],
): Promise<Contestant & { stores: string; env: Record<string, string> }> {
  const port = await freePort(0);
  const origin = `http://127.0.0.1:${port}`;
  const stores = await openStores();
  const env = {
    NODE_ENV: 'development',
    PORT: String(port),
    HOST: '127.0.0.1',
    PUBLIC_URL: origin,
    // The attacker of --attack says where it comes from; the others send no such header.
    TRUST_PROXY: 'loopback',
    APP_SECRETS: randomBytes(48).toString('base64url'),
    ...stores.env,
  };
  const organization = ['organization', 'set', 'bench', '--name', 'Bench Hospital'];
  await runToEnd(['src/cli.ts', ...organization, '--fhir-url', fhirBase, '--client-id', CLIENT_ID], env);
  const contestant = await startContestant('product', {
    script: 'src/main.ts',
    launchUrl: `${origin}/smart/launch?orgId=bench&iss=${encodeURIComponent(fhirBase)}&launch=bench`,
    readyUrl: `${origin}/health/ready`,
    env,
    flags,
  });
  const stop = async () => {
    await contestant.stop();
    await stores.drop();
  };
  return { ...contestant, stop, stores: stores.name, env };
}

async function openStores(): Promise<{ name: string; env: Record<string, string>; drop: () => Promise<void> }> {
  const redisServer = testServer('REDIS_URL_TEST', DEFAULT_REDIS);
  if ((await hasPostgres()) && (await isRedisUsable(redisServer))) {
    const database = await createPostgresDatabase();
    const env = { DATABASE_URL: database.url, REDIS_URL: `${redisServer}/15` };
    return { name: 'Redis and PostgreSQL', env, drop: database.drop };
  }
  const folder = mkdtempSync(join(tmpdir(), 'vectorcare-bench-'));
  const drop = async () => rmSync(folder, { recursive: true });
  return { name: 'embedded', env: { DATA_DIR: folder, DATABASE_URL: '', REDIS_URL: '' }, drop };
}
