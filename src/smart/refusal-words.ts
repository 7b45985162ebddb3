/** The words by which authorization servers explain a refusal, as data. */
import type { Rule } from '#src/errors/rules/table.ts';

/** A rule applies to a sentence that has a word of each of its groups; the first such rule counts. */
type Hint = readonly [rule: Rule, ...groups: readonly string[]];
export type Hints = readonly Hint[];

// "invalid" is no such word: servers use it for every client whose assertion they refuse.
export const UNKNOWN = 'unknown found registered unregistered exist unrecognized recognized recognised';
export const SECRET = 'secret client_secret client_secret_basic client_secret_post private_key_jwt';
export const OF_REQUEST: Hints = [
  // It arrived, so nothing was lost on the way.
  ['client.key', 'assertion client_assertion jwt', 'missing', 'aud kid jti exp iat iss sub claim claims header'],
  ['token.body-lost', 'assertion client_assertion client_assertion_type', 'missing', 'parameter client'],
  ['client.id-not-sent', 'client_id', 'missing required'],
  ['client.id-sent', 'client_id', 'omitted omit twice allowed'],
];
const KEPT_OUT = 'disabled inactive suspended blocked deactivated locked';
export const OFF = `${KEPT_OUT} revoked withdrawn terminated`;
export const APP = 'client application app';
export const ENVIRONMENT = 'environment production sandbox';
/** Without one of these, a sentence only says what is there. */
export const NOT = 'not no never cannot unable doesn isn wasn couldn t without missing none';
const REDIRECT = 'redirect_uri redirect_uris redirecturi redirect_url redirecturl callbackurl callback_url replyurl';
const RETURN = 'redirect redirection reply callback return';
const ADDRESS = 'url urls uri uris address';
const LAUNCH = 'launch launch_token launchtoken launch_id';
const OVER = 'unknown expired used invalid already resolved consumed redeemed longer stale';
const NEEDED = `${NOT} required`;
const OF_PATIENT: Hint = ['context.patient-missing', 'patient', NEEDED, 'context selected picked chosen open'];
const OF_TENANT: Hints = [
  // Entra ID, of a user who is not in the tenant.
  ['authorization.blocked', 'account accounts', 'tenant', 'exist exists found'],
  ['authorization.blocked', 'user account', 'linked mapped associated', 'provider practitioner clinician'],
  ['authorization.tenant', 'tenant', 'unknown invalid mismatch found configured exist exists match unregistered'],
  ['authorization.tenant', 'tenant', 'valid other specific'],
  ['authorization.tenant', 'realm', 'exist enabled disabled'],
  ['authorization.tenant', 'unregistered_service'],
];
const OF_LAUNCH: Hints = [
  ['scope.refused', 'scope scopes', 'asked', 'exist'],
  ['authorization.parameter-lost', 'launch', 'code_required'],
  ['authorization.launch-over', LAUNCH, OVER],
  ['authorization.launch-over', LAUNCH, NOT, 'found valid recognized match exist exists'],
  // Of the launch value, and not of a client that is registered without EHR launch.
  ['authorization.launch-over', LAUNCH, 'token value launch_token launchtoken', 'authorized permitted accepted'],
  ['authorization.launch-over', LAUNCH, 'token launch_token launchtoken parameter', 'validation belong belongs issued'],
];
export const OF_REDIRECT: Hints = [
  ['grant.redirect-uri', REDIRECT],
  ['grant.redirect-uri', RETURN, ADDRESS],
];
/** What servers say of a code, under whatever error. */
export const OF_CODE: Hints = [
  ...OF_REDIRECT,
  // Entra ID, of an app whose codes only a browser may exchange.
  ['client.method', 'cross', 'origin'],
  ['client.method', 'single', 'page'],
  ['client.proof-of-possession', 'dpop'],
  ['grant.pkce', 'pkce code_verifier code_challenge'],
  ['grant.pkce', 'verifier challenge proof', 'code exchange'],
];
export const OF_TOKEN_REQUEST: Hints = [
  ...OF_REDIRECT,
  ...OF_REQUEST,
  ['token.body-lost', 'grant_type body payload form', 'missing required empty null'],
  ['token.body-lost', 'grant_type', 'contain contains'],
  ['token.body-lost', 'code', 'parameter', 'missing required'],
  ['token.body-lost', 'urlencoded content media', 'type content'],
  ['token.body-lost', 'mechanism', 'no', 'provided'],
  ['client.method', `${SECRET} client_assertion_type`],
  ['client.method', 'client', 'authentication credentials', 'missing required no provided'],
  // It was sent, so it was lost on the way.
  ['token.body-lost', 'client_assertion', 'missing required empty'],
  ['client.method', 'header', 'authorization'],
  ...OF_CODE,
  ...OF_TENANT,
  ...OF_LAUNCH,
];
/** Hints that count only where none about the request or the client does. */
export const OF_TOKEN_REQUEST_LAST: Hints = [
  ['client.unknown', 'client', 'found exist unregistered'],
  ['grant.expired', 'already expired', 'code granted'],
  ['grant.refused', 'authorization', 'code', 'invalid'],
];
export const OF_GRANT_TYPE: Hints = [['client.grant-not-allowed', 'grant grant_type grants']];
/** Of a user or app that a rule of the server keeps out, whatever the user answers. */
const OF_BLOCKED: Hints = [
  ['authorization.blocked', 'user users', 'assigned'],
  ['authorization.blocked', 'user', NOT, 'allowed'],
  ['authorization.blocked', 'user actor you', 'is are', 'authorized permitted entitled'],
  ['authorization.blocked', 'user users you', 'no not', 'permission permissions point right rights role'],
  ['authorization.blocked', 'role roles privilege privileges member', 'permit permits allow insufficient required'],
  ['authorization.blocked', 'policy policies', 'access evaluation', 'blocked denied restricted failed'],
  // Entra ID, of an access policy, a device or an address.
  ['authorization.blocked', 'conditional device ip', 'access compliant managed address addresses'],
  ['authorization.blocked', 'user account role department', `${KEPT_OUT} enabled licensed license subscribed`],
  ['authorization.blocked', APP, 'resource', 'server', 'authorized'],
];
export const OF_CONSENT: Hints = [
  ...OF_BLOCKED,
  ['grant.consent', 'admin administrator', 'consent consented grant approval approve'],
];
const ENDED = 'active expired over ended invalid timed terminated';
const OF_SESSION: Hint = ['authorization.sign-in-needed', 'session', ENDED];
/** The server fails itself, whatever its words name besides. */
export const OF_DATABASE: Hint = [
  'token.server-error',
  'database',
  'access connect connection error failure timeout unavailable',
];
export const OF_GRANT: Hints = [
  OF_DATABASE,
  ['token.body-lost', 'code_verifier', 'missing required'],
  ['authorization.question-for-user', 'factor mfa'],
  ['client.off', 'tenant_terminated'],
  ...OF_TENANT,
  ['refresh.reused', 'refresh', 'reuse reused replayed rotated rotation'],
  ['refresh.reused', 'refresh', 'already', 'used'],
  ...OF_CODE,
  ...OF_BLOCKED,
  ['grant.consent', 'consent consented', `${NOT} required revoked withdrawn denied`],
  ['authorization.sign-in-needed', 'logged signed', 'out'],
  ['grant.consent', 'revoked withdrawn', 'authorization access approval', 'user owner'],
  OF_SESSION,
  ...OF_LAUNCH,
  ['grant.other-client', 'client client_id', 'another other different match mismatch belong'],
  ['grant.unknown', 'code grant', 'unknown found exist'],
  ['grant.expired', 'expired already used redeemed consumed reused'],
  ['grant.unknown', 'code', 'issued recognized known'],
  OF_PATIENT,
];
const NOT_ON = `${OFF} allowed enabled supported permitted registered`;
/** Reasons of Oracle Health, which come as one word each. */
const OF_URN: Hints = [
  ...OF_TENANT,
  ['client.off', 'unauthorized_client_for_tenant tenant_terminated'],
  ['authorization.other-user', 'mismatched_identity mismatchted_identity'],
  ['authorization.declined', 'denied_by_user cancelled'],
  ['scope.refused', 'denied_by_server empty_scopes insufficient_scopes'],
];
const PLACE = 'tenant organization facility practice site environment domain instance realm';
/** Of a client that is known, and may not be used here. */
export const OF_OFF: Hints = [
  ['client.off', APP, 'disabled inactive suspended deactivated active activated approved license licensed installed'],
  ['client.off', `${APP} service license`, PLACE, 'enabled activated configured granted authorized allowed expired'],
  // Entra ID, of an app that was never added to the directory.
  ['client.off', 'service', 'principal', 'missing lacks found'],
];
// Keycloak, of a client without the authorization code flow.
const OF_FLOW: Hint = ['authorization.client-not-allowed', 'flow response_type grant_type authorization_code', NOT_ON];
const LAUNCHABLE = 'enabled disabled allowed authorized permitted registered configured grant';
// Each of these is in every request, so a server that misses one did not get it.
const PKCE = 'pkce proof challenge code_challenge code_challenge_method';
const SENT = `aud audience state response_type client_id redirect_uri ${PKCE}`;
/** Hints in the description of an `invalid_request` from the authorization endpoint. */
export const OF_AUTHORIZATION: Hints = [
  ['authorization.audience', 'aud', 'match matches invalid valid'],
  ...OF_URN,
  ['authorization.pushed-request', 'pushed par request_uri jar'],
  ['authorization.pushed-request', 'request', 'object', 'required missing signed must'],
  ['client.proof-of-possession', 'dpop'],
  ['authorization.pkce', PKCE, 'plain supported unsupported'],
  ['authorization.parameter-lost', SENT, 'missing required absent lacks omitted'],
  ['authorization.parameter-lost', SENT, 'contain', 'following', 'parameter'],
  ['authorization.audience', 'aud audience'],
  ['authorization.audience', 'resource', 'indicator target server'],
  ...OF_LAUNCH,
  ['authorization.pkce', PKCE],
  ['authorization.redirect-uri', REDIRECT],
  ['authorization.redirect-uri', RETURN, ADDRESS],
  ['scope.refused', 'scope scopes', `${NOT} ${UNKNOWN} invalid requested allowed supported permitted malformed`],
  OF_FLOW,
  ['authorization.launch-type', 'launch launches', 'ehr client clients app application', LAUNCHABLE],
  ['authorization.client-unknown', `client_id ${APP}`, `${UNKNOWN} ${ENVIRONMENT} deleted`],
  ['authorization.client-unknown', APP, 'identifier', 'invalid valid'],
  ...OF_OFF,
  ...OF_BLOCKED,
  OF_SESSION,
  OF_PATIENT,
];
/** In the words of a `server_error`. */
export const OF_CONTEXT: Hints = [OF_PATIENT, ...OF_TENANT, ...OF_LAUNCH, OF_SESSION];
/** Of the client itself, before anything that a long description adds. */
export const OF_CLIENT_ID: Hints = [
  ['authorization.client-unknown', APP, 'identifier id client_id', 'found exist exists'],
];
export const OF_DENIAL: Hints = [
  ['fhir.restricted', 'glass restricted', 'break chart patient record'],
  ['authorization.declined', 'declined cancelled canceled', 'user owner consent request sign'],
  ...OF_CONSENT,
  ...OF_URN,
  ...OF_LAUNCH,
  ['scope.refused', 'scope scopes offline_access', `${NOT_ON} authorized`],
  OF_FLOW,
  OF_SESSION,
  // Not of a user who may not grant access.
  ['authorization.client-not-allowed', 'grant', 'type types', NOT_ON],
  ['authorization.declined', 'user', 'did aborted closed', 'consent interaction window'],
  ['authorization.declined', 'user', 'denied rejected clicked', 'request consent cancel'],
  // Auth0, of an aud that is none of its APIs.
  ['authorization.audience', 'service', 'found', 'https http'],
  ...OF_OFF,
  ['client.off', APP, 'blocked pending'],
];
