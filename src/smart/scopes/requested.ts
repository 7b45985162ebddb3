/** The scopes that an organization's setting names: what is wrong with them, and which of them a launch requests. */
import { parseResourceScope, scopeInSyntax, tokenProblem } from './grammar.ts';

export const LONGEST_SETTING = 4_000;
const MOST_PROBLEMS = 20;

/** SCO-01, SCO-05, SCO-12, SCO-25; bare `launch` (SCO-07), `openid fhirUser` (SCO-10); no mixed v1 and v2 (SCO-02). */
export function scopeProblems(text: string): string[] {
  if (text.length > LONGEST_SETTING) return [`must be at most ${LONGEST_SETTING} characters`];
  const tokens = configuredTokens(text);
  const unique = new Set<string>();
  const repeated = new Set(tokens.filter((token) => unique.size === unique.add(token).size));
  const problems = [
    ...[...unique].flatMap((token) => tokenProblem(token) ?? []),
    ...[...repeated].map((token) => `${token} is listed more than once`),
  ];
  const left = problems.length - MOST_PROBLEMS;
  return [
    ...problems.slice(0, MOST_PROBLEMS),
    ...(left > 0 ? [`${left} more of them cannot be used`] : []),
    ...mixedSyntaxProblems([...unique]),
    ...['launch', 'openid', 'fhirUser'].filter((name) => !unique.has(name)).map((name) => `${name} is missing`),
  ];
}

function configuredTokens(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}

function mixedSyntaxProblems(tokens: readonly string[]): string[] {
  const first = (syntax: 'v1' | 'v2') => tokens.find((token) => parseResourceScope(token)?.syntax === syntax);
  const [v1, v2] = [first('v1'), first('v2')];
  return v1 && v2 ? [`v1 scopes (${v1}) and v2 scopes (${v2}) cannot be mixed`] : [];
}

/** `auto` converts only if the server advertises one syntax (SCO-02). Tokens are unique, in order (SCO-13, DI-11). */
export function requestedScope(
  setting: string,
  options: { version: 'auto' | 'v1' | 'v2'; capabilities: readonly string[] },
): string {
  const syntax = options.version === 'auto' ? onlyAdvertisedSyntax(options.capabilities) : options.version;
  const tokens = configuredTokens(setting).flatMap((token) => {
    const resource = syntax && parseResourceScope(token);
    // A scope already in the wanted syntax is not rewritten: `.*` must not become `.read .write`.
    return !resource || resource.syntax === syntax ? [token] : scopeInSyntax(resource, syntax);
  });
  return [...new Set(tokens)].join(' ');
}

function onlyAdvertisedSyntax(capabilities: readonly string[]): 'v1' | 'v2' | undefined {
  const v1 = capabilities.includes('permission-v1');
  const v2 = capabilities.includes('permission-v2');
  if (v1 === v2) return undefined;
  return v1 ? 'v1' : 'v2';
}

/** The setting without `launch`, and with `launch/patient`, so that the EHR lets the user pick a patient (SCO-08). */
export function standaloneScopes(setting: string): string {
  const kept = setting.split(/\s+/).filter((token) => token !== '' && token !== 'launch');
  return (kept.includes('launch/patient') ? kept : ['launch/patient', ...kept]).join(' ');
}
