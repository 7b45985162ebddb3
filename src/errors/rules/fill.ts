/** The words of a rule with what was seen put in. */

type Seen = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** Addresses that stand for themselves where they are not known. */
const GENERIC = new Set(['FHIR URL', 'issuer']);

/** `{name}` becomes the fact of that name. */
export function filled(text: string, seen: Seen): string {
  return text.replace(/\{([^{}"]{1,40})\}/g, (placeholder: string, name: string) => {
    const fact = seen[name];
    if (fact === undefined) return GENERIC.has(name) ? placeholder : '(not known)';
    return Array.isArray(fact) ? fact.join(', ') : String(fact);
  });
}
