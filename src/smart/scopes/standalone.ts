/** Derives the scopes of a standalone launch from the organization's scope setting. */

/**
 * A standalone launch's scopes (SCO-08): without bare `launch`, which refers to an open chart, and with
 * `launch/patient`, so that the EHR lets the user pick a patient. @param setting as `scopeProblems` accepts it.
 */
export function standaloneScopes(setting: string): string {
  const kept = setting.split(/\s+/).filter((token) => token !== '' && token !== 'launch');
  return (kept.includes('launch/patient') ? kept : ['launch/patient', ...kept]).join(' ');
}
