/** Runs instances of the product on the same stores, behind a load balancer that uses the ready ones in turn. */
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '#test/helpers/preparation/commands.ts';
import { type Child, startChild } from './child.ts';
import { PRODUCT_FLAGS, type ProductSetup } from './contestants.ts';

export interface Instance {
  /** The current process; undefined between its end and the next start. */
  child(): Child | undefined;
  kill(): Promise<void>;
  start(): Promise<void>;
}

export interface Fleet {
  instances: readonly Instance[];
  /** Resolves when every running instance reaches its stores. @throws Error when one does not in time. */
  connected(withinMs: number): Promise<void>;
  /** The target of a request to the public address. @param among how many instances are used. */
  balance(url: string, among?: number): string;
  stop(): Promise<void>;
}

/** Starts the instances; the first has the public address. @param log the file for the output of all. */
export async function startFleet(
  { origin: publicOrigin, env }: ProductSetup,
  size: number,
  log?: string,
): Promise<Fleet> {
  const members: (Instance & { origin: string; isReady(): boolean })[] = [];
  for (let index = 0; index < size; index += 1) {
    const port = index === 0 ? Number(env['PORT']) : await freePort(0);
    members.push(await startInstance(env, port, log));
  }
  let turn = 0;
  return {
    instances: members,
    connected: async (withinMs) => {
      const running = members.filter((member) => member.isReady());
      await Promise.all(running.map(({ origin }) => untilConnected(`${origin}/health/ready`, withinMs)));
    },
    balance: (url, among = size) => {
      turn += 1;
      const ready = members.slice(0, among).filter((member) => member.isReady());
      return url.replace(publicOrigin, ready[turn % ready.length]?.origin ?? publicOrigin);
    },
    stop: async () => void (await Promise.all(members.map(async ({ child }) => child()?.stop()))),
  };
}

async function untilConnected(readyUrl: string, withinMs: number): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await fetch(readyUrl).catch(() => undefined))?.ok) {
    if (performance.now() > end) throw new Error(`${readyUrl} is not ready after ${withinMs} ms`);
    await pause(50);
  }
}

async function startInstance(env: Record<string, string>, port: number, log?: string) {
  const origin = `http://127.0.0.1:${port}`;
  const options = {
    env: { ...env, PORT: String(port) },
    readyUrl: `${origin}/health/ready`,
    flags: PRODUCT_FLAGS,
    ...(log === undefined ? {} : { log }),
  };
  let child: Child | undefined = await startChild('src/main.ts', options);
  return {
    origin,
    child: () => child,
    isReady: () => child !== undefined,
    kill: async () => {
      const running = child;
      child = undefined;
      await running?.kill();
    },
    start: async () => {
      child = await startChild('src/main.ts', options);
    },
  };
}
