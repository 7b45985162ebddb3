/** Sends what a form holds once, however often and in however many windows it is posted (FH-17). */
import { type Launch, mayUse } from '#src/launches/launch.ts';
import type { StoreRetries } from '#src/launches/store-retries.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import { asTyped, type NewRequest, toServiceRequest } from './new-request.ts';
import { type Draft, type DraftTicket, type Form, isExpired } from './request-drafts.ts';
import { identifierOf, type RequestSendings, type SendingState } from './request-sendings.ts';
import { type Sending, sendRequest } from './send-request.ts';

/** How the sending of a form ended. */
export type FormSending =
  /** `isNew`: it is known since this very post, and by nobody else's. */
  | { kind: 'sent'; isNew: boolean }
  /** The form says something else than what left of it before, and its page did not speak of that: nothing was sent. */
  | { kind: 'changed'; isEarlierSent: boolean; told: readonly string[] }
  | Exclude<Sending, { kind: 'sent' }>;

/** The launch a form is sent in. */
export interface SendingLaunch {
  launch: Launch;
  searchParameters: readonly string[];
  /** Opened only when the EHR is asked at all. */
  open(): { api: FhirApi; patient: Promise<{ id: string }> };
}

/**
 * @param ticket of a form that has not expired, of this launch's patient and user.
 * @param request what the form says.
 */
export async function sendForm(
  {
    sendings,
    retries,
    publicUrl,
    now,
  }: { sendings: RequestSendings; retries: Pick<StoreRetries, 'insist'>; publicUrl: URL; now: Date },
  { launch, searchParameters, open }: SendingLaunch,
  ticket: DraftTicket,
  request: NewRequest,
): Promise<FormSending> {
  const identifier = identifierOf(ticket.id, request);
  const record = await sendings.read(ticket.id);
  const { [identifier]: state, ...others } = record.states;
  if (state === 'sent') return { kind: 'sent', isNew: false };
  if (Object.values(record.states).includes('posting')) return { kind: 'elsewhere' };
  const untold = Object.keys(others).filter((other) => !ticket.told?.includes(other));
  if (state === undefined && untold.length > 0) {
    const isEarlierSent = untold.every((other) => others[other] === 'sent');
    return { kind: 'changed', isEarlierSent, told: Object.keys(others) };
  }

  const { api, patient } = open();
  const resource = toServiceRequest(request, {
    identifier: { system: new URL('/requests', publicUrl).href, value: identifier },
    patientId: (await patient).id,
    encounterId: launch.context.encounter,
    fhirUser: launch.user.fhirUser,
    now,
  });
  let latest = record;
  const sending = await sendRequest(api, resource, {
    patientId: launch.context.patient,
    searchParameters,
    attempted: state === 'unknown',
    mayLook: mayUse(launch, { type: 'ServiceRequest', interaction: 's' }),
    beforePosting: async () => {
      const posting = await sendings.change(record, identifier, 'posting');
      latest = posting ?? record;
      return posting !== undefined;
    },
  });
  if (sending.kind === 'elsewhere') return sending;
  // A refusal says nothing of an earlier attempt that nobody answered.
  const became = sending.kind === 'refused' ? state : sending.kind;
  const takeDown = () => sendings.change(latest, identifier, became);
  // What is known is said, whether or not the store can take it down this moment.
  const isTakenDown = await takeDown().then(
    (changed) => changed !== undefined,
    () => {
      retries.insist(takeDown);
      return true;
    },
  );
  return sending.kind === 'sent' ? { kind: 'sent', isNew: isTakenDown } : sending;
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
