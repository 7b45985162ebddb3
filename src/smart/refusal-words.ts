/** The words by which authorization servers explain a refusal, as data. */
import { APP, type Hint, type Hints, KEPT_OUT, NOT, OF_ACCOUNT, OF_BLOCKED } from './denial-words.ts';

// "invalid" is no such word: servers use it for every client whose assertion they refuse.
export const UNKNOWN = 'unknown found registered unregistered exist unrecognized recognized recognised';
export const SECRET = 'secret client_secret client_secret_basic client_secret_post private_key_jwt';
export const OF_REQUEST: Hints = [
  // It arrived, so nothing was lost on the way.
  ['client.key', 'assertion client_assertion jwt', 'missing', 'aud kid jti exp iat iss sub claim claims header'],
  ['token.body-lost', 'assertion client_assertion client_assertion_type', 'missing', 'parameter client'],
  ['token.body-lost', 'client_assertion grant_type', 'contain contains'],
  ['client.id-not-sent', 'client_id', 'missing required'],
  ['client.id-sent', 'client_id', 'omitted omit twice allowed'],
];
export const OFF = `${KEPT_OUT} revoked withdrawn terminated`;
export const ENVIRONMENT = 'environment production sandbox';
const REDIRECT =
  /(?:^|[^a-z])(?:(?:redirect|callback)_?ur[il]s?|replyurl|(?:redirect|redirection|reply|callback|return)[ -](?:ur[il]s?|address))(?![a-z])/;
