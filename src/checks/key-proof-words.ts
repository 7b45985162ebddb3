/** What the answers to a key proof mean, and what to compare when the EHR refuses our key without a reason. */
import { ownerFor, type Reader } from '#src/errors/error-row.ts';
import type { KeyProof } from './key-proof.ts';
import type { Verdict } from './rows/result.ts';

export type KeyProofOutcome = keyof typeof verdicts;

/** Outcome → verdict. A server that accepts an invented code accepts any code. */
export const verdicts = {
  proven: 'pass',
  invalid_client: 'failure',
  unauthorized_client: 'failure',
  invalid_request: 'warning',
  accepted: 'failure',
  'no answer': 'failure',
  'not asked': 'skipped',
  unclear: 'warning',
} as const satisfies Record<string, Verdict>;

/** What the page and reports say of the result, and whose job it is. */
export function proofText({ outcome, found, owner, used }: KeyProof, reader: Reader): string {
  if (outcome === 'proven' && used)
    return `Proven: the EHR accepted client ID ${used.clientId}, key ${used.kid} (${used.alg}) and audience ${used.audience}. It answered as expected: ${found}.`;
  return `Not proven: ${found}. Whose job: ${ownerFor(owner, reader)}.`;
}

/** The five usual causes of `invalid_client`, with the values to compare. */
export function usualCauses(used: NonNullable<KeyProof['used']>, publicUrl: URL): string[] {
  return [
    `Another client ID: the EHR must know this app as ${used.clientId}.`,
    `Our JWKS URL is not registered or not reachable from the EHR: ${new URL('/.well-known/jwks.json', publicUrl).href}. It must show the key ${used.kid}. A change may need hours to reach the EHR.`,
    'The EHR is another environment. Test and production have their own client IDs and keys.',
    `The algorithm or the audience is not accepted: the assertion was signed with ${used.alg} and addressed to ${used.audience}. If a proxy before the EHR rewrites Host, the EHR expects another address.`,
    'A clock is wrong. The assertion lives for two minutes. See the row about both clocks.',
  ];
}
