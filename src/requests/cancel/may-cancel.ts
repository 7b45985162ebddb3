/** Which requests can be cancelled here: those that were created here, where the EHR lets the app change them. */
import { type Launch, mayUse } from '#src/launches/session/launch.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { businessIdentifier } from '#src/requests/delivery/deliveries.ts';
import { mayCreateRequests } from '#src/requests/form/permission.ts';
import { codeOf } from '#src/requests/list/status.ts';
import { asRecord, asRecords, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { isFhirId } from '#src/smart/fhir/id.ts';

const OPEN = ['draft', 'active', 'on-hold'];
/** SHA-256 as base64url, which every identifier of ours is. */
const HASH = /^[\w-]{43}$/;

/** Does it carry an identifier that only this app writes? */
function isOurs({ identifier }: ForeignRecord, publicUrl: URL): boolean {
  const { system } = businessIdentifier(publicUrl, '');
  return asRecords(identifier).some((one) => one.system === system && HASH.test(String(one.value)));
}

/** The version by which an update says what it replaces; undefined where the EHR gives none that can be named. */
export function versionOf(resource: ForeignRecord): string | undefined {
  const { versionId } = asRecord(resource.meta);
  return isFhirId(versionId) ? versionId : undefined;
}

/** Granted by the EHR, offered by its CapabilityStatement, and switched on by the organization (SCO-19). */
export function mayUpdateRequests(launch: Launch, organization: Organization): boolean {
  return (
    mayCreateRequests(launch, organization) &&
    organization.discovered?.updatesRequests === true &&
    mayUse(launch, { type: 'ServiceRequest', interaction: 'u' }) &&
    mayUse(launch, { type: 'ServiceRequest', interaction: 'r' })
  );
}

/** @param resource of this launch's patient, as the EHR has it now. */
export function mayCancel(
  resource: ForeignRecord,
  { launch, organization, publicUrl }: { launch: Launch; organization: Organization; publicUrl: URL },
): boolean {
  const isOpen = OPEN.includes(codeOf(resource.status) ?? '');
  return (
    isOpen &&
    isOurs(resource, publicUrl) &&
    versionOf(resource) !== undefined &&
    mayUpdateRequests(launch, organization)
  );
}
