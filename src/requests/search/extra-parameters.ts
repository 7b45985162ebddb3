/** The extra parameters that an organization's EHR wants on every search, such as the practice at athenahealth. */

/** They select patient, page or resources; only this app sets them, never the settings (FH-13). */
const OURS = /^(?:patient|subject|_.*)$/i;

/**
 * Adds an organization's `name=value` to a search. A parameter that the search already has stays as it is, so no
 * setting changes whose data is requested. It is not for a read or a `next` link.
 */
export function withSearchParameters(query: URLSearchParams, parameters: readonly string[]): URLSearchParams {
  const extended = new URLSearchParams(query);
  for (const parameter of parameters) {
    const at = parameter.indexOf('=');
    const name = parameter.slice(0, at);
    if (at > 0 && !OURS.test(name) && !query.has(name)) extended.append(name, parameter.slice(at + 1));
  }
  return extended;
}
