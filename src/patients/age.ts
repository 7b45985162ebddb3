/** Formats a patient's age from a FHIR date, which may be partial, in the unit that clinicians expect at that age. */
const DAY_MS = 86_400_000;

/** Days, months under two years, then years; "about" if partial. @returns undefined if impossible or after `at`. */
export function ageText(birthDate: string, at: Date): string | undefined {
  const [, year, month, day] = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/.exec(birthDate) ?? [];
  const born = new Date(`${year}-${month ?? '01'}-${day ?? '01'}T00:00:00Z`);
  // 2023-02-30 would silently become 2 March.
  const isRealDate = !Number.isNaN(born.getTime()) && (day === undefined || born.getUTCDate() === Number(day));
  if (!isRealDate || born > at) return undefined;
  if (month === undefined) return `about ${count(at.getUTCFullYear() - born.getUTCFullYear(), 'year')}`;
  return day === undefined ? `about ${exactAge(born, at)}` : exactAge(born, at);
}

function exactAge(born: Date, at: Date): string {
  const isBeforeMonthDay = at.getUTCDate() < born.getUTCDate() ? 1 : 0;
  const yearsApart = at.getUTCFullYear() - born.getUTCFullYear();
  const months = yearsApart * 12 + at.getUTCMonth() - born.getUTCMonth() - isBeforeMonthDay;
  if (months < 1) return count(Math.floor((at.getTime() - born.getTime()) / DAY_MS), 'day');
  return months < 24 ? count(months, 'month') : count(Math.floor(months / 12), 'year');
}

function count(amount: number, unit: string): string {
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`;
}
