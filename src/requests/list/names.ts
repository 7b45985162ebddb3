/** Finds the names of people and places in requests, with one batch, or with single reads if an EHR takes none. */
import { type NamedResource, type Pointer, type RoleNames, readNamedResource } from '#src/patients/named-resource.ts';
import type { PartyReference } from '#src/patients/party.ts';
import { mayBeOfOther } from '#src/patients/patient-of-resource.ts';
import type { EhrLack } from '#src/requests/search/ehr-lacks.ts';
import { entryStatus, mayPass, sendBatch } from '#src/requests/search/send-batch.ts';
import { fhirErrorOf, nothingOf } from '#src/smart/fhir/fhir-error.ts';
import { asRecord, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { localReference } from '#src/smart/fhir/reference.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';

/** Types that name a requester or a provider; no clinical resource is ever read for a name. */
export const namingTypes: ReadonlySet<string> = new Set(
  'Practitioner PractitionerRole Organization Location HealthcareService CareTeam'.split(' '),
);
/** A device is read where it may be, and its permission is not asked for. */
const isNaming = (type: string) => namingTypes.has(type) || type === 'Device';
const MOST_NAMES_READ = 10;
/** Stands for a name that the EHR does not give. */
export const NOT_AVAILABLE = 'Name not available';
/** The word for the signed-in user, when even the EHR does not give their name. */
const OWN_WORD = 'you';

export interface Naming {
  readonly included: readonly NamedResource[];
  readonly now: Date;
  readonly patientId: string;
  /** Whether the granted scopes allow reading a type (SCO-19). */
  readonly canRead: (resourceType: string) => boolean;
  /** The signed-in user as requests refer to them, `Type/id`; their name needs no call and arrives soon. */
  readonly user?: { readonly reference: string; name(): Promise<string | undefined> } | undefined;
  /** What is known of this EHR's batches; if undefined, a batch is tried each time. */
  readonly batches?: EhrLack | undefined;
  /** What was read for earlier pages of the same launch, by `Type/id`, and what is read for this one (LC-19). */
  readonly remembered?: Map<string, NamedResource> | undefined;
}

type Known = ReadonlyMap<string, NamedResource>;

const typeOf = (local: string) => local.split('/')[0] ?? '';

/**
 * Takes names from `display`, contained and included resources; missing ones in one batch of at most 10, or as many
 * single reads, within this FHIR base (LC-10). A failed read only leaves out its name (FH-06). @param parties most
 * important first.
 */
export async function resolveNames(api: FhirApi, parties: readonly PartyReference[], naming: Naming) {
  const { user, canRead, patientId, remembered = new Map<string, NamedResource>() } = naming;
  // Only this patient is named so; another patient of the same server is not.
  const patient = { reference: `Patient/${patientId}`, name: 'The patient', role: undefined };
  // The name that one reference to a party gives it is that of the others.
  const displayed = parties.filter(({ display }) => display !== undefined);
  const named = displayed.map(({ local, display }) => ({ reference: local, name: display, role: undefined }));
  const given = byReference([patient, ...named, ...remembered.values(), ...naming.included]);
  const nameless = parties.filter((party) => nameOf(party, given) === undefined);
  // A role that is known is not read again, but the person who has it and the organization are.
  const unread = nameless.flatMap((party) => {
    const { practitioner, organization } = roleOf(party, given) ?? {};
    return [practitioner?.local ?? party.local, organization?.local].flatMap((local) => local ?? []);
  });
  const missing = new Set(unread);
  const isOwnRole = (party: PartyReference) => roleOf(party, given)?.practitioner.local === user?.reference;
  const isOwnMissing = user !== undefined && (missing.delete(user.reference) || nameless.some(isOwnRole));
  const readable = [...missing].filter((local) => isNaming(typeOf(local)));
  const askable = readable.filter((local) => canRead(typeOf(local)) && !remembered.has(local));
  const wanted = askable.slice(0, MOST_NAMES_READ);
  const [read, ownName] = await Promise.all([readAll(api, wanted, naming), isOwnMissing ? user.name() : undefined]);
  const own = isOwnMissing ? [{ reference: user.reference, name: ownName ?? OWN_WORD, role: undefined }] : [];
  for (const one of read) if (one.reference !== undefined) remembered.set(one.reference, one);
  // A read that brought nothing does not take away what came with the list.
  const brought = read.filter(
    ({ reference = '', name, role }) => (name ?? role) !== undefined || !given.has(reference),
  );
  const known: Known = new Map([...given, ...byReference([...brought, ...own])]);
  return {
    nameOf: (party: PartyReference) => nameOf(party, known) ?? party.number ?? NOT_AVAILABLE,
    isUser: (party: PartyReference) =>
      user !== undefined && [party.local, roleOf(party, known)?.practitioner.local].includes(user.reference),
    notGranted: [...new Set(readable.map(typeOf))].filter((type) => namingTypes.has(type) && !canRead(type)).toSorted(),
  };
}

/** Takes from the answers only the requested resources, by the resources' own type and id. */
async function readAll(
  api: FhirApi,
  wanted: readonly string[],
  { now, batches, patientId }: Pick<Naming, 'now' | 'batches' | 'patientId'>,
): Promise<NamedResource[]> {
  if (wanted.length === 0) return [];
  const entries = await sendBatch(api, wanted, batches).catch(nothingOf);
  const { resources, isFinal } = entries === 'no-batch' ? await readOneByOne(api, wanted) : readIn(entries);
  const localOf = (reference: unknown) => localReference(reference, api.base);
  const own = resources.filter((resource) => !mayBeOfOther(resource, localOf, patientId));
  const all = own.map((resource) => readNamedResource(resource, { base: api.base, now }));
  const named = all.filter(({ reference }) => reference !== undefined && wanted.includes(reference));
  const namedReferences = new Set(named.map(({ reference }) => reference));
  const nameless = wanted.filter((reference) => isFinal && !namedReferences.has(reference));
  return [...named, ...nameless.map((reference) => ({ reference, name: undefined, role: undefined }))];
}

/** `isFinal`: all reads were answered, so that a resource that is missing has no name. */
function readIn(entries: readonly ForeignRecord[] | undefined) {
  if (!entries) return { resources: [], isFinal: false };
  const isOver = (status = 0) => status >= 200 && !mayPass(status);
  return {
    resources: entries.map((item) => asRecord(item.resource)),
    isFinal: entries.every((one) => isOver(entryStatus(one))),
  };
}

async function readOneByOne(api: FhirApi, wanted: readonly string[]) {
  let isFinal = true;
  const passOver = (error: unknown) => {
    const { failure } = fhirErrorOf(error);
    isFinal &&= failure === 'refused' || failure === 'not-found';
    return [];
  };
  const resources = await Promise.all(wanted.map((reference) => api.get(reference).catch(passOver)));
  return { resources: resources.flat(), isFinal };
}

/** Whether the request itself names the party, or has no reference that could be read for a name. */
export function namesItself(party: PartyReference): boolean {
  return party.local === undefined || nameOf(party, new Map()) !== undefined;
}

function byReference(resources: readonly NamedResource[]): Known {
  return new Map(resources.flatMap((one) => (one.reference === undefined ? [] : [[one.reference, one] as const])));
}

function nameOf({ display, contained, local = '' }: PartyReference, known: Known): string | undefined {
  const resource = contained ?? known.get(local);
  return display ?? (resource?.role ? roleName(resource.role, known) : resource?.name);
}

function roleOf({ contained, local = '' }: PartyReference, known: Known): RoleNames | undefined {
  return (contained ?? known.get(local))?.role;
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
