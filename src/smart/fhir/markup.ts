/** Takes the words out of texts that an EHR sends as HTML or RTF although FHIR wants plain text. */

const ENTITIES = new Map(
  Object.entries({
    ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', deg: '°', le: '≤', ge: '≥' },
    ...{ ndash: '–', mdash: '—', lsquo: '‘', rsquo: '’', ldquo: '“', rdquo: '”', bull: '•', szlig: 'ß' },
  }),
);
/** Combining marks, each behind its name: "&eacute;" is an e with the first. */
const MARKS = 'acute\u0301 grave\u0300 circ\u0302 uml\u0308 tilde\u0303 cedil\u0327'.split(' ');
/** What makes a text HTML: "K <3.0 or >6.0", "BP <pre and post> dialysis" and a word between <b> and </b>, which a user may type, stay as they are. */
const BLOCK = /<\/?(?:p|br|div|ul|ol|li|table|tbody|tr|td|th|h[1-6]|hr|pre)(?:\s+[\w:-]+\s*=[^<>]*)?\s*\/?>/gi;
const INLINE = /<(\/?)(a|b|i|u|em|strong|span|font|small|sub|sup)(?:\s+[\w:-]+\s*=[^<>]*)?\s*\/?>/gi;
/** Begins a group of RTF that holds no words: fonts, colours, styles, pictures, and what older readers have to skip. */
const WORDLESS = /^\\(?:fonttbl|colortbl|stylesheet|info|pict|\*)/;
/** A line break in the source means nothing. What follows \u is for readers that do not know the character. */
const RTF_SIGN = /\\(?:'([\da-f]{2})|u(-?\d{1,5}) ?(?:\?|\\'[\da-f]{2})?|([a-z]+)(-?\d*) ?|([^a-z]))|[\r\n]+/gi;
/** Signs of RTF that stand for a character: without its dash, "10\endash 20 mg" would be another dose. */
const RTF_CHARACTERS = new Map([
  ...['par', 'line', 'row', 'cell', 'tab'].map((word) => [word, '\n'] as const),
  ...Object.entries({ endash: '–', emdash: '—', lquote: '‘', rquote: '’', ldblquote: '“', rdblquote: '”' }),
  ...Object.entries({ bullet: '•', super: '^', '~': ' ', _: '-', '-': '' }),
]);
/** Stands for a brace, so that the words behind it do not belong to the control word before it. */
const BREAK = '\u200B';
const WINDOWS = new TextDecoder('windows-1252');

/** Keeps lines apart; not HTML-safe. Linear. @param most characters read; of RTF without pictures ten times as many. */
export function unmarked(whole: string, most = 100_000): string {
  const isRtf = whole.startsWith('{\\rtf');
  const text = isRtf ? cut(withoutGroups(whole, most * 100), most * 10) : cut(whole, most);
  if (isRtf) return text.replace(RTF_SIGN, characterOf).replaceAll(BREAK, '');
  const lines = text.replace(BLOCK, '\n');
  // 10<sup>6</sup> is not 106.
  const raised = (_tag: string, end: string, name: string) => (end === '' && /^sup$/i.test(name) ? '^' : '');
  return withoutEntities(lines === text && !/<su[bp]>/i.test(text) ? text : lines.replace(INLINE, raised));
}

/** "&amp;" as "&". A name that is no character stays. */
export function withoutEntities(text: string): string {
  return text.replace(/&(?:#(x[\da-f]{1,5}|\d{1,6})|([a-z]{2,6}));/gi, (whole, code?: string, name = '') => {
    if (code !== undefined) return numbered(Number(`0${code.toLowerCase()}`));
    const mark = MARKS.find((one) => one.slice(0, -1) === name.slice(1));
    return mark === undefined ? (ENTITIES.get(name) ?? whole) : `${name[0]}${mark.slice(-1)}`.normalize();
  });
}

/** From 128 to 159, HTML and RTF number the characters of Windows: 150 is the dash in "5–10 mg". */
function numbered(code: number): string {
  return code >= 128 && code < 160 ? WINDOWS.decode(Uint8Array.of(code)) : String.fromCodePoint(code);
}

/** RTF without braces and wordless groups, in one pass: a text may be nothing but braces, and a picture is long. */
function withoutGroups(whole: string, most: number): string {
  const text = cut(whole, most);
  let [kept, from, depth, skipped] = ['', 0, 0, Infinity];
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === '\\') at += 1;
    if (sign !== '{' && sign !== '}') continue;
    if (skipped === Infinity && at > from) kept += `${text.slice(from, at)}${BREAK}`;
    from = at + 1;
    depth += sign === '{' ? 1 : -1;
    if (depth < skipped) skipped = Infinity;
    if (skipped === Infinity && text[from] === '\\' && WORDLESS.test(text.slice(from, from + 11))) skipped = depth;
  }
  return kept + text.slice(skipped === Infinity ? from : most);
}

const cut = (text: string, most: number) => (text.length > most ? `${text.slice(0, most)}…` : text);

function characterOf(_sign: string, hex?: string, unicode?: string, word?: string, set = '', sign = ''): string {
  if (hex !== undefined) return numbered(Number.parseInt(hex, 16));
  if (unicode !== undefined) return String.fromCharCode(Number(unicode) & 0xffff);
  if (word === undefined) return RTF_CHARACTERS.get(sign) ?? sign;
  return set === '0' ? '' : (RTF_CHARACTERS.get(word) ?? '');
}
