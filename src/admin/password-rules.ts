/** Password rules after NIST SP 800-63B: length and known passwords matter, mixtures of characters do not. */
import { PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH } from '#src/config/sign-in.ts';

const MIN_DIFFERENT = 5;

/** The problem with a password, in words for the person choosing it; undefined when there is none. */
export function passwordProblem(password: string, email: string): string | undefined {
  // Checked first, because normalizing can turn one character into eighteen.
  if (password.length > 2 * PASSWORD_MAX_LENGTH) return `Use at most ${PASSWORD_MAX_LENGTH} characters.`;
  const folded = password.normalize('NFKC').toLowerCase();
  const length = Array.from(folded).length;
  if (length < PASSWORD_MIN_LENGTH) return `Use at least ${PASSWORD_MIN_LENGTH} characters.`;
  if (length > PASSWORD_MAX_LENGTH) return `Use at most ${PASSWORD_MAX_LENGTH} characters.`;
  if (folded.includes(email) || folded === email.split('@')[0])
    return 'Choose something other than your e-mail address.';
  if (new Set(folded).size < MIN_DIFFERENT || isRun(folded) || isCommonPassword(folded))
    return 'This password is too easy to guess.';
  return undefined;
}

/** Is it a run such as 123456789012: each character one more, or one less, than the previous; 0 follows 9? */
function isRun(text: string): boolean {
  const codes = Array.from(text, (letter) => letter.codePointAt(0) ?? 0);
  const steps = codes.slice(1).map((code, index) => code - (codes[index] ?? 0));
  const isUp = steps.every((step) => step === 1 || step === -9);
  return isUp || steps.every((step) => step === -1 || step === 9);
}

/** The most frequent words of leaked passwords, and words that suggest themselves here. Lower case, plain letters. */
const WORDS = new Set(
  `abc access account adam adidas admin administrator adminadmin adobe alex alexander alexis alice amanda america american
  andrea andrew angel angela angels anthony apple april arsenal ashley asshole august austin autumn azerty badboy bailey
  banana barcelona barney baseball basketball batman beautiful benjamin bigdog biteme blink bonjour boston brandon brazil
  bubbles buster butter butterfly camera canada carlos caroline casper cassie chang changeit changeme charlie charlotte
  cheese chelsea cheyenne chicken chocolate chris christian christine clinic clinical company compaq computer cookie
  corvette cowboy cowboys crystal daddy daisy dallas daniel danielle david death december default demo demodemo diamond
  doctor dolphin dolphins donald dragon eagles easter edward einstein elephant elizabeth emily england epic eric fabulous
  family fender ferrari fire fisher florida flower flowers football forever formula france frank freddy freedom friday
  friend friends fuck fuckme fuckyou gabriel gandalf gateway george germany ginger giants girl golden golf golfer good
  google gordon green guest guitar hallo hammer hannah happy harley harry health healthcare heaven hello hellohello help
  helpme hockey holiday home honey hospital hottie house hunter iceman iloveu iloveyou inter internet iwantu jackson jake
  james january jasmine jasper jennifer jeremy jessica jessie jesus john johnny johnson jonathan jordan joseph joshua
  july june junior justin karina katie keepout killer king kitten kitty knight ladybug lakers lauren leeds letmein
  first firstlogin initial bootstrap my ilove liberty little liverpool login london looking love lovelove loveme lovely lover loveyou lucky madison maggie manager
  march marina mark marlboro martin master matrix matthew maverick maxwell medical medicine melissa mercedes merlin
  michael michelle mickey midnight mike minecraft miller monday money monika monkey monster morgan mother mountain
  muffin music mustang mypass mypassword myspace naruto nascar nathan naughty newpassword newyork nicholas nicole
  nintendo nissan november nurse oasis october office oldpassword oliver operator orange pa panther parker pass passwd
  password passwort patient patients patrick peanut pepper peter phoenix player please pokemon porsche prince princess
  private public purple pussy qazwsx qwe qwert qwerty qwertz rabbit rachel raiders rainbow ranger rangers raptor rebecca
  redsox remember richard robert rock root rosebud runner russia sakura sam samantha samsung samuel sandra saturday
  scooter scorpion scott sebastian secret secure security september service seven sexy shadow shannon sierra silver
  simple slayer smart smartonfhir smith smoke snoopy soccer sophie spanky sparky spider spring star starwars steelers
  stella steven sudo summer sunday sunflower sunshine super superman superstar support sweet sydney system taylor temp
  temporary tennis test tester testing testtest thank thomas thunder thursday tiffany tiger tigers tinkerbell toor topgun
  trial trouble trustno trustnoone tuesday turtle user username vanessa vectorcare victor victoria viking vincent walter
  warrior wednesday welcome whatever white william willow winner winter wizard wolf xbox yahoo yamaha yankee yankees
  yellow your yourpassword zaq zxc zxcvbn zxcvbnm`.split(/\s+/),
);
const PHRASES = new Set(['correcthorsebatterystaple', 'thequickbrownfox', 'tobeornottobe', 'maytheforcebewithyou']);
/** Rows and columns of keyboards, and the alphabet. */
const KEYBOARDS = [
  ...['qwertyuiop', 'asdfghjkl', 'zxcvbnm', 'qwertzuiop', 'yxcvbnm', 'azertyuiop', 'qsdfghjklm', 'wxcvbn'],
  ...['1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik', 'qazwsxedcrfvtgbyhnujmikolp', 'zaq1xsw2cde3vfr4bgt5nhy6mju7'],
  ...['1q2w3e4r5t6y7u8i9o0p', 'q1w2e3r4t5y6u7i8o9p0', 'q2w3e4r5t6y7u8i9o0p'],
  ...['a1s2d3f4g5h6j7k8l9', '1a2s3d4f5g6h7j8k9l', 'abcdefghijklmnopqrstuvwxyz'],
];
const SHORTEST_WALK = 3;
/** The longest word or walk; a longer walk consists of several. */
const LONGEST_PART = 16;
const LETTER = /\p{L}/u;
/** Every keyboard walk that contains a letter, in both directions. */
const WALKS = new Set(
  KEYBOARDS.flatMap((keys) => [keys, Array.from(keys).toReversed().join('')]).flatMap((keys) => pieces(keys)),
);
const SHORTEST_NUMBER = 24;
/** A sign, then the letter that it replaces. */
const DISGUISES = new Map(
  ['0o', '3e', '4a', '5s', '7t', '8b', '@a', '$s', '!i', '|l', '€e', '+t'].map(([sign = '', letter]) => [sign, letter]),
);

