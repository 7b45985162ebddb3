/** Explains what the answers to a key proof mean, and what to do about each. */
import type { Verdict } from '#src/checks/rows/result.ts';
import type { Owner } from '#src/errors/row.ts';

export type KeyProofOutcome =
  | 'proven'
  | 'invalid_client'
  | 'unauthorized_client'
  | 'invalid_request'
  | 'accepted'
  | 'no answer'
  | 'not asked'
  | 'unclear';

interface Explanation {
  outcome: KeyProofOutcome;
  verdict: Verdict;
  owner: Owner;
  remedy: string[];
}

const EXPLANATIONS: Record<KeyProofOutcome, Omit<Explanation, 'outcome'>> = {
  proven: { verdict: 'pass', owner: 'EHR team', remedy: [] },
  invalid_client: { verdict: 'failure', owner: 'EHR team', remedy: [] },
  unauthorized_client: {
    verdict: 'failure',
    owner: 'EHR team',
    remedy: ['The EHR knows the app but does not allow it this grant: switch on Authorization Code for this client.'],
  },
  invalid_request: {
    verdict: 'warning',
    owner: 'Your administrator',
    remedy: [
      'The EHR refused the request before checking the key. Some servers want the client ID in the request body: ask the EHR team, and switch on “Send the client ID in token requests as well”.',
    ],
  },
  accepted: {
    verdict: 'failure',
    owner: 'EHR team',
    remedy: ['A server must refuse a code it never gave out: tell the EHR team before this server is used.'],
  },
  'no answer': {
    verdict: 'failure',
    owner: 'EHR team',
    remedy: [
      'The token endpoint did not answer, or is out of order or busy: try again later, then ask the EHR and network teams.',
    ],
  },
  'not asked': {
    verdict: 'skipped',
    owner: 'EHR team',
    remedy: ['Run the checks first: the SMART configuration does not say where and how to ask.'],
  },
  unclear: {
    verdict: 'warning',
    owner: 'EHR team',
    remedy: ['This answer is not in OAuth 2.0 (RFC 6749 §5.2). Ask the EHR team for the log line of this request.'],
  },
};

/** The general explanation of an outcome; key-proof.ts replaces parts of it where the table of causes says more. */
export function explainRefusal(outcome: KeyProofOutcome): Explanation {
  return { outcome, ...EXPLANATIONS[outcome] };
}

/** The five usual causes of `invalid_client`, with the values to compare. */
export function usualCauses(
  used: { clientId: string; kid: string; alg: string; audience: string },
  publicUrl: URL,
): string[] {
  return [
    `Another client ID: the EHR must know this app as ${used.clientId}.`,
    `Our JWKS URL is not registered or not reachable from the EHR: ${new URL('/.well-known/jwks.json', publicUrl).href}. It must show the key ${used.kid}; changes may need hours to arrive.`,
    'Another environment: test and production have client IDs and keys of their own.',
    `The algorithm or the audience is not accepted: the assertion was signed with ${used.alg} and addressed to ${used.audience}. A proxy before the EHR that rewrites Host lets it expect another address.`,
    'A clock that is off: the assertion lives for two minutes. See the row about both clocks.',
  ];
}
