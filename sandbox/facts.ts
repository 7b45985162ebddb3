/** What every part of one sandbox knows about it: its public addresses and its clock. */
export interface Facts {
  origin: string;
  issuer: string;
  /** Where the authorization server's endpoints are, without a slash at the end. */
  authorizationBase: string;
  fhirBase: string;
  now: () => Date;
}
