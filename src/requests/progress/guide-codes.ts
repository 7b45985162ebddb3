/** The business statuses that guides define by code, so that no wording decides what they mean. */
import { asConceptText, asRecord, asRecords, asText, asWritten, type ForeignRecord } from '#src/smart/fhir/fields.ts';

const BSER = 'hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS';

/**
 * By the end of the code system's address: its codes, each with the one that task-words.ts knows. The end is long enough
 * to leave out the systems that vendors call alike.
 */
const GUIDES = Object.entries({
  // 7.0 is the end of all that was asked for, 5.1.4 of one event.
  [BSER]:
    '3.0=assigned 4.0=declined 5.1.1=booked 5.1.2=no-show 5.1.3=not-done 5.1.4=done 5.2=cancellation-requested 6.0=withdrawn 7.0=fulfilled',
  // AU eRequesting.
  'hl7.org.au/CodeSystem/task-business-status':
    'service-booked=booked request-claimed=taken-by-another-provider request-data-issue=declined request-cancelled-placer=withdrawn addendum-report-complete=done',
  // Malaysia's core.
  '/CodeSystem/task-business-status-my-core':
    'finish=done perform=done verify=done final=done hold=on-hold reject=declined abort=withdrawn skip=not-done',
  // SNOMED CT: done, performed, complete, treatment completed.
  'snomed.info/sct': '385658003=done 398166005=done 255594003=done 182992009=done',
}).map(([end, codes]) => ({
  end,
  codes: new Map(codes.split(' ').map((pair) => pair.split('=') as [string, string])),
}));

/** @returns undefined for a code that no guide defines. A number without a system is one of BSeR's, as sites write them. */
export function guideCode({ system, code }: ForeignRecord): string | undefined {
  const address = system === undefined ? BSER : asWritten(system);
  const guide = GUIDES.find(({ end }) => address.endsWith(end));
  return guide?.codes.get(asWritten(code).toLowerCase());
}

/** The code of a guide as task-words.ts knows it, or the code itself; a bare number of another system says nothing. */
export function businessCode(coding: ForeignRecord): string | undefined {
  const text = asText(coding.code);
  const isForeignNumber = coding.system !== undefined && /^[\d.]{1,20}$/.test(text ?? '');
  return guideCode(coding) ?? (isForeignNumber ? undefined : text);
}

/** A business status in words; of a code of a guide that has none, what it means. */
export function businessText(status: unknown): string | undefined {
  const text = asConceptText(status);
  const bare = asRecords(asRecord(status).coding).find(({ code }) => asText(code) === text);
  return (bare && guideCode(bare)?.replaceAll('-', ' ')) ?? text;
}
