/** Does the token endpoint answer a code that was never issued? (TK-05) */
import type { OutboundResponse } from '#src/adapters/ehr-http/client.ts';
import { parseJsonObject, textMember } from '#src/adapters/json-object.ts';
import { AppError } from '#src/errors.ts';
import { ruleAtAddress } from '#src/smart/documents/given-endpoints.ts';
import type { SmartConfiguration } from '#src/smart/documents/smart-configuration.ts';
import { inventedCallback } from '#src/smart/step-4-authorization-code.ts';
import { postGrant } from '#src/smart/step-5-access-token.ts';
import { isWebPage, readTokenResponse } from '#src/smart/token-response.ts';
import type { Ask, CheckContext } from './context.ts';
import { broken, failure, LOOK_INTO_LOG, type Outcome, pass, shown, warning } from './definition.ts';

/** Any OAuth error will do: it is what a token endpoint says to a request without a client. */
export async function judgeToken(
  _context: CheckContext,
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
      'Refuse codes that were never given out: tell the vendor before this server is used.',
    );
  } catch (error) {
    if (!(error instanceof AppError) || error.rule === undefined) throw error;
    const named = answer && textMember(parseJsonObject(answer.text), 'error');
    const isRefusal = answer !== undefined && answer.status >= 400 && answer.status < 500 && answer.status !== 429;
    if (isRefusal && named !== undefined) return pass(`${host}: status ${answer?.status}, ${shown(named, 40)}`);
    if (tokenEndpoint === authorizationEndpoint) {
      const found = `${host}: the same address as the authorization endpoint`;
      return broken(ruleAtAddress('token.not-there', source), found, { seen: { host } });
    }
    const seen = answer
      ? `${host}: status ${answer.status}, ${answer.contentType || 'no content type'}`
      : error.message;
    const rule = error.rule === 'token.late' ? 'network.late' : error.rule;
    if (rule === 'token.server-error') return warning(`${seen}: it fails`, LOOK_INTO_LOG);
    // A gateway may refuse in words of its own, and a busy server is there.
    const isSoft = /^token\.(?:other-error|forbidden|busy)$/.test(rule) && !(answer && isWebPage(answer));
    return broken(ruleAtAddress(rule, source), seen, { verdict: isSoft ? 'warning' : 'failure', seen: { host } });
  }
}
