/** Which requests can be cancelled or corrected here: those that were created here, as far as the EHR lets the app. */
import { type Launch, mayUse } from '#src/launches/session/launch.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { mayCreateRequests } from '#src/requests/form/permission.ts';
import { codeOf } from '#src/requests/list/status.ts';
import { asRecord, asRecords, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { isFhirId } from '#src/smart/fhir/id.ts';
import { businessIdentifier } from './deliveries.ts';
import type { UpdateSupport } from './update-support.ts';

const OPEN = ['draft', 'active', 'on-hold'];
/** SHA-256 as base64url, which every identifier of ours is. */
const HASH = /^[\w-]{43}$/;

/** The identifiers of a resource that only this app writes. */
export function ownIdentifiers({ identifier }: ForeignRecord, publicUrl: URL): string[] {
  const { system } = businessIdentifier(publicUrl, '');
  return asRecords(identifier)
    .filter((one) => one.system === system && HASH.test(String(one.value)))
    .map(({ value }) => String(value));
}

/** It has not ended, and may still be carried out. */
export function isOpen({ status }: ForeignRecord): boolean {
  return OPEN.includes(codeOf(status) ?? '');
}

/** The version by which an update says what it replaces; undefined where the EHR gives none that can be named. */
export function versionOf(resource: ForeignRecord): string | undefined {
  const { versionId } = asRecord(resource.meta);
  return isFhirId(versionId) ? versionId : undefined;
}

/** Granted by the EHR, switched on by the organization, and offered by the EHR's CapabilityStatement (SCO-19). */
export async function mayUpdateRequests({ launch, organization, offersUpdates }: Updating): Promise<boolean> {
  return (
    mayCreateRequests(launch, organization) &&
    mayUse(launch, { type: 'ServiceRequest', interaction: 'u' }) &&
    mayUse(launch, { type: 'ServiceRequest', interaction: 'r' }) &&
    (await offersUpdates(organization))
  );
}

interface Updating {
  launch: Launch;
  organization: Organization;
  offersUpdates: UpdateSupport;
}

/** Where a page of this launch asks. */
interface Asked {
  launch: Launch;
  organization: Organization;
  publicUrl: URL;
}

/** Can an update name it, where the app may send one? @param resource of this launch's patient, as the EHR has it now. */
export function isCancellable(resource: ForeignRecord, publicUrl: URL): boolean {
  return isOpen(resource) && ownIdentifiers(resource, publicUrl).length > 0 && versionOf(resource) !== undefined;
}

/** The EHR is asked for nothing where it could not matter. */
export async function mayCancel(resource: ForeignRecord, asked: Asked & Updating): Promise<boolean> {
  return isCancellable(resource, asked.publicUrl) && (await mayUpdateRequests(asked));
}

/** May another request take its place? That one is created; whether this one can be cancelled then is another matter. */
export function mayCorrect(resource: ForeignRecord, { launch, organization, publicUrl }: Asked): boolean {
  return (
    isOpen(resource) &&
    ownIdentifiers(resource, publicUrl).length > 0 &&
    mayCreateRequests(launch, organization) &&
    mayUse(launch, { type: 'ServiceRequest', interaction: 'r' })
  );
}
