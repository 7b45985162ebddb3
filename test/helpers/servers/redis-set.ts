/** Redis sets of several processes for one test: a cluster of three masters, and a master watched by sentinels. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, untilReady } from './redis-server.ts';

const run = promisify(execFile);

/** Running processes behind one URL. */
export interface RedisSet {
  url: string;
  /** Signals every data server; stopped ones hang with their connections open. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  stop(): Promise<void>;
}

/** A master with one replica, watched by two sentinels. */
export interface SentinelSet extends RedisSet {
  /** Kills the current master permanently; the sentinels promote the other server. */
  killMaster(): Promise<void>;
  /** Resolves when every write so far is on the replica. */
  untilReplicated(): Promise<void>;
}

const MASTER = 'mymaster';

/** Three masters that share the slots. */
export async function startRedisCluster(): Promise<RedisSet> {
  const home = createHome();
  const ports = await distinctPorts(3);
  for (const port of ports)
    home.start(port, ['--cluster-enabled', 'yes', '--cluster-config-file', `nodes-${port}.conf`]);
  await home.ready();
  const nodes = ports.map((port) => `127.0.0.1:${port}`);
  await run('redis-cli', ['--cluster', 'create', ...nodes, '--cluster-yes']);
  await until(async () => {
    const states = await Promise.all(ports.map((port) => ask(port, 'cluster', 'info')));
    return states.every((state) => state.includes('cluster_state:ok'));
  });
  return { url: `redis-cluster://${nodes.join(',')}`, signal: home.signal, stop: home.stop };
}

/** The first sentinel of the URL does not exist, so that clients must try the next. */
export async function startSentinels(): Promise<SentinelSet> {
  const home = createHome();
  const [first = 0, second = 0, ...sentinels] = await distinctPorts(4);
  home.start(first, []);
  home.start(second, ['--replicaof', '127.0.0.1', String(first)]);
  await home.ready();
  await until(async () => (await ask(second, 'info', 'replication')).includes('master_link_status:up'));
  for (const port of sentinels) home.startSentinel(port, first);
  await home.ready();
  await until(async () => {
    const seen = await Promise.all(sentinels.map((port) => ask(port, 'sentinel', 'master', MASTER)));
    return seen.every((text) => /num-slaves\n1\n/.test(text) && /num-other-sentinels\n1\n/.test(text));
  });
  return {
    url: `redis-sentinel://127.0.0.1:1,${sentinels.map((port) => `127.0.0.1:${port}`).join(',')}/${MASTER}/2`,
    signal: home.signal,
    killMaster: () => home.kill(first),
    untilReplicated: async () => {
      await ask(first, 'wait', '1', '5000');
    },
    stop: home.stop,
  };
}

/** A folder and the processes that use it. */
function createHome() {
  const folder = mkdtempSync(join(tmpdir(), 'vectorcare-redis-'));
  const data = new Map<number, ChildProcess>();
  const sentinels: ChildProcess[] = [];
  const starting: Promise<void>[] = [];
  const spawnServer = (args: readonly string[]): ChildProcess => {
    const child = spawn('redis-server', args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    starting.push(untilReady(child));
    return child;
  };
  return {
    start: (port: number, args: readonly string[]) => {
      const own = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
      data.set(port, spawnServer([...own, '--repl-diskless-sync-delay', '0', ...args]));
    },
    startSentinel: (port: number, master: number) => {
      const file = join(folder, `sentinel-${port}.conf`);
      const lines = [
        `port ${port}`,
        'bind 127.0.0.1',
        `sentinel monitor ${MASTER} 127.0.0.1 ${master} 2`,
        `sentinel down-after-milliseconds ${MASTER} 500`,
        `sentinel failover-timeout ${MASTER} 3000`,
      ];
      writeFileSync(file, `${lines.join('\n')}\n`);
      sentinels.push(spawnServer([file, '--sentinel']));
    },
    ready: async () => void (await Promise.all(starting)),
    signal: (signal: 'SIGSTOP' | 'SIGCONT') => {
      for (const child of data.values()) child.kill(signal);
    },
    kill: async (port: number) => {
      const child = data.get(port);
      data.delete(port);
      if (child) await end(child);
    },
    stop: async () => {
      await Promise.all([...data.values(), ...sentinels].map(end));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function distinctPorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  // oxlint-disable-next-line no-await-in-loop -- a port is free until the next one is taken
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}

async function ask(port: number, ...command: string[]): Promise<string> {
  return (await run('redis-cli', ['-p', String(port), ...command])).stdout.replaceAll('\r', '');
}

/** Waits until the condition holds; only the test's time limit ends it otherwise. */
async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 50));
}
