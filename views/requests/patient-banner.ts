/** Shows on every page, and on every printed sheet, which patient it is about. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { withPastDayWords } from '#views/date-text.ts';
import { icon } from '#views/icons.ts';

/** What distinguishes patients for clinicians; plain, bounded, not yet escaped; undefined: the EHR does not give it. */
export interface PatientIdentity {
  readonly name: string;
  /** as the EHR wrote it: `YYYY`, `YYYY-MM` or `YYYY-MM-DD` */
  readonly birthDate: string | undefined;
  /** "34 years", "7 months"; undefined when unknown or when the patient has died */
  readonly ageText: string | undefined;
  readonly sexWord: string | undefined;
  readonly mrn: string | undefined;
  /** the country's, with its name, where no MRN is given */
  readonly healthNumber?: string | undefined;
  /** "Died 2024-03-02, aged 81 years"; undefined for the living */
  readonly deathText: string | undefined;
  /** sentences about the record itself, such as that it was merged; the most serious first */
  readonly cautions?: readonly string[];
}

/**
 * The identity strip, or the full banner when the EHR shows none (LC-11); always one, against the wrong patient.
 * @param needPatientBanner from the launch context; only boolean `false` may make it small.
 */
export function patientBanner(patient: PatientIdentity, needPatientBanner: boolean): SafeHtml {
  const facts = [
    fact('Born', bornOn(patient), patient.ageText),
    fact('Sex', patient.sexWord ?? 'not given'),
    fact('MRN', mrnOf(patient)),
  ];
  return html`<section class="patient ${needPatientBanner ? 'patient-full' : 'patient-compact'}" aria-label="Patient">
<p class="patient-name"><bdi>${patient.name}</bdi>${death(patient.deathText)}</p>
<dl class="patient-facts">${facts}</dl>
${cautionLines(patient.cautions ?? [])}</section>
`;
}

const mrnOf = ({ mrn, healthNumber }: PatientIdentity) =>
  mrn ?? ['not given', healthNumber].filter((part) => part !== undefined).join('; ');

/** The same identity as one line of text, for print. */
export function identityLine(patient: PatientIdentity): string {
  const age = patient.ageText === undefined ? '' : ` (${patient.ageText})`;
  const parts = [
    patient.name,
    patient.deathText,
    `Born ${bornOn(patient)}${age}`,
    `Sex ${patient.sexWord ?? 'not given'}`,
    `MRN ${mrnOf(patient)}`,
    ...(patient.cautions ?? []),
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}

/**
 * The identity once more, along the edge of each printed sheet. Only WebKit prints it, because it does not repeat the head
 * of a table.
 */
export function sheetEdge(patient: PatientIdentity): SafeHtml {
  const line = identityLine({ ...patient, cautions: [] });
  const length = 18 * line.length;
  return html`<div class="edge">${line}<svg width="12" height="100%" font-size="36"><pattern id="edge" width="48" height="${length + 60}" patternUnits="userSpaceOnUse" patternTransform="scale(.25)"><text transform="translate(12) rotate(90)" textLength="${length}">${line}</text></pattern><rect width="100%" height="100%" fill="url(#edge)"/></svg></div>
`;
}

function bornOn({ birthDate = 'not given' }: PatientIdentity): string {
  return withPastDayWords(birthDate);
}

function fact(label: string, value: string, extra?: string): SafeHtml {
  const more = extra === undefined ? null : html` <span class="fact-extra">(${extra})</span>`;
  return html`<div class="fact"><dt>${label}</dt><dd><bdi>${value}</bdi>${more}</dd></div>`;
}

function death(deathText: string | undefined): SafeHtml | null {
  return deathText === undefined ? null : html` <span class="died">${deathText}</span>`;
}

function cautionLines(cautions: readonly string[]): SafeHtml | null {
  if (cautions.length === 0) return null;
  return html`<ul class="patient-cautions">${cautions.map((line) => html`<li>${icon('warning')} ${line}</li>`)}</ul>
`;
}
