/** Texts and JSON from outside in a form every column takes: PostgreSQL stores neither a NUL nor half a character. */

const CONTROL = /\p{Cc}+/gu;

/**
 * One line, well-formed, at most `longest` code points long.
 *
 * Control characters become a space and half characters U+FFFD, never nothing: what is left out could make one name
 * into another.
 */
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
