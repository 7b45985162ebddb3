/** Formats FHIR's Quantity, Ratio and Range as text. */
import { asInformation, asRecord, type ForeignRecord } from './fields.ts';

const COMPARATORS: readonly unknown[] = ['<', '<=', '>=', '>'];

/** "3 units" or "< 5 mg". Without its comparator a limit would read as the amount. Undefined without a number. */
export function quantityText(quantity: unknown): string | undefined {
  const { value, unit, code, comparator } = asRecord(quantity);
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  // UCUM writes an annotation such as `{count}` where there is no unit.
  const measure = (asInformation(unit, 60) ?? asInformation(code, 60))?.replace(/^\{\w+\}$/, '');
  const limit = COMPARATORS.find((one) => one === comparator);
  return [limit, String(value), measure].filter(Boolean).join(' ');
}

/** FHIR R4 ServiceRequest.quantity[x]: a quantity, a ratio or a range. */
export function quantitiesOf({ quantityQuantity, quantityRatio, quantityRange }: ForeignRecord): string[] {
  const { numerator, denominator } = asRecord(quantityRatio);
  const { low, high } = asRecord(quantityRange);
  const joined = (parts: unknown[], by: string) => parts.flatMap((part) => quantityText(part) ?? []).join(by);
  return [
    joined([quantityQuantity], ''),
    joined([numerator, denominator], ' per '),
    joined([low, high], ' to '),
  ].filter((text) => text !== '');
}
