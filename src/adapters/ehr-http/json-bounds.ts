/** Measures JSON from outside before it is parsed, so that extreme nesting or a million values are never processed. */
import type { Dispatcher } from 'undici';
import { watchesAnswers } from './answer-size.ts';

export interface JsonBounds {
  depth: number;
  /** The total of object members and array elements. */
  values: number;
}

/** More than any chart, key set or id_token needs; far less than the largest response can hold (FH-12, ID-19). */
export const JSON_BOUNDS = {
  protocol: { depth: 64, values: 60_000 },
  fhir: { depth: 64, values: 200_000 },
  idToken: { depth: 16, values: 2_000 },
} as const satisfies Record<string, JsonBounds>;

const [QUOTE, BACKSLASH, COMMA, BRACKET, BRACE, BRACKET_END, BRACE_END] = Buffer.from('"\\,[{]}');
/** White space of JSON, and the three bytes of a UTF-8 byte order mark. */
const LEADING = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);

/** Measures a document piece by piece, in one pass over its bytes. No byte of a multi-byte UTF-8 sequence equals a JSON delimiter. */
export function createJsonGauge(bounds: JsonBounds) {
  let kind: 'unknown' | 'json' | 'other' = 'unknown';
  let isText = false;
  let isEscaped = false;
  let depth = 0;
  let values = 0;
  /** Bodies that are not JSON are not measured, because a parser stops at their first character. */
  const kindOf = (piece: Uint8Array) => {
    const first = piece.find((byte) => !LEADING.has(byte));
    return first === undefined ? 'unknown' : first === BRACE || first === BRACKET ? 'json' : 'other';
  };
  return {
    /** @returns false as soon as the document is over its bounds. */
    takes: (piece: Uint8Array): boolean => {
      if (kind === 'unknown') kind = kindOf(piece);
      if (kind !== 'json') return true;
      // Local copies, written back once: variables shared by a closure are slow to access per byte.
      let [inText, escaped, deep, counted] = [isText, isEscaped, depth, values];
      for (let at = 0; at < piece.length; at += 1) {
        const byte = piece[at];
        if (escaped) escaped = false;
        else if (inText) {
          if (byte === QUOTE) inText = false;
          else if (byte === BACKSLASH) escaped = true;
        } else if (byte === QUOTE) inText = true;
        else if (byte === COMMA) counted += 1;
        else if (byte === BRACKET_END || byte === BRACE_END) deep -= 1;
        else if (byte === BRACKET || byte === BRACE) {
          deep += 1;
          counted += 1;
          if (deep > bounds.depth) return false;
        }
      }
      [isText, isEscaped, depth, values] = [inText, escaped, deep, counted];
      return values <= bounds.values;
    },
  };
}

/** Is this whole document within its bounds? */
export function isBoundedJson(document: Uint8Array, bounds: JsonBounds): boolean {
  return createJsonGauge(bounds).takes(document);
}

/** @param document UTF-8, also with a byte order mark. @throws Error over the bounds; SyntaxError for invalid JSON. */
export function parseBoundedJson(document: Buffer, bounds: JsonBounds): unknown {
  const isSmall = document.length <= bounds.values;
  if (!isSmall && !isBoundedJson(document, bounds)) throw new JsonBoundsError();
  const value: unknown = JSON.parse(document.toString().replace(/^\uFEFF/, ''));
  if (isSmall && !isWithin(value, bounds.depth)) throw new JsonBoundsError();
  return value;
}

function isWithin(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  // The loops create no list of members, because a response has thousands of values.
  if (Array.isArray(value)) {
    for (const inner of value) if (!isWithin(inner, depth - 1)) return false;
  } else {
    for (const name in value) if (!isWithin((value as Record<string, unknown>)[name], depth - 1)) return false;
  }
  return true;
}

class JsonBoundsError extends Error {
  override name = 'JsonBoundsError';
  override message = 'the answer nests too deeply or holds too many values';
  readonly code = 'JSON_EXCEEDED_MAX_SIZE';
}

/** Measures every response of a dispatcher as it arrives. */
export function boundsJson(bounds: JsonBounds): Dispatcher.DispatcherComposeInterceptor {
  return watchesAnswers(() => {
    const gauge = createJsonGauge(bounds);
    return { onPiece: (piece) => (gauge.takes(piece) ? undefined : new JsonBoundsError()) };
  });
}
