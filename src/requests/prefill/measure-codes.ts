/** The measurements that a provider of transport, equipment or home care needs, by LOINC code. */

/** Only the latest reading of each kind is offered. */
export const MEASURES = [
  { code: '8302-2', kind: 'height' },
  { code: '3137-7', kind: 'height' },
  { code: '29463-7', kind: 'weight' },
  { code: '3141-9', kind: 'weight' },
  { code: '38224-2', kind: 'mobility' },
  { code: '38223-4', kind: 'activity' },
  { code: '59460-6', kind: 'fall risk' },
  { code: '89247-1', kind: 'performance status' },
] as const;

/** The kind of a reading; undefined for a code that was not requested. @param codes LOINC codes. */
export function kindOf(codes: readonly unknown[]): string | undefined {
  return MEASURES.find(({ code }) => codes.includes(code))?.kind;
}
