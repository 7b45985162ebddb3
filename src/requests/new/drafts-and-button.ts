/** Says what the list shows of new requests: its button, the drafts, and what was sent recently. */
import type { Clock } from '#src/adapters/clock.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import type { StoreRetries } from '#src/launches/session/store-retries.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { PatientSummary } from '#src/patients/patient.ts';
import {
  type Deliveries,
  type Delivery,
  type DeliveryState,
  stateOf,
  unconfirmedOf,
} from '#src/requests/delivery/deliveries.ts';
import type { DeliveryStore } from '#src/requests/delivery/delivery-store.ts';
import { markSent, systemAndValue } from '#src/requests/delivery/look-button.ts';
import { storeSoon } from '#src/requests/delivery/sending.ts';
import { type Draft, type DraftStore, type Kept, nameOf } from '#src/requests/form/draft-store.ts';
import { ownerOf } from '#src/requests/form/form-ticket.ts';
import { offerOf } from '#src/requests/form/offered.ts';
import { isPractitioner, mayCreateRequests } from '#src/requests/form/permission.ts';
import type { RequestList } from '#src/requests/list/list.ts';
import { asText } from '#src/smart/fhir/fields.ts';
import type { ListedDraft } from '#views/requests/draft-list.ts';
import type { CreateOffer } from '#views/requests/requests-page.ts';

export interface OnTheListDependencies {
  publicUrl: URL;
  drafts: DraftStore;
  deliveries: DeliveryStore;
  retries: Pick<StoreRetries, 'insist'>;
  clock: Clock;
}

interface BeforeList {
  create: CreateOffer | undefined;
  /** The drafts, only if they can be resumed. */
  drafts: Kept['drafts'];
  sent: Kept['sent'];
  known: Deliveries;
}

/** If the organization has switched off creating requests, nothing is offered. */
export async function beforeList(
  deps: OnTheListDependencies,
  launch: Launch,
  organization: Organization,
  { isReplaced }: Pick<PatientSummary, 'isReplaced'>,
): Promise<BeforeList> {
  const owner = ownerOf(launch);
  if (!organization.createRequests) return { create: undefined, drafts: [], sent: [], known: [] };
  const [known, { drafts, sent }] = await Promise.all([deps.deliveries.of(owner), deps.drafts.of(owner)]);
  const offer = (create: CreateOffer) => ({ create, sent, drafts: create === 'new' ? drafts : [], known });
  if (isReplaced) return offer('replaced');
  if (!mayCreateRequests(launch, organization)) {
    return offer(isPractitioner(launch) ? 'not-permitted' : 'practitioners-only');
  }
  return offer('new');
}

/** The name of the form that was open when an earlier launch ended; the user is led to it once. */
export async function leftOpen(
  { drafts: store }: Pick<OnTheListDependencies, 'drafts'>,
  launch: Launch,
  { drafts }: Pick<Kept, 'drafts'>,
): Promise<string | undefined> {
  const left = drafts.find(({ isLeftOpen }) => isLeftOpen);
  if (!left) return undefined;
  await store.leave(ownerOf(launch), undefined);
  // In the same launch, the user has come back without help.
  return left.savedAt < launch.startedAt ? nameOf(left) : undefined;
}

/** Marks listed drafts as sent. @returns `drafts` as shown; `newlyFound`: how many were not confirmed before. */
export async function afterList(
  deps: OnTheListDependencies,
  launch: Launch,
  organization: Organization,
  { drafts, known }: BeforeList,
  { identifiers }: Pick<RequestList, 'identifiers'>,
) {
  const owner = ownerOf(launch);
  const now = deps.clock();
  const isListed = (identifier: string) => identifiers?.has(systemAndValue(deps.publicUrl, identifier)) === true;
  const arrived = drafts.flatMap((draft) => unconfirmedOf(draft, known)).filter(isListed);
  const newlyFound = await markSent(deps, owner, arrived);
  const sent = known.map((one): Delivery => (arrived.includes(one.identifier) ? { ...one, state: 'sent' } : one));
  const states = drafts.map((draft) => ({ draft, state: stateOf(draft, draft.values, sent, now) }));
  const gone = states.flatMap(({ draft, state }) => (state === 'sent' ? [draft.id] : []));
  // The request was found now, or its form was posted again after it was sent, such as after the launch had ended.
  if (gone.length > 0) await storeSoon(deps, () => deps.drafts.discard(owner, ({ id }) => gone.includes(id)));
  return {
    drafts: states.flatMap(({ draft, state }) => (state === 'sent' ? [] : [asListed(draft, state, organization)])),
    newlyFound,
  };
}

function asListed(draft: Draft, state: DeliveryState | undefined, organization: Organization): ListedDraft {
  const { values, issuedAt, corrects } = draft;
  const { services } = offerOf(organization);
  const service = services.find(({ value }) => value === values['service'])?.text;
  const what = [asText(values['what']), service].find((text) => text !== undefined);
  const needed = /^\d{4}-\d\d-\d\d$/.exec(values['neededOn'] ?? '')?.[0];
  return {
    ...{ name: nameOf(draft), what, needed, corrects: corrects?.what },
    ...{ begun: new Date(issuedAt), mayBeSent: state !== undefined },
  };
}
