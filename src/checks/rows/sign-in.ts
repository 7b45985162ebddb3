/**
 * Do the two addresses of the sign-in answer? One request to each, which cannot succeed: no user, no launch value, no key.
 * Only asked when a person checks, so that an EHR's log has no refused sign-in for every scheduled look.
 *
 * Rules AZ-04, CB-13, TK-05, TL-01.
 */
import type { OutboundResponse } from '#src/adapters/ehr-http/client.ts';
import { OutboundError } from '#src/adapters/ehr-http/error.ts';
import { ruleOfFailure } from '#src/adapters/ehr-http/failure-rule.ts';
import { parseJsonObject, textMember } from '#src/adapters/json-object.ts';
import { ruleRows } from '#src/errors/rules/table.ts';
import { AppError } from '#src/errors.ts';
import { formRequest } from '#src/smart/client-authentication.ts';
import type { SmartConfiguration } from '#src/smart/documents/smart-configuration.ts';
import { readIntrospection } from '#src/smart/introspection.ts';
import { ruleOfDescription } from '#src/smart/refusal-rule.ts';
import { authorizationRedirect, createAttemptSecrets, inventedCallback } from '#src/smart/step-4-authorization-code.ts';
import { postGrant } from '#src/smart/step-5-access-token.ts';
import { isWebPage, readTokenResponse } from '#src/smart/token-response.ts';
import type { CheckContext } from './context.ts';
import {
  broken,
  checksOf,
  doubtingGiven,
  failure,
  info,
  type Outcome,
  pass,
  shown,
  skipped,
  warning,
} from './definition.ts';
import { withoutConfiguration } from './promised-checks.ts';

export const signInChecks = checksOf('Sign-in addresses', 'EHR team', [
  {
    id: 'authorization-endpoint',
    title: 'The authorization endpoint answers',
    why: 'Every launch sends the browser there. It is asked once, without a user (prompt=none), and its answer is not followed (OpenID Connect Core 1.0 §3.1.2.1).',
    hard: true,
    judge: async (context) => judgeEndpoint(context, judgeAuthorization),
  },
  {
    id: 'token-endpoint',
    title: 'The token endpoint answers',
    why: 'Every launch exchanges its code there. It is asked once with an invented code and without our key; the key proof shows whether it takes the key (RFC 6749 §5.2).',
    hard: true,
    judge: async (context) => judgeEndpoint(context, judgeToken),
  },
  {
    id: 'introspection-endpoint',
    title: 'The EHR can be asked whether a token is still active',
    why: 'The setting asks once a minute, and finds out nothing without an introspection endpoint that answers. It is asked once about an invented token and without our key (RFC 7662).',
    owner: 'Your administrator',
    judge: judgeIntrospection,
  },
]);

const LOOK_INTO_LOG = 'Look into the log of the authorization server for this request.';

type Ask = NonNullable<CheckContext['ask']>;

async function judgeEndpoint(
  context: CheckContext,
  judge: (context: CheckContext, configuration: SmartConfiguration, ask: Ask) => Promise<Outcome>,
): Promise<Outcome> {
  const found = await context.configuration;
  if (!found) return withoutConfiguration(context);
  if (!found.configuration) return skipped('not asked: no launch would use these addresses, see the rows above');
  if (!context.ask) return skipped('not asked by a scheduled check');
  return doubtingGiven(await judge(context, found.configuration, context.ask), found.source);
}

async function judgeIntrospection(context: CheckContext): Promise<Outcome> {
  if (context.settings.introspection === 'off') return skipped('the setting is off');
  const configuration = (await context.configuration)?.configuration;
  if (!configuration) return withoutConfiguration(context);
  if (configuration.introspectionEndpoint !== undefined)
    return askIntrospection(context, new URL(configuration.introspectionEndpoint));
  return warning(
    'no usable introspection endpoint is named',
    'Switch “Ask the EHR whether a token is still active” off in Advanced settings, or ask the EHR team to publish an introspection_endpoint.',
  );
}

/** A server that refuses a caller without a key is there; only a launch shows whether it takes ours. */
async function askIntrospection({ ask, settings, now }: CheckContext, url: URL): Promise<Outcome> {
  if (!ask) return pass(url.host);
  const unusable = (answered: string) =>
    broken('refresh.not-confirmed', url.host, {
      verdict: 'warning',
      seen: { 'introspection answer': answered, 'client id': settings.clientId || 'of this app' },
    });
  try {
    const answer = await ask(url, formRequest(new URLSearchParams({ token: inventedCallback().code })));
    const { status } = answer;
    const isRefused = status === 400 || status === 401 || status === 403;
    if (isRefused && !isWebPage(answer)) return pass(`${url.host}: status ${status} without our key`);
    if (status !== 200) return unusable(`status ${status}`);
    const said = readIntrospection(answer.text, now());
    if (said.kind === 'active')
      return failure(
        `${url.host}: it calls an invented token active`,
        'Let the introspection endpoint answer "active": true only for tokens that it has given out.',
        'EHR team',
      );
    return said.kind === 'inactive' ? pass(`${url.host}: status 200, not active`) : unusable(said.reason);
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    return broken(ruleOfFailure(error, 'endpoint'), url.host, { verdict: 'warning' });
  }
}

