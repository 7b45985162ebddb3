/** Looks up the words of a refusal in the tables of what servers say. */
import type { Rule } from '#src/errors/rules/table.ts';
import type { Hints } from './denial-words.ts';

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
  /\b(?:mailbox|e-?mail|license key|key file|(?:key|secret) rotation|hsm|bits?|pool|threads?|framework|engine|templates?|surveys?|notifications?|load balancer|unexpectedly|succeeded|recording|index|(?:user|tenant|session|certificate|consent|context) (?:database|store|service|page))\b/;

/** What servers append for a help desk, such as a trace ID, a time, and where to read or ask more. It is of no cause. */
const TAIL = new RegExp(
  [
    // An ID after its name, with a sign between them or a digit in it: "request ID is required" is of a parameter.
    String.raw`\b(?:activity|case|correlation|error|event|incident|log|operation|ray|reference|request|support|ticket|trace|tracking|transaction)[ _-]?(?:id|identifier|number|code|#)(?: is)?(?:\s?[:=#]\s?["']?[\w.+-]+|\s["']?[a-z_.+-]*\d[\w.+-]*)`,
    String.raw`\b(?:timestamp\s?[:=]|at) \d{4}-\d\d-\d\d[ t][\d:.]+z?`,
    String.raw`\b(?:please )?contact (?:the|your|an?|us|(?:\w{1,20} )?admin\w{0,12}|support)\b[^.;]*`,
    String.raw`\bif (?:the|this) (?:problem|issue|error) persists\b[^.;]*`,
    String.raw`\b(?:for more|to learn more|learn more|more information|please see|see|refer to|visit)\b[^.;]{0,80}https?:\/\/\S*[^.;]*`,
  ].join('|'),
  'gi',
);

/** An error's description, cut, without what is appended to any. */
export const withoutTail = (said: string): string => said.slice(0, 2_000).replace(TAIL, ' ').slice(0, 1_000);

/** @returns the first rule whose words are all in an error's description; it is untrusted and not kept. */
export function hintIn(said: string, hints: Hints): Rule | undefined {
  const addressless = withoutTail(said)
    .toLowerCase()
    .replace(ADDRESS, (one, wanted = '') => {
      if (wanted && /\/token\.?$/.test(one)) return 'expected_token_endpoint';
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
