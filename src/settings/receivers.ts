/** Reads the receivers of an organization's requests from a table with a row per receiver. */
import { isResourceId } from '#src/smart/fhir/id.ts';
import { atRow, type CsvRow, readCsv, wordsIn } from './csv.ts';

export interface Receiver {
  readonly name: string;
  /** Such as "Ambulance service". */
  readonly kind: string;
  readonly telephone: string;
  /** The services it is offered for; empty for every service. */
  readonly services: readonly string[];
  /** A FHIR reference such as `Organization/123` if the EHR has the receiver, otherwise ''. */
  readonly reference: string;
}

export const RECEIVER_COLUMNS: readonly string[] = ['name', 'kind', 'telephone', 'services', 'reference'];
/** The types that FHIR R4 allows as performer of a ServiceRequest, except patients, relatives and devices. */
const TYPES = ['Organization', 'HealthcareService', 'PractitionerRole', 'Practitioner', 'CareTeam'];

/** With a problem there are no receivers. @param text CSV, or ''. */
export function readReceivers(text: string) {
  if (text.trim() === '') return { receivers: [], problems: [] };
  const { rows, problems: unread } = readCsv(text, RECEIVER_COLUMNS);
  const names = rows.map(({ cells }) => cells['name']);
  const wrong = rows.flatMap((row, index) => problemsOf(row, names.indexOf(row.cells['name']) < index));
  const problems = [...unread, ...wrong];
  return { problems, receivers: problems.length > 0 ? [] : rows.map(({ cells }) => receiverOf(cells)) };
}

/** The receivers of a saved setting, which was judged before. */
export function receiversIn(text: string): readonly Receiver[] {
  return readReceivers(text).receivers;
}

function problemsOf({ number, cells }: CsvRow, isRepeated: boolean) {
  const { name = '', kind = '', telephone = '', reference = '' } = cells;
  const [type, id, ...more] = reference.split('/');
  const isReference = TYPES.some((known) => known === type) && isResourceId(id) && more.length === 0;
  return atRow(number, [
    (name === '' || name.length > 100) && 'name must be 1 to 100 characters',
    isRepeated && `name ${name} is there already`,
    kind.length > 60 && 'kind must be at most 60 characters',
    telephone.length > 40 && 'telephone must be at most 40 characters',
    reference !== '' && !isReference && `reference must be empty or Type/id, with the type ${TYPES.join(', ')}`,
  ]);
}

function receiverOf({ services = '', ...cells }: CsvRow['cells']): Receiver {
  return { name: '', kind: '', telephone: '', reference: '', ...cells, services: wordsIn(services) };
}
