/** OpenTelemetry traces: operators see the steps of a launch, and nothing about a person (ST-07, TL-05). */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FaultName } from '#sandbox/faults.ts';
import { redacted } from '#src/adapters/telemetry.ts';
import { titleOf } from '#test/helpers/browser.ts';
import { leaksOf, secretsSeenBy } from '#test/helpers/canaries.ts';
import { startServer, type TestServer } from '#test/helpers/servers/listener.ts';
import { csrfOf, launchIdOf } from '#test/helpers/visits.ts';
import { ORG_ID, startWorld, type World } from '#test/helpers/world.ts';

interface SentSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: { key: string; value: unknown }[];
}

/** Starts a collector that keeps what it receives, byte for byte. */
async function startCollector(): Promise<{ server: TestServer; text: () => string; spans: () => SentSpan[] }> {
  const bodies: string[] = [];
  const heads: string[] = [];
  const server = await startServer((request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString());
      heads.push(JSON.stringify(request.rawHeaders));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  const spans = () =>
    bodies.flatMap((body) =>
      JSON.parse(body).resourceSpans.flatMap((one: { scopeSpans: { spans: SentSpan[] }[] }) =>
        one.scopeSpans.flatMap((scope) => scope.spans),
      ),
    );
  return { server, text: () => [...bodies, ...heads].join('\n'), spans };
}

const TROUBLES: FaultName[] = [
  'access-denied',
  'token-500',
  'wrong-nonce',
  'odd-context',
  'fhir-401',
  'fhir-html',
  'hostile-error',
];
const CLINICAL = ['Moreno', '1958-03-14', '100231', 'Wheelchair', 'Rivera', 'pat-ada', 'CANARY'];
const REMOTE = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${REMOTE}-b7ad6b7169203331-01`;

describe('with an endpoint', () => {
  let world: World;
  let collector: Awaited<ReturnType<typeof startCollector>>;
  const cookies: string[] = [];
  const ids: string[] = [];
  beforeAll(async () => {
    collector = await startCollector();
    world = await startWorld({
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.server.origin, OTEL_SERVICE_NAME: 'smart-test' },
    });
    const browser = world.browser();
    const page = await browser.open(world.sandbox.launch('pat-ada'), { headers: { traceparent } });
    expect(titleOf(page)).toBe('Requests for Ada Moreno');
    ids.push(launchIdOf(page));
    const again = await browser.visit(page.url);
    for (const fault of TROUBLES) {
      world.sandbox.faults.set(fault);
      await world.launch('pat-ada', browser);
      world.sandbox.faults.clear();
    }
    await browser.visit(`${world.url}/nowhere/pat-ada?name=Moreno`);
    await browser.visit(page.url.replace(/requests$/, 'sign-out'), { form: { csrf: csrfOf(again) } });
    for (const { setCookies } of browser.history)
      cookies.push(...setCookies.map((line) => /=([^;]*)/.exec(line)?.[1] ?? ''));
    await world.dependencies.revoker.flush();
    await world.dependencies.telemetry?.close();
  });
  afterAll(async () => {
    await world.close();
    await collector.server.close();
  });

  const named = (name: string) => collector.spans().filter((span) => span.name === name);

  test('spans of requests are named by route, of steps by name, of calls by kind, and are nested', () => {
    const [callback] = named('GET /smart/callback');
    const token = named('token').find(({ parentSpanId }) => parentSpanId === callback?.spanId);
    const call = named('POST token').find(({ parentSpanId }) => parentSpanId === token?.spanId);
    expect(call?.traceId).toBe(callback?.traceId);
    expect(call?.attributes).toEqual(
      expect.arrayContaining([
        { key: 'server.address', value: { stringValue: 'localhost' } },
        { key: 'http.response.status_code', value: { intValue: 200 } },
        { key: 'organization.id', value: { stringValue: ORG_ID } },
      ]),
    );
    for (const name of ['GET /smart/launch', 'GET /launches/:launchId/requests', 'POST /launches/:launchId/sign-out'])
      expect(named(name).length, name).toBeGreaterThan(0);
    for (const name of ['discovery', 'id-token', 'patient', 'requests', 'GET fhir', 'GET keys', 'POST revocation'])
      expect(named(name).length, name).toBeGreaterThan(0);
    expect(collector.text()).toContain('smart-test');
  });

  test('ST-07: no exported byte contains a secret of the protocol, a cookie, a launch id, a patient or a query', () => {
    const text = collector.text();
    const secrets = secretsSeenBy(world.sandbox);
    expect(secrets.size).toBeGreaterThan(5);
    for (const cookie of cookies.filter((value) => value.length >= 16))
      secrets.set('cookie', (secrets.get('cookie') ?? new Set()).add(cookie));
    for (const id of ids) secrets.set('launch id', new Set([id]));
    expect(leaksOf(secrets, text)).toEqual([]);
    expect(CLINICAL.filter((word) => text.includes(word))).toEqual([]);
    expect(text).not.toMatch(/nowhere|\?|Bearer|127\.0\.0\.1:\d|localhost:\d+\/(fhir|auth)/);
  });

  test('TL-05: a traceparent of a visitor is ignored, and an EHR never gets one', () => {
    expect(collector.spans().map(({ traceId }) => traceId)).not.toContain(REMOTE);
    const ours = [...world.sandbox.requests].filter(({ path }) => /^\/fhir|token|jwks|revoke|well-known/.test(path));
    expect(ours.length).toBeGreaterThan(20);
    expect(ours.filter(({ headers }) => headers['traceparent'] ?? headers['tracestate'] ?? headers['baggage'])).toEqual(
      [],
    );
  });
});

test('TL-05: the trace of a trusted proxy is continued', async () => {
  const collector = await startCollector();
  const url = `${collector.server.origin}/own/path`;
  const world = await startWorld({ env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url, TRUST_PROXY: 'loopback' } });
  await world.browser().visit(`${world.url}/health/live`, { headers: { traceparent } });
  await world.browser().visit(`${world.url}/health/ready`, { headers: { traceparent: '00-short-01' } });
  await world.dependencies.telemetry?.close();
  expect(collector.server.requests).toEqual(['POST /own/path']);
  const [live, ready] = collector.spans();
  expect(live).toMatchObject({ name: 'GET /health/live', traceId: REMOTE, parentSpanId: 'b7ad6b7169203331' });
  expect(ready).toMatchObject({ name: 'GET /health/ready' });
  expect(ready?.traceId).not.toBe(REMOTE);
  await world.close();
  await collector.server.close();
});

test.for(['hangs', 'is gone'])(
  'a collector that %s delays no page, and the shutdown by three seconds at most',
  async (how) => {
    const server = await startServer(() => {});
    if (how === 'is gone') await server.close();
    const world = await startWorld({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: server.origin } });
    expect(titleOf(await world.launch('pat-ada'))).toBe('Requests for Ada Moreno');
    await world.close();
    if (how === 'hangs') await server.close();
  },
);

test.for([
  ['no endpoint', {}],
  ['the SDK disabled', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:1', OTEL_SDK_DISABLED: 'TRUE' }],
  ['always_off, nothing is sent', { OTEL_TRACES_SAMPLER: 'always_off' }],
] as const)('with %s', async ([, env]) => {
  const collector = await startCollector();
  const isSampling = 'OTEL_TRACES_SAMPLER' in env;
  const world = await startWorld({
    env: { ...env, ...(isSampling ? { OTEL_EXPORTER_OTLP_ENDPOINT: collector.server.origin } : {}) },
  });
  await world.launch('pat-ada');
  expect(world.dependencies.telemetry === undefined).toBe(!isSampling);
  await world.close();
  expect(collector.server.requests).toEqual([]);
  await collector.server.close();
});

test('an attribute that is not on the list is not exported, whichever library set it', () => {
  const careless = {
    name: 'GET /launches/abc?code=secret',
    attributes: {
      'http.route': '/launches/:launchId',
      'url.full': 'https://ehr.example/?code=secret',
      'patient.name': 'Ada',
    },
    events: [{ name: 'exception', attributes: { 'exception.message': 'secret' } }],
    links: [{ context: {}, attributes: { note: 'secret' } }],
    status: { code: 2, message: 'secret' },
    spanContext: () => ({ traceId: REMOTE, spanId: 'b7ad6b7169203331', traceFlags: 1 }),
  } as unknown as ReadableSpan;
  const sent = redacted(careless);
  expect(sent.attributes).toEqual({ 'http.route': '/launches/:launchId' });
  expect(JSON.stringify(sent)).not.toMatch(/secret|Ada/);
  expect(sent.name).toBe('unnamed');
});
