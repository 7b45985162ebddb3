/** Asks the EHR for what left of a form and was not confirmed, and sends nothing (FH-17). */

import type { DraftTicket } from './drafts.ts';
import { findSent, unseenBy } from './find-sent.ts';
import type { NewRequest } from './new-request.ts';
import { type FormSending, type SendingDependencies, type SendingLaunch, searchOf, soon } from './send-form.ts';
import { businessIdentifier, type FormRecord, identifierOf, type RequestSendings, UNREADABLE } from './sendings.ts';

/** What a look has shown. */
export interface FormLook {
  /** `absent`: all of the patient's requests were read, and it is not among them, or not yet. */
  sending: FormSending | { kind: 'absent' };
  /** How many requests of this form are known to be in the EHR since this very look. */
  newlyFound: number;
}

/**
 * @param ticket of a form that has not expired, of this launch's patient and user.
 * @param request what the form says now; undefined when it cannot be sent as it is.
 */
export async function lookAgain(
  deps: SendingDependencies,
  sendingLaunch: SendingLaunch,
  ticket: DraftTicket,
  request: NewRequest | undefined,
): Promise<FormLook> {
  const record = await deps.sendings.read(ticket.id);
  const own = request && identifierOf(ticket.id, request);
  if (own !== undefined && record.states[own] === 'sent')
    return { sending: { kind: 'sent', isNew: false }, newlyFound: 0 };
  if (Object.values(record.states).includes('posting')) return { sending: { kind: 'elsewhere' }, newlyFound: 0 };

  const unconfirmed = unconfirmedOf(record);
  const { api, patient } = sendingLaunch.open();
  const subject = { reference: `Patient/${(await patient).id}` };
  const resources = unconfirmed.map((one) => ({ identifier: [businessIdentifier(deps.publicUrl, one)], subject }));
  const search = searchOf(sendingLaunch);
  const { found, isComplete } = await findSent(api, resources, search);
  const arrived = unconfirmed.filter((one) => found.some((name) => name.endsWith(`|${one}`)));
  const newlyFound = await markSent(deps, record, arrived);
  const isOwnSent = own !== undefined && arrived.includes(own);
  if (isOwnSent) return { sending: { kind: 'sent', isNew: newlyFound > 0 }, newlyFound };
  const told = Object.keys(record.states);
  if (arrived.length > 0) return { sending: { kind: 'changed', isEarlierSent: true, told }, newlyFound };
  const isAbsent = isComplete && !told.includes(UNREADABLE);
  return { sending: isAbsent ? { kind: 'absent' } : { kind: 'unknown', unseen: unseenBy(search) }, newlyFound };
}

/** May something of this form be in the EHR, and can it be looked for? */
export async function hasUnconfirmed(formId: string, sendings: RequestSendings): Promise<boolean> {
  return unconfirmedOf(await sendings.read(formId)).length > 0;
}

/** Identifiers of what left of a form and may be in the EHR or not. */
export function unconfirmedOf({ states }: FormRecord): string[] {
  return Object.keys(states).filter((one) => states[one] === 'unknown' && one !== UNREADABLE);
}

/**
 * Records that requests of a form were found in the EHR.
 *
 * @returns for how many of them this is news: another window may have been quicker.
 */
export async function markSent(
  deps: Pick<SendingDependencies, 'sendings' | 'retries'>,
  record: FormRecord,
  identifiers: readonly string[],
): Promise<number> {
  let latest: FormRecord | undefined = record;
  let count = 0;
  for (const identifier of identifiers) {
    const seen: FormRecord = latest;
    // oxlint-disable-next-line no-await-in-loop -- each change starts from the one before it
    const change = await soon(deps, async () => {
      latest = await deps.sendings.change(seen, identifier, 'sent');
      return latest;
    });
    if (change === 'not stored' || latest === undefined) return count;
    count += 1;
  }
  return count;
}
