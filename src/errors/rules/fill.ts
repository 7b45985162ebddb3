/** Fills the texts of a rule with recorded facts. */

/** Facts for the trace: names, addresses and counts, and never a secret or a person. */
export type Seen = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** Placeholders that stay as they are when the fact is not known. */
const GENERIC = new Set(['FHIR URL', 'issuer']);

/** Replaces each `{name}` by the fact of that name. */
export function filled(text: string, seen: Seen): string {
  return text.replace(/\{([^{}"]{1,40})\}/g, (placeholder: string, name: string) => {
    const fact = seen[name];
    if (fact === undefined) return GENERIC.has(name) ? placeholder : '(not known)';
    return Array.isArray(fact) ? fact.join(', ') : String(fact);
  });
}
