/** Reads what a form can take from the chart, in one bounded batch. One line says what is missing. */
import type { Launch } from '#src/launches/session/launch.ts';
import { readNamedResource } from '#src/patients/named-resource.ts';
import { isOfAnotherPatient } from '#src/patients/patient-of-resource.ts';
import type { EhrLack } from '#src/requests/search/ehr-lacks.ts';
import { asWritten, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import {
  type ChartFact,
  type ChartFacts,
  type ChartSection,
  MOST_OF_A_KIND,
  type ReadingTime,
  SECTIONS,
  type SectionName,
} from './facts.ts';
import { fetchReads, type ReadAnswer } from './fetch-reads.ts';
import { allergiesFrom, isNameless } from './from-allergies.ts';
import { reasonsFrom } from './from-conditions.ts';
import { insuranceFrom } from './from-coverage.ts';
import { diagnosesOf, placesOf, stayOf } from './from-encounter.ts';
import { measuresFrom } from './from-measures.ts';
import { contactOf } from './from-patient.ts';
import { requesterFrom } from './from-requester.ts';
import { ownOf, receivedIn } from './own-resources.ts';
import { type ChartRead, chartReads } from './reads.ts';
import { remarkOn } from './remarks.ts';

export interface ChartReader {
  readonly launch: Launch;
  /** The organization's own `name=value` for searches. */
  readonly searchParameters: readonly string[];
  readonly batches: EhrLack;
  readonly at: ReadingTime;
  readonly canRead: (resourceType: string) => boolean;
}

/** Only resources that name the launch's patient count (LC-06). A failure of the EHR is not thrown. */
export async function readChart(api: FhirApi, reader: ChartReader): Promise<ChartFacts> {
  const reads = chartReads(reader.launch, reader.searchParameters);
  const granted = reads.filter(({ isGranted }) => isGranted);
  const answers = await fetchReads(
    api,
    granted.map(({ url }) => url),
    reader.batches,
  );
  const answerOf = new Map(granted.map((read, index) => [read, answers[index]]));
  const sections = await Promise.all(
    SECTIONS.map(async (name) => [name, await sectionOf(api, reader, name, reads, answerOf)] as const),
  );
  return Object.fromEntries(sections) as unknown as ChartFacts;
}

async function sectionOf(
  api: FhirApi,
  reader: ChartReader,
  name: SectionName,
  reads: readonly ChartRead[],
  answerOf: ReadonlyMap<ChartRead, ReadAnswer>,
): Promise<ChartSection> {
  const { patient: patientId } = reader.launch.context;
  const asked = reads.filter(({ section }) => section === name);
  const type = asked[0]?.type ?? '';
  // Another resource, such as an OperationOutcome that refuses with a status of 200, is no answer.
  const received = asked
    .map((read) => answerOf.get(read))
    .filter((answer) => answer !== undefined)
    .filter(({ resource: { resourceType } }) => resourceType === 'Bundle' || resourceType === type)
    .map(receivedIn);
  const resources = received.flatMap((one) => one.resources);
  const { own, refused, isWhole } =
    name === 'requester'
      ? { own: resources, refused: 0, isWhole: true }
      : ownOf(resources, { type, patientId, base: api.base });
  const answerFor = (section: SectionName) => {
    const { resource } = answerOf.get(reads.find((one) => one.section === section) as ChartRead) ?? {};
    return resource ? ownOf([resource], { type: asWritten(resource.resourceType), patientId, base: api.base }).own : [];
  };
  const [patient] = answerFor('patient');
  const stay = answerFor('where').find(({ id }) => id === reader.launch.context.encounter);
  const diagnosed = stay ? diagnosesOf(stay, api.base) : [];
  const found = await factsIn(api, reader, name, own, { birthDate: patient?.birthDate, diagnosed });
  const hasMore = received.some((one) => one.hasMore);
  // Among what did not come may be a newer measurement, or another insurance of today.
  const isUnsure = hasMore && name !== 'allergies';
  const facts = isUnsure ? found.map((fact) => ({ ...fact, isSuggested: false })) : found;
  const remark = remarkOn(name, {
    isAsked: asked.length > 0,
    isGranted: asked.some(({ isGranted }) => isGranted),
    isAnswered: received.length > 0,
    refused,
    hasMore: hasMore || (facts.length >= MOST_OF_A_KIND && own.length > facts.length),
    isInDoubt:
      !isWhole || received.some(({ isRemarked }) => isRemarked) || (CLINICAL.includes(name) && own.some(isNameless)),
    count: facts.length,
  });
  // A stay that names no patient speaks against nothing: the EHR opened the app with both.
  const isOfOther = resources.some((one) => isOfAnotherPatient({ subject: one.subject ?? one.patient }, patientId));
  return { facts, remark, isUnread: received.length === 0, isOfOther };
}

const CLINICAL: readonly string[] = ['reasons', 'allergies'];

async function factsIn(
  api: FhirApi,
  reader: ChartReader,
  name: SectionName,
  own: readonly ForeignRecord[],
  { birthDate, diagnosed }: { birthDate: unknown; diagnosed: readonly string[] },
): Promise<readonly ChartFact[]> {
  const { base } = api;
  const { launch, at } = reader;
  const { encounter } = launch.context;
  const [first] = own;
  switch (name) {
    case 'patient':
      return first ? contactOf(first, at) : [];
    case 'requester':
      return requesterFrom(own, { fhirUser: launch.user.fhirUser ?? '', base, at });
    case 'where':
      return first?.id === encounter && first ? whereOf(api, reader, first) : [];
    case 'reasons':
      return reasonsFrom(own, { encounter, diagnosed, base, at });
    case 'allergies':
      return allergiesFrom(own, at);
    case 'measures':
      return measuresFrom(own, at, birthDate);
    case 'insurance':
      return insuranceFrom(own, { base, at });
  }
}

/** If a place has no name of its own, a second batch reads its Location. */
async function whereOf(api: FhirApi, { at, batches, canRead }: ChartReader, stay: ForeignRecord): Promise<ChartFact[]> {
  const places = placesOf(stay, api.base, at.now);
  const nameless = places.filter(
    ({ display, reference }) => display === undefined && reference.startsWith('Location/'),
  );
  const wanted = canRead('Location') ? nameless.map(({ reference }) => reference) : [];
  const answers = await fetchReads(api, wanted, batches);
  const read = answers.flatMap((answer) =>
    answer ? readNamedResource(answer.resource, { base: api.base, now: at.now }) : [],
  );
  const nameOf = (reference: string) => read.find((one) => one.reference === reference)?.name;
  const named = places.map((place) => ({ ...place, name: place.display ?? nameOf(place.reference) }));
  return stayOf(stay, named, at);
}
