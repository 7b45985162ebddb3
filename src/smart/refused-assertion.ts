/** Looks on our own side for the cause of a refused client assertion that the token endpoint did not explain. */
import type { Rule } from '#src/errors/rules/table.ts';
import { AppError } from '#src/errors.ts';
import type { AssertionType } from './client-authentication.ts';

export interface SentAssertion {
  tokenEndpoint: string;
  audience: string;
  assertionType: AssertionType;
  /** Whether our JWKS was fetched from outside during the call. */
  isJwksFetched: boolean;
  clientIdInBody: boolean;
  kid: string;
  /** The keys of ours that this EHR has accepted before. */
  acceptedKids: () => Promise<readonly string[]>;
}

/** The same error with the rule of an unusual setting, of a JWKS not fetched, or of the keys accepted before. */
export async function explainRefusedAssertion(error: unknown, sent: SentAssertion): Promise<unknown> {
  if (!(error instanceof AppError)) return error;
  const named = settingNamed(error.rule, sent);
  if (!named && !isUnexplained(error.rule, sent)) return error;
  const { code, message, seen, upstreamStatus } = error;
  const rule = named ?? ruleOfSetting(sent) ?? (sent.isJwksFetched ? 'client.assertion' : await ruleOfAccepted(sent));
  const status = upstreamStatus === undefined ? {} : { upstreamStatus };
  return new AppError(code, message, { rule, seen, cause: error.cause, ...status });
}

/** A setting that differs from what SMART says is the first to doubt. */
export function ruleOfSetting(
  sent: Pick<SentAssertion, 'assertionType' | 'audience' | 'tokenEndpoint'>,
): Rule | undefined {
  if (sent.assertionType !== 'JWT') return 'client.type-setting';
  return sent.audience === sent.tokenEndpoint ? undefined : 'client.audience-setting';
}

/** A key that was accepted before is registered and known, so the cause is another one. */
async function ruleOfAccepted({ kid, acceptedKids }: SentAssertion): Promise<Rule> {
  const accepted = await acceptedKids();
  if (accepted.includes(kid)) return 'client.was-accepted';
  return accepted.length > 0 ? 'client.key-old-copy' : 'client.key';
}

/** The unusual setting that the EHR's words are about: addressed to the issuer, or of another type. */
export function settingNamed(
  rule: Rule | undefined,
  { assertionType, audience, tokenEndpoint }: Pick<SentAssertion, 'assertionType' | 'audience' | 'tokenEndpoint'>,
): Rule | undefined {
  if (rule === 'client.type') return assertionType === 'JWT' ? undefined : 'client.type-setting';
  const isOfAudience = rule !== undefined && /^client\.audience(?:-host|-issuer)?$/.test(rule);
  return isOfAudience && audience !== tokenEndpoint ? 'client.audience-setting' : undefined;
}

/** Whether the EHR gave no reason, or one that contradicts the request. */
function isUnexplained(rule: Rule | undefined, { clientIdInBody }: SentAssertion): boolean {
  return rule === 'client.key' || rule === (clientIdInBody ? 'client.id-not-sent' : 'client.id-sent');
}
