/** Lists the parts of the chart that a form reads, and which of them the EHR permits: one row per read. */
import { type Launch, mayUse } from '#src/launches/session/launch.ts';
import { withSearchParameters } from '#src/requests/search/extra-parameters.ts';
import { isFhirId } from '#src/smart/fhir/id.ts';
import { grantedScopes } from '#src/smart/scopes/granted.ts';
import type { SectionName } from './facts.ts';
import { MEASURES } from './from-measures.ts';

export interface ChartRead {
  readonly section: SectionName;
  readonly type: string;
  /** Relative to the FHIR base. */
  readonly url: string;
  readonly isGranted: boolean;
}

const MOST = '50';

/** At most eight reads; those that are not granted are never sent (SCO-19). */
export function chartReads(launch: Launch, searchParameters: readonly string[]): ChartRead[] {
  const { patient, encounter } = launch.context;
  const read = (section: SectionName, type: string, id: string): ChartRead => ({
    section,
    type,
    url: `${type}/${encodeURIComponent(id)}`,
    isGranted: mayUse(launch, { type, interaction: 'r' }),
  });
  const search = (section: SectionName, type: string, query: Record<string, string>): ChartRead => ({
    section,
    type,
    url: `${type}?${withSearchParameters(new URLSearchParams({ ...query, _count: MOST }), searchParameters)}`,
    isGranted: mayUse(launch, { type, interaction: 's' }),
  });
  return [
    read('patient', 'Patient', patient),
    ...requesterReads(launch, read, search),
    ...(encounter === undefined ? [] : [read('where', 'Encounter', encounter)]),
    search('reasons', 'Condition', { patient }),
    search('allergies', 'AllergyIntolerance', { patient }),
    search('measures', 'Observation', {
      patient,
      code: MEASURES.map(({ code }) => `http://loinc.org|${code}`).join(','),
    }),
    search('insurance', 'Coverage', { patient }),
  ];
}

/** The scope `fhirUser` itself permits reading the user's own resource. */
function requesterReads(
  launch: Launch,
  read: (section: SectionName, type: string, id: string) => ChartRead,
  search: (section: SectionName, type: string, query: Record<string, string>) => ChartRead,
): ChartRead[] {
  const [, type, id] = /^(Practitioner|PractitionerRole)\/([^/]+)$/.exec(launch.user.fhirUser ?? '') ?? [];
  if (type === undefined || !isFhirId(id)) return [];
  const own = read('requester', type, id);
  const mayReadOwn = own.isGranted || grantedScopes(launch.scope).tokens.has('fhirUser');
  const ownRead = { ...own, isGranted: mayReadOwn };
  return type === 'Practitioner' ? [ownRead, search('requester', 'PractitionerRole', { practitioner: id })] : [ownRead];
}
