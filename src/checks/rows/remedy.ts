/** Whose job a missing or wrong document is, and what to do about it. */
import type { OutboundFailure } from '#src/adapters/ehr-http/error.ts';
import { type Evidence, isAbsent } from '#src/checks/parsed/fetched.ts';
import type { Owner } from './result.ts';

/** What stands in a row beside the finding. */
export interface Mend {
  owner: Owner;
  mend: string;
}

/** For a document whose address the EHR itself named, or whose base is known to be right. */
export function mendEvidence(evidence: Evidence, what: string): Mend {
  if (evidence.kind === 'none') return mendNoAnswer(evidence.failure);
  if (evidence.redirectHost !== undefined) {
    return { owner: 'EHR team', mend: `Serve ${what} without a redirect, or enter the address it redirects to.` };
  }
  if (evidence.status === 401 || evidence.status === 403) {
    return { owner: 'EHR team', mend: `Let ${what} be read without signing in: it is a public document.` };
  }
  if (evidence.status >= 500)
    return { owner: 'EHR team', mend: `The server has an error of its own: look into its log.` };
  return {
    owner: 'EHR team',
    mend: `Serve ${what} as a JSON object with status 200 and content type application/json.`,
  };
}

/**
 * For a document looked for below the FHIR URL: "not there", or a web page instead, means first of all that somebody
 * typed another address than the FHIR server's.
 */
export function mendBelowFhirUrl(evidence: Evidence, what: string): Mend {
  const isPage = evidence.kind === 'answer' && evidence.shape === 'html' && evidence.redirectHost === undefined;
  const isElsewhere = isAbsent(evidence) || (isPage && evidence.status === 200);
  if (!isElsewhere) return mendEvidence(evidence, what);
  const seems = isPage ? 'This looks like a portal, not a FHIR server. ' : '';
  return {
    owner: 'our administrator',
    mend: `${seems}First check the FHIR URL itself: its spelling, tenant and version segment (such as /r4). If it is right, ask the EHR team to serve ${what} as a JSON object with status 200 and content type application/json.`,
  };
}

function mendNoAnswer(failure: OutboundFailure): Mend {
  switch (failure) {
    case 'timeout':
    case 'network':
    // Not of a check, which nothing holds back; the type has them.
    case 'busy':
    case 'circuit-open':
      return {
        owner: 'network team',
        mend: 'Allow this service to reach the host: the guide lists the addresses its calls come from. Check the host name and port.',
      };
    case 'address-refused':
      return {
        owner: 'our administrator',
        mend: 'Use the public https address of the EHR. For an EHR inside a private network, the operator can allow that network.',
      };
    case 'tls':
      return {
        owner: 'network team',
        mend: 'Install a certificate of a public authority for this host name, with its whole chain.',
      };
    case 'too-large':
      return { owner: 'EHR team', mend: 'Discovery documents are a few kilobytes: find out what this address serves.' };
  }
}
