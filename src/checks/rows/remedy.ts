/** Whose job a missing or wrong document is, and what to do about it. */
import type { OutboundFailure } from '#src/adapters/ehr-http/error.ts';
import { type Fetched, isAbsent } from '#src/smart/documents/fetched.ts';
import { shapeOf } from './fetched.ts';
import type { Owner } from './result.ts';

/** What stands in a row beside what was found. */
export interface Remedy {
  owner: Owner;
  remedy: string;
}

/** For a document whose address the EHR itself named, or whose base is known to be right. */
export function remedyFor(fetched: Fetched, what: string): Remedy {
  if (fetched.kind === 'none') return remedyForNoAnswer(fetched.error.failure);
  if (fetched.redirectHost !== undefined) {
    return { owner: 'EHR team', remedy: `Serve ${what} without a redirect, or enter the address it redirects to.` };
  }
  if (fetched.status === 401 || fetched.status === 403) {
    return { owner: 'EHR team', remedy: `Let ${what} be read without signing in: it is a public document.` };
  }
  if (fetched.status >= 500) return { owner: 'EHR team', remedy: `The server has an internal error: see its log.` };
  return {
    owner: 'EHR team',
    remedy: `Serve ${what} as a JSON object with status 200 and content type application/json.`,
  };
}

/**
 * For a document looked for below the FHIR URL: "not there", or a web page instead, means first of all that another
 * address than the FHIR server's was typed.
 */
export function remedyBelowFhirUrl(fetched: Fetched, what: string): Remedy {
  const isPage = fetched.kind === 'answer' && shapeOf(fetched) === 'html' && fetched.redirectHost === undefined;
  const isElsewhere = isAbsent(fetched) || (isPage && fetched.status === 200);
  if (!isElsewhere) return remedyFor(fetched, what);
  const seems = isPage ? 'This looks like a portal, not a FHIR server. ' : '';
  return {
    owner: 'our administrator',
    remedy: `${seems}First check the FHIR URL itself: its letters, tenant and version segment (such as /r4). If it is right, ask the EHR team to serve ${what} as a JSON object with status 200 and content type application/json.`,
  };
}

function remedyForNoAnswer(failure: OutboundFailure): Remedy {
  switch (failure) {
    case 'timeout':
    case 'network':
    case 'busy':
    case 'circuit-open':
      return {
        owner: 'network team',
        remedy:
          'Allow this service to reach the host: the guide lists the addresses its calls come from. Check the host name and port.',
      };
    case 'address-refused':
      return {
        owner: 'our administrator',
        remedy:
          'Use the public https address of the EHR. For an EHR inside a private network, the operator can allow that network.',
      };
    case 'tls':
      return {
        owner: 'network team',
        remedy: 'Install a certificate of a public authority for this host name, with its whole chain.',
      };
    case 'too-large':
      return {
        owner: 'EHR team',
        remedy: 'Discovery documents are a few kilobytes: check what this address serves.',
      };
  }
}
