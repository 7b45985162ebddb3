/** Formats FHIR's Quantity, Ratio and Range as text. */
import { asInformation, asRecord, asWritten, type ForeignRecord } from './fields.ts';

const COMPARATORS: readonly unknown[] = ['<', '<=', '>=', '>'];
const DECIMAL = /^-?\d{1,15}(?:\.\d{1,15})?$/;
/** How people and UCUM write the units that are mistaken for each other. */
const UNITS = new Map(
  'kg|g|mg|ug mcg|lb lbs [lb_av]|oz [oz_av]|cm|m|in [in_i]|ft [ft_i]|l|ml|cel|[degf]'
    .split('|')
    .flatMap((names) => names.split(' ').map((name) => [name, names] as const)),
);
/** The text for an amount of which only a part can be read: the part alone would read as another amount. */
const UNREADABLE = 'amount in the EHR';

/** Such as "< 5 mg". Undefined without a number, for two units, and for an unknown comparator, as of a limit. */
export function quantityText(quantity: unknown): string | undefined {
  const { value, unit, code, comparator } = asRecord(quantity);
  const number = typeof value === 'string' && DECIMAL.test(value.trim()) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return undefined;
  const limit = COMPARATORS.find((one) => one === comparator);
  if (limit === undefined && isStated(comparator)) return undefined;
  const [measured, coded] = [unit, code].map((one) => UNITS.get(asWritten(one).toLowerCase()));
  if (measured !== undefined && coded !== undefined && measured !== coded) return undefined;
  // UCUM writes counted things in braces: "{visits}".
  const measure = (asInformation(unit, 60) ?? asInformation(code, 60))
    ?.replace(/^\{([^{}]+)\}$/, '$1')
    // UCUM's unit of what has none: "3 1" would read as 31.
    .replace(/^1$/, '')
    .replace(/^\[(lb|oz|stone|in|ft)_(?:av|i|us)\]$/i, '$1');
  // A server that adds in binary writes 0.30000000000000004. No amount of care needs an exponent.
  const digits = String(Number(number.toPrecision(12)));
  if (digits.includes('e')) return undefined;
  return [limit, digits, measure].filter(Boolean).join(' ');
}

/** "1 L per 2 h"; undefined where one half is missing or has no words. */
export function ratioText(ratio: unknown): string | undefined {
  const [amount, per] = [asRecord(ratio).numerator, asRecord(ratio).denominator].map(quantityText);
  return amount === undefined || per === undefined || asRecord(asRecord(ratio).denominator).value === 0
    ? undefined
    : `${amount} per ${per}`;
}

/** "1 to 2 trips", "up to 10 visits", "at least 5 visits"; undefined where an end that is given has no words. */
export function rangeText(range: unknown): string | undefined {
  const { low, high } = asRecord(range);
  const [least, most] = [low, high].map(quantityText);
  if ((isStated(low) && least === undefined) || (isStated(high) && most === undefined)) return undefined;
  if (isReversed(low, high)) return undefined;
  if (least !== undefined && most !== undefined) return `${least} to ${most}`;
  return least === undefined ? most && `up to ${most}` : `at least ${least}`;
}

function isReversed(low: unknown, high: unknown): boolean {
  const [from, to] = [asRecord(low), asRecord(high)];
  return (
    from.unit === to.unit && typeof from.value === 'number' && typeof to.value === 'number' && from.value > to.value
  );
}

/** FHIR R4 ServiceRequest.quantity[x]: a quantity, a ratio or a range. One that has no words is not passed over. */
export function quantitiesOf({ quantityQuantity, quantityRatio, quantityRange }: ForeignRecord): string[] {
  if (quantityQuantity === undefined && quantityRatio === undefined && quantityRange === undefined) return [];
  const words = [
    isStated(quantityQuantity) ? (quantityText(quantityQuantity) ?? UNREADABLE) : undefined,
    isStated(quantityRatio) ? (ratioText(quantityRatio) ?? UNREADABLE) : undefined,
    isStated(quantityRange) ? (rangeText(quantityRange) ?? UNREADABLE) : undefined,
  ];
  return [...new Set(words)].filter((text) => text !== undefined);
}

/** Whether anything but extensions, which may say that there is nothing, is given. */
function isStated(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value !== undefined && value !== null && value !== '';
  return Object.keys(value).some((name) => !['id', 'extension'].includes(name));
}
