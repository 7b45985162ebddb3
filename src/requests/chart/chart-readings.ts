/** The FHIR reads behind one page, started together; those of a fresh launch begin before its browser asks. */
import type { Clock } from '#src/adapters/clock.ts';
import type { Outbound } from '#src/adapters/ehr-http/client.ts';
import type { Clinicians } from '#src/clinicians/admission.ts';
import { AppError } from '#src/errors.ts';
import { isTakenAway, type Launch, limitsOn, mayUse } from '#src/launches/session/launch.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { type PatientSummary, readPatient } from '#src/patients/patient.ts';
import { createBatchSupport } from '#src/requests/list/batch-support.ts';
import { loadRequests, type RequestList, type RequestListOptions } from '#src/requests/list/request-list.ts';
import { createFhirApi, type FhirApi } from '#src/smart/step-6-fhir-api.ts';
import { readUser, type UserReading } from './practitioner.ts';

/** One patient's page, as far as it has been read. Each part fails on its own. */
export interface ChartReading {
  startedAt: Date;
  patient: Promise<PatientSummary>;
  requests: Promise<RequestList>;
  /** Who is signed in, as far as the EHR tells (FU-05). */
  user: UserReading;
}

/** Starts readings, and keeps those that began at the callback until their page asks for them. */
export interface ChartReadings {
  /** At the callback: the browser is still following the redirect (LC-19: kept by launch). */
  start(launch: Launch, organization: Organization, renew: Renew): void;
  /** The reading begun for this launch, once, while it is young; else a new one. */
  take(launch: Launch, organization: Organization, renew: Renew): ChartReading;
  /** For the other pages of a launch: its calls, the patient they are about, and the user. */
  open(
    launch: Launch,
    organization: Organization,
    renew: Renew,
  ): { api: FhirApi; patient: Promise<PatientSummary>; user: UserReading };
  forget(launchId: string): void;
}

/** Gives the launch with a newer token for one the EHR refused, if there is one (FH-05). */
export type Renew = (refusedToken: string) => Promise<Launch | undefined>;

const YOUNG_MS = 30_000;
const MOST_KEPT = 2_000;

/** One per process; what it keeps only saves time, so no other instance misses it. */
export function createChartReadings(
  outbound: Outbound,
  clock: Clock,
  clinicians: Pick<Clinicians, 'learn' | 'recall'>,
): ChartReadings {
  const begun = new Map<string, ChartReading>();
  const users = new Map<string, UserReading>();
  const batchesOf = createBatchSupport(clock);
  const apiOf = (launch: Launch, organization: Organization, renew: Renew): FhirApi => {
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
  };
  const read = (launch: Launch, organization: Organization, renew: Renew): ChartReading => {
    const api = apiOf(launch, organization, renew);
    const now = clock();
    const user = userOf(api, launch, organization, now);
    const naming = { user: ownUserOf(launch, user), batches: batchesOf(organization) };
    return {
      startedAt: now,
      patient: readPatientIfPermitted(api, launch, { now, timeZone: organization.timeZone }),
      requests: readRequests(api, launch, organization, { ...naming, now }),
      user,
    };
  };
  // Who the user is does not change during a launch: one read, not one per page.
  const userOf = (api: FhirApi, launch: Launch, { searchParameters }: Organization, now: Date): UserReading => {
    const user = users.get(launch.id) ?? readUserOnce(api, launch, searchParameters, now);
    keep(users, launch.id, user);
    void forgetUnread(launch.id, user);
    return user;
  };
  // What could not be read is asked for again by the next page.
  const forgetUnread = async (launchId: string, user: UserReading): Promise<void> => {
    if ((await user.name) === undefined && users.get(launchId) === user) users.delete(launchId);
  };
  const readUserOnce = (api: FhirApi, launch: Launch, searchParameters: readonly string[], now: Date): UserReading => {
    const stored = clinicians.recall(launch.organizationId, launch.user);
    const user = readUser({ api, launch, searchParameters, now, stored });
    void Promise.all([user.name, user.role]).then(([name, role]) =>
      clinicians.learn(launch.organizationId, launch.user, { name, role }),
    );
    return user;
  };
  return {
    start: (launch, organization, renew) => {
      const reading = read(launch, organization, renew);
      // Nobody may come for it: a failure waits for the page or is dropped with the reading.
      reading.patient.catch(() => undefined);
      reading.requests.catch(() => undefined);
      dropOlderThan(begun, reading.startedAt.getTime() - YOUNG_MS);
      keep(begun, launch.id, reading);
    },
    take: (launch, organization, renew) => {
      const reading = begun.get(launch.id);
      begun.delete(launch.id);
      const isYoung = reading && clock().getTime() - reading.startedAt.getTime() < YOUNG_MS;
      return isYoung ? reading : read(launch, organization, renew);
    },
    open: (launch, organization, renew) => {
      const api = apiOf(launch, organization, renew);
      const now = clock();
      return {
        api,
        patient: readPatientIfPermitted(api, launch, { now, timeZone: organization.timeZone }),
        user: userOf(api, launch, organization, now),
      };
    },
    forget: (launchId) => {
      begun.delete(launchId);
      users.delete(launchId);
    },
  };
}

/** Clinical data nobody came for does not stay in memory. Maps keep the order of insertion, oldest first. */
function dropOlderThan(readings: Map<string, ChartReading>, instant: number): void {
  for (const [launchId, { startedAt }] of readings) {
    if (startedAt.getTime() >= instant) return;
    readings.delete(launchId);
  }
}

function keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MOST_KEPT && oldest !== undefined) map.delete(oldest);
}

/** A refresh may have taken the permission away (RF-09, SCO-19). */
async function readPatientIfPermitted(
  api: FhirApi,
  launch: Launch,
  { now, timeZone }: { now: Date; timeZone: string },
): Promise<PatientSummary> {
  if (mayUse(launch, { type: 'Patient', interaction: 'r' }))
    return readPatient(api, launch.context.patient, now, timeZone);
  const shown = 'patient/Patient.read';
  throw new AppError('scope.missing', `no longer granted: ${shown}`, { shown });
}

/** Their own name is known, or on its way, without another call. */
function ownUserOf({ user: { fhirUser } }: Launch, user: UserReading): RequestListOptions['user'] {
  return fhirUser === undefined ? undefined : { reference: fhirUser, name: async () => (await user.soon()).name };
}

async function readRequests(
  api: FhirApi,
  launch: Launch,
  organization: Organization,
  naming: Pick<RequestListOptions, 'user' | 'batches' | 'now'>,
): Promise<RequestList> {
  if (!organization.showEhrOrders) {
    const notices = ['Your organization does not show requests from the EHR here.'];
    return { open: [], closed: [], otherOrders: 0, notices, problem: undefined, isUnread: true };
  }
  const search = { type: 'ServiceRequest', interaction: 's' } as const;
  return loadRequests(api, {
    patientId: launch.context.patient,
    grantedSearch: mayUse(launch, search),
    limits: limitsOn(launch, search),
    canRead: (type) => mayUse(launch, { type, interaction: 'r' }),
    searchParameters: organization.searchParameters,
    ...naming,
    timeZone: organization.timeZone,
  });
}
