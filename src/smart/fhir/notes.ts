/** Chooses among the notes of a resource, which an EHR sends in any order, and not always with their time. */
import { asLines, asRecords, asText, asWritten, type ForeignRecord } from './fields.ts';

/** What a row shows of a text; the page of the request has all of it. */
export const SHOWN = 60;

/** The notes of a resource; some servers write an Annotation as its text alone. */
export function notesOf(note: unknown, most?: number): ForeignRecord[] {
  const asNote = (one: unknown) => (typeof one === 'string' && one.trim() !== '' ? { text: one } : one);
  return asRecords(Array.isArray(note) ? note.map(asNote) : asNote(note), most);
}

/** What is read of a note that is not shown in full. */
const MOST_READ = 500;

/** Texts of notes with their lines, and how many more notes there are. */
interface Noted {
  readonly newest: readonly string[];
  readonly more: number;
}

/** Every note that may be the newest. */
export function newestNotes(note: unknown): Noted {
  const said = notesOf(note, 1_000).filter(({ text }) => asText(text, SHOWN) !== undefined);
  const timeOf = ({ time }: ForeignRecord) => Date.parse(asWritten(time));
  const undated = said.filter((one) => Number.isNaN(timeOf(one)));
  const dated = said.filter((one) => !Number.isNaN(timeOf(one))).toSorted((a, b) => timeOf(b) - timeOf(a));
  // An EHR may send them from either end.
  const chosen = [...new Set([dated[0], undated[0], undated.at(-1)])];
  const newest = chosen.flatMap((one) => asLines(one?.text, MOST_READ).join('\n') || []);
  return { newest, more: said.length - newest.length };
}

/** Their beginnings in quotation marks; undefined without a note. */
export function quoted({ newest, more }: Noted): string | undefined {
  const shown = newest.map((text) => asText(text, SHOWN));
  return shown.length === 0 ? undefined : `“${shown.join('” “')}”${more > 0 ? ` +${more} more` : ''}`;
}

export const notesShown = (note: unknown): string | undefined => quoted(newestNotes(note));
