/**
 * Every organization has its own bulkhead to its EHR: bounded, closed while the EHR is down, never shared (TL-06,
 * MT-06).
 */
import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createAnswerPace } from '#src/adapters/ehr-http/answer-pace.ts';
import { createBulkheads } from '#src/adapters/ehr-http/bulkhead.ts';
import { createOutbound, type EhrClient, type Outbound } from '#src/adapters/ehr-http/client.ts';
import { isUnsent, OutboundError } from '#src/adapters/ehr-http/error.ts';
import { createMetrics, type Metrics } from '#src/adapters/metrics.ts';
import { createFhirApi } from '#src/smart/step-6-fhir-api.ts';
import { startServer, type TestServer } from '#test/helpers/servers/listener.ts';

const FAILURES = 10;
const OPEN_MS = 10_000;

/** Nearly as much as one answer may be. */
const MUCH = JSON.stringify({ resourceType: 'Bundle', much: 'x'.repeat(4_900_000) });

let server: TestServer;
let outbound: Outbound;
let metrics: Metrics;
/** Requests to `/held…`, which a test answers later. */
let held: ServerResponse[];
const waiting = new Set<() => void>();

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  server = await startServer((request, response) => {
    const path = request.url ?? '';
    if (path.startsWith('/held')) {
      held.push(response);
      for (const look of waiting) look();
    } else if (path === '/cut') response.destroy();
    else if (path.endsWith('/much')) response.writeHead(200, { 'content-type': 'application/fhir+json' }).end(MUCH);
    else response.writeHead(Number(path.slice(1, 4)) || 200, { 'content-type': 'application/fhir+json' }).end('{}');
  });
});
afterAll(async () => {
  vi.useRealTimers();
  await server.close();
});
beforeEach(() => {
  held = [];
  server.requests.length = 0;
  metrics = createMetrics();
  outbound = createOutbound({ production: false, allowPrivate: ['127.0.0.0/8', '::1/128'], metrics });
});
afterEach(() => outbound.close());

const organization = (id: string) => outbound.forOrganization({ id, privateNetworks: [], requestsPerMinute: 0 });
const get = (client: EhrClient, path: string, deadlineMs?: number) =>
  client.request(new URL(path, server.origin), deadlineMs === undefined ? {} : { deadlineMs });
/** The status, or the failure without one. */
const outcome = (client: EhrClient, path: string, deadlineMs?: number) =>
  get(client, path, deadlineMs).then(
    ({ status }) => status,
    (error: unknown) => (error instanceof OutboundError ? error.failure : error),
  );
async function outcomes(client: EhrClient, path: string, times: number) {
  const seen = [];
  for (let call = 0; call < times; call += 1) seen.push(await outcome(client, path));
  return seen;
}
const heldUp = (count: number) =>
  new Promise<void>((resolve) => {
    const look = () => {
      if (held.length < count) return;
      waiting.delete(look);
      resolve();
    };
    waiting.add(look);
    look();
  });
const answerAll = (status = 200) => {
  for (const response of held.splice(0)) response.writeHead(status).end('{}');
};

