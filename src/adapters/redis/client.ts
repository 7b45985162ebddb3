/** The connection to Redis: a single server, a cluster, or a master found through sentinels. */
import { Cluster, Redis, ReplyError } from 'ioredis';
import { cached } from '#src/adapters/cache.ts';
import { within } from '#src/adapters/deadline.ts';
import type { Log } from '#src/adapters/log.ts';
import { type RedisTarget, readRedisUrl } from '#src/config/redis-url.ts';
import { AppError } from '#src/errors.ts';

/** For libraries with their own commands. Each command uses one key, so that it also runs on a cluster. */
export type RedisClient = Redis | Cluster;

/** Less than two seconds, because a launch also checks its limit. */
const COMMAND_TIMEOUT_MS = 1_700;

/** Gives up a host that stopped answering, so that a fail-over is found. Counts only while an answer is due. */
const SILENCE_MS = 5_000;

/** No `commandTimeout`: {@link answerOf} keeps the deadline, and some callers need a late answer. */
const CONNECTION = { connectTimeout: COMMAND_TIMEOUT_MS, socketTimeout: SILENCE_MS };
const retryStrategy = (attempt: number) => Math.min(attempt * 100, 1_000);

/** Connects in the background and reconnects when the connection is lost. @param url checked by the configuration. */
export function openRedisClient(url: string, log: Log): RedisClient {
  const client = clientFor(readRedisUrl(url));
  client.on('error', (error) => log.warn({ err: error }, 'redis.error'));
  return client;
}

/** A Redis script, sent in full once per connection and then by its hash; Redis may forget it at any time. */
export function scriptOf(
  client: RedisClient,
  name: string,
  lua: string,
): (key: string, ...values: (string | number)[]) => Promise<unknown> {
  client.defineCommand(name, { lua, numberOfKeys: 1 });
  return Reflect.get(client, name).bind(client);
}

function clientFor(target: RedisTarget): RedisClient {
  if (target.kind === 'cluster') return clusterFor(target);
  const options = {
    ...CONNECTION,
    maxRetriesPerRequest: 1,
    enableAutoPipelining: true,
    retryStrategy,
    // The master has become a replica: find the new master and send the command there.
    reconnectOnError: (error: Error) => (error.message.startsWith('READONLY') ? 2 : false),
  };
  if (target.kind === 'single') return new Redis(target.url, options);
  const { nodes, masterName, database, sentinelPassword, username, password, tls } = target;
  return new Redis({
    ...options,
    sentinels: nodes,
    name: masterName,
    db: database,
    sentinelCommandTimeout: COMMAND_TIMEOUT_MS / 2,
    sentinelRetryStrategy: retryStrategy,
    ...given({ username, password, sentinelPassword }),
    ...(tls ? { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
  });
}

function clusterFor({ nodes, username, password, tls }: Extract<RedisTarget, { kind: 'cluster' }>): Cluster {
  return new Cluster(nodes, {
    clusterRetryStrategy: retryStrategy,
    enableAutoPipelining: true,
    // `answerOf` does the waiting: an abandoned command is never sent later, and an outage fills no memory.
    enableOfflineQueue: false,
    redisOptions: { ...CONNECTION, ...given({ username, password }), ...(tls ? { tls: {} } : {}) },
    // With TLS the certificate is for the name, so we connect to the name.
    ...(tls ? { dnsLookup: (address, callback) => callback(null, address) } : {}),
  });
}

function given<Name extends string>(options: Record<Name, string | undefined>): Partial<Record<Name, string>> {
  const set = Object.entries<string | undefined>(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as Partial<Record<Name, string>>;
}

/** Answers within two seconds in any state. @param late gets a later answer. @throws AppError 'store.unavailable' */
export async function answerOf<T>(
  client: RedisClient,
  command: () => Promise<T>,
  late: (answer: T) => void = () => undefined,
): Promise<T> {
  let isOver = false;
  const whenReady = async (cluster: Cluster) => {
    await readiness(cluster);
    if (isOver) throw new Error('given up before it was sent');
    return command();
  };
  const answer = client instanceof Cluster && client.status !== 'ready' ? whenReady(client) : command();
  try {
    return await within(COMMAND_TIMEOUT_MS, answer);
  } catch (error) {
    answer.then(late, () => undefined);
    throw new AppError('store.unavailable', refusalIn(error) ?? 'Redis did not answer', { cause: error });
  } finally {
    isOver = true;
  }
}

/** The code of a refusal, such as OOM, without the rest, which may quote a value. */
function refusalIn(error: unknown): string | undefined {
  const code = error instanceof Error && error instanceof ReplyError && /^[A-Z]+/.exec(error.message)?.[0];
  return code ? `Redis refused: ${code}` : undefined;
}

const waiting = new WeakMap<Cluster, Promise<void>>();

/** Shared, so that a thousand waiting commands use one listener. */
function readiness(cluster: Cluster): Promise<void> {
  const ready = () => new Promise<void>((resolve) => cluster.once('ready', () => resolve()));
  return cached(waiting, cluster, () => ready().finally(() => waiting.delete(cluster)));
}
