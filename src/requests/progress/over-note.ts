/** Reads whether a note says that its own order is over: a note also tells of other orders, drugs, visits and vendors. */
import { CALLED_OFF, CONDITION } from './asks-no-provider.ts';

/** What a note calls the order that it is on, also without naming the service. */
const ORDER =
  'order|request|referral|auftrag|anforderung|aanvraag|demande|commande|bestilling|orden|pedido|richiesta|ordine';
const OWN = `${ORDER}|\\p{L}{0,12}transport(?:ation|en)?|taxi|ride|van|ambulance|pick-?up|service|\\p{L}{0,12}fahrt|rit|vervoer|resan?|ambulancia|trasporto`;
const THIS = 'the |this |diese[rs]? |deze |cette |la |le |esta |questo ';
const BE = '(?:(?:^| )(?:is|was|has been|ist|wird|wurde|werd|er|ble|blev|a été|ha sido|foi|n.est))?';

/** After these words anything may be what is over. */
const CANCELLED = `cancell?ed|${CALLED_OFF}`;
/** After these, only the order itself: drugs are discontinued too, and pumps set ("inställd"). */
const ENDED = [
  'discontinued|withdrawn|rescinded|revoked|terminated|void(?:ed)?|abgesetzt|entfällt|vervalt|vervallen|inställ[dt]',
  "(?:superseded|replaced) by (?:order|request)|superseded|(?:entered|ordered|placed|written) (?:(?:in|by) (?:error|mistake)|erroneously|[io]n (?:the )?wrong (?:patient|pt|chart))|(?<=\\p{L} )d\\/?c['’]?d",
  '(?:no longer|not) (?:needed|required|indicated)|nicht (?:mehr )?(?:nötig|erforderlich|notwendig|benötigt|gebraucht)|niet (?:meer )?nodig|(?:bitte|graag) (?:stornieren|absagen|annuleren)',
  'plus nécessaire|behövs (?:inte längre|ej)|ikke (?:(?:lenger|længere) nødvendig|(?:nødvendig|aktuelt) (?:lenger|længere))|(?:ya no(?: es)?|non più) neces{1,2}ari[oa]|não é mais necessário',
].join('|');
const END = new RegExp(
  `^(?<of>.{0,40}?)(?<!\\p{L})(?:(?<cancelled>(?!inställ|abgesetzt|entfällt|vervalt|vervallen)(?:${CANCELLED}))|${ENDED})(?!\\p{L})(?<rest>.*)`,
  'iu',
);

/** The order itself in full, without any other subject. */
const PLAIN = new RegExp(
  `^(?:${[
    `(?:(?:please|pls|need to) )?(?:cancel|void|disregard|ignore|discontinue)(?: (?:this|it|(?:${THIS}|my )?(?:${OWN})))?`,
    `do not (?:send|process|use|perform)(?: (?:${THIS})?(?:${OWN}))?`,
    `d\\/?c (?:the|this) (?:${ORDER})|(?:on )?hold(?: (?:this )?order)?|please hold`,
    '(?:à|merci d.) ?annuler|storno|stornierung|hinfällig',
    `(?:(?:(?:this|it|(?:this )?order) (?:is|was) a|possible) )?dup(?:e|licate)?(?: (?:${ORDER}|entry))?|duplicate of (?=.{0,20}(?:order|request|referral|\\d)).*`,
    'doppelt(?: (?:angelegt|bestellt|erfasst))?|dubbele aanvraag|doublon|duplicado',
    '(?:on )?wrong (?:patient|pt|chart|order)|falscher patient|verkeerde patiënt|fe(?:il|l) pa[st]ient|forkert patient|erreur de patient|paciente equivocado|paziente sbagliato',
    String.raw`(?:patient|pt\.?|family) (?:declined|refused)(?: (?:it|this|service|transport))?|(?:declined|refused) by (?:patient|pt|family)|in error|(?:patient|pt\.?) (?:died|deceased|expired|passed away|verstorben|overleden|no longer needs (?:it|this|transport))`,
  ].join('|')})(?= (?:per|due|because|as(?! needed)|by|since|please|thanks?|thx|asap|\\d)|[\\s.!)\\]]*$)`,
  'iu',
);

/** "Please cancel wheelchair van". */
const ASKED_TO_END = /^(?:(?:please|pls) )?(?:cancel|discontinue) ((?:\p{L}+ ?){1,3})$/iu;

const OWN_SUBJECT = new RegExp(`^(?:(?:${THIS})?(?:(?:${OWN}) )?(?:${OWN})|md|rn|nurse|doctor|physician)?${BE}$`, 'iu');
/** "Patient walks now, not needed" gives a reason. */
const OF_PEOPLE =
  /^(?!.* (?:on|had|takes) )(?:patient|pt|pat|family|familie|son|daughter|wife|husband|pasient|paciente|paziente)(?!\p{L})/iu;
