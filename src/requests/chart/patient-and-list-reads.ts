/** The FHIR reads of a launch, each within what the EHR has granted. */
import type { Outbound } from '#src/adapters/ehr-http/client.ts';
import { AppError } from '#src/errors.ts';
import { isTakenAway, type Launch, limitsOn, mayUse } from '#src/launches/session/launch.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { type LastPatient, type PatientSummary, readPatient } from '#src/patients/patient.ts';
import type { RequestListOptions } from '#src/requests/list/ask-for-list.ts';
import { loadRequests, type RequestList } from '#src/requests/list/list.ts';
import { FhirError } from '#src/smart/fhir/fhir-error.ts';
import { createFhirApi, type FhirApi } from '#src/smart/step-6-fhir-api.ts';
import type { UserReading } from './user-reading.ts';

/** Returns the launch with a newer token than the one that the EHR refused, if there is one (FH-05). */
export type Renew = (refusedToken: string) => Promise<Launch | undefined>;

/** The launch's FHIR calls; a token that the EHR refuses is renewed once. */
export function apiOf(outbound: Outbound, launch: Launch, organization: Organization, renew: Renew): FhirApi {
  let current = launch;
  return createFhirApi({
    base: new URL(launch.fhirBase),
    accessToken: launch.tokens.accessToken,
    outbound: outbound.forOrganization(organization),
    renew: async (refused) => {
      current = (await renew(refused)) ?? current;
      return current.tokens.accessToken === refused ? undefined : current.tokens.accessToken;
    },
    isTakenAway: (permission) => isTakenAway(launch, current, permission),
  });
}

/** Reads the patient. @throws AppError 'scope.missing' if a refresh has removed the permission (RF-09, SCO-19). */
export async function readPatientIfPermitted(
  api: FhirApi,
  launch: Launch,
  { timeZone }: Organization,
  now: Date,
  last: LastPatient,
): Promise<PatientSummary> {
  if (mayUse(launch, { type: 'Patient', interaction: 'r' })) {
    return readPatient(api, launch.context.patient, now, timeZone, last).catch((error: unknown) => {
      throw last.known || !isFresh(launch, now) ? error : asNeverAccepted(error);
    });
  }
  const shown = 'patient/Patient.read';
  throw new AppError('scope.missing', `no longer granted: ${shown}`, {
    rule: 'refresh.scope-smaller',
    shown,
    seen: { shown },
  });
}

const FRESH_MS = 60_000;

/** No EHR session expires this early, so the FHIR server never accepted a token that it refuses now. */
function isFresh({ startedAt }: Launch, now: Date): boolean {
  return now.getTime() - Date.parse(startedAt) < FRESH_MS;
}

function asNeverAccepted(error: unknown): unknown {
  if (!(error instanceof AppError) || error.rule !== 'fhir.token-over') return error;
  const { cause } = error;
  const rule = (cause instanceof FhirError && cause.ifFresh) || 'fhir.token-refused-at-once';
  return new AppError('session.never-accepted', error.message, { rule, cause });
}

/** The signed-in user as the list names them; the name needs no further call. */
export function ownUserOf({ user: { fhirUser } }: Launch, user: Pick<UserReading, 'soon'>): RequestListOptions['user'] {
  return fhirUser === undefined ? undefined : { reference: fhirUser, name: async () => (await user.soon()).name };
}

/** Whether a list that was read before may still be shown: settings and scopes change during a launch (RF-09). */
export function mayShowRequests(launch: Launch, { showEhrOrders }: Organization): boolean {
  return (
    showEhrOrders &&
    mayUse(launch, { type: 'Patient', interaction: 'r' }) &&
    mayUse(launch, { type: 'ServiceRequest', interaction: 's' })
  );
}

/** The list, as far as the organization shows it and the EHR permits it. */
export async function readRequests(
  api: FhirApi,
  launch: Launch,
  organization: Organization,
  naming: Pick<
    RequestListOptions,
    'user' | 'batches' | 'includes' | 'remembered' | 'tasks' | 'longPages' | 'now' | 'ownSystem'
  >,
): Promise<RequestList> {
  const { showEhrOrders, searchParameters, timeZone, discovered } = organization;
  if (!showEhrOrders) {
    const notices = ['Your organization does not show requests from the EHR here.'];
    return { open: [], closed: [], otherOrders: 0, notices, problem: undefined, isUnread: true };
  }
  const search = { type: 'ServiceRequest', interaction: 's' } as const;
  const searchesTasks = readsTasks(organization) && mayUse(launch, { type: 'Task', interaction: 's' });
  return loadRequests(api, {
    patientId: launch.context.patient,
    grantedSearch: mayUse(launch, search),
    limits: limitsOn(launch, search),
    canRead: (type) => mayUse(launch, { type, interaction: 'r' }),
    searchParameters,
    timeZone,
    encounter: launch.context.encounter === undefined ? undefined : `Encounter/${launch.context.encounter}`,
    movement: movementOf(organization),
    helpDeskName: organization.helpDeskName,
    ...naming,
    mayHaveTasks: mayHaveTasks(launch),
    tasks: searchesTasks ? naming.tasks : undefined,
    // Only a CapabilityStatement says that an EHR has no Tasks.
    isTaskUnsure: mayHaveTasks(launch) && !searchesTasks && discovered?.requestIncludes === undefined,
  });
}

/** After how many days without movement a request is flagged. */
export function movementOf({ transportStillDays, otherStillDays }: Organization) {
  return { transport: transportStillDays, other: otherStillDays };
}

/** Tasks are included only if the granted scopes allow both searching and reading them (SCO-19). */
export function mayHaveTasks(launch: Launch): boolean {
  return (['r', 's'] as const).every((interaction) => mayUse(launch, { type: 'Task', interaction }));
}

/**
 * Whether Tasks get a search of their own: only if the organization's scopes name Task. A wildcard scope covers Task at
 * every EHR, but most EHRs have no Task for a request, so each launch would cost them a needless search.
 */
export function readsTasks({ scopes }: Organization): boolean {
  return /(?:^|\s)(?:patient|user)\/Task\./.test(scopes);
}
