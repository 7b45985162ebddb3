/** A small OpenID provider on loopback: an OpenID configuration, a JWKS, and a record of the requests. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, type JWK, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';
import { AppError } from '#src/errors.ts';

export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  /** A string is sent as it is, anything else as JSON; 'never' leaves the caller waiting. */
  body: unknown;
}

export interface TestKey {
  jwk: JWK;
  privateJwk: JWK;
  sign(claims: JWTPayload, header?: Partial<JWTHeaderParameters>): Promise<string>;
}

export async function makeKey(alg: string, kid?: string): Promise<TestKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const named = kid === undefined ? {} : { kid };
  return {
    jwk: { ...(await exportJWK(publicKey)), alg, use: 'sig', ...named },
    privateJwk: { ...(await exportJWK(privateKey)), alg, use: 'sig', ...named },
    sign: (claims, header) => new SignJWT(claims).setProtectedHeader({ alg, ...named, ...header }).sign(privateKey),
  };
}

export async function startKeyServer() {
  const answers = new Map<string, Answer>();
  const fetches: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    fetches.push(path);
    const answer = answers.get(path) ?? { status: 404, body: {} };
    if (answer.body === 'never') return;
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the key server has no port');
  const origin = `http://127.0.0.1:${address.port}`;
  return {
    origin,
    answers,
    fetches,
    /** Serves an issuer's two documents and returns its name. */
    serve: (keys: readonly unknown[], options: { tenant?: string; headers?: Record<string, string> } = {}) => {
      const tenant = options.tenant ?? 'a';
      const issuer = `${origin}/${tenant}`;
      const headers = options.headers ?? {};
      const configuration = { issuer, jwks_uri: `${issuer}/jwks` };
      answers.set(`/${tenant}/.well-known/openid-configuration`, { headers, body: configuration });
      answers.set(`/${tenant}/jwks`, { headers, body: { keys } });
      return issuer;
    },
    forget: () => {
      answers.clear();
      fetches.length = 0;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The ids of the keys of a set, in its order. */
export function kidsOf(keys: { keySet: { jwks(): { keys: { kid?: string }[] } } }): (string | undefined)[] {
  return keys.keySet.jwks().keys.map(({ kid }) => kid);
}

/** The code of the AppError with which the promise rejects; `accepted` when it resolves. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => 'accepted',
    (reason: unknown) => reason,
  );
  return error instanceof AppError ? error.code : String(error);
}
