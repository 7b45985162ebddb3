/** Finds out what the people and places named in requests are called: by one batch, or one by one where an EHR takes none. */

import { FhirError } from '#src/smart/fhir/fhir-error.ts';
import { asRecord, asRecords, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import { type BatchSupport, isNoBatchResponse, refusesBatch } from './batch-support.ts';
import { type NamedResource, type Pointer, type RoleNames, readNamedResource } from './named-resource.ts';
import type { PartyReference } from './service-request.ts';

/** Types that name who asks or who provides; nothing clinical is ever read for a name. */
const READABLE = new Set([
  'Practitioner',
  'PractitionerRole',
  'Organization',
  'Location',
  'HealthcareService',
  'CareTeam',
]);
const MOST_NAMES_READ = 10;
const NOT_AVAILABLE = 'Name not available';
/** The signed-in user, when even the EHR does not give their name. */
const OWN_WORD = 'you';

/** What naming depends on besides the EHR. */
export interface Naming {
  readonly included: readonly NamedResource[];
  readonly now: Date;
  /** Whose page it is. */
  readonly patientId: string;
  /** Whether the granted scopes allow reading a type (SCO-19). */
  readonly canRead: (resourceType: string) => boolean;
  /** The signed-in user as requests refer to them, `Type/id`; their name costs no call and is never long in coming. */
  readonly user?: { readonly reference: string; name(): Promise<string | undefined> } | undefined;
  /** What is known of this EHR's batches; without, it is asked each time. */
  readonly batches?: BatchSupport | undefined;
}

/** What was found out. */
export interface Names {
  /** The name of any of the parties; "Name not available" when the EHR did not give it. */
  nameOf(party: PartyReference): string;
  /** The types that would have named a party and may not be read. */
  notGranted: readonly string[];
}

/** Resources by `Type/id`. */
type Known = ReadonlyMap<string, NamedResource>;

const typeOf = (local: string) => local.split('/')[0] ?? '';

/**
 * Learns names from display, contained and included resources; what is then missing is read in one batch of at most 10, or
 * by at most 10 reads at once from an EHR that takes no batch.
 *
 * Only resources of this FHIR base are ever asked for (LC-10). A read that fails costs its name, nothing else (FH-06).
 *
 * @param parties the most important first: the batch is filled in this order.
 */
export async function resolveNames(api: FhirApi, parties: readonly PartyReference[], naming: Naming): Promise<Names> {
  const { user, canRead, patientId } = naming;
  // Another patient of the same server is not this one.
  const patient = { reference: `Patient/${patientId}`, name: 'The patient', role: undefined };
  const given = byReference([patient, ...naming.included]);
  const nameless = parties.filter((party) => nameOf(party, given) === undefined);
  const missing = new Set(nameless.flatMap(({ local }) => local ?? []));
  const isOwnMissing = user !== undefined && missing.delete(user.reference);
  const readable = [...missing].filter((local) => READABLE.has(typeOf(local)));
  const wanted = readable.filter((local) => canRead(typeOf(local))).slice(0, MOST_NAMES_READ);
  const [read, ownName] = await Promise.all([readAll(api, wanted, naming), isOwnMissing ? user.name() : undefined]);
  const own = isOwnMissing ? [{ reference: user.reference, name: ownName ?? OWN_WORD, role: undefined }] : [];
  const known: Known = new Map([...given, ...byReference([...read, ...own])]);
  return {
    nameOf: (party) => nameOf(party, known) ?? NOT_AVAILABLE,
    notGranted: [...new Set(readable.map(typeOf))].filter((type) => !canRead(type)).toSorted(),
  };
}

/** Takes from the answers only what was asked for, by the resources' own type and id. */
async function readAll(
  api: FhirApi,
  wanted: readonly string[],
  { now, batches }: Pick<Naming, 'now' | 'batches'>,
): Promise<NamedResource[]> {
  if (wanted.length === 0) return [];
  const inBatch = batches?.isMissing() === true ? undefined : await readBatch(api, wanted, batches);
  const resources = inBatch ?? (await readOneByOne(api, wanted));
  const named = resources.map((resource) => readNamedResource(resource, { base: api.base, now }));
  return named.filter(({ reference }) => reference !== undefined && wanted.includes(reference));
}

/** @returns undefined where the EHR takes no batch. */
async function readBatch(
  api: FhirApi,
  wanted: readonly string[],
  batches: BatchSupport | undefined,
): Promise<ForeignRecord[] | undefined> {
  const entry = wanted.map((url) => ({ request: { method: 'GET', url } }));
  try {
    const answer = await api.batch({ resourceType: 'Bundle', type: 'batch', entry });
    if (!isNoBatchResponse(answer)) return asRecords(answer['entry']).map((item) => asRecord(item.resource));
    batches?.noteMissing();
    return undefined;
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    if (refusesBatch(error)) batches?.noteMissing();
    // Some servers fail at a POST they do not know; one that is overloaded or down is left alone.
    return refusesBatch(error) || error.status === 500 ? undefined : [];
  }
}

async function readOneByOne(api: FhirApi, wanted: readonly string[]): Promise<ForeignRecord[]> {
  const passOver = (error: unknown) => {
    if (error instanceof FhirError) return [];
    throw error;
  };
  return (await Promise.all(wanted.map((reference) => api.get(reference).catch(passOver)))).flat();
}

function byReference(resources: readonly NamedResource[]): Known {
  return new Map(resources.flatMap((one) => (one.reference === undefined ? [] : [[one.reference, one] as const])));
}

function nameOf({ display, contained, local = '' }: PartyReference, known: Known): string | undefined {
  const resource = contained ?? known.get(local);
  return display ?? (resource?.role ? roleName(resource.role, known) : resource?.name);
}

function roleName({ practitioner, organization, title, remarks }: RoleNames, known: Known): string | undefined {
  const nameVia = ({ display, local = '' }: Pointer) => {
    const resource = known.get(local);
    return display ?? (resource?.role ? undefined : resource?.name);
  };
  const name = [nameVia(practitioner) ?? title, nameVia(organization)].filter((part) => part !== undefined).join(', ');
  if (name === '') return undefined;
  return remarks.length === 0 ? name : `${name} (${remarks.join('; ')})`;
}
