/** Starts the FHIR reads of a page together; those of a fresh launch start before its browser requests the page. */
import { LRUCache } from 'lru-cache';
import { agedBy, atMost, cached } from '#src/adapters/cache.ts';
import type { Clock } from '#src/adapters/clock.ts';
import type { Outbound } from '#src/adapters/ehr-http/client.ts';
import type { Clinicians } from '#src/clinicians/admission.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { NamedResource } from '#src/patients/named-resource.ts';
import type { LastPatient, PatientSummary } from '#src/patients/patient.ts';
import { createEhrLacks } from '#src/requests/search/ehr-lacks.ts';
import { createIncludeSupport } from '#src/requests/search/include-support.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import { basisOf, onceAsked } from './list-key.ts';
import { type AskedList, createAskedLists } from './parse-if-changed.ts';
import {
  apiOf,
  mayHaveTasks,
  ownUserOf,
  type Renew,
  readPatientIfPermitted,
  readRequests,
} from './patient-and-list-reads.ts';
import { readUser } from './user-name-and-role.ts';
import type { UserReading } from './user-reading.ts';

/** A launch's calls, the patient they are about, and the signed-in user (FU-05). Each part fails on its own. */
export interface OpenReading {
  api: FhirApi;
  patient: Promise<PatientSummary>;
  user: UserReading;
}

/** The reads of the list's page, which may still be running. */
export interface ChartReading extends OpenReading {
  startedAt: Date;
  requests: Promise<AskedList>;
}

export type ChartReadings = ReturnType<typeof createChartReadings>;

const YOUNG_MS = 30_000;
const MOST_KEPT = 2_000;
/** A name or a role that an EHR changes is seen within the hour. */
const HOUR_MS = 60 * 60_000;
const TEN_MINUTES_MS = 10 * 60_000;

/**
 * Starts readings, and keeps those that began at the callback until their page takes them, by launch (LC-19). There is
 * one per process. What it keeps only saves time, so other instances do not need it.
 */
export function createChartReadings(
  outbound: Outbound,
  clock: Clock,
  clinicians: Pick<Clinicians, 'learn' | 'recall'>,
  ownSystem: string,
) {
  const begun = new LRUCache<string, ChartReading>(atMost(MOST_KEPT));
  const anHour = { ...atMost(MOST_KEPT), ttl: HOUR_MS, ...agedBy(clock) };
  const users = new LRUCache<string, UserReading>(anHour);
  /** By launch: the names of the people and places that its list refers to. */
  const names = new LRUCache<string, Map<string, NamedResource>>({ ...anHour, noUpdateTTL: true });
  /** By launch: the last Patient, for ten minutes. */
  const patients = new LRUCache<string, LastPatient>({ ...anHour, ttl: TEN_MINUTES_MS });
  const batchesOf = createEhrLacks(clock);
  const includesOf = createIncludeSupport(clock);
  const tasksOf = createEhrLacks(clock);
  const longPagesOf = createEhrLacks(clock);
  const lists = createAskedLists(clock);
  const isYoung = ({ startedAt }: ChartReading) => clock().getTime() - startedAt.getTime() < YOUNG_MS;

  const lastPatientOf = (launchId: string): LastPatient => {
    const last = patients.get(launchId) ?? {};
    patients.set(launchId, last);
    return last;
  };
  const open = (
    launch: Launch,
    organization: Organization,
    renew: Renew,
    through = (api: FhirApi) => api,
  ): OpenReading => {
    const api = through(apiOf(outbound, launch, organization, renew));
    return {
      api,
      patient: readPatientIfPermitted(api, launch, organization, clock(), lastPatientOf(launch.id)),
      user: userOf(api, launch, organization),
    };
  };
  const read = (launch: Launch, organization: Organization, renew: Renew): ChartReading => {
    const opened = open(launch, organization, renew);
    const startedAt = clock();
    return { ...opened, startedAt, requests: askedList(launch, organization, opened, startedAt) };
  };
  const askedList = (
    launch: Launch,
    organization: Organization,
    opened: Pick<OpenReading, 'api' | 'user'>,
    startedAt = clock(),
  ): Promise<AskedList> => {
    const support = {
      batches: batchesOf(organization),
      includes: includesOf(organization),
      tasks: tasksOf(organization),
      longPages: longPagesOf(organization),
    };
    const remembered = cached(names, launch.id, () => new Map<string, NamedResource>());
    const shown = onceAsked(ownUserOf(launch, opened.user));
    const naming = { user: shown, ...support, remembered, now: startedAt, ownSystem };
    return lists.ask({
      ...{ launchId: launch.id, api: opened.api, basis: basisOf(launch, organization, naming) },
      user: async () => shown?.name(),
      load: (api) => readRequests(api, launch, organization, naming),
    });
  };
  // Within the hour, one read of the user serves all their launches; not every page repeats it.
  const userOf = (api: FhirApi, launch: Launch, organization: Organization): UserReading =>
    cached(users, userKey(launch), () => {
      const stored = clinicians.recall(launch.organizationId, launch.user);
      const user = readUser({ api, launch, organization, now: clock(), stored });
      void learn(launch, user);
      return user;
    });
  const learn = async (launch: Launch, user: UserReading): Promise<void> => {
    const [name, role, isFinal] = await Promise.all([user.name, user.role, user.isFinal]);
    clinicians.learn(launch.organizationId, launch.user, { name, role });
    // The next page reads again what could not be read.
    const key = userKey(launch);
    if (!isFinal && users.peek(key) === user) users.delete(key);
  };
  return {
    /** Starts the reads of a launch's other pages. */
    open,
    /** The list beside the reads of another page. */
    askedList,
    /** Whether Tasks are included with the list, so that the page of a request reads them as well. */
    bringsTasks: (launch: Launch, organization: Organization): boolean =>
      mayHaveTasks(launch) && includesOf(organization).bringsTasks(),
    /** Starts a reading at the callback, while the browser is still following the redirect. */
    start: (launch: Launch, organization: Organization, renew: Renew): void => {
      // Clinical data that no page has taken does not stay in memory.
      for (const launchId of begun.rkeys()) {
        const oldest = begun.peek(launchId);
        if (oldest && isYoung(oldest)) break;
        begun.delete(launchId);
      }
      const reading = read(launch, organization, renew);
      // The page that takes the reading gets the failure; otherwise the failure is dropped with the reading.
      reading.patient.catch(() => undefined);
      reading.requests.catch(() => undefined);
      begun.set(launch.id, reading);
    },
    /** The reading that began at the callback, once and while it is recent; otherwise a new one. */
    take: (launch: Launch, organization: Organization, renew: Renew): ChartReading => {
      const reading = begun.get(launch.id);
      begun.delete(launch.id);
      return reading && isYoung(reading) ? reading : read(launch, organization, renew);
    },
    forget: (launchId: string): void => {
      begun.delete(launchId);
      names.delete(launchId);
      patients.delete(launchId);
      lists.forget(launchId);
    },
  };
}

/** Shown only to this user of this organization, under the permissions they were read with (LC-19, MT-02). */
function userKey({ organizationId, connectionVersion, fhirBase, user, scope, narrowedScope }: Launch): string {
  const { iss, sub, fhirUser, name } = user;
  return JSON.stringify([organizationId, connectionVersion, fhirBase, iss, sub, fhirUser, name, scope, narrowedScope]);
}