const LAUNCH = 'launch launch_token launchtoken launch_id';
const OVER = 'unknown expired used invalid already resolved consumed redeemed longer stale';
// Not of a code or a scope that is "not valid for this patient context".
const OF_PATIENT: Hint = [
  'context.patient-missing',
  /\b(?:no|without an?|missing)(?: \w+)? patient\b(?! (?:service|found|match|record))|\bnot (?:contain|have|include) an? patient\b|\bpatient (?:context )?(?:is |was )?(?:required|missing|must be selected|not (?:selected|picked|chosen|in context))\b/,
];
export const OF_TENANT: Hints = [
  ...OF_ACCOUNT,
  ['authorization.tenant', 'tenant', 'unknown invalid mismatch found configured exist exists match unregistered'],
  ['authorization.tenant', 'tenant', 'other specific'],
  ['authorization.tenant', /\btenant (?:\w+ )?(?:is )?not valid\b/],
  ['authorization.tenant', 'realm', 'exist enabled disabled'],
  ['authorization.tenant', 'unregistered_service'],
];
export const OF_LAUNCH: Hints = [
  ['scope.refused', 'scope scopes', 'asked', 'exist'],
  ['authorization.parameter-lost', 'launch', 'code_required'],
  ['authorization.launch-over', LAUNCH, OVER],
  ['authorization.launch-over', LAUNCH, NOT, 'found valid recognized match exist exists'],
  // Of the launch value, and not of a client that is registered without EHR launch.
  ['authorization.launch-over', LAUNCH, 'token value launch_token launchtoken', 'authorized permitted accepted'],
  [
    'authorization.launch-over',
    LAUNCH,
    'token launch_token launchtoken parameter context',
    'validation belong belongs issued bound',
  ],
];
export const OF_REDIRECT: Hints = [['grant.redirect-uri', REDIRECT]];
/** What servers say of a code, under whatever error. */
export const OF_CODE: Hints = [
  ...OF_REDIRECT,
  // Entra ID, of an app whose codes only a browser may exchange.
  ['client.method', 'cross', 'origin'],
  ['client.method', 'single', 'page'],
  ['client.proof-of-possession', 'dpop'],
  ['grant.pkce', 'pkce code_verifier code_challenge'],
  ['grant.pkce', /\bcode (?:verifier|challenge)\b|\bproof key\b/],
];
export const OF_CONSENT: Hints = [
  ...OF_BLOCKED,
  ['grant.consent', /\buser or (?:an )?admin/],
  ['grant.admin-approval', 'admin administrator', 'consent consented grant granting approval approve approved'],
  ['grant.admin-approval', 'app_not_approved_by_admin'],
];
const OF_SESSION: Hint = [
  'authorization.sign-in-needed',
  /\bsession[ -](?:(?:id|token|is|was|has|been|already|no) ){0,3}(?:expired|over|ended|invalid|timed out|terminated|not active|longer)\b/,
];
/** The server fails itself, whatever its words name besides. */
export const OF_DATABASE: Hint = [
  'token.server-error',
  'database',
  'access connect connection error failure timeout unavailable',
];
const CODE = 'code token grant authorization authorization_code';
export const OF_GRANT: Hints = [
  OF_DATABASE,
  ['token.body-lost', 'code_verifier', 'missing required'],
  ['client.off', 'tenant_terminated'],
  ...OF_TENANT,
  ['refresh.reused', 'refresh', 'reuse reused replayed rotated rotation'],
  ['refresh.reused', 'refresh', 'already', 'used'],
  ...OF_CODE,
  ...OF_BLOCKED,
  ['grant.consent', 'consented', NOT],
  ['grant.consent', 'consent', 'no missing without required revoked withdrawn denied'],
  ['authorization.sign-in-needed', 'logged signed', 'out'],
  ['grant.consent', 'revoked withdrawn', 'authorization access approval', 'user owner'],
  OF_SESSION,
  ...OF_LAUNCH,
  ['grant.other-client', 'client client_id', 'another other different match mismatch belong'],
  ['grant.unknown', 'code grant authorization_code', 'unknown found exist'],
  ['grant.expired', CODE, 'expired'],
  ['grant.reused', CODE, 'already used redeemed consumed reused reuse'],
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
  ['client.off', APP, 'disabled inactive suspended deactivated'],
  ['client.off', APP, NOT, 'active activated approved license licensed installed'],
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
  ['authorization.pushed-request', /\bpushed (?:authori[sz]ation|request)/],
  ['authorization.pushed-request', 'par request_uri jar'],
  ['authorization.pushed-request', 'request', 'object', 'required missing signed must'],
  ['client.proof-of-possession', 'dpop'],
  ['authorization.pkce', PKCE, 'plain supported unsupported'],
  ['authorization.parameter-lost', SENT, 'missing required absent lacks omitted'],
  ['authorization.parameter-lost', SENT, 'contain', 'following', 'parameter'],
  ['authorization.audience', 'aud audience', `${NOT} ${UNKNOWN} mismatch invalid bad wrong allowed expected`],
  ['authorization.audience', /\b(?:resource[ -](?:indicator|server)|target resource)\b/],
  ...OF_LAUNCH,
  ['authorization.pkce', PKCE],
  ['authorization.redirect-uri', REDIRECT],
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
/** Not of a user whom a policy or an administrator denied. */
const USER_DECLINED = new RegExp(
  [
    String.raw`\b(?:user|resource owner) (?:has |have )?(?:denied|declined|refused|rejected)\b(?! ?[:(–-]| access:| access to (?:the |this )?(?:chart|patient|record)|[^.;]*(?<!requested) (?:by (?!click|press|choos)|due to |because |not in ))`,
    String.raw`\b(?:denied|declined|refused|rejected) by (?:the |an? )?(?:end[- ]?)?(?:user|resource owner)\b(?!['’]| (?:access|account|agent|director|group|management|or\b|permission|polic|pool|profile|right|role|service|setting|store))`,
    String.raw`\buser (?:(?:did not|didn['’]t) (?:accept|agree|allow|approve|authori[sz]e|grant|choose|pick|select)|(?:chose|decided) not to|aborted)\b`,
    String.raw`\b(?:clicked|pressed|selected|chose) (?:cancel|deny|no)\b|\byou (?:have )?(?:chose not|declined)\b|\buser_(?:denied|declined|cancell?ed)\b|^declined\W*$`,
    String.raw`\bno patient (?:was )?(?:chosen|picked|selected)\b`,
  ].join('|'),
);
export const OF_DENIAL: Hints = [
  [
    'fhir.restricted',
    /\bbreak[ -]?(?:the[ -]?)?glass\b|\b(?:chart|patient)\b[^.;]{0,30}\brestricted\b|\brestricted chart\b/,
  ],
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
  ['authorization.declined', USER_DECLINED],
  // Auth0, of an aud that is none of its APIs.
  ['authorization.audience', 'service', 'found', 'https http'],
  ...OF_OFF,
  ['client.off', APP, 'blocked pending'],
];
