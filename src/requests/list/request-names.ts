/** Finds out what the people and places named in requests are called: by one batch, or one by one where an EHR takes none. */
import { asRecord, asRecords, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { type FhirApi, FhirError } from '#src/smart/step-6-fhir-api.ts';
import { type BatchSupport, isNoBatchResponse, refusesBatch } from './batch-support.ts';
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
/** The signed-in user, when even the EHR does not tell their name. */
const ownWord = 'you';

/** The signed-in user, as requests refer to them. */
export interface OwnUser {
  /** `Type/id` on this server */
  readonly reference: string;
  /** Never rejects and is never long in coming. */
  name(): Promise<string | undefined>;
}

/** What naming depends on besides the EHR. */
export interface Naming {
  readonly included: readonly NamedResource[];
  readonly now: Date;
  /** whose page it is */
  readonly patientId?: string;
  /** whether the granted scopes allow reading a type (SCO-19) */
  readonly canRead: (resourceType: string) => boolean;
  /** whose own name costs no call */
  readonly user?: OwnUser | undefined;
  /** what is known of this EHR's batches; without, it is asked each time */
  readonly batches?: BatchSupport | undefined;
}

/** Resources by `Type/id`. */
type Known = ReadonlyMap<string, NamedResource>;

/**
 * Learns names from display, contained and included resources; what is then missing is read in one batch of at most 10, or
 * by at most 10 reads at once from an EHR that takes no batch.
 *
 * Only resources of this FHIR base are ever asked for (LC-10). A read that fails costs its name, nothing else (FH-06).
 *
 * @param parties the most important first: the batch is filled in this order.
 * @returns the name of any of these parties; "Name not available" when the EHR did not tell.
 */
export async function resolveNames(
  api: FhirApi,
  parties: readonly PartyReference[],
  naming: Naming,
): Promise<(party: PartyReference) => string> {
  const { user, canRead } = naming;
  const included = new Map([...patientOf(naming), ...byReference(naming.included)]);
  const missing = parties
    .filter((party) => nameOf(party, included) === undefined)
    .map((party) => party.local)
    .filter((local) => local !== undefined);
  const readable = missing.filter((local) => local !== user?.reference && isReadable(local, canRead));
  const wanted = [...new Set(readable)].slice(0, maxReads);
  const [read, own] = await Promise.all([
    wanted.length === 0 ? [] : readAll(api, wanted, naming),
    user !== undefined && missing.includes(user.reference) ? nameUser(user) : [],
  ]);
  const known = new Map([...included, ...byReference(read), ...byReference(own)]);
  return (party) => nameOf(party, known) ?? notAvailable;
}

/** Another patient of the same server is not this one. */
function patientOf({ patientId }: Naming): Known {
  const reference = `Patient/${patientId}`;
  return new Map(patientId === undefined ? [] : [[reference, { reference, name: 'The patient', role: undefined }]]);
}

async function nameUser({ reference, name }: OwnUser): Promise<NamedResource[]> {
  return [{ reference, name: (await name()) ?? ownWord, role: undefined }];
}

/**
 * The types that would have named somebody on this page and may not be read (SCO-19); nothing for parties whose name is
 * known anyway.
 *
 * @param options as for {@link resolveNames}.
 */
export function typesNotGranted(
  parties: readonly PartyReference[],
  options: Pick<Naming, 'included' | 'canRead' | 'user'>,
): string[] {
  const included = byReference(options.included);
  const nameless = parties.filter(
    (party) => nameOf(party, included) === undefined && (!options.user || party.local !== options.user.reference),
  );
  const types = nameless.map(({ local }) => local?.split('/')[0] ?? '');
  return [...new Set(types)].filter((type) => readableTypes.has(type) && !options.canRead(type)).toSorted();
}

function isReadable(local: string, canRead: (resourceType: string) => boolean): boolean {
  const type = local.split('/')[0] ?? '';
  return readableTypes.has(type) && canRead(type);
}

/** Takes from the answers only what was asked for, by the resources' own type and id. */
async function readAll(
  api: FhirApi,
  wanted: readonly string[],
  { now, batches }: Pick<Naming, 'now' | 'batches'>,
): Promise<NamedResource[]> {
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
  const answers = await Promise.all(
    wanted.map((reference) =>
      api.get(reference).catch((error: unknown) => {
        if (error instanceof FhirError) return undefined;
        throw error;
      }),
    ),
  );
  return answers.filter((answer) => answer !== undefined);
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
  return undefined;
}

function roleName(role: NonNullable<NamedResource['role']>, known: Known): string | undefined {
  const nameVia = ({ display, local }: { display: string | undefined; local: string | undefined }) => {
    const resource = known.get(local ?? '');
    return display ?? (resource?.role === undefined ? resource?.name : undefined);
  };
  const names = [nameVia(role.practitioner) ?? role.title, nameVia(role.organization)];
  const name = names.filter((part) => part !== undefined).join(', ');
  if (name === '') return undefined;
  return role.remarks.length === 0 ? name : `${name} (${role.remarks.join('; ')})`;
}
