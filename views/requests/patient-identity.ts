/** What a page must know to say which patient it is about. */

/** A patient as people tell patients apart. Every text is plain, bounded and not yet escaped; undefined = not given by the EHR. */
export interface PatientIdentity {
  readonly name: string;
  /** as the EHR wrote it: `YYYY`, `YYYY-MM` or `YYYY-MM-DD` */
  readonly birthDate: string | undefined;
  /** "34 years", "7 months"; undefined when unknown or when the patient has died */
  readonly ageText: string | undefined;
  readonly sexWord: string | undefined;
  readonly mrn: string | undefined;
  /** "Died 2024-03-02, aged 81 years"; undefined for the living */
  readonly deathText: string | undefined;
  /** sentences about the record itself, such as that it was merged; the gravest first */
  readonly cautions?: readonly string[];
}