describe('a circuit', () => {
  test.for([
    ['server errors', '/503', 503],
    ['broken connections', '/cut', 'network'],
  ] as const)('opens after ten %s in a row, and then no byte is sent', async ([, path, seen]) => {
    const client = organization('a');
    expect(await outcomes(client, path, FAILURES)).toEqual(Array(FAILURES).fill(seen));
    server.requests.length = 0;
    const error: unknown = await get(client, '/ok').catch((reason: unknown) => reason);
    expect(isUnsent(error)).toBe(true);
    expect(error).toMatchObject({ failure: 'circuit-open', retryAfterSeconds: 10 });
    expect(server.requests).toEqual([]);
  });

  test('opens after ten timeouts that began together', async () => {
    const client = organization('a');
    const seen = await Promise.all(Array.from({ length: FAILURES }, () => outcome(client, '/held', 200)));
    expect(seen).toEqual(Array(FAILURES).fill('timeout'));
    expect(await outcome(client, '/ok')).toBe('circuit-open');
  });

  test.for(['/400', '/401', '/403', '/404', '/410', '/429', '/501', '/302'])('%s never opens it', async (path) => {
    const client = organization('a');
    await outcomes(client, path, 3 * FAILURES);
    expect(await outcome(client, '/ok')).toBe(200);
  });

  test('stays closed if one query always fails among others that work', async () => {
    const client = organization('a');
    for (let page = 0; page < 2 * FAILURES; page += 1) {
      expect(await outcomes(client, '/500', 3)).toEqual([500, 500, 500]);
      expect(await outcome(client, '/ok')).toBe(200);
    }
  });

  test('is separate for each organization and host: calls of other organizations to the same host go on', async () => {
    const elsewhere = await startServer((_request, response) => response.end('{}'));
    await outcomes(organization('a'), '/503', FAILURES);
    expect(await outcome(organization('a'), '/ok')).toBe('circuit-open');
    expect(await outcome(organization('b'), '/ok')).toBe(200);
    expect((await organization('a').request(new URL(elsewhere.origin))).status).toBe(200);
    await elsewhere.close();
  });

  test('does not refuse calls without an organization, such as the checks of Settings', async () => {
    await outcomes(organization('a'), '/503', FAILURES);
    expect(await outcome(outbound, '/ok')).toBe(200);
  });

  describe('and a call that an unauthenticated visitor can cause, such as a code', () => {
    const provoked = (client: EhrClient, path: string) =>
      client.request(new URL(path, server.origin), { isProvoked: true }).then(
        ({ status }) => status,
        (error: unknown) => (error instanceof OutboundError ? error.failure : error),
      );

    test('MT-06: server errors in answer to such a call neither open nor close it', async () => {
      const client = organization('a');
      for (let call = 0; call < 3 * FAILURES; call += 1) expect(await provoked(client, '/500')).toBe(500);
      expect(await outcome(client, '/ok')).toBe(200);
      for (let call = 0; call < FAILURES; call += 1) {
        expect(await outcome(client, '/503')).toBe(503);
        expect(await provoked(client, '/500')).toBe(call + 1 < FAILURES ? 500 : 'circuit-open');
      }
    });

    test('a missing answer counts as usual', async () => {
      const client = organization('a');
      for (let call = 0; call < FAILURES; call += 1) expect(await provoked(client, '/cut')).toBe('network');
      expect(await outcome(client, '/ok')).toBe('circuit-open');
    });

    test('after ten seconds a good answer closes it, and a server error does not open it again', async () => {
      const client = organization('a');
      await outcomes(client, '/503', FAILURES);
      expect(await provoked(client, '/ok')).toBe('circuit-open');
      vi.setSystemTime(Date.now() + OPEN_MS);
      expect(await provoked(client, '/500')).toBe(500);
      expect(await provoked(client, '/ok')).toBe(200);
      expect(await Promise.all([outcome(client, '/ok'), outcome(client, '/ok')])).toEqual([200, 200]);
    });
  });

  test('is kept for the hundred hosts of an EHR that were used last', async () => {
    const bulkheads = createBulkheads({});
    const call = (host: string, status: number) =>
      bulkheads.run(
        { organizationId: 'a', url: new URL(`https://${host}.example`) },
        async () => status,
        () => ({ status }),
      );
    for (let failure = 0; failure < FAILURES; failure += 1) await call('down', 503);
    for (let host = 0; host < 99; host += 1) await call(`host-${host}`, 200);
    await expect(call('down', 200)).rejects.toMatchObject({ failure: 'circuit-open' });
    for (let host = 100; host < 200; host += 1) await call(`host-${host}`, 200);
    expect(await call('down', 200)).toBe(200);
  });

  test('lets one call probe after ten seconds, refuses the others meanwhile, and closes if the probe succeeds', async () => {
    const client = organization('a');
    await outcomes(client, '/503', FAILURES);
    vi.setSystemTime(Date.now() + OPEN_MS);
    const probe = outcome(client, '/held');
    await heldUp(1);
    expect(await outcomes(client, '/ok', 5)).toEqual(Array(5).fill('circuit-open'));
    answerAll();
    expect(await probe).toBe(200);
    expect(await outcomes(client, '/ok', 5)).toEqual(Array(5).fill(200));
    expect(await metrics.circuitChanges.get()).toMatchObject({
      values: [
        { labels: { organization: 'a', state: 'open' }, value: 1 },
        { labels: { organization: 'a', state: 'half-open' }, value: 1 },
        { labels: { organization: 'a', state: 'closed' }, value: 1 },
      ],
    });
  });

  test('opens again if the probe fails', async () => {
    const client = organization('a');
    await outcomes(client, '/503', FAILURES);
    vi.setSystemTime(Date.now() + OPEN_MS);
    expect(await outcome(client, '/503')).toBe(503);
    expect(await outcome(client, '/ok')).toBe('circuit-open');
    vi.setSystemTime(Date.now() + OPEN_MS);
    expect(await outcome(client, '/ok')).toBe(200);
  });

  test('counts FHIR reads as well, and refuses them with a time to retry', async () => {
    const api = createFhirApi({
      base: new URL('/500', server.origin),
      accessToken: 'token',
      outbound: organization('a'),
    });
    for (let read = 0; read < FAILURES; read += 1) await api.get('Patient/1').catch(() => undefined);
    server.requests.length = 0;
    await expect(api.get('Patient/1')).rejects.toMatchObject({ failure: 'unavailable', retryAfterSeconds: 10 });
    expect(server.requests).toEqual([]);
  });

  test('does not bypass the address policy: a refused address stays refused and does not open the circuit', async () => {
    const client = organization('a');
    const metadata = new URL('https://10.0.0.1/latest');
    for (let call = 0; call < 2 * FAILURES; call += 1)
      await expect(client.request(metadata)).rejects.toMatchObject({ failure: 'address-refused' });
  });
});

