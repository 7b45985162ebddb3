import express, { type ErrorRequestHandler } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '#src/adapters/database/index.ts';
import { createLog } from '#src/adapters/log.ts';
import { createSealer } from '#src/adapters/seal.ts';
import { AppError } from '#src/errors.ts';
import { jwksRoutes } from '#src/keys/jwks-route.ts';
import { createKeyRing, type KeyRing } from '#src/keys/key-ring.ts';
import { testDatabases } from '#test/helpers/databases.ts';

const PATH = '/.well-known/jwks.json';
const [embedded] = await testDatabases();

const answerError: ErrorRequestHandler = (error, _request, response, _next) => {
  response.status(error instanceof AppError ? error.status : 500).end();
};

describe('/.well-known/jwks.json', () => {
  let database: Database;
  let ring: KeyRing;
  let app: express.Express;

  beforeAll(async () => {
    database = await embedded!.open();
    const sealer = createSealer(['a secret of at least thirty-two characters']);
    ring = await createKeyRing({ db: database.db, sealer, clock: () => new Date(), log: createLog('silent') });
    // The stores are down for all of these tests (JW-11).
    await database.close();
    app = express().use(jwksRoutes(ring), answerError);
  });
  afterAll(() => ring.close());

  test.for([{}, { Accept: 'application/json' }, { Accept: 'text/html' }])(
    'is public JSON, without cookies, redirects or stores: %o (JW-01)',
    async (headers) => {
      const response = await request(app).get(PATH).set(headers);
      expect(response.status).toBe(200);
      expect(response.headers['content-type']).toBe('application/json');
      expect(response.headers['set-cookie']).toBeUndefined();
      expect(response.body).toEqual(ring.jwks());
    },
  );

  test('may be cached for five minutes and is revalidated by a strong ETag (JW-08)', async () => {
    const first = await request(app).get(PATH);
    expect(first.headers['cache-control']).toBe('public, max-age=300');
    expect(first.headers['etag']).toMatch(/^"[A-Za-z0-9_-]{43}"$/);
    const second = await request(app).get(PATH).set('If-None-Match', String(first.headers['etag']));
    expect(second.status).toBe(304);
    expect(second.text).toBe('');
    expect((await request(app).get(PATH).set('If-None-Match', '"other"')).status).toBe(200);
  });

  test('answers HEAD like GET without a body (JW-12)', async () => {
    const response = await request(app).head(PATH);
    expect(response.status).toBe(200);
    expect(response.headers['etag']).toBeDefined();
    expect(response.text).toBeUndefined();
  });

  test.for(['post', 'put', 'delete', 'patch', 'options'] as const)('refuses %s (JW-12)', async (method) => {
    const response = await request(app)[method](PATH);
    expect(response.status).toBe(405);
    expect(response.headers['allow']).toBe('GET, HEAD');
  });

  test.for(['/.well-known/JWKS.json', '/.well-known/jwks.json/'])('%s is another path', async (path) => {
    expect((await request(app).get(path)).status).toBe(404);
  });
});
