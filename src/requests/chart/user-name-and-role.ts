/** Reads the signed-in user's name and role from Practitioner and PractitionerRole (FU-01..05, SCO-19). */
import { within } from '#src/adapters/deadline.ts';
import type { LearnedDetails } from '#src/clinicians/clinician-details.ts';
import { type Launch, mayUse } from '#src/launches/session/launch.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { flagOf } from '#src/patients/foreign-flag.ts';
import { displayName } from '#src/patients/human-name.ts';
import { remarksOn, withRemarks } from '#src/patients/modifier-elements.ts';
import { withSearchParameters } from '#src/requests/search/extra-parameters.ts';
import { FhirError, type FhirFailure } from '#src/smart/fhir/fhir-error.ts';
import {
  asConceptText,
  asInformation,
  asRecord,
  asRecords,
  asText,
  type ForeignRecord,
  hasEnded,
} from '#src/smart/fhir/fields.ts';
import { localReference } from '#src/smart/fhir/reference.ts';
import { type FhirUser, readFhirUser, resolveFhirUser } from '#src/smart/id-token/fhir-user.ts';
import { grantedScopes, mayAsk } from '#src/smart/scopes/granted.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import { type UnreadUser, type UserReading, userReading } from './user-reading.ts';

/** A directory that answers later is not in the trace, so that Verify shows the launch soon. */
const LONGEST_NOTE_MS = 2_000;
const LONGEST_NAME = 120;

const MOST_ROLES = 10;
const LONGEST_ROLE = 60;

interface Reader {
  api: FhirApi;
  launch: Launch;
  organization: Pick<Organization, 'searchParameters' | 'scopes'>;
  now: Date;
  /** What an earlier launch of the same user has read; never rejects. */
  stored: Promise<Partial<LearnedDetails> | undefined>;
}

/** At most two reads together; for a user who is a role, the role's practitioner may be a further one after them. */
export function readUser(given: Reader): UserReading {
  const { api, hasFailed, statuses } = watched(given.api);
  const reader = { ...given, api };
  const { launch, stored } = reader;
  const tokenName = asText(launch.user.name, LONGEST_NAME);
  const resolved = resolveFhirUser({ fhirUser: launch.user.fhirUser, profile: undefined }, api.base);
  const none = Promise.resolve(undefined);
  const parts = { tokenName, stored, hasFailed };
  if (!resolved.ok) {
    const warning = 'no fhirUser on this FHIR server';
    const unread = Promise.resolve({ rule: 'user.fhir-user-elsewhere', warning } as const);
    return userReading({ ...parts, name: Promise.resolve(tokenName), role: none, remarks: none, unread });
  }
  const { user } = resolved;
  const isGranted = mayRead(launch, user);
  const resource = isGranted ? readFhirUser(api, user).catch(() => undefined) : none;
  const found = resource.then((read): UnreadUser | undefined => {
    const { type } = user;
    if (!type.startsWith('Practitioner'))
      return { rule: 'user.not-clinician', warning: 'fhirUser is no Practitioner', 'user type': type };
    if (read) return undefined;
    const status = statuses.get(user.reference);
    const why = isGranted ? (status === undefined ? 'no such resource came' : `status ${status}`) : 'not granted';
    return { rule: 'user.not-read', warning: 'the user’s own resource was not read', 'user answer': why };
  });
  const unread = within(LONGEST_NOTE_MS, found).catch(() => undefined);
  const ownName = resource.then((read) => nameIn(reader, user, read)).catch(() => undefined);
  const name = ownName.then(async (read) => read ?? tokenName ?? (await stored)?.name);
  const mayFindRole = user.type === 'Practitioner' && maySearchRoles(reader);
  const ownRole = user.type === 'PractitionerRole' ? resource.then((read) => read && roleText(read)) : none;
  const role = (mayFindRole ? findRole(reader, user) : ownRole).catch(() => undefined);
  const remarks = resource.then((read) => (read && remarksOn(read).join('; ')) || undefined);
  return userReading({ ...parts, name, role, remarks, unread });
}

/** Failures that may pass or are about the token. A refusal is about the user, so it is not one of them. */
const PASSING = new Set<FhirFailure>(['unauthorized', 'throttled', 'unavailable', 'timeout']);

/** The same calls; `hasFailed` says whether one of them failed in a way that may pass, `statuses` how each was refused. */
function watched(api: FhirApi) {
  const statuses = new Map<string, number>();
  let failed = false;
  const get: FhirApi['get'] = async (...call) => {
    try {
      return await api.get(...call);
    } catch (error) {
      failed ||= !(error instanceof FhirError) || PASSING.has(error.failure);
      if (error instanceof FhirError && error.status !== undefined) statuses.set(call[0], error.status);
      throw error;
    }
  };
  return { api: { ...api, get }, hasFailed: () => failed, statuses };
}

/** Only if the organization's scopes ask for it and the EHR grants it: a grant that was not asked for is not used. */
function maySearchRoles({ launch, organization }: Reader): boolean {
  const search = { type: 'PractitionerRole', interaction: 's' } as const;
  return mayUse(launch, search) && mayAsk(grantedScopes(organization.scopes.replaceAll(/\s+/g, ' ')), search);
}

/**
 * The scope `fhirUser` itself permits reading that one resource, where the server honours it. A server whose granted
 * scope lists no OpenID Connect scope grants it by the claim in the verified id_token.
 */
function mayRead(launch: Launch, { type }: FhirUser): boolean {
  const { tokens } = grantedScopes(launch.scope);
  return mayUse(launch, { type, interaction: 'r' }) || tokens.has('fhirUser') || !tokens.has('openid');
}

async function nameIn(
  { api, launch, now }: Reader,
  { type }: FhirUser,
  read: ForeignRecord | undefined,
): Promise<string | undefined> {
  if (!read || type !== 'PractitionerRole') return read && displayName(read.name, now);
  const shown = asInformation(asRecord(read.practitioner).display, LONGEST_NAME);
  const reference = localReference(read.practitioner, api.base);
  const [referred, id] = reference?.split('/') ?? [];
  if (reference === undefined || referred !== 'Practitioner' || id === undefined) return shown;
  if (!mayUse(launch, { type: 'Practitioner', interaction: 'r' })) return shown;
  const practitioner = await readFhirUser(api, { type: referred, id, reference });
  return (practitioner && displayName(practitioner['name'], now)) ?? shown;
}

/** The first role that is in force. A role of another user, which a server may add, is ignored (FU-04). */
async function findRole({ api, organization, now }: Reader, { id, reference }: FhirUser): Promise<string | undefined> {
  const query = new URLSearchParams({ practitioner: id, _count: String(MOST_ROLES) });
  const bundle = await api.get(`PractitionerRole?${withSearchParameters(query, organization.searchParameters)}`);
  if (bundle.resourceType !== 'Bundle') return undefined;
  return asRecords(bundle['entry'], MOST_ROLES)
    .map((entry) => asRecord(entry.resource))
    .filter((role) => role.resourceType === 'PractitionerRole' && flagOf(role, 'active') !== false)
    .filter((role) => !hasEnded(role.period, now))
    .filter((role) => localReference(role.practitioner, api.base) === reference)
    .map((role) => withRemarks(roleText(role), role))
    .find((text) => text !== undefined);
}

/** A specialty says more about the user than a job title does, so it comes first. */
function roleText({ specialty, code }: ForeignRecord): string | undefined {
  const texts = [...asRecords(specialty, 5), ...asRecords(code, 5)].map(asConceptText);
  return asText(
    texts.find((text) => text !== undefined),
    LONGEST_ROLE,
  );
}
