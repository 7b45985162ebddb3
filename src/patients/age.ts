/** Says how old somebody is from a FHIR date, which may be partial, in the unit a clinician expects at that age. */

const dayMs = 86_400_000;

/**
 * The age at `at`: days for the newborn, months under two years, then years; "about" when only a year or month is known.
 *
 * @param birthDate FHIR date (`YYYY`, `YYYY-MM` or `YYYY-MM-DD`); untrusted.
 * @param at the day it is where the patient is, in UTC.
 * @returns undefined when the date is unreadable, impossible or after `at`.
 */
export function ageText(birthDate: string, at: Date): string | undefined {
  const match = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/.exec(birthDate);
  const [, year, month, day] = match ?? [];
  if (year === undefined) {
    return undefined;
  }
  const born = new Date(`${year}-${month ?? '01'}-${day ?? '01'}T00:00:00Z`);
  // 2023-02-30 would silently become 2 March.
  const isRealDate = !Number.isNaN(born.getTime()) && (day === undefined || born.getUTCDate() === Number(day));
  if (!isRealDate || born > at) {
    return undefined;
  }
  if (month === undefined) {
    return `about ${count(at.getUTCFullYear() - born.getUTCFullYear(), 'year')}`;
  }
  return day === undefined ? `about ${exactAge(born, at)}` : exactAge(born, at);
}

function exactAge(born: Date, at: Date): string {
  const isBeforeMonthDay = at.getUTCDate() < born.getUTCDate() ? 1 : 0;
  const yearsApart = at.getUTCFullYear() - born.getUTCFullYear();
  const months = yearsApart * 12 + at.getUTCMonth() - born.getUTCMonth() - isBeforeMonthDay;
  if (months < 1) {
    return count(Math.floor((at.getTime() - born.getTime()) / dayMs), 'day');
  }
  return months < 24 ? count(months, 'month') : count(Math.floor(months / 12), 'year');
}

function count(amount: number, unit: string): string {
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`;
}
