/** A small regex parser that finds patterns of more than linear time, for one test. */

/** One part of a sequence; `letters` are the sample letters it can consume. */
interface Term {
  letters: Set<string>;
  min: number;
  isUnbounded: boolean;
  isAssertion: boolean;
  isStart: boolean;
  inner: Term[][];
}

/** Every ASCII letter, and one character of each kind that our character classes distinguish. */
const SAMPLES = [
  ...Array.from({ length: 0x180 }, (_, code) => String.fromCodePoint(code)),
  ...['\u0301', '\u0316', '\u200b', '\u200c', '\u2028', '\u202e', '\ufeff', '\uff1d', '\u4e00', '\u{1f600}'],
];
const QUANTIFIER = /^(?:[*+?]|\{(\d+)(?:,(\d*))?\})\??/;
const GROUP = /^\((?:\?(?:[:=!]|<[=!]|<[^>]*>))?/;
const ATOM = /^(?:\\[pPu]\{[^}]*\}|\\x..|\\u....|\\c.|\\.|[^])/u;

/** Why a pattern may be slow, or undefined: every repetition has to end where the next one cannot begin. */
export function slowness(source: string, flags: string): string | undefined {
  const [alternatives] = readAlternatives(source, 0, flags.replace(/[gyd]/g, ''));
  return problemOf(alternatives, flags.includes('y'));
}

function problemOf(alternatives: Term[][], isAnchored: boolean): string | undefined {
  for (const terms of alternatives) {
    const isHeld = isAnchored || terms[0]?.isStart === true;
    for (const [index, term] of terms.entries()) {
      const inner = problemOf(term.inner, true);
      if (inner !== undefined) return inner;
      if (!term.isUnbounded) continue;
      if (term.inner.some((one) => !isNestedSafely(one))) return 'a repetition inside a repetition';
      const canFail = terms.slice(index + 1).some((later) => later.min > 0);
      if (!canFail) continue;
      const before = terms.slice(0, index);
      if (!isHeld && !before.some((one) => separates(one, term)))
        return 'a repetition that begins anywhere, before something that may be missing';
      const twin = before.findLastIndex((one) => one.isUnbounded && !beginsApart(term, one));
      if (twin >= 0 && !before.slice(twin + 1).some((one) => separates(one, term) || separates(one, terms[twin]))) {
        return 'two repetitions of the same letters in a row';
      }
    }
  }
  return undefined;
}

/** Does each round of the outer repetition begin with a letter that the inner ones cannot consume? */
function isNestedSafely(terms: Term[]): boolean {
  const repeated = terms.flatMap(unboundedIn);
  const first = terms.find((term) => term.min > 0 && !term.isAssertion);
  return repeated.every((term) => first !== undefined && first !== term && isDisjoint(first.letters, term.letters));
}

function unboundedIn(term: Term): Term[] {
  return [...(term.isUnbounded ? [term] : []), ...term.inner.flat().flatMap(unboundedIn)];
}

/** Is it impossible that `term` begins with a letter of `from`? */
function beginsApart(term: Term, from: Term): boolean {
  const begins = term.inner.length === 0 ? [term] : term.inner.map(([first]) => first);
  return begins.every(
    (first) => first !== undefined && (first === term || first.min > 0) && isDisjoint(first.letters, from.letters),
  );
}

function separates(term: Term, from: Term | undefined): boolean {
  return term.min > 0 && !term.isAssertion && from !== undefined && isDisjoint(term.letters, from.letters);
}

function isDisjoint(left: Set<string>, right: Set<string>): boolean {
  return [...left].every((letter) => !right.has(letter));
}

function readAlternatives(source: string, start: number, flags: string): [Term[][], number] {
  const alternatives: Term[][] = [[]];
  let at = start;
  while (at < source.length && source[at] !== ')') {
    if (source[at] === '|') {
      alternatives.push([]);
      at += 1;
      continue;
    }
    const [term, end] = readTerm(source, at, flags);
    alternatives.at(-1)?.push(term);
    at = end;
  }
  return [alternatives, at];
}

function readTerm(source: string, start: number, flags: string): [Term, number] {
  const group = source[start] === '(' ? GROUP.exec(source.slice(start))?.[0] : undefined;
  let inner: Term[][] = [];
  let end = start;
  if (group !== undefined) {
    [inner, end] = readAlternatives(source, start + group.length, flags);
    end += 1;
  } else if (source[start] === '[') end = endOfClass(source, start);
  else end += ATOM.exec(source.slice(start))?.[0].length ?? 1;
  const atom = source.slice(start, end);
  const isAssertion = /^(?:[$^]|\\[bB]|\(\?<?[=!])/.test(atom);
  const [quantifier = '', min, max] = QUANTIFIER.exec(source.slice(end)) ?? [];
  const isUnbounded = quantifier !== '' && (/^[*+]/.test(quantifier) || max === '');
  const letters = group === undefined ? lettersOf(atom, isAssertion, flags) : union(inner);
  const least = /^[*?]/.test(quantifier) ? 0 : Number(min ?? 1);
  return [{ letters, min: least, isUnbounded, isAssertion, isStart: atom === '^', inner }, end + quantifier.length];
}

function endOfClass(source: string, start: number): number {
  let depth = 0;
  for (let at = start; at < source.length; at += 1) {
    if (source[at] === '\\') at += 1;
    else if (source[at] === '[' && (depth === 0 || source[at - 1] !== '\\'))
      depth += at === start ? 1 : nested(source, at);
    else if (source[at] === ']') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return source.length;
}

/** Only set notation (`--[`, `&&[`) nests. */
function nested(source: string, at: number): number {
  return /(?:--|&&)$/.test(source.slice(0, at)) ? 1 : 0;
}

function union(alternatives: Term[][]): Set<string> {
  return new Set(alternatives.flat().flatMap((term) => (term.isAssertion ? [] : [...term.letters])));
}

function lettersOf(atom: string, isAssertion: boolean, flags: string): Set<string> {
  if (isAssertion) return new Set();
  const pattern = new RegExp(`^${atom}$`, flags.replace('s', '') + (flags.includes('s') ? 's' : ''));
  return new Set(SAMPLES.filter((letter) => pattern.test(letter)));
}
