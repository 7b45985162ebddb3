/** Takes the words out of texts that an EHR sends as HTML or RTF although FHIR wants plain text. */

const ENTITIES = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
  ['ndash', '–'],
  ['mdash', '—'],
  ['rsquo', '’'],
  ['deg', '°'],
  ['szlig', 'ß'],
]);
/** Combining marks, each behind its name: "&eacute;" is an e with the first. */
const MARKS = 'acute\u0301 grave\u0300 circ\u0302 uml\u0308 tilde\u0303 cedil\u0327'.split(' ');
/** Only elements that HTML has, so that "K <3.0 or >6.0" stays as it is. */
const BLOCK = /<\/?(?:p|br|div|ul|ol|li|table|tbody|tr|td|th|h[1-6]|hr|pre)(?:\s[^<>]*)?\/?>/gi;
const INLINE = /<\/?(?:a|b|i|u|em|strong|span|font|small|sub|sup)(?:\s[^<>]*)?\/?>/gi;
/** Begins a group of RTF that holds no words: fonts, colours, styles, and what older readers have to skip. */
const WORDLESS = /^\\(?:fonttbl|colortbl|stylesheet|info|\*)/;
const RTF_SIGN = /\\(?:'([\da-f]{2})|u(-?\d{1,5}) ?\??|(par|line|row|cell|tab)\b ?|[a-z]+-?\d* ?|([^a-z]))/gi;

/** The text without markup, lines kept apart; plain text comes back as it is. Not HTML-safe. Linear. */
export function unmarked(text: string): string {
  if (text.startsWith('{\\rtf')) return wordsOfRtf(text);
  return withoutEntities(text.replace(BLOCK, '\n').replace(INLINE, ''));
}

/** "&amp;" as "&". A number that is no character stays. */
export function withoutEntities(text: string): string {
  return text.replace(/&(?:#(x[\da-f]{1,5}|\d{1,6})|([a-z]{2,6}));/gi, (whole, code?: string, name = '') => {
    if (code !== undefined) return String.fromCodePoint(Number(`0${code.toLowerCase()}`));
    const mark = MARKS.find((one) => one.slice(0, -1) === name.slice(1));
    return mark === undefined ? (ENTITIES.get(name) ?? whole) : `${name[0]}${mark.slice(-1)}`.normalize();
  });
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
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (unicode !== undefined) return String.fromCharCode(Number(unicode) & 0xffff);
    return line === undefined ? (sign ?? '') : '\n';
  });
}
