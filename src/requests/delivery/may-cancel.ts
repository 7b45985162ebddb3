/** Decides which requests can be cancelled or corrected here: those that this app created, if the EHR permits updates. */
import { type InLaunch, mayUse } from '#src/launches/session/launch.ts';
import { conditionsOf } from '#src/patients/modifier-elements.ts';
import { mayCreateRequests } from '#src/requests/form/permission.ts';
import { codeOf } from '#src/requests/progress/codes.ts';
import { asRecord, asRecords, asWritten, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { isResourceId } from '#src/smart/fhir/id.ts';
import { ownSystemOf } from './deliveries.ts';
import type { UpdateSupport } from './update-support.ts';

const OPEN = ['draft', 'active', 'on-hold'];
/** Every identifier of ours is a SHA-256 as base64url. */
const HASH = /^[\w-]{43}$/;

/** The identifiers of a resource that only this app writes. */
export function ownIdentifiers({ identifier }: ForeignRecord, publicUrl: URL): string[] {
  const system = ownSystemOf(publicUrl);
  return asRecords(identifier)
    .filter((one) => one.system === system)
    .map(({ value }) => asWritten(value))
    .filter((value) => HASH.test(value));
}

/** Whether a request has not ended and may still be carried out. */
export function isOpen({ status }: ForeignRecord): boolean {
  return OPEN.includes(codeOf(status) ?? '');
}

/** The version that an update names in If-Match; undefined if the EHR gives none that can be named. */
export function versionOf(resource: ForeignRecord): string | undefined {
  const { versionId } = asRecord(resource.meta);
  return isResourceId(versionId) ? versionId : undefined;
}

/** Whether updates are granted by the EHR, switched on by the organization, and offered by the CapabilityStatement (SCO-19). */
export async function mayUpdateRequests(updating: InLaunch & { offersUpdates: UpdateSupport }): Promise<boolean> {
  const { launch, organization, offersUpdates } = updating;
  return (
    mayCreateRequests(launch, organization) &&
    mayUse(launch, { type: 'ServiceRequest', interaction: 'u' }) &&
    mayUse(launch, { type: 'ServiceRequest', interaction: 'r' }) &&
    (await offersUpdates(organization))
  );
}

/** Whether an update can name this request. @param resource of this launch's patient, as the EHR has it now. */
export function isCancellable(resource: ForeignRecord, publicUrl: URL): boolean {
  return isOpen(resource) && ownIdentifiers(resource, publicUrl).length > 0 && versionOf(resource) !== undefined;
}

/** Whether a form could replace it: not if it has conditions, such as "do not perform", which no form can say. */
export function mayCorrect(resource: ForeignRecord, offered: InLaunch & { publicUrl: URL }): boolean {
  const { launch, organization, publicUrl } = offered;
  return (
    isOpen(resource) &&
    conditionsOf(resource).length === 0 &&
    ownIdentifiers(resource, publicUrl).length > 0 &&
    mayCreateRequests(launch, organization) &&
    mayUse(launch, { type: 'ServiceRequest', interaction: 'r' })
  );
}
