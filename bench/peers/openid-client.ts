/**
 * A careful app with openid-client: PKCE, `state` and `nonce`, a signed assertion, a verified id_token, a new session
 * after the sign-in, and renewed tokens in Redis. It seals nothing, and has no limits, no audit and no log.
 */
import type { Request } from 'express';
import type { Session } from 'express-session';
import { importJWK } from 'jose';
import * as openid from 'openid-client';
import { CLIENT_ID } from '#bench/stub/documents.ts';
import { type Bundle, createPeer, listen, origin, type Patient, privateJwk, requestsPage, SCOPE } from './peer.ts';

interface Transaction {
  iss: string;
  verifier: string;
  state: string;
  nonce: string;
}

interface Tokens {
  iss: string;
  accessToken: string;
  refreshToken: string | undefined;
  patient: string;
  expiresAt: number;
}

const RENEW_BEFORE_MS = 10_000;
const redirectUri = `${origin}/callback`;
const key = { key: (await importJWK(privateJwk)) as CryptoKey, kid: privateJwk.kid };
const known = new Map<string, Promise<openid.Configuration>>();

function configurationOf(iss: string): Promise<openid.Configuration> {
  const url = new URL(`${iss}/.well-known/smart-configuration`);
  // The stub uses http. Signatures of id_tokens are verified although they come over the back channel.
  const execute = [openid.allowInsecureRequests, openid.enableNonRepudiationChecks];
  const found = known.get(iss) ?? openid.discovery(url, CLIENT_ID, undefined, openid.PrivateKeyJwt(key), { execute });
  known.set(iss, found);
  return found;
}

const sessionOf = (request: Request) => request.session as Session & { transaction?: Transaction; tokens?: Tokens };

const app = createPeer('openid-client');

app.get('/launch', async (request, response) => {
  const { iss, launch } = request.query as { iss: string; launch: string };
  const transaction = {
    iss,
    verifier: openid.randomPKCECodeVerifier(),
    state: openid.randomState(),
    nonce: openid.randomNonce(),
  };
  sessionOf(request).transaction = transaction;
  const url = openid.buildAuthorizationUrl(await configurationOf(iss), {
    redirect_uri: redirectUri,
    scope: SCOPE,
    code_challenge: await openid.calculatePKCECodeChallenge(transaction.verifier),
    code_challenge_method: 'S256',
    state: transaction.state,
    nonce: transaction.nonce,
    aud: iss,
    launch,
  });
  response.redirect(url.href);
});

app.get('/callback', async (request, response) => {
  const { transaction } = sessionOf(request);
  if (!transaction) return void response.status(401).end();
  const { iss, verifier, state, nonce } = transaction;
  const answer = await openid.authorizationCodeGrant(await configurationOf(iss), new URL(request.originalUrl, origin), {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  });
  await new Promise<void>((resolve, reject) => {
    request.session.regenerate((error) => (error ? reject(error as Error) : resolve()));
  });
  sessionOf(request).tokens = tokensOf(iss, answer['patient'] as string, answer);
  response.redirect('/app');
});

app.get('/app', async (request, response) => {
  const tokens = await currentTokens(sessionOf(request));
  if (!tokens) return void response.status(401).end();
  const { iss, accessToken, patient } = tokens;
  const read = async (path: string): Promise<unknown> => {
    const headers = { authorization: `Bearer ${accessToken}`, accept: 'application/fhir+json' };
    const answer = await fetch(`${iss}/${path}`, { headers });
    if (!answer.ok) throw new Error(`the EHR answered ${answer.status}`);
    return answer.json();
  };
  const [one, bundle] = await Promise.all([read(`Patient/${patient}`), read(`ServiceRequest?patient=${patient}`)]);
  response.send(requestsPage(one as Patient, bundle as Bundle));
});

async function currentTokens(session: ReturnType<typeof sessionOf>): Promise<Tokens | undefined> {
  const { tokens } = session;
  if (!tokens?.refreshToken || Date.now() < tokens.expiresAt - RENEW_BEFORE_MS) return tokens;
  const { iss, refreshToken, patient } = tokens;
  session.tokens = tokensOf(iss, patient, await openid.refreshTokenGrant(await configurationOf(iss), refreshToken));
  return session.tokens;
}

function tokensOf(iss: string, patient: string, answer: openid.TokenEndpointResponse): Tokens {
  const expiresAt = Date.now() + (answer.expires_in ?? 0) * 1_000;
  return { iss, patient, accessToken: answer.access_token, refreshToken: answer.refresh_token, expiresAt };
}

listen(app);
