/** Looks up the words of a refusal in the tables of what servers say. */
import type { Rule } from '#src/errors/rules/table.ts';
import type { Hints } from './refusal-words.ts';

/** From the sentences of RFC 6749, which name every cause of an error; some servers send them with each. */
const OF_ANY_CAUSE = [
  'otherwise malformed',
  'no client authentication included',
  'resource owner credentials) or refresh token',
  'invalid, expired, or revoked',
];

/** Numbers of requests, apps and errors: "ec" in such a number, and "code" before one, are no words. */
const NUMBER = /\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b|\b(?:error|status) code\b|\bcode:? \d/g;
/** What an address is made of are no words, except that it is that of our JWKS, or a token endpoint that is expected. */
const ADDRESS = /(\bexpected |\bmust be )?https?:\/\/[^\s"',;)]*/g;
/** A scope such as user/Patient.read speaks of no user. */
const SCOPE = /\b(?:patient|user|system)\/[\w*]+\.[\w*]+|\blaunch\/\w+/g;

/** "Of the client" says whose something is, and "unknown error" says nothing: neither is what the sentence is about. */
const ASIDE = /\b(?:of|for) (?:the|this) (?:client|app(?:lication)?)\b(?! (?:assertion|id))|\bunknown error\b/g;

/** Things of the server's own. A sentence about one of them has words of our rules in it by chance, so it names no cause. */
const OF_OTHERS =
  /\b(?:passwords?|mailbox|e-?mail|license key|key file|(?:key|secret) rotation|hsm|bits?|pool|threads?|framework|engine|templates?|surveys?|notifications?|load balancer|unexpectedly|succeeded|recording|index|(?:user|tenant|session|certificate|consent|context) (?:database|store|service|page))\b/;

/** @returns the first rule whose words are all in an error's description; it is untrusted and not kept. */
export function hintIn(said: string, hints: Hints): Rule | undefined {
  const addressless = said
    .slice(0, 1_000)
    .toLowerCase()
    .replace(ADDRESS, (one, wanted = '') => {
      if (wanted && one.endsWith('/token')) return 'expected_token_endpoint';
      return `${wanted}https ${one.includes('jwks') ? 'jwks' : ''}`;
    });
  const sentences = addressless.replace(SCOPE, 'scope').replace(NUMBER, ' ').replace(ASIDE, ' ').split(/\.\s/);
  const own = sentences.filter((sentence) => !OF_ANY_CAUSE.some((words) => sentence.includes(words)));
  const text = own
    .filter((sentence) => !OF_OTHERS.test(sentence))
    .join('. ')
    .slice(0, 500);
  const words = new Set(text.split(/[^\p{L}_]/u));
  const isIn = (group: string | RegExp) =>
    typeof group === 'string' ? group.split(' ').some((word) => words.has(word)) : group.test(text);
  return hints.find(([, ...groups]) => groups.every(isIn))?.[0];
}
