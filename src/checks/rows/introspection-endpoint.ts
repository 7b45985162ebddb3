/** Does the introspection endpoint answer about an invented token? (RFC 7662) */
import { OutboundError } from '#src/adapters/ehr-http/error.ts';
import { ruleOfFailure } from '#src/adapters/ehr-http/failure-rule.ts';
import { formRequest } from '#src/smart/client-authentication.ts';
import { ruleAtAddress, ruleOfIntrospection } from '#src/smart/documents/given-endpoints.ts';
import type { SmartConfiguration } from '#src/smart/documents/smart-configuration.ts';
import { readIntrospection } from '#src/smart/introspection.ts';
import { inventedCallback } from '#src/smart/step-4-authorization-code.ts';
import { isWebPage } from '#src/smart/token-response.ts';
import type { CheckContext } from './context.ts';
import { broken, failure, type Outcome, pass, skipped, warning } from './definition.ts';
import { withoutConfiguration } from './promised-checks.ts';

/** Asks only where the setting is on. */
export async function judgeIntrospection(context: CheckContext): Promise<Outcome> {
  if (context.settings.introspection === 'off') return skipped('the setting is off');
  const configuration = (await context.configuration)?.configuration;
  if (!configuration) return withoutConfiguration(context);
  if (configuration.introspectionEndpoint !== undefined)
    return askIntrospection(context, new URL(configuration.introspectionEndpoint), configuration.source);
  return warning(
    'no usable introspection endpoint is named',
    'Switch “Ask the EHR whether a token is still active” off in Advanced settings, or ask the EHR team to publish an introspection_endpoint.',
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
    broken(ruleOfIntrospection(answered, source), `${url.host}: ${answered}`, {
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
    const rule = ruleAtAddress(ruleOfFailure(error, 'endpoint'), source);
    return broken(rule, `${url.host}: ${error.failure}`, { verdict: 'warning' });
  }
}
