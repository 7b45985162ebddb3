/** Recognizes what was sent in place of a JSON document. */
import { isHtml } from '#src/adapters/ehr-http/failure-rule.ts';
import { parseJson } from '#src/adapters/json-object.ts';
import type { FetchedAnswer } from './fetched.ts';

/** `object` is what a document should be. */
export type Shape = 'object' | 'html' | 'xml' | 'other JSON' | 'not JSON' | 'empty';

/** Classifies a body by its text first; the content type only helps where the text is not JSON. */
export function shapeOf({ text, contentType, document }: FetchedAnswer): Shape {
  if (document) return 'object';
  if (text.trim() === '') return 'empty';
  if (parseJson(text) !== undefined) return 'other JSON';
  if (/html/.test(contentType) || isHtml(text)) return 'html';
  return /xml/.test(contentType) || /^\s*</.test(text) ? 'xml' : 'not JSON';
}
