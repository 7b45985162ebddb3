/** The common part of the two peers: Express with one session per browser in Redis, a signing key, and a short page. */
import { generateKeyPairSync } from 'node:crypto';
import { html } from '@remix-run/html-template';
import { RedisStore } from 'connect-redis';
import express, { type Express } from 'express';
import session from 'express-session';
import { Redis } from 'ioredis';

export interface Patient {
  name?: { given?: string[]; family?: string }[];
}

export interface Bundle {
  entry?: { resource: { code?: { text?: string }; status?: string; occurrenceDateTime?: string } }[];
}

export const SCOPE = 'launch/patient launch/encounter patient/*.read openid fhirUser launch profile online_access';
export const origin = `http://127.0.0.1:${process.env['PORT']}`;

const jwk = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'jwk' });
export const privateJwk = { ...jwk, kid: 'peer', alg: 'ES384', key_ops: ['sign'] };

/** An app with sessions, which are in memory if the bench found no Redis. */
export function createPeer(name: string): Express {
  const app = express();
  const url = process.env['REDIS_URL'];
  const store = url ? { store: new RedisStore({ client: nodeRedisCalls(new Redis(url)), prefix: `${name}:` }) } : {};
  app.use(session({ ...store, secret: 'a-benchmark-has-no-secrets', resave: false, saveUninitialized: false }));
  app.get('/health/live', (_request, response) => void response.json({ status: 'live' }));
  return app;
}

export function listen(app: Express): void {
  app.listen(Number(process.env['PORT']), '127.0.0.1');
  process.on('SIGTERM', () => process.exit());
}

export function requestsPage(patient: Patient, bundle: Bundle): string {
  const name = patient.name?.[0];
  const rows = (bundle.entry ?? []).map(
    ({ resource }) =>
      html`<tr><td>${resource.code?.text ?? ''}</td><td>${resource.status ?? ''}</td><td>${resource.occurrenceDateTime ?? ''}</td></tr>`,
  );
  const title = `Requests for ${name?.given?.join(' ') ?? ''} ${name?.family ?? ''}`;
  return String(html`<!doctype html><title>${title}</title><h1>${title}</h1><table>${rows}</table>`);
}

/** connect-redis expects node-redis; this maps its calls to the client of the project. */
function nodeRedisCalls(redis: Redis) {
  return {
    get: (key: string) => redis.get(key),
    set: (key: string, value: string, { expiration }: { expiration: { value: number } }) =>
      redis.set(key, value, 'EX', expiration.value),
    expire: (key: string, seconds: number) => redis.expire(key, seconds),
    del: (keys: string[]) => redis.del(...keys),
    mGet: (keys: string[]) => redis.mget(...keys),
    scanIterator: async function* none() {},
  };
}
