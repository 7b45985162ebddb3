/** Parses the forms of our pages: limits the size of the body and of each kind of field. */
import express, { type Request, type RequestHandler } from 'express';
import { AppError } from '#src/errors.ts';

/** The longest value of each kind of field, in UTF-16 units; passwords in bytes, because bytes are hashed. */
const LONGEST = {
  choice: 60,
  code: 100,
  id: 300,
  name: 200,
  email: 254,
  reason: 300,
  password: 800,
  url: 2_048,
  note: 4_000,
  setting: 8_000,
  sealed: 8_192,
  key: 16_000,
  list: 24_000,
  table: 40_000,
  document: 100_000,
} as const;

export type FieldKind = keyof typeof LONGEST;

/** Body limits in bytes: for the usual form, smaller forms, and forms with long texts. */
export const FORM_BYTES = {
  signIn: 4_096,
  usual: 8_192,
  key: 32_768,
  settings: 100_000,
  tables: 400_000,
  /** A document of the longest kind in a form: a letter of most scripts takes nine bytes. */
  request: 1_000_000,
} as const;

const NOT_TYPED = /[^\P{Cc}\t\r\n]/gu;

/** Over the limit 413; compressed bodies are refused. @param larger limits of larger forms below this mount. */
export function formBody(
  bytes: number = FORM_BYTES.usual,
  larger: Readonly<Record<string, number>> = {},
): RequestHandler {
  const parserOf = (limit: number) =>
    express.urlencoded({ extended: false, inflate: false, limit, verify: writeSpaces });
  const usual = parserOf(bytes);
  const others = new Map(Object.entries(larger).map(([path, limit]) => [path, parserOf(limit)]));
  return (request, response, next) =>
    (others.get(`${request.baseUrl}${request.path}`) ?? usual)(request, response, next);
}

/** Writes a space for each "+" in the bytes. The parser would do it slowly: 400 kB of "+" took 25 ms of CPU time. */
function writeSpaces(_request: unknown, _response: unknown, body: Buffer): void {
  for (let at = 0; at < body.length; at += 1) if (body[at] === 0x2b) body[at] = 0x20;
}

/** All fields of a parsed form, as typed, for a page that posts them again; the body limit bounds them. */
export function fieldsOf(request: Request): Record<string, string> {
  const fields = Object.entries({ ...request.body });
  return Object.fromEntries(fields.filter((field): field is [string, string] => typeof field[1] === 'string'));
}

/** '' when missing or repeated. Untrusted, without controls. @throws AppError 'request.field-too-long' */
export function fieldOf(request: Request, name: string, kind: FieldKind): string {
  const value: unknown = (request.body as Record<string, unknown> | undefined)?.[name];
  if (typeof value !== 'string') return '';
  const length = kind === 'password' ? Buffer.byteLength(value) : value.length;
  if (length <= LONGEST[kind]) return value.replace(NOT_TYPED, ' ').toWellFormed();
  const shown = `At most ${LONGEST[kind]} ${kind === 'password' ? 'bytes' : 'characters'}: ${name}.`;
  throw new AppError('request.field-too-long', `the field ${name} is longer than ${LONGEST[kind]}`, { shown });
}
