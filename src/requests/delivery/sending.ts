/** What sending a form and looking for what it sent have in common. */
import type { Clock } from '#src/adapters/clock.ts';
import { type Launch, limitsOn, mayUse } from '#src/launches/session/launch.ts';
import type { StoreRetries } from '#src/launches/session/store-retries.ts';
import type { UserReading } from '#src/requests/chart/practitioner.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import type { DeliveryStore } from './delivery-store.ts';
import type { PatientSearch } from './find-sent.ts';
import type { OriginalHindrance } from './original.ts';
import type { PostEnd } from './post-and-confirm.ts';
import type { Hindrance } from './why-not-sent.ts';

/** How it ended. */
export interface FormSending {
  /**
   * `absent`: all of the patient's requests were read, and it is not among them, or not yet.
   */
  end: PostEnd | Hindrance | { kind: 'absent' } | NotWritten;
  /** How many requests of this form are known to be in the EHR since this very post. */
  newlyFound: number;
}

/**
 * Nothing was sent. `chart-changed`: it names values that the chart does not have any more. The others are about the request
 * that it corrects.
 */
export type NotWritten = { kind: 'chart-changed' } | OriginalHindrance;

/** What sending needs beside the launch. */
export interface SendingDependencies {
  deliveries: DeliveryStore;
  retries: Pick<StoreRetries, 'insist'>;
  publicUrl: URL;
  /** When the form was posted. */
  now: Date;
  clock: Clock;
}

/** The launch a form is sent in. */
export interface SendingLaunch {
  launch: Launch;
  searchParameters: readonly string[];
  /** The facility's, an IANA name. */
  timeZone: string;
  /** Opened only when the EHR is asked at all. */
  open(): { api: FhirApi; patient: Promise<{ id: string }>; user: Pick<UserReading, 'soon'> };
}

/** How the EHR is asked for what this launch has sent. */
export function searchOf({ launch, searchParameters }: SendingLaunch): PatientSearch {
  const search = { type: 'ServiceRequest', interaction: 's' } as const;
  return {
    patientId: launch.context.patient,
    searchParameters,
    mayLook: mayUse(launch, search),
    seesAll: limitsOn(launch, search).length === 0,
  };
}
