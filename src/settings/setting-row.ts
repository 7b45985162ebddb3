/** What a row of the registry is made of: one builder per kind of setting. */
import { z } from 'zod';
import { wholeNumber } from './formats.ts';

/** What every row says. */
interface About {
  /** On the command line, where it is not the name of the field. */
  key?: string;
  /** The heading it stands under in the form. */
  group: string;
  label: string;
  /** What it does, why one would change it, and the recommended value. */
  hint: string;
  /** A vendor preset may set it. */
  preset?: true;
  /** It is part of what the app trusts about the EHR: a change ends open launches (MT-05). */
  endsLaunches?: true;
  /** It has a page of its own, and stands in no form of settings. */
  ownPage?: true;
  /** Only an operator changes it. */
  operator?: true;
  /** In words, where the value differs from machine to machine. */
  defaultText?: string;
}

/** One setting, whatever its kind. */
export interface SettingRow extends About {
  /** `line` and `text` are one value, typed in one line or several. */
  kind: 'line' | 'text' | 'list' | 'flag' | 'choice' | 'number';
  /** @param production whether http on loopback is refused. */
  schema: (production: boolean) => z.ZodType;
  default: unknown;
  /** Of a choice: its values, and how the form words them. */
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

/** @param item what each entry must look like. */
export function list<Item extends z.ZodType, const Row extends About>(
  most: number,
  item: (production: boolean) => Item,
  row: Row,
) {
  const schema = (production: boolean) => z.array(item(production)).max(most, `must have at most ${most} entries`);
  return { ...row, kind: 'list' as const, default: [], schema };
}

export function text<Format extends z.ZodType, const Row extends About & { kind: 'line' | 'text'; default: string }>(
  format: Format,
  row: Row,
) {
  return { ...row, schema: () => format };
}
