/** Derives the scopes of a standalone launch from the organization's scope setting. */

/**
 * Turns an organization's scope setting into that of a standalone launch (SCO-08; SMART App Launch 2.2.0, "Requesting
 * context with a standalone launch"). Bare `launch` is removed, because it refers to an open chart. `launch/patient` is
 * added, so that the EHR lets the user pick a patient. All other scopes stay, in their order.
 * @param setting as `scopeProblems` accepts it.
 */
export function standaloneScopes(setting: string): string {
  const kept = setting.split(/\s+/).filter((token) => token !== '' && token !== 'launch');
  return (kept.includes('launch/patient') ? kept : ['launch/patient', ...kept]).join(' ');
}
