/** Sends what a form holds once, however often and in however many windows it is posted (FH-17). */
import { type Launch, limitsOn, mayUse } from '#src/launches/session/launch.ts';
import type { StoreRetries } from '#src/launches/session/store-retries.ts';
import type { UserReading } from '#src/requests/chart/practitioner.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import {
  businessIdentifier,
  type Deliveries,
  type Delivery,
  identifierOf,
  likenessOf,
  recentOf,
  versionsOf,
} from './deliveries.ts';
import type { DeliveryStore } from './delivery-store.ts';
import type { PatientSearch } from './find-sent.ts';
import type { FormTicket } from './form.ts';
import { type PostEnd, postOnce } from './post-once.ts';
import { soon } from './soon.ts';
import { toServiceRequest } from './to-service-request.ts';
import type { NewRequest } from './typed-request.ts';

/** How the sending of a form ended, or a look for what it sent. */
export interface FormSending {
  end:
    | PostEnd
    /** The form says something else than what left of it before, and its page did not speak of that: nothing was sent. */
    | { kind: 'changed'; isEarlierSent: boolean; disclosed: readonly string[] }
    /** Just the same left from another form a short time ago, and the page did not speak of that: nothing was sent. */
    | { kind: 'alike'; at: Date; isConfirmed: boolean; disclosed: readonly string[] }
    /** All of the patient's requests were read, and it is not among them, or not yet. */
    | { kind: 'absent' };
  /** How many requests of this form are known to be in the EHR since this very post. */
  newlyFound: number;
}

/** What sending needs beside the launch. */
export interface SendingDependencies {
  deliveries: DeliveryStore;
  retries: Pick<StoreRetries, 'insist'>;
  publicUrl: URL;
  now: Date;
}

/** The launch a form is sent in. */
export interface SendingLaunch {
  launch: Launch;
  searchParameters: readonly string[];
  /** Opened only when the EHR is asked at all. */
  open(): { api: FhirApi; patient: Promise<{ id: string }>; user: Pick<UserReading, 'soon'> };
}

/**
 * @param ticket of a form that has not expired, of this launch's patient and user.
 * @param request what the form says.
 */
export async function sendForm(
  deps: SendingDependencies,
  sendingLaunch: SendingLaunch,
  ticket: FormTicket,
  request: NewRequest,
): Promise<FormSending> {
  const { deliveries, publicUrl, now } = deps;
  const { launch, open } = sendingLaunch;
  const { owner } = ticket;
  const identifier = identifierOf(ticket.id, request);
  const isOwn = (one: Delivery) => one.identifier === identifier;
  const known = await deliveries.of(owner);
  const hindrance = hindranceIn(known, ticket, request, now);
  if (hindrance) return { end: hindrance, newlyFound: 0 };

  const earlier = known.find(isOwn);
  let own = earlier;
  const { api, patient, user } = open();
  const resource = toServiceRequest(request, {
    launch,
    identifier: businessIdentifier(publicUrl, identifier),
    patientId: (await patient).id,
    userName: (await user.soon()).name,
    now,
  });
  const end = await postOnce(api, resource, {
    ...searchOf(sendingLaunch),
    attempted: earlier?.state === 'unknown',
    claim: async () => {
      const at = now.toISOString();
      const claimed = { formId: ticket.id, identifier, likeness: likenessOf(request), state: 'posting', at } as const;
      const isClaimed = await deliveries.change(owner, (latest) => {
        // Another window may have been quicker, while the EHR was asked.
        const isFree = isSameStep(latest.find(isOwn), earlier) && !hindranceIn(latest, ticket, request, now);
        return isFree ? [claimed, ...latest.filter((one) => !isOwn(one))] : undefined;
      });
      if (isClaimed) own = claimed;
      return isClaimed;
    },
  });
  if (end.kind === 'elsewhere' || !own) return { end, newlyFound: 0 };
  // A refusal says nothing of an earlier attempt that was never confirmed.
  const state = end.kind === 'refused' ? earlier?.state : end.kind;
  const became = state && { ...own, state, ...(end.kind === 'sent' ? { resource: end.resource } : {}) };
  const { at } = own;
  // What is known is said, whether or not the store can record it this moment.
  let isNews = true;
  await soon(deps, async () => {
    isNews = await deliveries.change(owner, (latest) => {
      const before = latest.find(isOwn);
      if (before === undefined || before.state === 'sent' || before.at !== at) return undefined;
      return latest.flatMap((one) => (isOwn(one) ? (became ?? []) : one));
    });
  });
  return { end, newlyFound: end.kind === 'sent' && isNews ? 1 : 0 };
}

/** Why a form is not sent now: it was, or the user has to know of another request first. */
function hindranceIn(
  known: Deliveries,
  ticket: FormTicket,
  request: NewRequest,
  now: Date,
): FormSending['end'] | undefined {
  const identifier = identifierOf(ticket.id, request);
  const versions = versionsOf(ticket, known);
  const own = versions.find((one) => one.identifier === identifier);
  if (own?.state === 'sent') return { kind: 'sent' };
  if (versions.some(({ state }) => state === 'posting')) return { kind: 'elsewhere' };
  const others = versions.filter((one) => one !== own);
  const likeness = likenessOf(request);
  const alike = recentOf(known, now).filter((one) => one.likeness === likeness && one.identifier !== identifier);
  const disclosed = [...new Set([...others, ...alike].map((one) => one.identifier))];
  const isUndisclosed = (one: Delivery) => ticket.disclosed?.includes(one.identifier) !== true;
  const earlier = others.filter(isUndisclosed);
  if (!own && earlier.length > 0) {
    return { kind: 'changed', isEarlierSent: earlier.every(({ state }) => state === 'sent'), disclosed };
  }
  const latest = alike.find(isUndisclosed);
  return latest && { kind: 'alike', at: new Date(latest.at), isConfirmed: latest.state === 'sent', disclosed };
}

function isSameStep(one: Delivery | undefined, other: Delivery | undefined): boolean {
  return one?.state === other?.state && one?.at === other?.at;
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
