/** Judges heights and weights: a slip of the decimal point, or pounds typed as kilograms, is common in charts. */

/** Units as EHRs write them, in kg or cm. */
const IN_BASE: Readonly<Record<string, readonly (readonly [factor: number, names: string])[]>> = {
  weight: [
    [1, 'kg kgs kilogram kilograms'],
    [0.001, 'g gm gram grams'],
    [0.4536, 'lb lbs pound pounds [lb_av]'],
    [0.028_35, 'oz ounce ounces [oz_av]'],
    [6.35, 'st stone [stone_av]'],
  ],
  height: [
    [1, 'cm centimeter centimeters centimetre centimetres'],
    [100, 'm meter meters metre metres'],
    [0.1, 'mm'],
    [2.54, 'in inch inches [in_i] [in_us]'],
    [30.48, 'ft foot feet [ft_i] [ft_us]'],
  ],
};

/** What may be true from this age on, in kg and cm. */
const LIMITS = [
  { years: 18, weight: [25, 350], height: [90, 230] },
  { years: 12, weight: [15, 250], height: [90, 220] },
  { years: 2, weight: [5, 120], height: [60, 190] },
  { years: 0, weight: [0.3, 25], height: [20, 110] },
] as const;
const ANY_AGE = { weight: [0.3, 350], height: [20, 230] } as const;
/** A younger child grows so quickly that an earlier reading proves nothing. */
const GROWS_UNTIL = 2;
/** The most by which a true reading differs from the one before it. */
const MOST_CHANGE = 1.4;

export type Measured = 'height' | 'weight';

export function isMeasured(kind: string): kind is Measured {
  return kind in IN_BASE;
}

/** In kg or cm; undefined for a text such as "70", "< 5 kg" or, as a height, "158 kg". */
export function inBase(kind: Measured, text: string): number | undefined {
  const [, number, unit = ''] = /^(\d{1,9}(?:\.\d{1,15})?) ?(\S{1,30})$/.exec(text) ?? [];
  const [factor] = IN_BASE[kind]?.find(([, names]) => names.split(' ').includes(unit.toLowerCase())) ?? [];
  return factor === undefined ? undefined : Number(number) * factor;
}

/** Whether a patient of this age may have it. @param years undefined where the age is not known. */
export function isPlausible(kind: Measured, value: number | undefined, years: number | undefined): boolean {
  const [least, most] = (LIMITS.find((one) => years !== undefined && years >= one.years) ?? ANY_AGE)[kind];
  return value !== undefined && value >= least && value <= most;
}

/** Whether a reading contradicts the one before it. */
export function isLeap(value: number, before: number, years: number | undefined): boolean {
  const change = Math.max(value, before) / Math.min(value, before);
  return change > MOST_CHANGE && (years === undefined || years >= GROWS_UNTIL);
}
