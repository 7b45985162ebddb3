/** The types that sending a form and searching for its requests have in common. */
import type { Clock } from '#src/adapters/clock.ts';
import { type Launch, limitsOn, mayUse } from '#src/launches/session/launch.ts';
import type { StoreRetries } from '#src/launches/session/store-retries.ts';
import type { UserReading } from '#src/requests/chart/user-reading.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import type { DeliveryStore } from './delivery-store.ts';
import type { Hindrance } from './may-send.ts';
import type { OriginalHindrance } from './original.ts';
import type { PostEnd } from './post-and-confirm.ts';
import type { PatientSearch } from './search-sent.ts';

export interface FormSending {
  /** `absent`: all of the patient's requests were read, and the request is not among them, or not yet. */
  end: PostEnd | Hindrance | { kind: 'absent'; isOther?: boolean | undefined } | NotWritten;
  /** How many requests of this form were first found in the EHR by this post. */
  newlyFound: number;
}

/**
 * `chart-changed`: the chart differs from what the review showed; `changes`: in sentences. `patient-changed`: so does the
 * patient's identity; they may have died since. The others are about the request that it corrects.
 */
export type NotWritten =
  | { kind: 'chart-changed'; changes: readonly string[] }
  | { kind: 'patient-changed'; deathText: string | undefined }
  | OriginalHindrance;

export interface SendingDependencies {
  deliveries: DeliveryStore;
  retries: Pick<StoreRetries, 'insist'>;
  publicUrl: URL;
  /** When the form was posted. */
  now: Date;
  clock: Clock;
}

export interface SendingLaunch {
  launch: Launch;
  searchParameters: readonly string[];
  timeZone: string;
  /** Called only if a request to the EHR is needed. */
  open(): { api: FhirApi; patient: Promise<{ id: string }>; user: Pick<UserReading, 'soon'> };
}

/** How the EHR is searched for requests that this launch has sent. */
export function searchOf({ launch, searchParameters, timeZone }: SendingLaunch): PatientSearch {
  const search = { type: 'ServiceRequest', interaction: 's' } as const;
  return {
    patientId: launch.context.patient,
    searchParameters,
    timeZone,
    mayLook: mayUse(launch, search),
    mayRead: mayUse(launch, { type: 'ServiceRequest', interaction: 'r' }),
    seesAll: limitsOn(launch, search).length === 0,
  };
}

/** Stores at once, or in the background as soon as the store answers again. */
export async function storeSoon(
  { retries }: { retries: Pick<StoreRetries, 'insist'> },
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch {
    retries.insist(work);
  }
}
