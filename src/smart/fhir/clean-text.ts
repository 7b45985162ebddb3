/** Makes one line of readable text of what an EHR wrote. */
import { unmarked } from './markup.ts';
import { visibleLength } from './visible-length.ts';

const characters = new Intl.Segmenter();

/** One line of Latin letters, single spaces and ASCII that begins no markup. Most texts are such: they need no cleaning. */
const PLAIN_LINE = /^[!-%'-;=-z|-~\u00C0-\u024F]+(?: [!-%'-;=-z|-~\u00C0-\u024F]+)*$/;

/** The beginning of such a line. Each of its characters stands alone, so that it can be cut anywhere. */
const PLAIN_HEAD = /^[!-%'-;=-z|-~\u00C0-\u024F]+(?: [!-%'-;=-z|-~\u00C0-\u024F]+)* ?$/;

/** The last text that was cleaned: several readers ask for the same one in turn, and RTF is slow to read. */
let last: { value?: string; maxLength?: number; text?: string | undefined } = {};

/**
 * One line of readable text. Letters of every script stay, and joiners (Persian, emoji). Controls become spaces. Markup
 * and invisible formatting, above all bidirectional overrides, are removed. A letter keeps at most eight marks. Not
 * HTML-safe: views escape it (FH-10).
 * @param maxLength visible; a longer text ends in "…". @returns undefined without a visible character.
 */
export function oneLine(value: string, maxLength: number): string | undefined {
  if (value.length <= maxLength && PLAIN_LINE.test(value)) return value;
  if (value.length > maxLength + 1 && PLAIN_HEAD.test(value.slice(0, maxLength + 2)))
    return `${value.slice(0, maxLength - 1)}…`;
  if (last.value !== value || last.maxLength !== maxLength) last = { value, maxLength, text: clean(value, maxLength) };
  return last.text;
}

function clean(value: string, maxLength: number): string | undefined {
  const line = unmarked(value, maxLength * 8)
    .toWellFormed()
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/[\p{Cf}--[\u200C\u200D]]/gv, '')
    // More marks on one letter than any script has would cover the lines above.
    .replace(/(\p{M}{8})\p{M}+/gu, '$1')
    // Fonts draw these letters as a space.
    .replace(/[\u2800\u3164\uFFA0]+/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
  const bounded = line.length > maxLength ? shorten(line, maxLength) : line;
  return visibleLength(bounded) > 0 ? bounded : undefined;
}

/** Cuts between visible characters, not inside an emoji or an accented letter. The rest of the line is not examined. */
function shorten(line: string, maxLength: number): string {
  let [end, count] = [0, 1];
  for (const { index, segment } of characters.segment(line)) {
    if (count >= maxLength) break;
    count += 1;
    end = index + segment.length;
  }
  return `${line.slice(0, end)}…`;
}
