/** Starts the compared servers, in the same way and on the same stores. */
import { randomBytes } from 'node:crypto';
import { freePort } from '#test/helpers/preparation/commands.ts';
import { type Child, runToEnd, startChild } from './child.ts';
import type { Stores } from './stores.ts';
import { CLIENT_ID } from './stub/documents.ts';

export type ContestantName = 'product' | 'openid-client' | 'fhirclient';

/** A measured server, which can be restarted. */
export interface Contestant {
  name: ContestantName;
  launchUrl: string;
  child(): Child;
  /** Restarts the server in a new process, which knows only the saved data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** The stub EHR and the stores that the contestants use. */
export interface Surroundings {
  fhirBase: string;
  stores: Stores;
  /** Flags of node itself, such as --cpu-prof. */
  flags: readonly string[];
}

/** The product, set up but not started, with one organization for each Org ID. */
export interface ProductSetup {
  origin: string;
  env: Record<string, string>;
  launchUrl(organizationId: string, launch: string): string;
}

const ORGANIZATION = 'bench';
const LAUNCH = 'bench';

/** The flags of src/main.ts, which does not restart itself with them if a parent process talks to it. */
export const PRODUCT_FLAGS = ['--max-semi-space-size=16'] as const;

/** The product and both peers. */
export async function startContestants(surroundings: Surroundings): Promise<Contestant[]> {
  const product = await startProduct(surroundings);
  return [product, await startPeer('openid-client', surroundings), await startPeer('fhirclient', surroundings)];
}

/** Starts a small server from `peers/`. */
export async function startPeer(
  name: Exclude<ContestantName, 'product'>,
  { fhirBase, stores, flags }: Surroundings,
): Promise<Contestant> {
  const port = await freePort(0);
  const origin = `http://127.0.0.1:${port}`;
  return startContestant(name, `bench/peers/${name}.ts`, {
    launchUrl: `${origin}/launch?iss=${encodeURIComponent(fhirBase)}&launch=${LAUNCH}`,
    readyUrl: `${origin}/health/live`,
    env: { PORT: String(port), ...stores.env },
    flags,
  });
}

/** The product with one organization. */
export async function startProduct(surroundings: Surroundings): Promise<Contestant> {
  const { origin, env, launchUrl } = await setUpProduct(surroundings, [ORGANIZATION]);
  return startContestant('product', 'src/main.ts', {
    launchUrl: launchUrl(ORGANIZATION, LAUNCH),
    readyUrl: `${origin}/health/ready`,
    env,
    flags: [...PRODUCT_FLAGS, ...surroundings.flags],
  });
}

/** Sets it up with its own command line. */
export async function setUpProduct(
  { fhirBase, stores }: Omit<Surroundings, 'flags'>,
  organizationIds: readonly string[],
): Promise<ProductSetup> {
  const port = await freePort(0);
  const origin = `http://127.0.0.1:${port}`;
  const env = {
    NODE_ENV: 'development',
    PORT: String(port),
    HOST: '127.0.0.1',
    PUBLIC_URL: origin,
    // Visitors of --attack and --soak send their address in a header; the others do not.
    TRUST_PROXY: 'loopback',
    APP_SECRETS: randomBytes(48).toString('base64url'),
    MALLOC_ARENA_MAX: '2',
    ...stores.env,
  };
  for (const id of organizationIds) {
    const organization = ['organization', 'set', id, '--name', `Hospital ${id}`];
    await runToEnd(['src/cli.ts', ...organization, '--fhir-url', fhirBase, '--client-id', CLIENT_ID], env);
  }
  const iss = encodeURIComponent(fhirBase);
  const launchUrl = (id: string, launch: string) => `${origin}/smart/launch?orgId=${id}&iss=${iss}&launch=${launch}`;
  return { origin, env, launchUrl };
}

async function startContestant(
  name: ContestantName,
  script: string,
  options: { launchUrl: string; readyUrl: string; env: Record<string, string>; flags: readonly string[] },
): Promise<Contestant> {
  let child = await startChild(script, options);
  return {
    name,
    launchUrl: options.launchUrl,
    child: () => child,
    restart: async () => {
      await child.stop();
      child = await startChild(script, options);
    },
    stop: () => child.stop(),
  };
}
