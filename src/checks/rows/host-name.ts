/** Does the host name of the FHIR URL lead anywhere? The rows that fail because it does not share this answer (TL-04). */

import type { Evidence } from '#src/checks/parsed/fetched.ts';
import type { Study } from './context.ts';
import { failure, type Opinion } from './definition.ts';

/** @returns undefined when the name leads to an address we may call. A misspelt name is the administrator's to mend. */
export async function judgeHostName({ addresses, fhirBase }: Study): Promise<Opinion | undefined> {
  const resolved = await addresses;
  if (resolved.ok) return undefined;
  const host = fhirBase.hostname;
  switch (resolved.failure) {
    case 'address-refused':
      return failure(
        `${host} has only private or reserved addresses`,
        'Use the public host name of the FHIR server. For an EHR inside a private network, the operator can allow that network.',
        'our administrator',
      );
    case 'timeout':
      return failure(
        `${host}: the name server did not answer in time`,
        'Try again; if it stays so, look at the name servers.',
        'network team',
      );
    case 'network':
    case 'tls':
    case 'too-large':
    case 'busy':
    case 'circuit-open':
      return resolved.detail === 'ENOTFOUND'
        ? failure(
            `${host}: no such name`,
            'Check the spelling of the FHIR URL. If it is right, the name is not in public DNS yet: ask the EHR team.',
            'our administrator',
          )
        : failure(
            `${host}: the name could not be resolved`,
            'Try again; if it stays so, look at the name servers, and check that the name is in public DNS.',
            'network team',
          );
  }
}

/** The same for a document below the FHIR URL: a name that leads nowhere explains why nothing came back. */
export async function judgeUnreached(evidence: Evidence, study: Study): Promise<Opinion | undefined> {
  return evidence.kind === 'none' ? judgeHostName(study) : undefined;
}
