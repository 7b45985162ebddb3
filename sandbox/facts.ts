/** What every part of one sandbox knows about it: its public addresses and its clock. */
export interface Facts {
  origin: string;
  issuer: string;
  fhirBase: string;
  now: () => Date;
}
