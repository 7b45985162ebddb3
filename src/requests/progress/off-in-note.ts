/** Reads in free notes whether somebody wrote there that a request is off, which its status does not say. */
import { asRecords, asText } from '#src/smart/fhir/fields.ts';

/** What a row says of such a note. It claims nothing, because only a reader knows what is meant. */
export const OFF_IN_NOTE = 'a note may cancel it: read it';

const LONGEST = 2_000;
const WHAT = new Set(
  'order request referral service services ride trip transport transportation pickup pick-up appointment appt visit visits booking delivery consult consultation procedure surgery test scan exam session treatment therapy transfer discharge this it'.split(
    ' ',
  ),
);
const FAMILY =
  'patient|pt|client|member|resident|family|daughter|son|wife|husband|spouse|mother|father|parents?|guardian|he|she|they';
const WHO = `(?:${FAMILY}|caller|provider|facility|clinic)`;
const OFF =
  '(?:cancell?ed|cxl?d|called off|discontinued|withdrawn|revoked|voided|a duplicate|(?:ordered|entered|placed|made) in error|(?:no longer|not) (?:needed|required|necessary|wanted|indicated|going ahead|taking place)|will not take place)';
/** "The ride on Monday is no longer needed": the words before say what is off. */
const IS_OFF = new RegExp(`((?:[\\p{L}\\d/:-]{1,30} ){1,8})${OFF}\\b`, 'giu');
const patterns = (...all: string[]) => all.map((pattern) => new RegExp(pattern, 'iu'));
const SAYS_OFF = patterns(
  // At the beginning of a clause: "Please cancel", "No longer needed".
  `(?:^|[.;:!,–—-] *|\\b(?:please|pls|kindly) )(?:to )?(?!discontinued (?!by\\b|per\\b|on\\b|due\\b))(?:cancel\\b|cancell?ation\\b|${OFF}\\b|disregard\\b|duplicate (?:order|request|referral)\\b)`,
  `\\b${WHO} (?:(?:has|have|had|also) ){0,2}(?:cancel(?:l?ed|s)?|withdrew|withdrawn)\\b`,
  '\\bwrong patient\\b|\\b(?:wants?|wanted|wish(?:es)?|asked|asks|requests?|requested|would like|decided|prefers?) (?:us )?to (?:cancel|withdraw)\\b',
  '\\b(?:patient|pt|client|member|resident) (?:(?:has|is|was|sadly|unfortunately) ){0,2}(?:deceased|died|dead|passed away|expired)\\b',
  '(?:^|[^\\p{L}])(?:storniert|abgesagt|nicht mehr (?:nötig|benötigt|erforderlich|gewünscht)|geannuleerd|niet meer nodig|annulée?|plus nécessaire|cancelad[oa]|ya no (?:se |lo |la )?(?:necesita|requiere))(?!\\p{L})',
);
/** The patient, or somebody who speaks for them, does not want it, or it is needed no more. */
const UNWANTED = patterns(
  `\\b(?:${FAMILY}) (?:(?:has|have|now|had) ){0,2}(?:declin|refus)(?:ed|es|ing)?\\b(?! (?:to|the) (?:answer|first|earlier|earliest|offered))`,
  `\\b(?:declined|refused|not wanted) by (?:the )?(?:${FAMILY})\\b|\\b(?:${FAMILY}) (?:(?:is|was|no longer|not) ){1,3}interested\\b|\\b(?:${FAMILY}) opted out\\b`,
  '\\b(?:deceased|died|passed away|duplicate)\\b|\\bno longer (?:needed|required|wanted)\\b|\\balready (?:receiv|enrolled|has\\b|served|seen|in care)',
);
/** What is not off, what would be only under a condition, and what is off beside it: another order, or a list of people who wait. */
const NOT_OFF = [
  /\b(?:the|an?|replac\w{2,4}) (?:cancell?ed|withdrawn|discontinued)\b/gi,
  /\b(?:auth\w*|escort|interpreter|attendant|companion|oxygen|signature|consent|wheelchair|stretcher) (?:for|on|during|with|of) [^.;!\n]{0,40}\bnot (?:needed|required|necessary|indicated)\b/gi,
  /\b(?:not|n[’']t|never|cannot) (?:be |been |get )?(?:cancel|disregard|discontinu|withdr)\w*/gi,
  /\b(?:if|unless|until|in case|when|should|before|without|otherwise)\b[^.;!\n]{0,80}/gi,
  /\b(?:call|phone|ring|notify|text|email|use)\b[^.;!\n]{0,40}\bto (?:(?:reschedule|change) or )?cancel\b/gi,
  /\bto (?:(?:reschedule|change) or )?cancel\b[^.;!\n]{0,30}\b(?:call|phone|ring|text|email)\b/gi,
  /\b(?:short[- ]notice )?cancell?ations? (?:list|policy|fee|notice|slot|appointment|line|number|window)s?\b/gi,
  /\bcancel(?:l?ed|s)? (?:the |his |her |their |my |our )?(?:last|previous|prior|other|old|earlier|first|duplicate)\b[^.;!\n]{0,60}/gi,
  /\b(?:last|previous|prior|other|old|earlier|first|yesterday[’']s)\b[^.;!\n]{0,40}\b(?:cancell?ed|withdrawn|discontinued|no longer (?:needed|required))\b/gi,
  /\b(?:re-?instated?|un-?cancell?ed)\b[^.;!\n]{0,60}/gi,
];
/** A list has hundreds of notes, and nearly none of them needs more than this one look. */
const MAY_SAY_OFF =
  /cancel|cxl?'?d|longer|not (?:need|requ|want|indic|going|necess|tak)|duplic|error|void|revok|withdr|called off|discontin|disregard|wrong p|deceas|died|dead|passed|expired|storn|abgesagt|nicht mehr|geann|niet meer|annul|plus n|ya no/i;

/** @param notes FHIR Annotations; untrusted. @param service what the request asks for, in words. */
export function mayBeOff(notes: unknown, service = ''): boolean {
  return notes !== undefined && asRecords(notes).some(({ text }) => saysOff(asText(text, LONGEST) ?? '', service));
}

/** Whether a provider's words say that the patient does not want the service, or no longer needs it. */
export function saysUnwanted(text = ''): boolean {
  return UNWANTED.some((pattern) => pattern.test(text));
}

function saysOff(text: string, service: string): boolean {
  if (!MAY_SAY_OFF.test(text)) return false;
  const plain = NOT_OFF.reduce(
    (rest, pattern) => rest.replace(pattern, ' '),
    text.replace(/[’'](?=d\b)|(?<=\b(?:appt|pt|dr|mr|mrs|ms))\./gi, ''),
  );
  const own: readonly string[] = service.toLowerCase().match(/\p{L}{3,}/gu) ?? [];
  // What is off is named just before: "Interpreter not needed" is another matter.
  const isMeant = (before: string) =>
    before
      .toLowerCase()
      .split(' ')
      .some((word) => WHAT.has(word) || own.includes(word));
  return (
    [...plain.matchAll(IS_OFF)].some(([, before = '']) => isMeant(before)) || SAYS_OFF.some((one) => one.test(plain))
  );
}
