/**
 * Do the addresses of the sign-in answer? One request to each, which cannot succeed: no user, no launch value, no key.
 * Only when a person checks: scheduled looks leave no refused sign-in in an EHR's log (AZ-04, CB-13, TK-05, TL-01).
 */
import type { OutboundResponse } from '#src/adapters/ehr-http/client.ts';
import { OutboundError } from '#src/adapters/ehr-http/error.ts';
import { ruleOfFailure } from '#src/adapters/ehr-http/failure-rule.ts';
import { parseJsonObject, textMember } from '#src/adapters/json-object.ts';
import { AppError } from '#src/errors.ts';
import { formRequest } from '#src/smart/client-authentication.ts';
import { ruleAtAddress, ruleOfIntrospection } from '#src/smart/documents/given-endpoints.ts';
import type { SmartConfiguration } from '#src/smart/documents/smart-configuration.ts';
import { readIntrospection } from '#src/smart/introspection.ts';
import { inventedCallback } from '#src/smart/step-4-authorization-code.ts';
import { postGrant } from '#src/smart/step-5-access-token.ts';
import { isWebPage } from '#src/smart/token-error.ts';
import { readTokenResponse } from '#src/smart/token-response.ts';
import { judgeAuthorization } from './authorization-endpoint.ts';
import type { Ask, CheckContext } from './context.ts';
import { checksOf, LOOK_INTO_LOG, shown } from './definition.ts';
import { broken, doubted, failure, type Outcome, pass, skipped, warning } from './outcome.ts';
import { rowOfHost, withoutConfiguration } from './promised-checks.ts';

export const signInChecks = checksOf('Sign-in addresses', 'EHR team', [
  {
    id: 'authorization-endpoint',
    title: 'The authorization endpoint answers',
    why: 'Every launch sends the browser there. This check asks it once, without a user (prompt=none), and does not follow its answer (OpenID Connect Core 1.0 §3.1.2.1).',
    hard: true,
    judge: async (context) => judgeEndpoint(context, 'authorizationEndpoint', judgeAuthorization),
  },
  {
    id: 'token-endpoint',
    title: 'The token endpoint answers',
    why: 'Every launch exchanges its code there. This check asks it once, with an invented code and without our key. The key proof shows whether the EHR accepts the key (RFC 6749 §5.2).',
    hard: true,
    judge: async (context) => judgeEndpoint(context, 'tokenEndpoint', judgeToken),
  },
  {
    id: 'introspection-endpoint',
    title: 'The EHR can be asked whether a token is still active',
    why: 'With this setting, the app asks once a minute. Without a working introspection endpoint, it learns nothing. This check asks once about an invented token, without our key (RFC 7662).',
    owner: 'Your administrator',
    judge: judgeIntrospection,
  },
]);

async function judgeEndpoint(
  context: CheckContext,
  endpoint: 'authorizationEndpoint' | 'tokenEndpoint',
  judge: (context: CheckContext, configuration: SmartConfiguration, ask: Ask) => Promise<Outcome>,
): Promise<Outcome> {
  const found = await context.configuration;
  if (!found) return withoutConfiguration(context);
  if (!found.configuration) return skipped('not asked: no launch would use these addresses, see the rows above');
  if (!context.ask) return skipped('not asked by a scheduled check');
  const outcome = await judge(context, found.configuration, context.ask);
  if (outcome.verdict !== 'failure' && outcome.verdict !== 'warning') return outcome;
  return (await rowOfHost(context, found.configuration[endpoint])) ?? outcome;
}

/** With these statuses the request met nothing that reads it: the path, the method or the body does not fit. */
const UNREAD = new Set([404, 405, 406, 410, 411, 413, 414, 415, 421, 431]);

/** Any OAuth error will do: it is what a token endpoint says to a request without a client. */
async function judgeToken(
  { settings }: CheckContext,
  { tokenEndpoint, authorizationEndpoint, source }: SmartConfiguration,
  ask: Ask,
): Promise<Outcome> {
  const { host } = new URL(tokenEndpoint);
  let answer: OutboundResponse | undefined;
  const request: Ask = async (url, sent) => (answer = await ask(url, sent));
  const body = new URLSearchParams({ grant_type: 'authorization_code', code: inventedCallback().code });
  try {
    readTokenResponse(await postGrant({ tokenEndpoint }, body, { request }));
    return failure(
      `${host}: it took an invented code`,
      'Refuse codes that were never given out. Tell the vendor before this server is used.',
    );
  } catch (error) {
    if (!(error instanceof AppError) || error.rule === undefined) throw error;
    const named = answer && textMember(parseJsonObject(answer.text), 'error');
    const { status = 0 } = answer ?? {};
    const isOfClient = status >= 500 && /^(?:invalid|unauthorized)_client$/.test(named ?? '');
    const isRefusal = (status >= 400 && status < 500 && status !== 429) || isOfClient;
    // Frameworks have a member of this name, such as "Not Found", where no OAuth server read the request.
    const isAnswered = /^[a-z_]+$/.test(named ?? '') || !UNREAD.has(status);
    if (isRefusal && named !== undefined && isAnswered) return pass(`${host}: status ${status}, ${shown(named, 40)}`);
    if (tokenEndpoint === authorizationEndpoint) {
      const found = `${host}: the same address as the authorization endpoint`;
      return broken(ruleAtAddress('token.not-there', source), found, { host });
    }
    const seen = answer
      ? `${host}: status ${answer.status}, ${answer.contentType || 'no content type'}`
      : error.message;
    const rule = error.rule === 'token.late' ? 'network.late' : error.rule;
    if (rule === 'token.server-error') return warning(`${seen}: it fails`, LOOK_INTO_LOG);
    // A gateway may refuse in words of its own, and a busy server is there.
    const isSoft = /^token\.(?:other-error|forbidden|busy|throttled)$/.test(rule) && !(answer && isWebPage(answer));
    const facts = { host, 'client id': settings.clientId || 'this app' };
    return broken(ruleAtAddress(rule, source), seen, facts, isSoft ? 'warning' : 'failure');
  }
}

/** Asks only where the setting is on. */
async function judgeIntrospection(context: CheckContext): Promise<Outcome> {
  if (context.settings.introspection === 'off') return skipped('the setting is off');
  const configuration = (await context.configuration)?.configuration;
  if (!configuration) return withoutConfiguration(context);
  if (configuration.introspectionEndpoint !== undefined)
    return askIntrospection(context, new URL(configuration.introspectionEndpoint), configuration.source);
  return warning(
    'no usable introspection endpoint is named',
    'Switch off “Ask the EHR whether a token is still active” in Advanced settings, or ask the EHR team to publish an introspection_endpoint.',
  );
}

/** A server that refuses a caller without a key is there; only a launch shows whether it takes ours. */
async function askIntrospection(
  { ask, settings, now }: CheckContext,
  url: URL,
  source: SmartConfiguration['source'],
): Promise<Outcome> {
  if (!ask) return pass(url.host);
  const unusable = (answered: string) =>
    doubted(ruleOfIntrospection(answered, source), `${url.host}: ${answered}`, {
      'introspection answer': answered,
      'client id': settings.clientId || 'of this app',
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
    const rule = ruleAtAddress(ruleOfFailure(error, 'endpoint'), source);
    return doubted(rule, `${url.host}: ${error.failure}`);
  }
}