const OF_ORDER = new RegExp(`(?:^|\\s)(?:${ORDER})${BE}$`, 'iu');
/** Who or what may be over while the order goes on. */
const OTHER_SUBJECT =
  /(?<!\p{L})(?:previous|prior|old|first|other|another|last|earlier|yesterday|gestern|gisteren|i ?går|ayer|ieri|ontem|duplicate|insurance|medicaid|medicare|coverage|vendor|driver|provider|company|agency|uber|lyft|alte[rns]?|vorige[rns]?|erste[rns]?|eerste|ancien(?:ne)?|forrige|vorherige[rns]?|eerdere|replaces|corrects|copied|indien|se|tidligere|tidigare|anterior|precedente|(?:may|can|could|might|should|to) be|not|no|never|un|nicht|niet|ikke|inte|ej|pas|non|não|kein)(?!\p{L})/iu;
/** How "Cancelled" goes on. "Cancelled trip yesterday" and "Cancelled by vendor" leave an order that needs a provider. */
const GOES_ON = new RegExp(
  `^(?:[\\s.!)\\]\\d\\/*]*$| ?\\d| (?:${[
    'as|at|because|due|on|per|since|for|after|with|w\\/|via|in|and|&|\\+|=|x\\d|please|thx|thanks|ty|ok|today|yesterday|gestern|this|now|already|any ?(?:more|longer)|until further|pending|when|pt|patient|family|md|rn|dr|aus|durch|von|wegen|am|door|op|wegens|par|le|av|por|pelo|dal|el',
    'by(?! (?:the )?(?:vendor|driver|provider|company|agency|carrier|store|supplier|uber|lyft))',
    `(?:${THIS})?(?:${OWN})(?=[\\s.!]*$| (?:per|by|due|because|as|on)(?!\\p{L}))`,
  ].join('|')})(?!\\p{L}))`,
  'iu',
);
/** "Not needed on weekends". */
const AT_TIMES = /^ (?:on (?!\d)|at (?!this|present)|in|for (?!now)|with|when)\b/iu;
/** The order is in force again, or was all the time. */
const IN_FORCE =
  /reinstat|(?<!(?:not|will|to|must) )re-?(?:book|sched)|still (?:need|requir|active|valid)|(?:keep|use) (?:this|the|order|transport)|this (?:one|is the)|cancell?ed (?:in error|by (?:mistake|accident))|(?:find|send|needs?) (?:an?other|a? ?new)|(?:needs?|with) (?:a )?replacement|new (?:ride|van|vendor|provider|date|time) (?:needed|follows)|(?:please|pls) proceed|neuer termin|reprogram|active again|now active|bleibt|dieser gilt|wants .{0,20}instead/iu;
const URINE = /\d ?(?:ml|cc)(?!\p{L})|urin|bladder|void x|post-void/iu;

const MOST_CLAUSES = 40;

/** "CANCELLED per Dr. Hall", "Family will drive. Please cancel". @param service of its order, which the note may name. */
export function saysOver(note: string, service: string): boolean {
  if (IN_FORCE.test(note)) return false;
  const text = URINE.test(note) ? note.replaceAll(/void/gi, '') : note;
  const clauses = text.split(
    /(?<=[:,;(–—]|\s-|\n|(?<!\b(?:dr|mr|ms|mrs|pat|pt))\.(?= ))\s*|(?<=\p{L}{3}\/)(?=\p{L})/iu,
    MOST_CLAUSES,
  );
  return clauses.some((one, index) => isOfOrder(clauseOf(one), { service, before: clauses[index - 1] }));
}

const clauseOf = (text: string) => text.replace(/^[\s*[("“]{1,9}/, '').replace(/[\s:,;.()–—*\]"”-]{1,9}$/, '');

function isOfOrder(clause: string, { service, before }: { service: string; before: string | undefined }): boolean {
  const asked = ASKED_TO_END.exec(clause)?.[1] ?? '';
  const isCondition = before !== undefined && CONDITION.test(before) && !before.trim().endsWith('.');
  if (!isCondition && (PLAIN.test(clause) || isNamed(service, asked))) return true;
  const { of = '', cancelled, rest = '' } = END.exec(clause)?.groups ?? { rest: '?' };
  const isBare = of.trim() === '' && before !== undefined && !before.trim().endsWith('.');
  const subject = (isBare ? clauseOf(before) : of).trim();
  const goesOn = GOES_ON.test(rest) || (/^(?: \p{L}+){1,2}$/u.test(rest) && isNamed(service, rest));
  if (
    !goesOn ||
    (cancelled === undefined && AT_TIMES.test(rest)) ||
    OTHER_SUBJECT.test(subject) ||
    CONDITION.test(subject)
  )
    return false;
  if (OWN_SUBJECT.test(subject) || isNamed(service, subject) || (isBare && OF_PEOPLE.test(subject))) return true;
  return cancelled !== undefined && (isBare || (before === undefined && !OF_ORDER.test(subject)));
}

/** Does a subject name the service, or a part of it? */
function isNamed(service: string, subject: string): boolean {
  const words = new Set(wordsOf(service));
  return wordsOf(subject).some((word) => words.has(word));
}

const wordsOf = (text: string) =>
  text
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => !OF_ANY.test(word));
const OF_ANY = /^(?:\p{L}{0,3}|with|from|after|home|patient|para|pour|voor|nach)$/u;
