/** Writes services as the table that is edited, exported and imported. */
import { csvLine } from '#src/audit/csv-format.ts';
import type { OwnField, Service } from './service.ts';
import { CATALOGUE_COLUMNS } from './service-catalogue.ts';
import { shownWhenText } from './shown-when.ts';

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
    longest: kind === 'text' || kind === 'long text' ? String(longest) : '',
  };
}
