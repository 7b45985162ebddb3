/** `POST /settings/services/questionnaire`: previews a FHIR Questionnaire as a table of services. */
import { fieldOf } from '#src/http/form-body.ts';
import { csvLine } from '#src/http/sessions/csv-download.ts';
import { settingRows } from '#src/settings/derived.ts';
import { freeName, readQuestionnaire } from '#src/settings/questionnaire.ts';
import { longestOf, type OwnField, SERVICE_SECTIONS, type Service } from '#src/settings/service.ts';
import { CATALOGUE_COLUMNS, servicesIn } from '#src/settings/service-catalogue.ts';
import { shownWhenText } from '#src/settings/shown-when.ts';
import type { Handler } from './page-visit.ts';
import { type ShownTables, servicesUrl } from './services-props.ts';

/** Previews the table of services with the new questions like any other; the form of that table saves it. */
export const previewQuestionnaire: Handler = async ({ deps, request, response, organization }) => {
  const text = fieldOf(request, 'questionnaire', 'document').trim();
  const typed = { text, service: fieldOf(request, 'service', 'choice'), name: fieldOf(request, 'name', 'name').trim() };
  const page = servicesUrl(request, organization.id);
  const answer = (status: number, shown: ShownTables) =>
    deps.afterPost.answer(request, response, page, { kind: 'form', status, shown });
  const refuse = (problems: readonly string[]) => answer(400, { questionnaire: { ...typed, problems } });
  const read = readQuestionnaire(text);
  if (!read.ok) return refuse(read.problems);
  const services = withQuestions(servicesIn(organization.services), typed, read);
  if (!services) return refuse(['Choose a service that is there, or a new one.']);
  const table = writeCatalogue(services);
  const parsed = settingRows.services.schema(deps.production).safeParse(table);
  if (!parsed.success) return refuse(parsed.error.issues.map(({ message }) => `The services with it: ${message}`));
  const count = `${read.fields.length} ${read.fields.length === 1 ? 'question' : 'questions'}`;
  const notes = [`${read.title}: ${count}`, ...read.notes];
  return answer(200, { services: { text: table, problems: [] }, questionnaire: { service: typed.service, notes } });
};

/** @returns undefined when the chosen service does not exist. */
function withQuestions(
  services: readonly Service[],
  { service, name }: { service: string; name: string },
  { title, fields }: { title: string; fields: readonly OwnField[] },
): readonly Service[] | undefined {
  if (service !== '') {
    const isThere = services.some(({ value }) => value === service);
    return isThere ? services.map((one) => (one.value === service ? { ...one, fields } : one)) : undefined;
  }
  const text = name === '' ? title : name;
  const plain = text.replace(/^[^a-z]+/i, '') || 'service';
  const value = freeName(plain, new Set(services.map((one) => one.value)));
  return [...services, { value, text, system: '', code: '', sections: SERVICE_SECTIONS, fields }];
}

/** CSV that readCatalogue reads as the same services. */
export function writeCatalogue(services: readonly Service[]): string {
  const rows = services.flatMap(({ value, text, system, code, sections, fields }) => [
    { service: value, name: text, system, code, sections: sections.join(' ') },
    ...fields.map((field) => ({ service: value, ...rowOf(field) })),
  ]);
  const lines = rows.map((row: Readonly<Record<string, string>>) =>
    csvLine(CATALOGUE_COLUMNS.map((column) => row[column] ?? '')),
  );
  return [csvLine(CATALOGUE_COLUMNS), ...lines].join('').replaceAll('\r\n', '\n').trim();
}

function rowOf({ name, label, kind, choices, required, shown, longest }: OwnField) {
  return {
    field: name,
    label,
    kind,
    choices: choices.join('|'),
    required: required === 'always' ? 'always' : required === 'never' ? '' : `${required.field}=${required.value}`,
    shown: shownWhenText(shown),
    longest: longestOf(kind) === undefined ? '' : String(longest),
  };
}
