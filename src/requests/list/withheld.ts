/** Tells that an EHR has more of a request than it sends: masked parts, and a resource that is marked as shortened. */
import { asRecord, asRecords, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { saysMasked } from '#src/smart/fhir/no-information.ts';

/** Above all who it concerns, and by which number: a masked one is said to have no name, or is not shown. */
const OTHERS = new Set(
  'subject encounter requester performer performerType identifier requisition insurance _authoredOn contained extension'.split(
    ' ',
  ),
);
/** HL7 v3 ObservationValue: parts were removed, masked or not asked for. */
const SHORTENED = new Set<unknown>(['REDACTED', 'MASKED', 'SUBSETTED']);

/** Whether an element says that its value is there and withheld. */
export function isMasked(element: ForeignRecord): boolean {
  const { extension, coding, _text: beside } = element;
  return holdsMasked(extension) || holdsMasked(coding) || holdsMasked(asRecord(beside).extension);
}

function holdsMasked(marks: unknown): boolean {
  return marks !== undefined && asRecords(marks).some(saysMasked);
}

/** HL7 v3 ActReason. */
const TEST = new Set<unknown>(['HTEST']);

/** HL7 v3 Confidentiality and ActCode: few may see it, because of what it says of drugs, the mind, sex, violence or genes. */
const RESTRICTED = new Set<unknown>(
  'R V ETH ETHUD OPIOIDUD SUD HIV STD PSY PSYTHPN MH BH SEX SDV DV VIO GDIS SICKLE PREGNANT REPRO TBOO'.split(' '),
);

/** Whether the EHR says that few may see it. A tag of such a code says something else. */
export function isRestricted({ meta }: ForeignRecord): boolean {
  return isMarked({ meta: { security: asRecord(meta).security } }, RESTRICTED);
}

/** Whether any part may be left out, such as who is asked. */
export function isShortened(resource: ForeignRecord): boolean {
  return isMarked(resource, SHORTENED);
}

/** Whether it is no real order. */
export function isTestData(resource: ForeignRecord): boolean {
  return isMarked(resource, TEST);
}

function isMarked({ meta }: ForeignRecord, codes: ReadonlySet<unknown>): boolean {
  const { security, tag } = asRecord(meta);
  return [security, tag].some((marks) => asRecords(marks).some(({ code }) => codes.has(code)));
}

/** Whether any part of what is requested is withheld. */
export function isWithheld(resource: ForeignRecord): boolean {
  if (isShortened(resource)) return true;
  // This makes no list of the members, because it runs for every request of a list.
  for (const name in resource) {
    const value = resource[name];
    if (typeof value === 'object' && !OTHERS.has(name) && asRecords(value).some(isMasked)) return true;
  }
  return false;
}
