/** The FHIR reads behind one page, started together; those of a fresh launch begin before its browser asks. */
import { LRUCache } from 'lru-cache';
import type { Clock } from '#src/adapters/clock.ts';
import type { Outbound } from '#src/adapters/ehr-http/client.ts';
import type { Clinicians } from '#src/clinicians/admission.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { PatientSummary } from '#src/patients/patient.ts';
import { createBatchSupport } from '#src/requests/list/batch-support.ts';
import type { RequestList } from '#src/requests/list/list.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import { apiOf, ownUserOf, type Renew, readPatientIfPermitted, readRequests } from './launch-reads.ts';
import { readUser, type UserReading } from './practitioner.ts';

/** A launch's calls, the patient they are about, and who is signed in (FU-05). Each part fails on its own. */
export interface OpenReading {
  api: FhirApi;
  patient: Promise<PatientSummary>;
  user: UserReading;
}

/** The list's page, as far as it has been read. */
export interface ChartReading extends OpenReading {
  startedAt: Date;
  requests: Promise<RequestList>;
}

/** See {@link createChartReadings}. */
export type ChartReadings = ReturnType<typeof createChartReadings>;

const YOUNG_MS = 30_000;
const MOST_KEPT = 2_000;

/**
 * Starts readings, and keeps those that began at the callback until their page asks for them (LC-19: kept by launch). One
 * per process; what it keeps only saves time, so no other instance misses it.
 */
export function createChartReadings(
  outbound: Outbound,
  clock: Clock,
  clinicians: Pick<Clinicians, 'learn' | 'recall'>,
) {
  const begun = new LRUCache<string, ChartReading>({ max: MOST_KEPT });
  const users = new LRUCache<string, UserReading>({ max: MOST_KEPT });
  const batchesOf = createBatchSupport(clock);
  const tasksOf = createBatchSupport(clock);
  const isYoung = ({ startedAt }: ChartReading) => clock().getTime() - startedAt.getTime() < YOUNG_MS;

  const open = (launch: Launch, organization: Organization, renew: Renew): OpenReading => {
    const api = apiOf(outbound, launch, organization, renew);
    return {
      api,
      patient: readPatientIfPermitted(api, launch, organization, clock()),
      user: userOf(api, launch, organization),
    };
  };
  const read = (launch: Launch, organization: Organization, renew: Renew): ChartReading => {
    const opened = open(launch, organization, renew);
    const startedAt = clock();
    const naming = {
      user: ownUserOf(launch, opened.user),
      batches: batchesOf(organization),
      tasks: tasksOf(organization),
      now: startedAt,
    };
    return { ...opened, startedAt, requests: readRequests(opened.api, launch, organization, naming) };
  };
  // Who the user is does not change during a launch: one read, not one per page.
  const userOf = (api: FhirApi, launch: Launch, { searchParameters }: Organization): UserReading => {
    const known = users.get(launch.id);
    if (known) return known;
    const stored = clinicians.recall(launch.organizationId, launch.user);
    const user = readUser({ api, launch, searchParameters, now: clock(), stored });
    users.set(launch.id, user);
    void learn(launch, user);
    return user;
  };
  const learn = async (launch: Launch, user: UserReading): Promise<void> => {
    const [name, role] = await Promise.all([user.name, user.role]);
    clinicians.learn(launch.organizationId, launch.user, { name, role });
    // What could not be read is asked for again by the next page.
    if (name === undefined && users.peek(launch.id) === user) users.delete(launch.id);
  };
  return {
    /** For the other pages of a launch. */
    open,
    /** At the callback: the browser is still following the redirect. */
    start: (launch: Launch, organization: Organization, renew: Renew): void => {
      // Clinical data that no page came for does not stay in memory.
      for (const launchId of begun.rkeys()) {
        const oldest = begun.peek(launchId);
        if (oldest && isYoung(oldest)) break;
        begun.delete(launchId);
      }
      const reading = read(launch, organization, renew);
      // A failure waits for the page or is dropped with the reading.
      reading.patient.catch(() => undefined);
      reading.requests.catch(() => undefined);
      begun.set(launch.id, reading);
    },
    /** The reading begun for this launch, once, while it is young; else a new one. */
    take: (launch: Launch, organization: Organization, renew: Renew): ChartReading => {
      const reading = begun.get(launch.id);
      begun.delete(launch.id);
      return reading && isYoung(reading) ? reading : read(launch, organization, renew);
    },
    forget: (launchId: string): void => {
      begun.delete(launchId);
      users.delete(launchId);
    },
  };
}
