/** The connection to Redis, whatever it is made of: one server, a cluster, or a master that sentinels name. */
import { Cluster, Redis } from 'ioredis';
import { within } from '#src/adapters/deadline.ts';
import type { Log } from '#src/adapters/log.ts';
import { type RedisTarget, readRedisUrl } from '#src/config/redis-url.ts';
import { AppError } from '#src/errors.ts';

/** For libraries that bring their own commands; each key alone, so that they also run on a cluster. */
export type RedisClient = Redis | Cluster;

/** Short of two seconds, because a launch also asks for its limit. */
const COMMAND_TIMEOUT_MS = 1_700;

/** A host that vanished without a word is given up, so that a fail-over is found. Only counts while an answer is due. */
const SILENCE_MS = 5_000;

/** No `commandTimeout`: {@link answerOf} keeps the deadline, and some callers want to hear a late answer. */
const CONNECTION = {
  connectTimeout: COMMAND_TIMEOUT_MS,
  socketTimeout: SILENCE_MS,
};
const retryStrategy = (attempt: number) => Math.min(attempt * 100, 1_000);

/** Connects in the background, and again whenever the connection is lost. @param url checked by the configuration. */
export function openRedisClient(url: string, log: Log): RedisClient {
  const client = clientFor(readRedisUrl(url));
  client.on('error', (error) => log.warn({ err: error }, 'redis.error'));
  return client;
}

/** One script of Redis, sent whole once per connection and by its hash from then on; Redis may forget it at any time. */
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
    // A master that has become a replica: look for the new one and send the command there.
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
    // Waiting is done by `answerOf`: a command given up is never sent later, and an outage fills no memory.
    enableOfflineQueue: false,
    redisOptions: { ...CONNECTION, ...given({ username, password }), ...(tls ? { tls: {} } : {}) },
    // With TLS the certificate is for the name, so the name is what we connect to.
    ...(tls ? { dnsLookup: (address, callback) => callback(null, address) } : {}),
  });
}

function given<Options extends Record<string, string | undefined>>(
  options: Options,
): { [Name in keyof Options]?: string } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Options]?: string;
  };
}

/**
 * One command's answer within two seconds, whatever the connection is doing: also a command that waits behind another
 * one, or for a cluster that is being found again.
 *
 * @param late hears an answer that came after it was given up: the command was carried out all the same.
 * @throws AppError 'store.unavailable'.
 */
export async function answerOf<T>(
  client: RedisClient,
  command: () => Promise<T>,
  late: (answer: T) => void = () => undefined,
): Promise<T> {
  let isOver = false;
  const asked = async () => {
    if (client instanceof Cluster && client.status !== 'ready') await readiness(client);
    if (isOver) throw new Error('given up before it was sent');
    return command();
  };
  const answer = asked();
  try {
    return await within(COMMAND_TIMEOUT_MS, answer);
  } catch (error) {
    answer.then(late, () => undefined);
    throw new AppError('store.unavailable', 'Redis did not answer', { cause: error });
  } finally {
    isOver = true;
  }
}

const waiting = new WeakMap<Cluster, Promise<void>>();

/** Shared, so that a thousand commands are one listener. */
function readiness(cluster: Cluster): Promise<void> {
  const known = waiting.get(cluster);
  if (known) return known;
  const ready = new Promise<void>((resolve) => cluster.once('ready', () => resolve())).finally(() =>
    waiting.delete(cluster),
  );
  waiting.set(cluster, ready);
  return ready;
}
