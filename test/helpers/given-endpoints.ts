/** The settings of an organization whose EHR publishes no documents (DI-23). */

/** All endpoint settings, for a mock EHR. */
export function givenEndpoints({ origin, issuer = `${origin}/auth` }: { origin: string; issuer?: string }) {
  return {
    authorizationEndpoint: `${origin}/auth/authorize`,
    tokenEndpoint: `${origin}/auth/token`,
    jwksUri: `${origin}/auth/jwks`,
    revocationEndpoint: `${origin}/auth/revoke`,
    introspectionEndpoint: `${origin}/auth/introspect`,
    issuers: [issuer],
  };
}