/** Only common words, keyboard walks, a number, or one piece repeated? @param folded lower case, after NFKC; short. */
function isCommonPassword(folded: string): boolean {
  const letters = folded.replaceAll(/[^a-z]/g, '');
  const isCommon = PHRASES.has(letters) || isMadeOfParts(folded) || isMadeOfParts(letters);
  return isCommon || isNumber(folded) || isRepeated(folded);
}

/** Is one piece repeated, the last one perhaps cut off? Examples: abc123abc123, 123451234512. */
function isRepeated(text: string): boolean {
  for (let length = 1; length <= text.length / 2; length += 1) if (text.startsWith(text.slice(length))) return true;
  return false;
}

/** Only digits and separators: people choose dates, telephone and card numbers, which leaked lists are full of. */
function isNumber(text: string): boolean {
  return text.length < SHORTEST_NUMBER && /^[\d\s./:,+()_-]+$/.test(text);
}

/** Can the text be split into words, walks and single non-letters, with at least one word or walk? */
function isMadeOfParts(text: string): boolean {
  const spellings = [text, undisguised(text, 'i'), undisguised(text, 'l')];
  // At each position: not reached, reached by digits and signs only, or with a word.
  const reached: ('signs' | 'word' | undefined)[] = ['signs'];
  for (let at = 0; at < text.length; at += 1) {
    const how = reached[at];
    if (how === undefined) continue;
    if (!LETTER.test(text.charAt(at))) reached[at + 1] = reached[at + 1] === 'word' ? 'word' : how;
    const longest = Math.min(LONGEST_PART, text.length - at);
    for (let length = 2; length <= longest; length += 1)
      if (spellings.some((spelling) => isPart(spelling.slice(at, at + length)))) reached[at + length] = 'word';
  }
  return reached[text.length] === 'word';
}

/** @param one the letter that `1` replaces. */
function undisguised(text: string, one: 'i' | 'l'): string {
  return text.replaceAll(/[^a-z]/g, (sign) => (sign === '1' ? one : (DISGUISES.get(sign) ?? sign)));
}

/** A word, a walk, or one letter repeated: "aaaa". */
function isPart(text: string): boolean {
  return WORDS.has(text) || WALKS.has(text) || (new Set(text).size === 1 && /^\p{L}{2,}$/u.test(text));
}

function pieces(keys: string): string[] {
  const all: string[] = [];
  for (let at = 0; at < keys.length; at += 1)
    for (let length = SHORTEST_WALK; length <= LONGEST_PART; length += 1) all.push(keys.slice(at, at + length));
  return all.filter((walk) => walk.length >= SHORTEST_WALK && LETTER.test(walk));
}
