/** A FHIR URL that leads nowhere: is the FHIR server at an address near it? */
import { textMember } from '#src/adapters/json-object.ts';
import { isFhirBase } from '#src/smart/documents/configuration-rule.ts';
import { documentOf, type Fetched } from '#src/smart/documents/fetched.ts';
import { documentBelow, WELL_KNOWN } from '#src/smart/step-3-discovery.ts';
import type { CheckContext } from './context.ts';
import type { NearbyAddresses } from './result.ts';

/** Of vendors and common servers, for a host without a path. */
const USUAL_PATHS = ['/fhir/r4', '/fhir', '/r4', '/FHIRProxy/api/FHIR/R4', '/api/FHIR/R4', '/v2/uscore/R4'];
/** Of one run, all to the host that was typed. */
export const MOST_TRIED = 6;

/**
 * Addresses that a typed one may stand for, most likely first: those above it, since it may end in a resource type, an
 * identifier or what was pasted with it; then those with a version, and where there is room those of a bare host.
 */
export function addressesNear(fhirUrl: string): string[] {
  const [, origin = '', path = ''] = /^(https?:\/\/[^/]+)(.*)$/i.exec(fhirUrl) ?? [];
  const segments = path.split('/').filter(Boolean);
  if (segments.length === 0) return USUAL_PATHS.map((usual) => origin + usual);
  const above = segments.map((_segment, index) => `/${segments.slice(0, segments.length - 1 - index).join('/')}`);
  const parents = above.filter((one) => one !== '/').slice(0, 3);
  const parent = parents[0] ?? '';
  const versions = [`${path}/r4`, `${path}/R4`, `${parent}/r4`, `${parent}/R4`];
  return [...new Set([...parents, ...versions, ...USUAL_PATHS])]
    .filter((one) => one !== path)
    .slice(0, MOST_TRIED)
    .map((one) => origin + one);
}

/**
 * Asks only where the typed address answers and is proven to be no FHIR base, and no server fails: then one public
 * document for each address, under the guard and the deadline of every other call (REG-07, TL-04).
 */
export async function nearbyAddresses(
  { fhirUrl, wellKnown, metadata, configuration }: CheckContext,
  see: (url: URL) => Promise<Fetched>,
): Promise<NearbyAddresses | undefined> {
  const [answer, found, capability] = await Promise.all([wellKnown, configuration, metadata]);
  if (found || answer.kind === 'none' || answer.status >= 500 || answer.status === 429 || isFhirBase(capability))
    return undefined;
  const tried = addressesNear(fhirUrl);
  const documents = await Promise.all(tried.map((one) => see(new URL(documentBelow(one, WELL_KNOWN)))));
  const isFound = documents.map((one) => textMember(documentOf(one), 'token_endpoint') !== undefined);
  return { fhirUrl: tried[isFound.indexOf(true)], tried };
}
