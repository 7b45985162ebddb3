/** Finds out what the people and places named in requests are called, with at most one call to the EHR. */
import { asConceptText, asRecord, asRecords, asText, type ForeignRecord } from '#src/patients/fhir-fields.ts';
import { displayName } from '#src/patients/human-name.ts';
import { isFhirId } from '#src/smart/fhir-id.ts';
import { type FhirApi, FhirError } from '#src/smart/step-6-fhir-api.ts';
import { localReference } from './reference.ts';
import type { PartyReference } from './service-request.ts';

/** Types that name who asks or who provides; nothing clinical is ever read for a name. */
const readableTypes = new Set([
  'Practitioner',
  'PractitionerRole',
  'Organization',
  'Location',
  'HealthcareService',
  'CareTeam',
]);
const maxReads = 10;
const notAvailable = 'Name not available';

/** Resources by `Type/id`. */
type Known = ReadonlyMap<string, ForeignRecord>;

/**
 * Learns names from display, contained and included resources; what is then missing is read in one batch of at most 10.
 *
 * Only resources of this FHIR base are ever asked for (LC-10). A batch that fails costs names, nothing else (FH-06).
 *
 * @param parties the most important first: the batch is filled in this order.
 * @param options.canRead whether the granted scopes allow reading a type (SCO-19).
 * @returns the name of any of these parties; "Name not available" when the EHR did not tell.
 */
export async function resolveNames(
  api: FhirApi,
  parties: readonly PartyReference[],
  options: { included: readonly ForeignRecord[]; now: Date; canRead: (resourceType: string) => boolean },
): Promise<(party: PartyReference) => string> {
  const included = byReference(options.included);
  const naming = { base: api.base, now: options.now };
  const missing = parties
    .filter((party) => nameOf(party, included, naming) === undefined)
    .map((party) => party.local)
    .filter((local) => local !== undefined && isReadable(local, options.canRead))
    .filter((local) => local !== undefined);
  const wanted = [...new Set(missing)].slice(0, maxReads);
  const read = wanted.length === 0 ? new Map<string, ForeignRecord>() : await readAll(api, wanted);
  const known = new Map([...included, ...read]);
  return (party) => nameOf(party, known, naming) ?? notAvailable;
}

/**
 * The types that would have named somebody on this page and may not be read (SCO-19); nothing for parties whose name is
 * known anyway.
 *
 * @param options as for {@link resolveNames}.
 */
export function typesNotGranted(
  base: URL,
  parties: readonly PartyReference[],
  options: { included: readonly ForeignRecord[]; now: Date; canRead: (resourceType: string) => boolean },
): string[] {
  const included = byReference(options.included);
  const nameless = parties.filter((party) => nameOf(party, included, { base, now: options.now }) === undefined);
  const types = nameless.map(({ local }) => local?.split('/')[0] ?? '');
  return [...new Set(types)].filter((type) => readableTypes.has(type) && !options.canRead(type)).toSorted();
}

function isReadable(local: string, canRead: (resourceType: string) => boolean): boolean {
  const type = local.split('/')[0] ?? '';
  return readableTypes.has(type) && canRead(type);
}

/** Takes from the answer only what was asked for, by the resources' own type and id. */
async function readAll(api: FhirApi, wanted: readonly string[]): Promise<Known> {
  const entry = wanted.map((url) => ({ request: { method: 'GET', url } }));
  try {
    const answer = await api.batch({ resourceType: 'Bundle', type: 'batch', entry });
    const found = byReference(asRecords(answer['entry']).map((item) => asRecord(item.resource)));
    return new Map([...found].filter(([reference]) => wanted.includes(reference)));
  } catch (error) {
    if (error instanceof FhirError) {
      return new Map();
    }
    throw error;
  }
}

function byReference(resources: readonly ForeignRecord[]): Known {
  const named = resources.filter((resource) => isFhirId(resource.id));
  return new Map(named.map((resource) => [`${asText(resource.resourceType)}/${String(resource.id)}`, resource]));
}

function nameOf(party: PartyReference, known: Known, naming: { base: URL; now: Date }): string | undefined {
  if (party.display !== undefined) {
    return party.display;
  }
  const resource = party.contained ?? known.get(party.local ?? '');
  if (resource !== undefined) {
    return resourceName(resource, known, naming);
  }
  return party.local?.startsWith('Patient/') === true ? 'The patient' : undefined;
}

function resourceName(resource: ForeignRecord, known: Known, naming: { base: URL; now: Date }): string | undefined {
  if (resource.resourceType === 'PractitionerRole') {
    return roleName(resource, known, naming);
  }
  // A HumanName list for people, a string for organizations and places.
  return asText(resource.name) ?? displayName(resource.name, naming.now);
}

function roleName(role: ForeignRecord, known: Known, naming: { base: URL; now: Date }): string | undefined {
  const nameVia = (reference: unknown): string | undefined => {
    const resource = known.get(localReference(reference, naming.base) ?? '');
    const isRole = resource === undefined || resource.resourceType === 'PractitionerRole';
    return asText(asRecord(reference).display) ?? (isRole ? undefined : resourceName(resource, known, naming));
  };
  const person = nameVia(role.practitioner) ?? asRecords(role.code).map(asConceptText).find(Boolean);
  const organization = nameVia(role.organization);
  return [person, organization].filter((name) => name !== undefined).join(', ') || undefined;
}
