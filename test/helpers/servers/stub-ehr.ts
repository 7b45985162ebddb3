/** A scriptable EHR on node:http for what the sandbox cannot do: any answer can be replaced, requests are recorded. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** One received request. */
export interface StubRequest {
  route: string;
  method: string;
  /** Path with query, as sent. */
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  /** Alternating names and values, because the parsed headers hide repetitions. */
  rawHeaders: string[];
  body: string;
}

/** The answer; `body` is sent unchanged if it is text or bytes, else as JSON. */
export interface StubAnswer {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/** Answers a request, or writes to the response itself and returns 'answered'. */
export type Script = (
  request: StubRequest,
  response: ServerResponse,
) => StubAnswer | 'answered' | Promise<StubAnswer | 'answered'>;

/** A running stub. */
export interface StubEhr {
  origin: string;
  fhirBase: string;
  /** Signs its id_tokens. */
  signingKey: CryptoKey;
  requests: StubRequest[];
  /** The requests of one route: `METHOD /path`, or the name of a standard one such as 'token'. */
  seen(route: string): StubRequest[];
  /** Replaces the answer of a standard route or a path by that of the script. */
  on(route: string, script: Script): void;
  /** Replaces members of the standard JSON document of a route; undefined removes one. */
  change(route: string, members: Record<string, unknown>): void;
  /** The standard answer of a route, for scripts that change only a part. */
  standard(request: StubRequest): Promise<StubAnswer>;
  /** Sets the `sub` of later id_tokens; `fhirUser` does not change. */
  signsIn(sub: string): void;
  /** Resets scripts, requests and the signed-in user. */
  reset(): void;
  close(): Promise<void>;
}

const ROUTES: Record<string, string> = {
  '/fhir/.well-known/smart-configuration': 'smart-configuration',
  '/fhir/metadata': 'metadata',
  '/auth/.well-known/openid-configuration': 'openid-configuration',
  '/auth/jwks': 'jwks',
  '/auth/authorize': 'authorize',
  '/auth/token': 'token',
  '/fhir/Patient/pat-1': 'patient',
  '/fhir/ServiceRequest': 'requests',
};

const FIRST_USER = 'user-1';

/** One key for all stubs of a file, because making a key is slow. */
const signingKey = generateKeyPair('ES256');

/** Starts a stub whose patient is pat-1, Stella Stub, and whose user is user-1. */
export async function startStubEhr(): Promise<StubEhr> {
  const scripts = new Map<string, Script>();
  const requests: StubRequest[] = [];
  let subject = FIRST_USER;
  const codes = new Map<string, { nonce: string; clientId: string }>();
  const { origin, close } = await listen(async (incoming, response) => {
    const request = await read(incoming);
    requests.push(request);
    const script = scripts.get(request.route) ?? scripts.get(request.path.split('?')[0] ?? '');
    const answer = script ? await script(request, response) : await standard(request);
    if (answer !== 'answered') send(response, answer);
  });

  const documents: Record<string, Record<string, unknown>> = {
    'smart-configuration': {
      issuer: `${origin}/auth`,
      jwks_uri: `${origin}/auth/jwks`,
      authorization_endpoint: `${origin}/auth/authorize`,
      token_endpoint: `${origin}/auth/token`,
      token_endpoint_auth_methods_supported: ['private_key_jwt'],
      code_challenge_methods_supported: ['S256'],
      capabilities: ['launch-ehr', 'client-confidential-asymmetric', 'permission-v1'],
      authorization_response_iss_parameter_supported: true,
    },
    'openid-configuration': { issuer: `${origin}/auth`, jwks_uri: `${origin}/auth/jwks` },
    patient: { resourceType: 'Patient', id: 'pat-1', name: [{ family: 'Stub', given: ['Stella'] }] },
    requests: { resourceType: 'Bundle', type: 'searchset', entry: [] },
  };

  async function standard(request: StubRequest): Promise<StubAnswer> {
    const document = documents[request.route];
    if (document) return { body: document };
    if (request.route === 'jwks') {
      const jwk = await exportJWK((await signingKey).publicKey);
      return { body: { keys: [{ ...jwk, kid: 'stub', alg: 'ES256', use: 'sig' }] } };
    }
    if (request.route === 'authorize') return authorize(request);
    if (request.route === 'token') return answerToken(new URLSearchParams(request.body));
    return { status: 404, body: { resourceType: 'OperationOutcome', issue: [] } };
  }

  function authorize(request: StubRequest): StubAnswer {
    const asked = request.method === 'POST' ? new URLSearchParams(request.body) : request.query;
    const code = randomBytes(12).toString('base64url');
    if (asked.get('prompt') === 'none') {
      const refused = new URL(asked.get('redirect_uri') ?? '');
      refused.search = new URLSearchParams({ error: 'login_required', state: asked.get('state') ?? '' }).toString();
      return { status: 302, headers: { location: refused.href } };
    }
    codes.set(code, { nonce: asked.get('nonce') ?? '', clientId: asked.get('client_id') ?? '' });
    const back = new URL(asked.get('redirect_uri') ?? '');
    back.search = new URLSearchParams({ code, state: asked.get('state') ?? '', iss: `${origin}/auth` }).toString();
    return { status: 302, headers: { location: back.href } };
  }

  /** A code that the checks invent is refused; of tests it takes any. */
  async function answerToken(form: URLSearchParams): Promise<StubAnswer> {
    const isInvented = form.get('code')?.startsWith('key-proof-') === true;
    return isInvented ? { status: 400, body: { error: 'invalid_grant' } } : { body: await tokenResponse(form) };
  }

  async function tokenResponse(form: URLSearchParams): Promise<Record<string, unknown>> {
    const asked = codes.get(form.get('code') ?? '') ?? [...codes.values()].at(-1);
    const accessToken = randomBytes(16).toString('base64url');
    const claims = { nonce: asked?.nonce, auth_time: 1_700_000_000, fhirUser: `${origin}/fhir/Practitioner/prac-1` };
    const idToken = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid: 'stub' })
      .setIssuer(`${origin}/auth`)
      .setSubject(subject)
      .setAudience(asked?.clientId ?? '')
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign((await signingKey).privateKey);
    const scope = 'launch launch/patient openid fhirUser patient/*.read';
    const common = { access_token: accessToken, token_type: 'Bearer', expires_in: 300, scope, patient: 'pat-1' };
    return { ...common, id_token: idToken, need_patient_banner: true };
  }

  return {
    origin,
    fhirBase: `${origin}/fhir`,
    signingKey: (await signingKey).privateKey,
    requests,
    seen: (route) => requests.filter((request) => request.route === route),
    on: (route, script) => void scripts.set(route, script),
    change: (route, members) =>
      void scripts.set(route, async (request) => {
        const { body } = await standard(request);
        return { body: { ...(body as Record<string, unknown>), ...members } };
      }),
    standard,
    signsIn: (sub) => void (subject = sub),
    reset: () => {
      subject = FIRST_USER;
      scripts.clear();
      requests.length = 0;
    },
    close,
  };
}

