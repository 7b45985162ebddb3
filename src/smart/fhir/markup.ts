/** Takes the words out of texts that an EHR sends as HTML or RTF although FHIR wants plain text. */

const ENTITIES = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
]);
/** Only elements that HTML has, so that "K <3.0 or >6.0" and "NYHA <I or >II" stay as they are. */
const BLOCK = /<\/?(?:p|br|div|ul|ol|li|table|tbody|tr|td|th|h[1-6]|hr|pre)(?:\s[^<>=]*=[^<>]*)? ?\/?>/gi;
const INLINE = /<\/?(?:a|b|i|u|em|strong|span|font|small|sub|sup)(?:\s[^<>=]*=[^<>]*)? ?\/?>/gi;
/** Begins a group of RTF that holds no words: fonts, colours, styles, and what older readers have to skip. */
const WORDLESS = /^\\(?:fonttbl|colortbl|stylesheet|info|pict|\*)/;
/** A line break in the source means nothing. What follows \u is for readers that do not know the character. */
const RTF_SIGN =
  /\\(?:'([\da-f]{2})|u(-?\d{1,5}) ?(?:\?|\\'[\da-f]{2})?|(par|line|row|cell|tab|super)\b ?|[a-z]+-?\d* ?|([^a-z]))|[\r\n]+/gi;
const ANSI = new TextDecoder('windows-1252');

/** The text without markup, lines kept apart; plain text comes back as it is. Not HTML-safe. Linear. */
export function unmarked(text: string): string {
  if (text.startsWith('{\\rtf')) return wordsOfRtf(text);
  // "10<sup>9</sup>" is not 109.
  const words = text.replace(BLOCK, '\n').replace(INLINE, (tag) => (/^<sup/i.test(tag) ? '^' : ''));
  return withoutEntities(words);
}

/** "&amp;" as "&". A number that is no character stays. */
export function withoutEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,6})|([a-z]{2,4}));/g, (whole, code?: string, name?: string) =>
    code === undefined ? (ENTITIES.get(name ?? '') ?? whole) : characterOf(Number(code)),
  );
}

/** From 128 to 159, HTML and RTF number the characters of Windows: 150 is the dash in "5–10 mg". */
function characterOf(code: number): string {
  return code >= 128 && code < 160 ? ANSI.decode(Uint8Array.of(code)) : String.fromCodePoint(code);
}

function wordsOfRtf(text: string): string {
  const words: string[] = [];
  let [depth, skipped] = [0, Infinity];
  for (const part of text.split(/(?<!\\)([{}])/)) {
    if (part === '{') depth += 1;
    else if (part === '}') depth -= 1;
    else if (WORDLESS.test(part)) skipped = Math.min(skipped, depth);
    if (depth < skipped) skipped = Infinity;
    if (skipped === Infinity && !/^[{}]$/.test(part)) words.push(part);
  }
  return words.join('').replace(RTF_SIGN, (_whole, hex?: string, unicode?: string, line?: string, sign?: string) => {
    if (hex !== undefined) return characterOf(Number.parseInt(hex, 16));
    if (unicode !== undefined) return String.fromCharCode(Number(unicode) & 0xffff);
    return line === undefined ? (sign?.replace('~', ' ') ?? '') : line === 'super' ? '^' : '\n';
  });
}
