/**
 * A stub EHR with minimal cost: prepared answers after an adjustable network delay, and counts of requests. It checks
 * only that a code or a refresh token is used once; the sandbox checks the rest.
 *
 * A new connection costs two round trips before its first request, as with TLS 1.3. So an app that opens a connection
 * early, or keeps it open, gains as much as on a real network.
 */
import { createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { CLIENT_ID, patientOf, stubDocuments, userOf } from './documents.ts';

const port = Number(process.env['STUB_PORT']);
const origin = `http://127.0.0.1:${port}`;
const CONNECTION_TRIPS = 2;

interface Grant {
  patient: string;
  user: string;
  nonce?: string;
}

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const documentAt = stubDocuments(origin, {
  ...publicKey.export({ format: 'jwk' }),
  kid: 'stub',
  alg: 'RS256',
  use: 'sig',
});
const openedAt = new WeakMap<Socket, number>();
const counted = new WeakSet<Socket>();
/** The grant of each issued code or refresh token. */
const grants = new Map<string, Grant>();
let delayMs = 0;
/** The lifetime of tokens issued from now on. */
let lifetimeSeconds = 3600;
let stats = { requests: 0, connections: 0, paths: [] as string[] };

const server = createServer(
  { keepAliveTimeout: 120_000 },
  (request, response) => void handle(request, response).catch(() => response.destroy()),
);
server.on('connection', (socket) => void openedAt.set(socket, performance.now()));
server.listen(port, '127.0.0.1');
process.on('SIGTERM', () => process.exit());

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', origin);
  if (url.pathname.startsWith('/control/')) return control(url, response);
  if (url.pathname === '/auth/authorize') return authorize(url, response);
  count(request, url);
  const body = await read(request);
  await travel(request.socket);
  if (url.pathname === '/auth/token') {
    const tokens = token(new URLSearchParams(body));
    return json(response, tokens ?? '{"error":"invalid_grant"}', tokens ? 200 : 400);
  }
  const [id = ''] = /\b(p\.t\.|bench-user)\w+/.exec(url.pathname + url.search) ?? [];
  const document = documentAt(url.pathname.replace(`/${id || '-'}`, ''), id);
  if (document === undefined) return void response.writeHead(404).end();
  json(response, document);
}

function control(url: URL, response: ServerResponse): void {
  if (url.pathname === '/control/reset') stats = { requests: 0, connections: 0, paths: [] };
  if (url.pathname === '/control/delay') delayMs = Number(url.searchParams.get('ms'));
  if (url.pathname === '/control/lifetime') lifetimeSeconds = Number(url.searchParams.get('seconds'));
  if (url.pathname === '/control/close-idle') server.closeIdleConnections();
  json(response, JSON.stringify(stats));
}

/** The authorization endpoint: no form, no delay (the visitor waits by itself), not counted. */
function authorize(url: URL, response: ServerResponse): void {
  const code = randomBytes(16).toString('hex');
  const launch = url.searchParams.get('launch') ?? '';
  const nonce = url.searchParams.get('nonce');
  grants.set(code, { patient: patientOf(launch), user: userOf(launch), ...(nonce ? { nonce } : {}) });
  const back = new URL(url.searchParams.get('redirect_uri') ?? '');
  back.searchParams.set('code', code);
  back.searchParams.set('state', url.searchParams.get('state') ?? '');
  response.writeHead(302, { location: back.href }).end();
}

function count(request: IncomingMessage, url: URL): void {
  stats.requests += 1;
  stats.paths.push(`${request.method} ${url.pathname}`);
  if (counted.has(request.socket)) return;
  counted.add(request.socket);
  stats.connections += 1;
}

async function travel(socket: Socket): Promise<void> {
  if (delayMs === 0) return;
  const usableAt = (openedAt.get(socket) ?? 0) + CONNECTION_TRIPS * delayMs;
  const waitMs = Math.max(0, usableAt - performance.now()) + delayMs;
  await new Promise((resolve) => setTimeout(resolve, waitMs));
}

/** Accepts each code or refresh token once; a second use is refused, as by a real EHR. */
function token(form: URLSearchParams): string | undefined {
  const presented = form.get('code') ?? form.get('refresh_token') ?? '';
  const grant = grants.get(presented);
  grants.delete(presented);
  if (!grant) return undefined;
  const { patient, user, nonce } = grant;
  const refreshToken = randomBytes(24).toString('base64url');
  grants.set(refreshToken, { patient, user });
  const now = Math.floor(Date.now() / 1_000);
  const claims = {
    iss: `${origin}/auth`,
    aud: CLIENT_ID,
    sub: user,
    iat: now,
    exp: now + 300,
    name: 'Nkechi Okonkwo',
    fhirUser: `${origin}/fhir/Practitioner/${user}`,
    ...(nonce ? { nonce } : {}),
  };
  return JSON.stringify({
    access_token: randomBytes(24).toString('base64url'),
    token_type: 'Bearer',
    refresh_token: refreshToken,
    expires_in: lifetimeSeconds,
    scope: 'launch/patient patient/*.read openid fhirUser launch profile online_access',
    patient,
    need_patient_banner: true,
    id_token: sign(claims),
  });
}

function sign(claims: object): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const input = `${encode({ alg: 'RS256', kid: 'stub', typ: 'JWT' })}.${encode(claims)}`;
  return `${input}.${createSign('RSA-SHA256').update(input).sign(privateKey, 'base64url')}`;
}

function json(response: ServerResponse, body: string, status = 200): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
    .end(body);
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
