/** What kind of text stands where a JSON document should be. */
import { parseJson } from '#src/adapters/json-object.ts';
import type { FetchedAnswer } from './fetched.ts';

/** `object` is what a document should be. */
export type Shape = 'object' | 'html' | 'xml' | 'other JSON' | 'not JSON' | 'empty';

/** What kind of text a body is, whatever its content type claims. */
export function shapeOf({ text, contentType, document }: FetchedAnswer): Shape {
  if (document) return 'object';
  if (text.trim() === '') return 'empty';
  if (parseJson(text) !== undefined) return 'other JSON';
  if (/html/.test(contentType) || /^\s*<(?:!doctype html|html)\b/i.test(text)) return 'html';
  return /xml/.test(contentType) || /^\s*</.test(text) ? 'xml' : 'not JSON';
}
