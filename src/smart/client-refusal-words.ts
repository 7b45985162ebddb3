/** The words by which token endpoints refuse a request, our client assertion, its key or our JWKS, as data. */
import { APP, type Hints, NOT } from './denial-words.ts';
import {
  ENVIRONMENT,
  OF_CODE,
  OF_DATABASE,
  OF_LAUNCH,
  OF_OFF,
  OF_REDIRECT,
  OF_REQUEST,
  OF_TENANT,
  OFF,
  SECRET,
  UNKNOWN,
} from './refusal-words.ts';

const KEYS = 'kid key keys jwk jwks jwks_uri signature certificate thumbprint';
const ASSERTION = 'jwt assertion client_assertion token';
/** What is wrong with a key, an audience or an algorithm. */
const BAD = `${NOT} ${UNKNOWN} invalid wrong failed failure fail failing mismatch match unexpected incorrect required verify suitable`;
const ALG = 'alg algorithm algorithms';
const TLS = 'certificate certification ssl tls';
const READ =
  'retrieve retrieved retrieving fetch fetched fetching download downloaded downloading read reading resolve resolved';
const AUTHORIZATION_HEADER = /\bauthorization[ -]header\b/;
export const OF_TOKEN_REQUEST: Hints = [
  ...OF_REDIRECT,
  ...OF_REQUEST,
  ['token.body-lost', 'grant_type body payload form', 'missing required empty null'],
  ['token.body-lost', 'code', 'parameter', 'missing required'],
  ['token.body-lost', /\burlencoded\b|\b(?:content|media)[ -]type\b/],
  ['token.body-lost', 'mechanism', 'no', 'provided'],
  ['client.method', `${SECRET} client_assertion_type`],
  ['client.method', 'client', 'authentication credentials', 'missing required no provided'],
  // It was sent, so it was lost on the way.
  ['token.body-lost', 'client_assertion', 'missing required empty'],
  ['client.method', AUTHORIZATION_HEADER],
  ...OF_CODE,
  ...OF_TENANT,
  ...OF_LAUNCH,
];
/** Hints that count only where none about the request or the client does. */
export const OF_TOKEN_REQUEST_LAST: Hints = [
  ['client.unknown', 'client', 'found exist unregistered'],
  ['grant.expired', 'expired', 'code'],
  ['grant.reused', 'already', 'code granted'],
  ['grant.refused', 'authorization', 'code', 'invalid'],
];
/** In the words of a server that fails. */
export const OF_FAILURE: Hints = [
  OF_DATABASE,
  [
    'grant.redirect-uri',
    /\b(?:invalid|unregistered) redirect[_ ]ur[il]\b|\bredirect[_ ]ur[il] (?:mismatch|is invalid|(?:is|does) not (?:match|registered|valid))/,
  ],
  [
    'client.unknown',
    /\bunknown client\b|\bclient(?:[_ ]id)?(?: ["'][\w.-]+["']| [\w.]*[-_\d][\w.-]*)? (?:(?:is|was) )?(?:unknown|not (?:found|registered)|does not exist)\b/,
  ],
  ['grant.expired', /\bexpired auth(?:orization)?[_ ]code\b|\bauth(?:orization)?[_ ]code (?:has |is )?expired\b/],
];
export const OF_GRANT_TYPE: Hints = [['client.grant-not-allowed', 'grant grant_type grants']];
export const OF_CLIENT: Hints = [
  OF_DATABASE,
  ...OF_REQUEST,
  // Apigee and others call the client ID an API key.
  ['client.unknown', 'api apikey', 'key apikey', 'invalid unknown'],
  ['client.jwks-chain', 'certificate', 'verify', 'first'],
  ['client.jwks-untrusted', 'pkix sslhandshakeexception handshake validatorexception certificate_verify_failed'],
  ['client.jwks-untrusted', TLS, 'chain path trust trusted untrusted remote established self authority local'],
  ['client.jwks-untrusted', 'certificate', 'hostname altnames alternative'],
  ['client.method', AUTHORIZATION_HEADER],
  ['client.method', 'certificate', 'client', 'required missing provided presented'],
  ['client.algorithm', ALG, 'unsupported supported allowed permitted accepted enabled configured registered'],
  [
    'client.algorithm',
    'ec rsa curve',
    'unsupported supported allowed only accepted configured expected expects requires',
  ],
  ['client.algorithm', 'ec rsa', 'type kty', 'mismatch match'],
  // What Java and Node call a host that they do not find or reach: nothing but our JWKS is fetched for an assertion.
  ['client.jwks-unreachable', 'unknownhostexception connectexception sockettimeoutexception noroutetohostexception'],
  ['client.jwks-unreachable', 'econnrefused enotfound etimedout eai_again getaddrinfo'],
  ['client.jwks-unreachable', 'fetch', 'failed'],
  ['client.jwks-unreachable', 'route resolution', 'host name'],
  ['client.jwks-unreachable', 'host hostname dns', 'unknown known resolve resolved unreachable'],
  ['client.jwks-unreachable', 'remote', 'name', 'resolve resolved'],
  ['client.jwks-unreachable', KEYS, READ],
  // Not of a key: Keycloak says that it cannot load a key which the JWKS does not have.
  ['client.jwks-unreachable', 'jwks jwks_uri jwk', 'load loaded loading tls'],
  ['client.jwks-unreachable', KEYS, 'reach reached reachable unreachable connect connection timeout timed'],
  ['client.jwks-unreachable', 'jwks jwks_uri jwk', 'returned status http unavailable forbidden json'],
  ['client.key-off', KEYS, OFF],
  ['client.key-off', 'certificate key', 'expired', `registered ${APP}`],
  ['client.jwks-untrusted', 'certificate', 'expired'],
  ['client.algorithm', 'algorithm algorithms', 'invalid unexpected'],
  ['client.jwks-unreachable', 'connection connect', 'refused reset timed timeout failed'],
  ['client.type', 'typ'],
  // Keycloak behind a proxy, which knows itself by the name inside.
  ['client.audience-host', 'aud audience', 'domain hostname', 'match matches'],
  ['client.audience-host', 'aud audience', 'expected_token_endpoint'],
  ['client.audience', 'aud audience', `${BAD} must expected claim`],
  ['client.method', 'mtls mutual'],
  // Entra ID fetches no JWKS.
  ['client.key-upload', 'aadsts', KEYS, BAD],
  ['client.key-unknown', KEYS, BAD],
  // Of the code, and not of the place or the check of a key.
  ...OF_REDIRECT,
  ['grant.pkce', 'pkce code_verifier code_challenge'],
  ['client.method', 'public', 'client clients app application'],
  ['client.algorithm', ALG, `${BAD} must weak`],
  ['client.algorithm', 'signed sign expects expected required', 'rs es ps hs'],
  ['client.assertion-used', `jti tokens replay ${ASSERTION}`, 'already duplicate reuse reused replay replayed once'],
  ['client.assertion-times', ASSERTION, /\btime range\b|\bwithin\b[^.;]{0,30}\btime\b|\bno longer valid\b/],
  ['client.assertion-life', `exp lifetime ${ASSERTION}`, 'maximum max long longer exceeds'],
  // A server cannot refuse an `exp` for being in the future, so it refuses how far in the future it is.
  ['client.assertion-life', 'exp expire expires expiration expiry', 'future within more exceed exceeds unreasonable'],
  ['client.assertion-times', `exp iat nbf ${ASSERTION}`, 'expired future past range'],
  ['client.assertion-times', 'jwt token nbf iat', 'active yet old before early'],
  ['client.assertion-times', 'exp iat nbf expiration expiry clock', 'check passed past skew'],
  ['client.assertion-times', ASSERTION, 'yet', 'active valid'],
  ['client.method', `method methods authentication_method token_endpoint_auth_method ${SECRET}`],
  ['network.address-refused', 'ip address', `allowed allowlist whitelist whitelisted permitted ${OFF}`],
  ['client.off', `${APP} subscription`, `${OFF} pending expired`],
  ['client.off', `${APP} subscription`, NOT, 'active activated enabled approved'],
  ['client.unknown', `client_id clientid identifier ${APP}`, 'unknown unregistered unrecognized'],
  ['client.unknown', `client_id clientid identifier ${APP}`, NOT, `${UNKNOWN} known`],
  ['client.unknown', 'client_id clientid identifier', 'invalid failed'],
  ['client.unknown', APP, ENVIRONMENT, 'belongs belong other another wrong registered exist'],
  ...OF_OFF,
  // Both are the client ID in our assertion, so the server compares them with another one.
  ['client.unknown', 'sub iss subject issuer identifier', 'client_id client', 'match matches mismatch must equal same'],
  ['client.unknown', APP, 'no', 'such'],
  ['client.unknown', APP, 'no', 'with', 'id identifier name client_id'],
  ['token.throttled', 'rate quota', 'limit exceeded'],
  ['token.throttled', 'many', 'requests attempts'],
  ['client.key', 'credentials', 'invalid'],
];
