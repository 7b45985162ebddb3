/** Builds the rows of the registry: one function per kind of setting, each with the group and label of the form. */
import { z } from 'zod';
import { endpointUrl } from './addresses.ts';
import { wholeNumber } from './formats.ts';

interface About {
  /** The key on the command line, if it is not the name of the field. */
  key?: string;
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
  group: string;
  label: string;
  /** `line` and `text` are one text, typed in one line or in several. */
  kind: 'line' | 'text' | 'list' | 'flag' | 'choice' | 'number';
  /** @param production whether http on loopback is refused. */
  schema: (production: boolean) => z.ZodType;
  default: unknown;
  choices?: Readonly<Record<string, string>>;
}

export function choice<
  const Choices extends Readonly<Record<string, string>>,
  const Row extends About & { choices: Choices; default: keyof Choices & string },
>(group: string, label: string, row: Row & { choices: Choices }) {
  const values = Object.keys(row.choices) as (keyof Choices & string)[];
  const schema = z.enum(values, { error: `must be ${values.join(' or ')}` });
  return { group, label, ...row, kind: 'choice' as const, schema: () => schema };
}

export function flag<const Row extends About & { default: boolean }>(group: string, label: string, row: Row) {
  const schema = z.boolean({ error: 'must be true or false' });
  return { group, label, ...row, kind: 'flag' as const, schema: () => schema };
}

export function number<const Row extends About & { default: number }>(
  group: string,
  label: string,
  min: number,
  max: number,
  row: Row,
) {
  const schema = wholeNumber(min, max);
  return { group, label, ...row, kind: 'number' as const, schema: () => schema };
}

/** @param item the format of each entry. */
export function list<Item extends z.ZodType, const Row extends About>(
  group: string,
  label: string,
  most: number,
  item: (production: boolean) => Item,
  row: Row,
) {
  const schema = (production: boolean) => z.array(item(production)).max(most, `must have at most ${most} entries`);
  return { group, label, ...row, kind: 'list' as const, default: [], schema };
}

/** One address of the EHR, or ''. The app trusts it, so a change ends open launches. */
export function address<const Row extends About>(group: string, label: string, row: Row) {
  return { group, label, ...row, kind: 'line' as const, default: '', endsLaunches: true as const, schema: endpointUrl };
}

export function text<Format extends z.ZodType, const Row extends About & { kind: 'line' | 'text'; default: string }>(
  group: string,
  label: string,
  format: Format,
  row: Row,
) {
  return { group, label, ...row, schema: () => format };
}
