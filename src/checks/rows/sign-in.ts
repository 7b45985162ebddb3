/**
 * Do the two addresses of the sign-in answer? One request to each, which cannot succeed: no user, no launch value, no key.
 * Only asked when a person checks, so that an EHR's log has no refused sign-in for every scheduled look.
 *
 * Rules AZ-04, CB-13, TK-05, TL-01.
 */
import type { SmartConfiguration } from '#src/smart/documents/smart-configuration.ts';
import { judgeAuthorization } from './authorization-endpoint.ts';
import type { Ask, CheckContext } from './context.ts';
import { checksOf, type Outcome, skipped } from './definition.ts';
import { judgeIntrospection } from './introspection-endpoint.ts';
import { withoutConfiguration } from './promised-checks.ts';
import { judgeToken } from './token-endpoint.ts';

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

async function judgeEndpoint(
  context: CheckContext,
  judge: (context: CheckContext, configuration: SmartConfiguration, ask: Ask) => Promise<Outcome>,
): Promise<Outcome> {
  const found = await context.configuration;
  if (!found) return withoutConfiguration(context);
  if (!found.configuration) return skipped('not asked: no launch would use these addresses, see the rows above');
  if (!context.ask) return skipped('not asked by a scheduled check');
  return judge(context, found.configuration, context.ask);
}
