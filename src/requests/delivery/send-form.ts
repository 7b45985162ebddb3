/** Sends the content of a form once, however often and in however many windows it is posted (FH-17). */
import type { FormTicket } from '#src/requests/form/form-ticket.ts';
import type { Writer } from '#src/requests/form/to-service-request.ts';
import type { NewRequest } from '#src/requests/form/typed-request.ts';
import type { FhirResource } from '#src/smart/fhir/fhir-answer.ts';
import {
  businessIdentifier,
  type Deliveries,
  type Delivery,
  identifierOf,
  likenessOf,
  versionsOf,
} from './deliveries.ts';
import { hindranceIn } from './may-send.ts';
import { postOnce } from './post-and-confirm.ts';
import {
  type FormSending,
  type NotWritten,
  type SendingDependencies,
  type SendingLaunch,
  searchOf,
  storeSoon,
} from './sending.ts';

/** @param ticket of a form that has not expired, of this launch's patient and user. */
export async function sendForm(
  deps: SendingDependencies,
  sendingLaunch: SendingLaunch,
  ticket: FormTicket,
  request: NewRequest,
  write: (by: Writer) => Promise<FhirResource | NotWritten>,
): Promise<FormSending> {
  const { deliveries, publicUrl, now } = deps;
  const { launch, open, timeZone } = sendingLaunch;
  const { owner } = ticket;
  const identifier = identifierOf(ticket.id, request);
  const isOwn = (one: Delivery) => one.identifier === identifier;
  const known = await deliveries.of(owner);
  const hindrance = hindranceIn(known, ticket, request, now);
  if (hindrance) return { end: hindrance, newlyFound: 0 };

  const earlier = known.find(isOwn);
  let own = earlier;
  const { api, patient, user } = open();
  const written = await write({
    launch,
    corrects: ticket.corrects,
    identifier: businessIdentifier(publicUrl, identifier),
    patientId: (await patient).id,
    userName: (await user.soon()).name,
    now,
    timeZone,
  });
  if (!('resourceType' in written)) return { end: written, newlyFound: 0 };
  const posted = await postOnce(api, written, {
    ...searchOf(sendingLaunch),
    attempted: earlier?.state === 'unknown',
    begunAt: ticket.issuedAt,
    claim: async () => {
      // The time of the post would be too early: the EHR may have been searched for half a minute since.
      const at = deps.clock().toISOString();
      const version = { formId: ticket.id, identifier, likeness: likenessOf(request) };
      const claimed = { ...version, state: 'posting', at, ...otherMark(earlier) } as const;
      const isClaimed = await deliveries.change(owner, (latest) => {
        // Another window may have been quicker while the EHR was searched.
        const isFree = isSameAttempt(latest.find(isOwn), earlier) && hasNoNewVersion(ticket, { known, latest });
        return isFree && !hindranceIn(latest, ticket, request, now)
          ? [claimed, ...latest.filter((one) => !isOwn(one))]
          : undefined;
      });
      if (isClaimed) own = claimed;
      return isClaimed;
    },
  });
  const end = posted.kind === 'unknown' ? { ...posted, ...otherMark(earlier) } : posted;
  if (end.kind === 'elsewhere' || !own) return { end, newlyFound: 0 };
  // A refusal does not settle an earlier attempt that was never confirmed.
  const state = end.kind === 'refused' ? earlier?.state : end.kind;
  const became = state && {
    ...own,
    ...{ state, ...(end.kind === 'sent' ? { resource: end.resource } : end.kind === 'unknown' ? otherMark(end) : {}) },
  };
  const { at } = own;
  // The user learns what is known even if the store cannot record it at this moment.
  let isNews = true;
  await storeSoon(deps, async () => {
    isNews = await deliveries.change(owner, (latest) => {
      const before = latest.find(isOwn);
      if (before === undefined || before.state === 'sent' || before.at !== at) return undefined;
      return latest.flatMap((one) => (isOwn(one) ? (became ?? []) : one));
    });
  });
  return { end, newlyFound: end.kind === 'sent' && isNews ? 1 : 0 };
}

/** Once the EHR has answered with another patient's request, only a search that finds it settles where it is. */
function otherMark(one: { isOther?: boolean | undefined } = {}): { isOther?: true } {
  return one.isOther === true ? { isOther: true } : {};
}

/** Whether no other version of the form was sent or found since: this page could not have mentioned it. */
function hasNoNewVersion(form: FormTicket, { known, latest }: Record<'known' | 'latest', Deliveries>): boolean {
  const isKnown = (one: Delivery) =>
    known.some(({ identifier, state }) => identifier === one.identifier && state === one.state);
  return versionsOf(form, latest).every(isKnown);
}

function isSameAttempt(one: Delivery | undefined, other: Delivery | undefined): boolean {
  return one?.state === other?.state && one?.at === other?.at;
}
