/** Sends what a form holds once, however often and in however many windows it is posted (FH-17). */
import { type Launch, limitsOn, mayUse } from '#src/launches/session/launch.ts';
import type { StoreRetries } from '#src/launches/session/store-retries.ts';
import type { UserReading } from '#src/requests/chart/practitioner.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import { type Draft, type DraftTicket, type Form, isExpired } from './drafts.ts';
import { asTyped, type NewRequest, toServiceRequest } from './new-request.ts';
import { likenessOf, type RecentRequestStore } from './recent-requests.ts';
import { type Sending, sendRequest } from './send-request.ts';
import { businessIdentifier, identifierOf, type RequestSendings, type SendingState } from './sendings.ts';

/** How the sending of a form ended. */
export type FormSending =
  /** `isNew`: it is known since this very post, and by no other's. */
  | (Extract<Sending, { kind: 'sent' }> & { isNew: boolean })
  /** The form says something else than what left of it before, and its page did not speak of that: nothing was sent. */
  | { kind: 'changed'; isEarlierSent: boolean; told: readonly string[] }
  /** Just the same left from another form a short time ago, and the page did not speak of that: nothing was sent. */
  | { kind: 'alike'; at: Date; isConfirmed: boolean; told: readonly string[] }
  | Exclude<Sending, { kind: 'sent' }>;

/** What sending needs beside the launch. */
export interface SendingDependencies {
  sendings: RequestSendings;
  recents: RecentRequestStore;
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
  ticket: DraftTicket,
  request: NewRequest,
): Promise<FormSending> {
  const { sendings, recents, publicUrl, now } = deps;
  const { launch, open } = sendingLaunch;
  const { owner } = ticket;
  const identifier = identifierOf(ticket.id, request);
  const record = await sendings.read(ticket.id);
  const { [identifier]: state, ...others } = record.states;
  if (state === 'sent') return { kind: 'sent', isNew: false };
  if (Object.values(record.states).includes('posting')) return { kind: 'elsewhere' };
  const likeness = likenessOf(request);
  const { requests: recent } = await recents.of(owner);
  const alike = recent.filter((one) => one.likeness === likeness && one.identifier !== identifier);
  const told = [...new Set([...Object.keys(others), ...alike.map((one) => one.identifier)])];
  const isTold = (other: string) => ticket.told?.includes(other) === true;
  const untold = Object.keys(others).filter((other) => !isTold(other));
  if (state === undefined && untold.length > 0) {
    const isEarlierSent = untold.every((other) => others[other] === 'sent');
    return { kind: 'changed', isEarlierSent, told };
  }
  const latestAlike = alike.find((one) => !isTold(one.identifier));
  if (latestAlike) {
    return { kind: 'alike', at: new Date(latestAlike.at), isConfirmed: latestAlike.isConfirmed, told };
  }

  const { api, patient, user } = open();
  const resource = toServiceRequest(request, {
    identifier: businessIdentifier(publicUrl, identifier),
    patientId: (await patient).id,
    encounterId: launch.context.encounter,
    fhirUser: launch.user.fhirUser,
    userName: (await user.soon()).name,
    now,
  });
  let latest = record;
  const sending = await sendRequest(api, resource, {
    ...searchOf(sendingLaunch),
    attempted: state === 'unknown',
    beforePosting: async () => {
      const posting = await sendings.change(record, identifier, 'posting');
      latest = posting ?? record;
      // Before it leaves, so that another form that says the same is asked about it from now on.
      if (posting) await recents.leaves(owner, identifier, request);
      return posting !== undefined;
    },
  });
  if (sending.kind === 'elsewhere') return sending;
  // A refusal says nothing of an earlier attempt that was never confirmed.
  const became = sending.kind === 'refused' ? state : sending.kind;
  if (became === undefined) await soon(deps, () => recents.isNotSent(owner, identifier));
  const takeDown = () => sendings.change(latest, identifier, became);
  // What is known is said, whether or not the store can take it down this moment.
  const isTakenDown = (await soon(deps, takeDown)) !== 'not stored';
  return sending.kind === 'sent' ? { ...sending, isNew: isTakenDown } : sending;
}

/** How the EHR is asked for what this launch has sent. */
export function searchOf({ launch, searchParameters }: SendingLaunch) {
  const search = { type: 'ServiceRequest', interaction: 's' } as const;
  return {
    patientId: launch.context.patient,
    searchParameters,
    mayLook: mayUse(launch, search),
    seesAll: limitsOn(launch, search).length === 0,
  };
}

/** Stores something now, or behind the caller's back once the store is there again. */
export async function soon(
  { retries }: Pick<SendingDependencies, 'retries'>,
  work: () => Promise<unknown>,
): Promise<'stored' | 'not stored' | 'later'> {
  try {
    return (await work()) === undefined ? 'not stored' : 'stored';
  } catch {
    retries.insist(work);
    return 'later';
  }
}

/** What became of what this form says, as far as we know; undefined when it certainly never left. */
export async function fateOf(
  form: Form & Pick<Draft, 'values'>,
  sendings: RequestSendings,
  now: Date,
): Promise<SendingState | undefined> {
  if (isExpired(form, now)) return 'unknown';
  // Unjudged: a day that has passed since does not take back what left.
  return (await sendings.read(form.id)).states[identifierOf(form.id, asTyped(form.values))];
}
