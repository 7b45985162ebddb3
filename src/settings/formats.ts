/** The formats of settings, as zod schemas with messages an administrator can act on. */
import { z } from 'zod';
import { isTimeZone, serverTimeZone } from '#src/adapters/time-zone.ts';
import { scopeProblems } from '#src/smart/scopes/requested.ts';
import { doubtsIn } from './csv.ts';
import { DEFAULT_SERVICES } from './default-services.ts';
import { RECEIVER_COLUMNS, readReceivers } from './receivers.ts';
import { CATALOGUE_COLUMNS, readCatalogue } from './service-catalogue.ts';

/** A text, with a plain message when it is missing or of another type. */
export function textFormat() {
  return z.string({ error: (issue) => (issue.input === undefined ? 'is required' : 'must be text') });
}

/** Bidirectional controls, zero-width and other invisible characters: with them one name can look like another. */
const INVISIBLE =
  /[\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\p{Variation_Selector}\u2800\u3164\uffa0]|\u034f|\u115f|\u1160|\u17b4|\u17b5/u;

/** A name that a person can read and tell from others. */
export function plainText(max: number) {
  return textFormat()
    .min(1, { error: 'is required', abort: true })
    .max(max, { error: `must be at most ${max} characters`, abort: true })
    .refine((name) => !/\p{Cc}/u.test(name), { error: 'must not contain control characters' })
    .refine((name) => !INVISIBLE.test(name), { error: 'must not contain invisible characters or marks of direction' })
    .refine((name) => /[\p{L}\p{N}]/u.test(name), { error: 'must contain a letter or a digit' })
    .refine((name) => name.trim() === name, { error: 'must not begin or end with a space' });
}

/** A text with every problem that is found in it. */
export function judgedText(
  problemsOf: (text: string) => string | readonly string[] | undefined,
  format: z.ZodType<string> = textFormat(),
) {
  return format.superRefine((text, context) => {
    for (const message of [problemsOf(text) ?? []].flat()) context.addIssue({ code: 'custom', message });
  });
}

/** A text of this format, or nothing. */
export function orNothing(format: z.ZodType<string>) {
  const problemsOf = (typed: string) => format.safeParse(typed).error?.issues.map(({ message }) => message);
  return judgedText((typed) => (typed === '' ? undefined : problemsOf(typed)));
}

/** A telephone number, with any note that belongs to it. */
export const telephone = plainText(60).refine((typed) => /\d{2}/.test(typed), { error: 'must contain a number' });

/** Scopes separated by spaces, with every problem of each. */
export const scopeString = judgedText(scopeProblems);

/** An IANA time zone; an empty text means the server's. */
export const timeZone = textFormat()
  .transform((name) => (name === '' ? serverTimeZone : name))
  .refine(isTimeZone, { error: 'must be a time zone such as America/New_York or Europe/Berlin' });

const LONGEST_TABLE = 40_000;

/** A table as text, with every problem of every row. Line ends become LF. */
function tableText(problemsOf: (text: string) => readonly string[]) {
  const table = textFormat()
    .max(LONGEST_TABLE, { error: `must be at most ${LONGEST_TABLE} characters`, abort: true })
    .transform((text) => text.replaceAll('\r\n', '\n').trim());
  return judgedText(problemsOf, table);
}

/** The services that can be requested; an empty text means the default ones. */
export const catalogueText = tableText((table) => readCatalogue(table || DEFAULT_SERVICES).problems).transform(
  (table) => table || DEFAULT_SERVICES,
);

export const receiversText = tableText((table) => readReceivers(table).problems);

/** What leaves a table in doubt, by setting: it is said when the table changes, and stops nothing that was saved before. */
export const tableDoubts = {
  services: (table: string) =>
    doubtsIn(table, CATALOGUE_COLUMNS, ({ field, name, label, service }) =>
      field === '' ? ['name', name] : ['label', label, service],
    ),
  receivers: (table: string) => doubtsIn(table, RECEIVER_COLUMNS, ({ name }) => ['name', name]),
};

/** A whole number, or its digits as typed in a form or on the command line. */
export function wholeNumber(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  const typed = z.stringFormat('digits', /^\d{1,9}$/).transform(Number);
  const isFit = (value: number) => Number.isInteger(value) && value >= min && value <= max;
  return z.union([z.number(), typed], { error }).refine(isFit, { error });
}

/** `name=value` of a FHIR search, unencoded; never a parameter that selects the patient or the page (FH-13). */
const PARAMETER = /^(?!(?:patient|subject)=)[a-z][\w-]{0,63}=[\x21-\x7e]{1,200}$/i;
export const searchParameter = z.string().refine((text) => PARAMETER.test(text), {
  error: ({ input }) => `${String(input)} must be name=value; the name must not be patient or subject, or begin with _`,
});

/** The message for a wrong entry, which it quotes. */
export function quoting(problem: string) {
  return { error: ({ input }: { input?: unknown }) => `${String(input).slice(0, 100)} ${problem}` };
}
