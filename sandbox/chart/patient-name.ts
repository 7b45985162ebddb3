/** Formats a patient's name for the mock EHR. It shares no code with the app, so that it can contradict the app. */
import type { Patient } from 'fhir/r4.js';

/** Family name first, as charts do; never empty. */
export function chartName(patient: Patient): string {
  const names = patient.name ?? [];
  const name = names.find((one) => one.use === 'official') ?? names.find((one) => one.use === 'usual') ?? names[0];
  if (!name) return `Unnamed (${patient.id})`;
  const given = (name.given ?? []).join(' ');
  return name.text ?? [name.family, given].filter(Boolean).join(', ');
}
