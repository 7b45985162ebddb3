/** What the trace keeps of an authorization response. */
import type { CallbackParameters } from '#src/smart/step-4-authorization-code.ts';
import { scopeTokens, withoutQuery } from './bound-facts.ts';
import type { StepFacts } from './trace.ts';

/** Shows the error code if it looks like one (RFC 6749 4.1.2.1); of its description only scopes that were requested. */
export function callbackFacts(callback: CallbackParameters, requested: string): StepFacts {
  const { state: _state, ...others } = callback;
  const arrived = Object.entries(others).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  const { error, iss, errorDescription = '' } = callback;
  // What follows may be the scopes that are allowed.
  const [refused = ''] = errorDescription.slice(0, 2_000).split(/\b(?:allowed|supported|available|valid)\b/i);
  const words = refused.split(/[\s"'“”‘’`,;()[\]]+|[.:](?:\s|$)/);
  const asked = scopeTokens(requested);
  const isScope = (word = '') => asked.includes(word) && /[/_]|^(?:openid|fhirUser)$/.test(word);
  // Of every scope; "launch" and "profile" are words of any sentence, unless they are marked or stand beside a scope.
  const isOwn = (scope: string) =>
    [`[${scope}]`, `'${scope}'`].some((marked) => refused.includes(marked)) ||
    words.some((word, at) => word === scope && [word, words[at - 1], words[at + 1]].some(isScope));
  const named = asked.filter((scope) => words.includes(scope) && isOwn(scope));
  return {
    parameters: ['state', ...arrived.map((name) => (name === 'errorDescription' ? 'error_description' : name))],
    error: error === undefined ? undefined : /^[a-z_]{1,64}$/.test(error) ? error : '(unusual error)',
    iss: iss === undefined ? undefined : withoutQuery(iss),
    // Some servers repeat the whole list, whichever scope they refuse.
    'scopes it names': named.length > 0 && named.length < asked.length ? named : undefined,
  };
}
