/** Looks for the FHIR server near a FHIR URL that leads nowhere. */
import { textMember } from '#src/adapters/json-object.ts';
import { isFhirBase } from '#src/smart/documents/configuration-rule.ts';
import { documentOf, type Fetched } from '#src/smart/documents/fetched.ts';
import { documentBelow, WELL_KNOWN } from '#src/smart/step-3-discovery.ts';
import type { CheckContext } from './context.ts';
import type { NearbyAddresses } from './result.ts';

/** Paths that vendors and common servers use. */
const USUAL_PATHS = ['/fhir/r4', '/fhir', '/r4', '/FHIRProxy/api/FHIR/R4', '/api/FHIR/R4', '/v2/uscore/R4'];
/** Where the path of a vendor begins, and what its FHIR base has below that. */
const VENDOR_PATHS: readonly (readonly [begin: RegExp, rest: string])[] = [
  [/^.*\/interconnect[^/]*/i, '/api/FHIR/R4'],
  [/^.*\/FHIRProxy(?=\/|$)/i, '/api/FHIR/R4'],
  [/^.*\/v2(?=\/|$)/i, '/uscore/R4'],
  [/^.*\/nge\/[^/]+/i, '/fhir-api-r4/fhir/r4'],
  [/^.*\/api(?=\/|$)/i, '/FHIR/R4'],
];
/** Addresses tried in one run, all on the host that was typed. */
export const MOST_TRIED = 6;

/**
 * Lists addresses that may be meant by the typed one, most likely first: the base of a vendor whose path it shows; its
 * parents, because it may end in a resource type, an identifier or other pasted text; then those with a version; then,
 * where there is room, the usual paths below it and below the host.
 */
export function addressesNear(fhirUrl: string): string[] {
  const [, origin = '', path = ''] = /^(https?:\/\/[^/]+)(.*)$/i.exec(fhirUrl) ?? [];
  const segments = path.split('/').filter(Boolean);
  if (segments.length === 0) return USUAL_PATHS.map((usual) => origin + usual);
  const above = segments.map((_segment, index) => `/${segments.slice(0, segments.length - 1 - index).join('/')}`);
  const parents = above.filter((one) => one !== '/').slice(0, 3);
  const [vendorBegin, rest] = VENDOR_PATHS.find(([begin]) => begin.test(path)) ?? [];
  const ofVendor = vendorBegin ? [`${vendorBegin.exec(path)?.[0]}${rest}`] : [];
  const versions = [path, ...parents.slice(0, 1)].flatMap((one) => [`${one}/r4`, `${one}/R4`]);
  const below = ['/fhir/r4', '/api/FHIR/R4'].map((usual) => path + usual);
  return [...new Set([...ofVendor, ...parents, ...versions, ...below, ...USUAL_PATHS])]
    .filter((one) => one !== path)
    .slice(0, MOST_TRIED)
    .map((one) => origin + one);
}

/** Tries them if the typed one answers but is no FHIR base: one guarded request each, public documents (REG-07, TL-04). */
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
