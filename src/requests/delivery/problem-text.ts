/** The texts for a request that was not sent, or that may have been: they state what is known, and nothing else. */
import { waitText } from '#src/adapters/wait-text.ts';
import type { FhirFailure } from '#src/smart/fhir/fhir-error.ts';
import { age } from '#views/instant.ts';
import { FORMS_KEPT } from '#views/kept-for.ts';
import type { Unseen } from './search-sent.ts';
import type { FormSending } from './sending.ts';

/** The text for a form that is older than the records of what was sent. */
export const EXPIRED = `This request was begun more than ${FORMS_KEPT.words} ago, so nothing was sent now. Look at the list first, then send it if it is still needed.`;

/** The text for a form whose values from the chart have changed there. */
export const CHART_CHANGED =
  'Nothing was sent: values that this request takes from the chart have changed there. Check them and review the request again.';

const REFUSED: Partial<Record<FhirFailure, string>> = {
  unauthorized: "Your EHR session for this app has ended. Open the app again from the patient's chart.",
  refused: 'The EHR did not let you create this request. Ask {help desk} to check your access to orders.',
  'not-found': 'The EHR does not take requests from this app. Tell your administrator.',
  unavailable: 'The EHR is not available at the moment. Wait {time}, then send it again.',
  throttled: 'The EHR is busy. Wait {time}, then send it again.',
};

const LOOKS_FIRST = 'If you send it again unchanged, the app first checks whether the EHR already has it.';

const OTHER_PATIENT =
  'The EHR may have saved this request for another patient. This app sent it for the patient named at the top. But the EHR answered with a request of another patient, or with another id for this patient. Look in this patient’s chart first. Then give {help desk} the support code: they have to find out in the EHR where the request was saved. Send it again only when that is known.';

const UNSEEN: Record<Unseen, string> = {
  all: 'The EHR did not confirm the request, so it may be in the EHR already. The EHR does not let this app look for it: look in the chart. If it is not there, discard this form and write a new request.',
  some: 'The EHR did not confirm the request, so it may be in the EHR already. The EHR shows this app only a part of the requests. Look again, and look in the chart. If it is not there, discard this form and write a new request.',
  alike:
    'The EHR did not confirm the request, and has one that looks like it but does not carry this app’s number: that may be this one. Look at it in the list or in the chart. If it is another one, discard this form and write a new request.',
};

/** The problem in words for the clinician. */
export function problemOf(end: Exclude<FormSending['end'], { kind: 'sent' }>, now: Date): string {
  switch (end.kind) {
    case 'elsewhere':
      return 'This request is being sent in another window. Look at the list first.';
    case 'chart-changed':
      return [CHART_CHANGED, ...end.changes].join(' ');
    case 'patient-changed':
      return end.deathText === undefined
        ? 'Nothing was sent: the EHR’s details of this patient have changed since this page was opened. Check at the top that this is the right patient, then send it.'
        : `Nothing was sent: the EHR now says of this patient: “${end.deathText}”. Check that this is the right chart, and send it only if it is still needed.`;
    case 'original-changed':
      return end.now.isOver
        ? 'Nothing was sent: the old request is no longer open in the EHR. Send the new one only if the patient still needs it.'
        : 'Nothing was sent: the old request has changed in the EHR since you opened it. Look at it first. If the new one is still right, send it.';
    case 'original-replaced':
      return 'Nothing was sent: another request has already replaced the old one. Open that other request from the list, and correct it if it is wrong. Then discard this form.';
    case 'changed':
      return end.isEarlierSent
        ? 'An earlier version of this request was sent and is in the EHR. The version on this page was not sent. Send it only if the patient needs both: it becomes a second request.'
        : 'The EHR did not confirm an earlier version of this request, so that version may be in the EHR already: look in the chart. The version on this page was not sent. If you send it, it becomes a second request.';
    case 'alike':
      if (end.isCancelled)
        return `You sent a request for this, needed on the same day, ${age(end.at, now)} ago. That one has since been cancelled. The request on this page was not sent. Send it only if the patient needs it after all.`;
      return `You sent a request for this, needed on the same day, ${age(end.at, now)} ago${end.isConfirmed ? '' : ', and the EHR has not confirmed it'}. The request on this page was not sent. Send it only if the patient needs both: it becomes a second request.`;
    case 'refused':
      return `Not sent. ${(REFUSED[end.failure] ?? 'The EHR did not accept this request. Tell {help desk}.').replace('{time}', waitText('retryAfterSeconds' in end ? end.retryAfterSeconds : undefined))}${saidByEhr('said' in end ? end.said : undefined)}`;
    case 'unknown':
      if (end.isOther) return OTHER_PATIENT;
      if (end.unseen) return UNSEEN[end.unseen];
      return `The EHR did not confirm the request, so it may be in the EHR already. Look again, or look in the chart. ${LOOKS_FIRST}`;
    case 'absent':
      if (end.isOther) return OTHER_PATIENT;
      return `The EHR does not show this request now. It may take a moment to appear, so look once more before you send it again. ${LOOKS_FIRST}`;
  }
}

/** The EHR's own words: they may be for another reader, so they are marked as the EHR's. */
export function saidByEhr(said: readonly string[] = []): string {
  return said.length === 0 ? '' : ` The EHR says: ${said.map((text) => `“${text}”`).join(' ')}`;
}
