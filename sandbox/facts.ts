/** The public addresses and the clock that all parts of one sandbox share. */
export interface Facts {
  origin: string;
  issuer: string;
  /** Where the authorization server's endpoints are, without a slash at the end. */
  authorizationBase: string;
  fhirBase: string;
  now: () => Date;
}
