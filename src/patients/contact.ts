/** Reads how a person, an organization or a place is reached: by telephone, and at which address. */
import {
  asInformation,
  asRecords,
  asTexts,
  type ForeignRecord,
  hasEnded,
  startsLater,
} from '#src/smart/fhir/fields.ts';

/** An Address in one line: its lines with the town, or its own text. */
export function addressText(address: ForeignRecord): string | undefined {
  const place = [asInformation(address.city), asInformation(address.state), asInformation(address.postalCode)];
  const lines = asTexts(address.line, 4).filter((line) => asInformation(line) !== undefined);
  const parts = [...lines, place.filter((part) => part !== undefined).join(' ')].filter(Boolean);
  return asInformation(parts.length > 0 ? parts.join(', ') : address.text, 200);
}

/** A telephone number of a person or a role, by the rank that the EHR gives. @param telecom untrusted. */
export function telephoneOf(telecom: unknown, now: Date): string | undefined {
  const numbers = asRecords(telecom).filter(
    ({ system, use, period }) => system === 'phone' && use !== 'old' && isOfNow(period, now),
  );
  return numbers
    .toSorted((a, b) => rankOf(a.rank) - rankOf(b.rank))
    .map(({ value }) => asInformation(value, 60)?.replace(/^tel:/i, ''))
    .find((value) => value !== undefined && isDialable(value));
}

/** The same of a colleague, whose number at home is not for a provider. */
export function workTelephoneOf({ telecom }: ForeignRecord, now: Date): string | undefined {
  const isWork = ({ use }: ForeignRecord) => use === 'work';
  const others = asRecords(telecom).filter(({ use }) => use !== 'home');
  return telephoneOf(others.some(isWork) ? others.filter(isWork) : others, now);
}

const NOT_IN_USE = /\b(?:wrong|disconnected|invalid|do not (?:call|use)|out of service)\b|[@*]/i;
/** The same digit throughout, or the digits in order: many EHRs require a number, so some users type one of these. */
const PLACEHOLDER = /^(\d)\1{6,}$|^1?1234567890?$/;

/** A number that may be called, with or without words beside it: not a refusal, an e-mail address or a filler. */
function isDialable(value: string): boolean {
  const digits = value.replace(/\P{Nd}/gu, '');
  return digits !== '' && !NOT_IN_USE.test(value) && !PLACEHOLDER.test(digits);
}

/** Whether a Period has begun and not ended. */
export function isOfNow(period: unknown, now: Date): boolean {
  return !hasEnded(period, now) && !startsLater(period, now);
}

/** For sorting: what has no rank comes last. */
export function rankOf(rank: unknown): number {
  return typeof rank === 'number' ? rank : Number.MAX_SAFE_INTEGER;
}
