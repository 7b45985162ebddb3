/** Chooses among the notes of a resource, which an EHR sends in any order, and not always with their time. */
import { asRecords, asText, asWritten, type ForeignRecord } from './fields.ts';

/** What a row shows of a text; the page of the request has all of it. */
export const SHOWN = 60;

/** The notes of a resource; some servers write an Annotation as its text alone. */
export function notesOf(note: unknown, most?: number): ForeignRecord[] {
  const asNote = (one: unknown) => (typeof one === 'string' && one.trim() !== '' ? { text: one } : one);
  return asRecords(Array.isArray(note) ? note.map(asNote) : asNote(note), most);
}

/** Beginnings of notes, and how many more notes there are. */
interface Noted {
  readonly shown: readonly string[];
  readonly more: number;
}

/** The beginning of every note that may be the newest. */
export function newestNotes(note: unknown): Noted {
  const said = notesOf(note, 1_000).filter(({ text }) => asText(text, SHOWN) !== undefined);
  const timeOf = ({ time }: ForeignRecord) => Date.parse(asWritten(time));
  const undated = said.filter((one) => Number.isNaN(timeOf(one)));
  const dated = said.filter((one) => !Number.isNaN(timeOf(one))).toSorted((a, b) => timeOf(b) - timeOf(a));
  // An EHR may send them from either end.
  const shown = [...new Set([dated[0], undated[0], undated.at(-1)])].flatMap((one) => asText(one?.text, SHOWN) ?? []);
  return { shown, more: said.length - shown.length };
}

/** In quotation marks; undefined without a note. */
export function quoted({ shown, more }: Noted): string | undefined {
  return shown.length === 0 ? undefined : `“${shown.join('” “')}”${more > 0 ? ` +${more} more` : ''}`;
}

export const notesShown = (note: unknown): string | undefined => quoted(newestNotes(note));