describe('a bulkhead', () => {
  test('runs 64 calls; further calls wait three seconds and are refused, while calls of another organization go on', async () => {
    const all = Array.from({ length: 80 }, () => outcome(organization('a'), '/held'));
    await heldUp(64);
    expect(await outcome(organization('b'), '/ok')).toBe(200);
    const late = await Promise.all(all.slice(64));
    expect(late).toEqual(Array(16).fill('busy'));
    expect(held).toHaveLength(64);
    answerAll();
    expect(await Promise.all(all.slice(0, 64))).toEqual(Array(64).fill(200));
    expect(await outcome(organization('a'), '/ok')).toBe(200);
    expect((await metrics.refusedCalls.get()).values).toEqual([
      { labels: { organization: 'a', reason: 'busy' }, value: 16 },
    ]);
  });

  test('a waiting call runs when a place becomes free', async () => {
    const all = Array.from({ length: 70 }, () => outcome(organization('a'), '/held'));
    await heldUp(64);
    answerAll();
    await heldUp(6);
    answerAll();
    expect(await Promise.all(all)).toEqual(Array(70).fill(200));
  });
});

test('MT-06: answers of very much data are read one after the other, while those of another organization go on', async () => {
  const read = (id: string) => {
    const at = { base: new URL('/200', server.origin), accessToken: 'token', outbound: organization(id) };
    return createFhirApi(at).get('much');
  };
  // The clock stands still, because a part of the wait would be over when the seventh answer comes.
  const now = performance.now();
  const clock = vi.spyOn(performance, 'now').mockReturnValue(now);
  const all = Promise.allSettled(Array.from({ length: 7 }, () => read('a')));
  await read('b');
  const refused = (await all).filter(({ status }) => status === 'rejected');
  expect(refused).toMatchObject([{ reason: { failure: 'throttled', retryAfterSeconds: 5 } }]);
  clock.mockReturnValue(now + OPEN_MS);
  await read('a');
  vi.restoreAllMocks();
  const values = [{ labels: { organization: 'a', reason: 'busy' }, value: 1 }];
  expect((await metrics.refusedCalls.get()).values).toEqual(values);
});

test('answers of a hundred requests are read at once, however many come', async () => {
  const pace = createAnswerPace();
  const waited = await Promise.all(Array.from({ length: 2_000 }, () => pace.wait('a', 100_000)));
  expect(new Set(waited)).toEqual(new Set([undefined]));
});

test('a clock that is set back holds back no answer', async () => {
  const pace = createAnswerPace();
  await pace.wait('a', 200_000);
  vi.setSystemTime(Date.now() - 3_600_000);
  expect(await pace.wait('a', 100_000)).toBeUndefined();
  vi.setSystemTime(Date.now() + 3_600_000);
});
