/** Scopes that make the authorization request too long for a URL. */
export const LONG_SCOPES = [
  'openid fhirUser launch online_access patient/*.rs',
  ...Array.from({ length: 60 }, (_, index) => `patient/Observation.rs?category=category-number-${index}`),
].join(' ');
