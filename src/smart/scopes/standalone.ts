/** The scopes of a standalone launch, made from those an organization has for launches from a chart. */

/**
 * Turns an organization's scope setting into that of a standalone launch (SCO-08; SMART App Launch 2.2.0, "Requesting
 * context with a standalone launch"): never bare `launch`, which stands for a chart that nobody opened, and always
 * `launch/patient`, so that the EHR lets the user pick a patient. `launch/encounter`, `openid fhirUser` and everything
 * else stays, in its order.
 *
 * @param setting as `scopeProblems` accepts it.
 */
export function standaloneScopes(setting: string): string {
  const kept = setting.split(/\s+/).filter((token) => token !== '' && token !== 'launch');
  return (kept.includes('launch/patient') ? kept : ['launch/patient', ...kept]).join(' ');
}
