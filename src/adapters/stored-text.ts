/** Cleans texts and JSON from outside for storage: PostgreSQL accepts neither NUL nor unpaired surrogates. */

const CONTROL = /\p{Cc}+/gu;

/** One line of at most `longest` code points. Control characters are replaced: removal could make another name. */
export function storedText(text: string, longest = Infinity): string {
  const whole = text.replace(CONTROL, ' ').toWellFormed();
  return whole.length <= longest ? whole : Array.from(whole).slice(0, longest).join('');
}

/** Cleans every text of a plain JSON value with {@link storedText}, names of members included; the rest stays as it is. */
export function storedValue<Value>(value: Value): Value {
  return clean(value) as Value;
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return storedText(value);
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [storedText(name), clean(member)]));
}
