/** Tells that an EHR has more of a request than it sends: masked parts, and a resource that is marked as shortened. */
import { asRecord, asRecords, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { saysMasked } from '#src/smart/fhir/no-information.ts';

/** Who it concerns, and by which number: a masked one is said to have no name, or is not shown. */
const PARTIES = new Set(
  'subject encounter requester performer performerType identifier requisition insurance authoredOn _authoredOn'.split(
    ' ',
  ),
);
/** HL7 v3 ObservationValue: parts were removed, masked or not asked for. */
const SHORTENED = new Set<unknown>(['REDACTED', 'MASKED', 'SUBSETTED']);

/** Whether an element says that its value is there and withheld. */
export function isMasked(element: ForeignRecord): boolean {
  const { extension, coding, _text: beside } = element;
  const inside = [extension, coding, beside === undefined ? undefined : asRecord(beside).extension];
  return inside.some((one) => one !== undefined && asRecords(one).some(saysMasked));
}

/** Whether any part of what is requested is withheld. */
export function isWithheld(resource: ForeignRecord): boolean {
  const { security, tag } = asRecord(resource.meta);
  if ([security, tag].some((one) => asRecords(one).some(({ code }) => SHORTENED.has(code)))) return true;
  // This makes no list of the members, because it runs for every request of a list.
  for (const name in resource) {
    if (name === 'contained' || name === 'extension' || PARTIES.has(name)) continue;
    const value = resource[name];
    if (typeof value === 'object' && asRecords(value).some(isMasked)) return true;
  }
  return false;
}
