/** What the list says of new requests: its button, that one was sent, which ones are awaited. */
import type { Clock } from '#src/adapters/clock.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import type { StoreRetries } from '#src/launches/session/store-retries.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { PatientSummary } from '#src/patients/patient.ts';
import { type Deliveries, type Delivery, recentOf, stateOf, unconfirmedOf } from '#src/requests/delivery/deliveries.ts';
import type { DeliveryStore } from '#src/requests/delivery/delivery-store.ts';
import { markSent, systemAndValue } from '#src/requests/delivery/look-again.ts';
import { agoText } from '#src/requests/delivery/problem-text.ts';
import { soon } from '#src/requests/delivery/soon.ts';
import { ownerOf } from '#src/requests/form/form.ts';
import { isPractitioner, mayCreateRequests } from '#src/requests/form/permission.ts';
import type { Draft, TypedStore } from '#src/requests/form/typed-store.ts';
import type { RequestList } from '#src/requests/list/list.ts';

export interface OnTheListDependencies {
  publicUrl: URL;
  typed: TypedStore;
  deliveries: DeliveryStore;
  retries: Pick<StoreRetries, 'insist'>;
  clock: Clock;
}

/**
 * Whether a request can be created, and whether one is waiting: typed and not sent, or sent and not confirmed by the EHR;
 * else why none can.
 */
export type CreateOffer = 'new' | 'draft' | 'unconfirmed' | 'not-permitted' | 'practitioners-only' | 'replaced';

/** What is known before the list is. */
interface BeforeList {
  /** `undecided`: a request may be in the EHR or not, and the list may show which. */
  create: CreateOffer | 'undecided' | undefined;
  /** A request was sent, and no page has said so yet. */
  isSent: boolean;
  draft?: Draft;
  known: Deliveries;
}

/** Nothing is offered where the organization has switched it off. */
export async function beforeList(
  deps: OnTheListDependencies,
  launch: Launch,
  organization: Organization,
  { isReplaced }: Pick<PatientSummary, 'isReplaced'>,
): Promise<BeforeList> {
  const owner = ownerOf(launch);
  if (!organization.createRequests) return { create: undefined, isSent: false, known: [] };
  const [known, isSent, draft] = await Promise.all([
    deps.deliveries.of(owner),
    deps.deliveries.isAnnounced(owner),
    deps.typed.draft(owner),
  ]);
  const offer = (create: BeforeList['create']) => ({ create, isSent, known });
  if (isReplaced) return offer('replaced');
  if (!mayCreateRequests(launch, organization)) {
    return offer(isPractitioner(launch) ? 'not-permitted' : 'practitioners-only');
  }
  if (!draft) return offer('new');
  const state = stateOf(draft, draft.values, known, deps.clock());
  if (state !== 'sent') return { ...offer(state ? 'undecided' : 'draft'), draft };
  // Posted once more after it was sent, such as after the launch had ended.
  await soon(deps, () => deps.typed.discardDraft(owner, draft.id));
  return offer('new');
}

/**
 * What the list has is sent, and is offered no more.
 *
 * @returns `newlyFound`: how many requests that the EHR had not confirmed are in this list; `awaited`: how long ago those
 *   were sent that the EHR has and this list has not, in words.
 */
export async function afterList(
  deps: OnTheListDependencies,
  launch: Launch,
  { create, draft, known }: BeforeList,
  { identifiers, problem }: Pick<RequestList, 'identifiers' | 'problem'>,
) {
  const owner = ownerOf(launch);
  const now = deps.clock();
  const isListed = (identifier: string) => identifiers?.has(systemAndValue(deps.publicUrl, identifier)) === true;
  const arrived = draft ? unconfirmedOf(draft, known).filter(isListed) : [];
  const newlyFound = await markSent(deps, owner, arrived);
  const sent = known.map((one): Delivery => (arrived.includes(one.identifier) ? { ...one, state: 'sent' } : one));
  const isDraftSent = draft && stateOf(draft, draft.values, sent, now) === 'sent';
  if (isDraftSent) await soon(deps, () => deps.typed.discardDraft(owner, draft.id));
  const isAwaited = ({ state, identifier, resource }: Delivery) =>
    state === 'sent' && !isListed(identifier) && (resource === undefined || identifiers?.has(resource) !== true);
  // Where nothing, or not all, could be read, the list says why.
  const isWhole = identifiers !== undefined && !problem;
  const awaited = isWhole ? recentOf(sent, now).filter(isAwaited) : [];
  const decided: CreateOffer = isDraftSent ? 'new' : 'unconfirmed';
  return {
    create: create === 'undecided' ? decided : undefined,
    newlyFound,
    awaited: awaited.map(({ at }) => agoText(new Date(at), now)),
  };
}
