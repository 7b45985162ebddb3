/** Builds the rows of the registry: one function per kind of setting. */
import { z } from 'zod';
import { wholeNumber } from './formats.ts';

interface About {
  /** The key on the command line, if it is not the name of the field. */
  key?: string;
  group: string;
  label: string;
  /** What the setting does, why an administrator would change it, and the recommended value. */
  hint: string;
  /** Set when a vendor's preset may decide the value. */
  preset?: true;
  /** Set when the app trusts the EHR by this value: a change ends open launches (MT-05). */
  endsLaunches?: true;
  /** Set when the setting has a page of its own and is not in the form. */
  ownPage?: true;
  operator?: true;
  /** The default in words, if it differs between machines or is too long to show. */
  defaultText?: string;
}

export interface SettingRow extends About {
  /** `line` and `text` are one text, typed in one line or in several. */
  kind: 'line' | 'text' | 'list' | 'flag' | 'choice' | 'number';
  /** @param production whether http on loopback is refused. */
  schema: (production: boolean) => z.ZodType;
  default: unknown;
  choices?: Readonly<Record<string, string>>;
}

export function choice<
  const Choices extends Readonly<Record<string, string>>,
  const Row extends About & { default: keyof Choices & string },
>(choices: Choices, row: Row) {
  const values = Object.keys(choices) as (keyof Choices & string)[];
  const schema = z.enum(values, { error: `must be ${values.join(' or ')}` });
  return { ...row, kind: 'choice' as const, choices, schema: () => schema };
}

export function flag<const Row extends About & { default: boolean }>(row: Row) {
  const schema = z.boolean({ error: 'must be true or false' });
  return { ...row, kind: 'flag' as const, schema: () => schema };
}

export function number<const Row extends About & { default: number }>(min: number, max: number, row: Row) {
  const schema = wholeNumber(min, max);
  return { ...row, kind: 'number' as const, schema: () => schema };
}

/** @param item the format of each entry. */
export function list<Item extends z.ZodType, const Row extends About>(
  most: number,
  item: (production: boolean) => Item,
  row: Row,
) {
  const schema = (production: boolean) => z.array(item(production)).max(most, `must have at most ${most} entries`);
  return { ...row, kind: 'list' as const, default: [], schema };
}

/** One address of the EHR, or ''. The app trusts it, so a change ends open launches. */
export function address<Format extends z.ZodType, const Row extends About>(
  format: (production: boolean) => Format,
  row: Row,
) {
  return { ...row, kind: 'line' as const, default: '', endsLaunches: true as const, schema: format };
}

export function text<Format extends z.ZodType, const Row extends About & { kind: 'line' | 'text'; default: string }>(
  format: Format,
  row: Row,
) {
  return { ...row, schema: () => format };
}
