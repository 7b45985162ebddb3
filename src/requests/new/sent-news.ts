/** What the list says of the requests this user has sent or not sent: news, what is still awaited, and what to go on with. */

import type { Clock } from '#src/adapters/clock.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import type { StoreRetries } from '#src/launches/session/store-retries.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { PatientSummary } from '#src/patients/patient.ts';
import type { RequestList } from '#src/requests/list/request-list.ts';
import type { CreateOffer } from '#views/requests/requests-page.ts';
import { isPractitioner, mayCreateRequests } from './create-permission.ts';
import { type Draft, draftOwner, type RequestDrafts } from './drafts.ts';
import { markSent, unconfirmedOf } from './look-again.ts';
import { NOTHING, type RecentRequestStore, type RecentRequests } from './recent-requests.ts';
import { fateOf, soon } from './send-form.ts';
import { agoText } from './sending-problems.ts';
import { businessIdentifier, type RequestSendings } from './sendings.ts';

export interface CreateOfferDependencies {
  publicUrl: URL;
  drafts: RequestDrafts;
  sendings: RequestSendings;
  recents: RecentRequestStore;
  retries: Pick<StoreRetries, 'insist'>;
  clock: Clock;
}

/** What is known before the list is. */
export interface OfferSoFar {
  /** `undecided`: a request may be in the EHR or not, and the list may show which. */
  create: CreateOffer | 'undecided' | undefined;
  /** A request was sent, and no page has said so yet. */
  isSent: boolean;
  draft: Draft | undefined;
  recent: RecentRequests;
}

/** What the list adds. */
export interface OfferAtLast {
  /** Only where it was undecided. */
  create: CreateOffer | undefined;
  /** How many requests that the EHR had not confirmed are in this list. */
  newlyFound: number;
  /** When the requests were sent that are in the EHR and not in this list, in words; newest first. */
  awaited: readonly string[];
}

/** Before the list is known. Nothing is offered where the organization has switched it off. */
export async function offerSoFar(
  deps: CreateOfferDependencies,
  launch: Launch,
  organization: Organization,
  { isReplaced }: Pick<PatientSummary, 'isReplaced'>,
): Promise<OfferSoFar> {
  const { drafts, sendings, recents, clock } = deps;
  const owner = draftOwner(launch);
  if (!organization.createRequests) return { create: undefined, isSent: false, draft: undefined, recent: NOTHING };
  const [recent, draft] = await Promise.all([recents.of(owner), drafts.find(owner)]);
  const ends = { isSent: recent.isNews, recent };
  if (isReplaced) return { ...ends, create: 'replaced', draft: undefined };
  if (!mayCreateRequests(launch, organization)) {
    return { ...ends, create: isPractitioner(launch) ? 'not-permitted' : 'practitioners-only', draft: undefined };
  }
  if (!draft) return { ...ends, create: 'new', draft };
  const fate = await fateOf(draft, sendings, clock());
  if (fate === undefined) return { ...ends, create: 'draft', draft };
  if (fate !== 'sent') return { ...ends, create: 'undecided', draft };
  // Posted once more after it was sent, such as after the launch had ended.
  await soon(deps, () => drafts.discard(owner, draft.id));
  return { ...ends, create: 'new', draft: undefined };
}

/**
 * When the list is known: what it has is sent, and is offered no more.
 */
export async function offerAtLast(
  deps: CreateOfferDependencies,
  launch: Launch,
  { create, draft, recent }: OfferSoFar,
  { identifiers, problem }: RequestList,
): Promise<OfferAtLast> {
  const { publicUrl, drafts, sendings, recents, clock } = deps;
  const owner = draftOwner(launch);
  const isListed = (identifier: string) => {
    const { system, value } = businessIdentifier(publicUrl, identifier);
    return identifiers?.has(`${system}|${value}`) === true;
  };
  // The list is more than this: without the store it comes all the same, and nothing is called sent.
  const record = draft && (await sendings.read(draft.id).catch(() => undefined));
  const arrived = record ? unconfirmedOf(record).filter(isListed) : [];
  const newlyFound = record ? await markSent(deps, record, arrived) : 0;
  await Promise.all(arrived.map((one) => soon(deps, () => recents.isSent(owner, one, { isNews: false }))));
  const isDraftSent =
    draft && arrived.length > 0 && (await fateOf(draft, sendings, clock()).catch(() => undefined)) === 'sent';
  if (isDraftSent) await soon(deps, () => drafts.discard(owner, draft.id));
  const isAwaited = ({ isConfirmed, identifier, resource }: RecentRequests['requests'][number]) =>
    isConfirmed && !isListed(identifier) && (resource === undefined || identifiers?.has(resource) !== true);
  return {
    create: create === 'undecided' ? (isDraftSent ? 'new' : 'unconfirmed') : undefined,
    newlyFound,
    // Where nothing, or not all, could be read, the list says why.
    awaited:
      identifiers && !problem ? recent.requests.filter(isAwaited).map(({ at }) => agoText(new Date(at), clock())) : [],
  };
}