/** A server that must never receive a request. */
export async function startEvil(): Promise<{ origin: string; requests: string[]; close(): Promise<void> }> {
  const requests: string[] = [];
  const { origin, close } = await listen(async (incoming, response) => {
    const request = await read(incoming);
    requests.push(`${request.method} ${request.path} ${JSON.stringify(request.headers)} ${request.body}`);
    send(response, {
      body: { resourceType: 'Patient', id: 'pat-1', authorization_endpoint: '/', token_endpoint: '/' },
    });
  });
  return { origin, requests, close };
}

/** Writes pieces of 64 KB until `bytes` are sent or the reader disconnects. */
export function flood(response: ServerResponse, bytes: number, status = 200): 'answered' {
  response.writeHead(status, { 'content-type': 'application/json' });
  const piece = Buffer.alloc(65_536, ' ');
  let sent = 0;
  const more = () => {
    while (sent < bytes && !response.destroyed) {
      sent += piece.length;
      if (!response.write(piece)) return void response.once('drain', more);
    }
    response.end();
  };
  more();
  return 'answered';
}

/** A PKCE challenge as the server computes it. */
export function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

async function listen(handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>) {
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the stub has no port');
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { origin: `http://127.0.0.1:${address.port}`, close };
}

async function read(incoming: IncomingMessage): Promise<StubRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const path = incoming.url ?? '';
  const { pathname, searchParams } = new URL(path, 'http://stub');
  const { method = '', headers, rawHeaders } = incoming;
  const body = Buffer.concat(chunks).toString();
  return { route: ROUTES[pathname] ?? pathname, method, path, query: searchParams, headers, rawHeaders, body };
}

function send(response: ServerResponse, { status = 200, headers = {}, body = '' }: StubAnswer): void {
  const isRaw = typeof body === 'string' || body instanceof Buffer;
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(isRaw ? body : JSON.stringify(body));
}
