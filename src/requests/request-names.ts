/** Finds out what the people and places named in requests are called, with at most one call to the EHR. */
import { asRecord, asRecords } from '#src/patients/fhir-fields.ts';
import { type FhirApi, FhirError } from '#src/smart/step-6-fhir-api.ts';
import { type NamedResource, readNamedResource } from './named-resource.ts';
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
type Known = ReadonlyMap<string, NamedResource>;

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
  options: { included: readonly NamedResource[]; now: Date; canRead: (resourceType: string) => boolean },
): Promise<(party: PartyReference) => string> {
  const included = byReference(options.included);
  const missing = parties
    .filter((party) => nameOf(party, included) === undefined)
    .map((party) => party.local)
    .filter((local) => local !== undefined && isReadable(local, options.canRead))
    .filter((local) => local !== undefined);
  const wanted = [...new Set(missing)].slice(0, maxReads);
  const read: Known = wanted.length === 0 ? new Map() : await readAll(api, wanted, options.now);
  const known = new Map([...included, ...read]);
  return (party) => nameOf(party, known) ?? notAvailable;
}

/**
 * The types that would have named somebody on this page and may not be read (SCO-19); nothing for parties whose name is
 * known anyway.
 *
 * @param options as for {@link resolveNames}.
 */
export function typesNotGranted(
  parties: readonly PartyReference[],
  options: { included: readonly NamedResource[]; canRead: (resourceType: string) => boolean },
): string[] {
  const included = byReference(options.included);
  const nameless = parties.filter((party) => nameOf(party, included) === undefined);
  const types = nameless.map(({ local }) => local?.split('/')[0] ?? '');
  return [...new Set(types)].filter((type) => readableTypes.has(type) && !options.canRead(type)).toSorted();
}

function isReadable(local: string, canRead: (resourceType: string) => boolean): boolean {
  const type = local.split('/')[0] ?? '';
  return readableTypes.has(type) && canRead(type);
}

/** Takes from the answer only what was asked for, by the resources' own type and id. */
async function readAll(api: FhirApi, wanted: readonly string[], now: Date): Promise<Known> {
  const entry = wanted.map((url) => ({ request: { method: 'GET', url } }));
  try {
    const answer = await api.batch({ resourceType: 'Bundle', type: 'batch', entry });
    const resources = asRecords(answer['entry']).map((item) => asRecord(item.resource));
    const found = byReference(resources.map((resource) => readNamedResource(resource, { base: api.base, now })));
    return new Map([...found].filter(([reference]) => wanted.includes(reference)));
  } catch (error) {
    if (error instanceof FhirError) {
      return new Map();
    }
    throw error;
  }
}

function byReference(resources: readonly NamedResource[]): Known {
  return new Map(resources.flatMap((one) => (one.reference === undefined ? [] : [[one.reference, one] as const])));
}

function nameOf(party: PartyReference, known: Known): string | undefined {
  if (party.display !== undefined) {
    return party.display;
  }
  const resource = party.contained ?? known.get(party.local ?? '');
  if (resource !== undefined) {
    return resource.role === undefined ? resource.name : roleName(resource.role, known);
  }
  return party.local?.startsWith('Patient/') === true ? 'The patient' : undefined;
}

function roleName(role: NonNullable<NamedResource['role']>, known: Known): string | undefined {
  const nameVia = ({ display, local }: { display: string | undefined; local: string | undefined }) => {
    const resource = known.get(local ?? '');
    return display ?? (resource?.role === undefined ? resource?.name : undefined);
  };
  const names = [nameVia(role.practitioner) ?? role.title, nameVia(role.organization)];
  return names.filter((name) => name !== undefined).join(', ') || undefined;
}
