/** Tells which notes say that their order is over, although its status may not say so. */
import { isOver } from './asks-no-provider.ts';

/** "Not cancelled", "Cancelled in error, please proceed". "Cancelled, not needed" is. */
const NEGATION =
  /(?<!\p{L})(?:(?:not|never|nicht|niet|ikke|inte|pas)(?!\p{L}| (?:coming|going|indicated|mehr|meer|lenger|l[æä]ng(?:ere?|re)|needed|nodig|required|wanted))|no (?:cancelad|anulad)|un-?cancel|cancell?ed (?:in error|by mistake)|(?:re-?instat|re-?activat|resum|proceed)\p{L}*|now active|active again)/iu;

/** "Cancelled trip yesterday, needs a new van", "Heparin discontinued": something else is over. */
const OF_OTHERS =
  /^(?:cancell?ed (?!(?:as|at|because|by|due|on|order|per|referral|request|since|today|yesterday)\b|\d)\p{L}|(?!(?:the |this )?(?:order|re(?:ferral|quest)|service)\b)(?:\p{L}+ ){1,3}discontinued|(?:earlier|old|other|previous|prior)(?!\p{L})|(?:patient|pt\.?) cancell?ed \p{L}+|wrong patient (?!chart|record)\p{L}+|duplicate of (?!.{0,20}(?:order|request|referral|\d)))/iu;

const ITSELF = String.raw`(?:(?:the |this )?(?:order|referral|request|service)|this|it)`;
const ENDED = String.raw`(?:cancell?ed|discontinued|d\/?c['’]?d)`;
const STOPPED_THERE = String.raw`(?=$|[.,;!(]| [-–—])`;
/** What only a note says, of the order as a whole: "Please cancel", "Pt declined", "No longer needed". */
const NOTED_OVER = new RegExp(
  `^(?:${[
    String.raw`(?:(?:pls|please|kindly) )?(?:cancel|discontinue|disregard|void|delete)(?: ${ITSELF})?(?:${STOPPED_THERE}| (?:as|because|due|per|since)\b(?! needed))`,
    String.raw`(?:${ITSELF} )?(?:is |was |has been )?(?:no longer|not) (?:needed|required|wanted|indicated)(?: any ?more)?${STOPPED_THERE}`,
    String.raw`(?:${ITSELF} )?(?:is |was |has been )?${ENDED}(?:${STOPPED_THERE}| (?:by|on|per|today|yesterday|\d))`,
    String.raw`(?:the )?(?:patient|pt\.?|family) (?:has |is )?(?:declin|refus)(?:ed|es|ing)(?: ${ITSELF})?${STOPPED_THERE}`,
    String.raw`(?:the )?(?:patient|pt\.?) (?:has |is )?(?:deceased|died|expired|passed away|verstorben|overleden)(?!\p{L})`,
    String.raw`duplicate${STOPPED_THERE}|void(?:ed)?$`,
    String.raw`(?:bitte )?(?:stornieren|absagen)$|(?:wird )?nicht mehr (?:nötig|erforderlich|notwendig|benötigt)`,
    String.raw`(?:is )?niet meer nodig|(?:n['’]est )?plus (?:nécessaire|requis)|ya no (?:es necesari|se necesita|se requiere)|non (?:è )?più necessari|behövs inte l[äæ]ngre|ikke l[æe]ngere? nødvendig`,
  ].join('|')})`,
  'iu',
);

/** Does a note say that its order is over: "CANCELLED per Dr. Hall"? In doubt only a reader of the EHR knows. */
export function saysOver(note: string): boolean {
  const isSaid =
    isOver(note) || [note, ...note.split(/[.;!?]\s+/)].some((sentence) => NOTED_OVER.test(sentence.trim()));
  return isSaid && !NEGATION.test(note) && !OF_OTHERS.test(note);
}