/** What a browser can reach may be closed to this server, and the other way round: unreachable from here is only a warning. */
async function judgeAuthorization(
  context: CheckContext,
  configuration: SmartConfiguration,
  ask: Ask,
): Promise<Outcome> {
  const url = authorizationUrl(context, configuration);
  const seen = (status: number) => `${url.host}: status ${status}`;
  try {
    const answer = await ask(url, { statusStands: true });
    const { status, headers } = answer;
    if (status >= 300 && status < 400) return judgeRedirect(context, answer, url);
    // The FHIR server is no place for a browser.
    if ([404, 405, 410].includes(status) || /fhir/.test(answer.contentType))
      return broken('authorization.not-there', seen(status), { seen: { host: url.host } });
    if (status === 401 || status === 403)
      return info(`${seen(status)}: it refuses this service; browsers may be let in`);
    if (status >= 500) return warning(`${seen(status)}: it fails`, LOOK_INTO_LOG);
    if (status >= 400 && context.client)
      return broken('authorization.error-page', seen(status), { verdict: 'warning', seen: sentOf(context) });
    return pass(`${seen(status)}${framingNote(headers)}`);
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    const { cause } = ruleRows[ruleOfFailure(error, 'endpoint')];
    const found = `${url.host}: not reached from this service, which is no proof that the users’ browsers do not. ${cause}`;
    return warning(
      found,
      'Open this address on a workstation of the hospital. If it opens there, there is nothing to do.',
    );
  }
}

function authorizationUrl({ client, fhirUrl }: CheckContext, configuration: SmartConfiguration): URL {
  if (!client) return new URL(configuration.authorizationEndpoint);
  const request = { ...client, scope: 'openid', aud: fhirUrl };
  const redirect = authorizationRedirect(configuration, request, createAttemptSecrets());
  const url = new URL(redirect.method === 'GET' ? redirect.url : redirect.action);
  url.searchParams.set('prompt', 'none');
  return url;
}

function sentOf({ client }: CheckContext) {
  return { 'client id': client?.clientId, 'redirect URI': client?.redirectUri };
}

/** A server that answers to our redirect URI knows both the client ID and that URI (RFC 6749 4.1.2.1). */
function judgeRedirect(context: CheckContext, { status, headers }: OutboundResponse, asked: URL): Outcome {
  const { location } = headers;
  const target = location === undefined ? undefined : URL.parse(location, asked);
  const seen = `${asked.host}: status ${status}`;
  if (!target) return warning(`${seen} without an address`, LOOK_INTO_LOG);
  const { origin, pathname, searchParams } = target;
  const error = searchParams.get('error') ?? '';
  const isError = /^[a-z_]{1,64}$/.test(error);
  if (!context.client || `${origin}${pathname}` !== context.client.redirectUri)
    return context.client && isError
      ? broken('authorization.error-page', `${seen}, to a page on ${shown(target.host, 80)} (${error})`, {
          verdict: 'warning',
          seen: sentOf(context),
        })
      : pass(`${seen}, to the sign-in on ${shown(target.host, 80)}; a launch shows whether it knows this app`);
  if (searchParams.has('code'))
    return warning(
      `${seen}: it gave out a code without a user`,
      'Give out codes only for users who have signed in; only a test server may do without.',
    );
  if (ruleOfDescription(error, searchParams.get('error_description') ?? '') === 'client.off')
    return broken('client.off', seen, { verdict: 'warning', seen: sentOf(context) });
  if (error === 'unauthorized_client')
    return broken('authorization.client-not-allowed', seen, { verdict: 'warning', seen: sentOf(context) });
  return pass(
    `${seen}, to our redirect URI${isError ? ` (${error})` : ''}, as servers do that know client ID and redirect URI`,
  );
}

/** The EHR's own sign-in page in the chart's frame: only shown to users who have no session. */
function framingNote(headers: OutboundResponse['headers']): string {
  const isClosed =
    headers['x-frame-options'] !== undefined || /frame-ancestors/.test(headers['content-security-policy'] ?? '');
  return isClosed
    ? '; its pages limit who may frame them, so a user who has to sign in again may see an empty frame'
    : '';
}

/** Any OAuth error will do: it is what a token endpoint says to a request without a client. */
async function judgeToken(
  _context: CheckContext,
  { tokenEndpoint, authorizationEndpoint }: SmartConfiguration,
  ask: Ask,
): Promise<Outcome> {
  const { host } = new URL(tokenEndpoint);
  if (tokenEndpoint === authorizationEndpoint)
    return broken('token.not-there', 'the same address as the authorization endpoint', { seen: { host } });
  let answer: OutboundResponse | undefined;
  const request: Ask = async (url, sent) => (answer = await ask(url, sent));
  const body = new URLSearchParams({ grant_type: 'authorization_code', code: inventedCallback().code });
  try {
    readTokenResponse(await postGrant({ tokenEndpoint }, body, { request }));
    return failure(
      `${host}: it took an invented code`,
      'Refuse codes that were never given out: tell the vendor before this server is used.',
    );
  } catch (error) {
    if (!(error instanceof AppError) || error.rule === undefined) throw error;
    const named = answer && textMember(parseJsonObject(answer.text), 'error');
    const isRefusal = answer !== undefined && answer.status >= 400 && answer.status < 500 && answer.status !== 429;
    if (isRefusal && named !== undefined) return pass(`${host}: status ${answer?.status}, ${shown(named, 40)}`);
    const seen = answer ? `${host}: status ${answer.status}, ${answer.contentType || 'no content type'}` : host;
    const rule = error.rule === 'token.late' ? 'network.late' : error.rule;
    if (rule === 'token.server-error') return warning(`${seen}: it fails`, LOOK_INTO_LOG);
    // A gateway may refuse in words of its own, and a busy server is there.
    const isSoft = rule === 'token.other-error' || rule === 'token.forbidden' || rule === 'token.busy';
    return broken(rule, seen, { verdict: isSoft ? 'warning' : 'failure', seen: { host } });
  }
}
