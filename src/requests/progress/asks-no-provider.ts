/** Tells orders that say how a patient is to be treated by everybody, and ask no provider to come. */

/** SNOMED CT: for and not for resuscitation, with and without an attempt at it; no known allergy, of drugs, of food. */
const CODES = /\|(?:304252001|304253006|450475007|450476008|716186003|409137002|429625007)$/;
const WORDS =
  /^(?:code status|full code|(?:limited|partial|no) code|resus(?:citation)? status|(?:not )?for (?:attempted )?(?:cpr\b|resus)|do[- ]not[- ](?:attempt[- ])?(?:cardiopulmonary )?(?:resus|intubat|cpr)|no (?:cpr|resuscitation|intubation)|(?:dna?r|dnacpr|dni|nfr)\b|allow natural death|ceiling of (?:care|treatment)|treatment escalation plan|no known (?:\w{1,20} )?allerg|nk[dfm]?a\b|allerg(?:y|ies):? (?:no|nk)|comfort (?:measures|care) only|advance directive|[pm]olst\b|vital signs|npo\b|nil by mouth|bed ?rest\b|(?:\w{1,20} )?precautions\b|activity as tolerated|(?:non |partial |full |toe[- ]touch )?weight[- ]bearing|nursing communication|notify (?:physician|provider|md|doctor)|nicht reanimieren|keine reanimation|niet reanimeren|ne pas réanimer)/iu;
/** Words of work that a provider is asked to do, although the order also names such an instruction. */
const ASKED =
  /\b(?:discuss\w*|conversation|counsel\w*|consult\w*|referral|review|form|paperwork|educat\w*|teach\w*|bracelet|(?:wrist)?band|transport\w*|ambulance|evaluat\w*|assess\w*|planning|training|class|deliver\w*|aids?|equipment|device|kit|home|remote|monitor(?:ing)?|visits?)\b/i;

/** @param codes `system|code` of each of its codes. */
export function isStatement(service: string, codes: readonly string[]): boolean {
  return (codes.some((code) => CODES.test(code)) || WORDS.test(service)) && !ASKED.test(service);
}

/**
 * "Discontinue oxygen", "Hold heparin drip", "No blood products", "Kein Besuch". To stop smoking is a service, "D/C to
 * SNF" is a discharge, a tube or blood that is held waits for its test, and a transport may be not urgent.
 */
const STOPS = new RegExp(
  `^(?:${[
    String.raw`discontinue|d\/?c(?! (?:home|to|from|plan|summar|instruct|transport|ride|snf|needs|meds to|teach|educat|follow|appointm|rx\b|cardiov|shock|[ck]onver|defib|stimul|medicaid))|cancel`,
    'terminate(?! (?:the )?pregnan)|rescind|cease(?![- ]smok)|suspend|postpone|defer(?! to\\b)|withdraw(?= (?:care|order|re(?:ferral|quest)|services?|treatment)\\b)',
    'stop(?![- ](?:smok|tobacco|nicotin|cigar|gambl|met (?:rok|alc|drink)|rok|vap|drink|alcohol|bang|the bleed|falls))',
    String.raw`(?:on )?hold(?! (?:clot|tube\b(?![- ]feed)|extra (?:tube|specimen|sample)|(?:stool |urine )?(?:specimen|sample)|serum|urine|(?:red|blue|green|gr[ae]y|purple|pink|yellow|gold|lavender) (?:top|tube)|sst\b|(?:and|&) call|bed$|bed (?:for|at|in)\b|blood$|blood (?:bank|bottle|culture|for|sample|specimen|tube)|for pick))|withhold`,
    String.raw`(?:do not|don['’]t)(?! (?:attempt )?(?:(?:cardiopulmonary )?resus|intubat|cpr))`,
    'no(?! ?\\d|[- ](?:show|charge|lift|touch|rinse|slip|sting|urgent|scalpel|fault|finding|contrast (?:ct|mri)|added|concentrated|(?:\\p{L}+ ){1,2}diet\\b))',
    'kein(?:en?)?(?! (?:befunde?\\b|auffällig|besonder|notfall|eile))',
    '(?:nicht|niet|ikke|inte)(?! (?:invasi|a[ck]ut|ansteck|infe[ck]t|smit|bråttom|dring|urgent|spoed|eil|hast|brådsk|øyeblikk|planm|planb|medizin|qualif|ärzt|liggend|zittend|sitzend|gehend|gehfäh|bærende))',
    'geen(?! (?:spoed|haast|bijzonder|afwijking|drempel))|stoppen(?! (?:met )?(?:rok|alc|drink))|stopp(?! (?:r[øö][yk]|snus))|absetzen|a[bf]bestellen|beenden|afzeggen|stornier(?:en|ung)|storno|seponere?(?! (?:sutur|sting|agraf|stift|klips|dren|kat|kad|pv[ck]|cv[ck]|foley|sonde))|avbryt|avbest[äi]ll|avboka|ställ in|a[fv]lys|afbestil|avslutt?a?|ing(?:en|a|et)(?! (?:anm[äe]rkning|avvi|fynd|funn|hast|brådsk|hinder|särskil|spe[cs]iel|smitt|trapp|trösk|kontrast (?:ct|dt|mr)))|ne pas|pas de|arr[êe]te[rz](?! (?:de fumer|(?:le |du )?tabac|l.alcool))|cancelar|sospend(?:ere|i)(?! (?:il )?fumo)|disdire|interromp(?:ere?|re)|suspendre|suspender(?! (?:el )?(?:tabaco|alcohol))',
    'annul(?:ieren|eren|eer|lare?|la|ler|er|ez|ation)|anular(?! (?:lig|tear|fiss|pan|iz|der|rupt))',
    'n[ãa]o(?= (?:realizar|fazer|dar|administrar|transportar))|non(?= (?:eseguire|fare|effettuare|somministrare|trasportare))',
  ].join('|')})\\s`,
  'iu',
);

/** Nitric oxide, in capitals alone. In doubt "NO" only stresses the word: "NO therapy on weekends". */
const NITRIC_OXIDE = /^NO (?:therapy|inhalation|gas|delivery|weaning|ventilation)(?:$|,? \(?(?:\d|ppm|via)| trial)/;

/** "HOLD: transport", "[STOP] oxygen", "Please cancel van". */
const FIRST_WORD =
  /^[*[("“]{0,3}(?:(?:please|pls|bitte) )?((?:on )?[\p{L}/]{2,14})(?![\p{L}'’.-])[*\])"”]{0,3} ?(?:[:;,–—] ?|- )?/iu;
/** "Transport absagen", "Oxygen: stop". */
const LAST_WORD =
  /(?:[:–—]| -) ?(?:discontinue|stop|cancel)$|(?<!rauchen|roken) (?:absagen|absetzen|abbestellen|afbestellen|stornieren|beenden|pausieren|verschieben|annuleren|afzeggen|staken|stopp?en)$/iu;

/** Does a service say that something is to end, or not to be? Only a reader knows whether a provider has to do it. */
export function isStop(service: string): boolean {
  const text = service.replace(FIRST_WORD, '$1 ');
  return (STOPS.test(text) || LAST_WORD.test(service)) && !NITRIC_OXIDE.test(text);
}

export const CALLED_OFF =
  'storniert|abbestellt|abgesagt|abgesetzt|entfällt|geannuleerd|vervalt|vervallen|afgezegd|a[vf]bestilt|avbeställ[dt]|avlyst|avboka[dt]|inställ[dt]|aflyst|anulad[oa]|cancelad[oa]|annullat[oa]|annulée?';
const IN_ERROR =
  'entered (?:in error|on (?:the )?wrong patient)|ordered in error|(?:on )?wrong patient|duplicate order';
const AT_END = String.raw`[).\]!*]{0,3}$`;
const CALLED_OFF_AT_END = `cancell?ed|discontinued|storno|(?:order|referral|request|services?|care) (?:withdrawn|rescinded|terminated)|nicht mehr (?:nötig|erforderlich|notwendig|benötigt)|${CALLED_OFF}|${IN_ERROR}`;
/** "CANCELLED: MRI", "Avbestilt syketransport". A visit for what was cancelled is a service. */
const BEGINS_OVER = new RegExp(
  `^[*[(]{0,3}(?:(?:void|voided|error|duplicate|discontinued) ?(?:[-–—:(*\\])]|$)|cancell?ed(?:(?= ?[-–—:(*\\])])|(?!.{0,40} (?:appointment|visit|surger|procedure|order|session|rebook|resched)))|duplicate (?:order|request|of)|(?:${CALLED_OFF})(?:(?= ?[-–—:,(])|(?!\\p{L}|.*,))|${IN_ERROR})(?!\\p{L})`,
  'iu',
);
/** "Wheelchair van (cancelled)", "MRI - void". "Bladder scan post-void" is in force. */
const SET_OFF = new RegExp(
  `(?:[:,;([–—*]| -) ?(?:on hold|postponed|duplicate|void(?:ed)?|patient (?:declined|refused)|(?:no longer|not) (?:needed|required|indicated)|(?:do not|don['’]t) use|${CALLED_OFF_AT_END})${AT_END}`,
  'iu',
);
/** "MRT abgesetzt". In "INR check, warfarin discontinued" something else is over. */
const ENDS_OVER = new RegExp(`^(?:[^-:,;([–—]|(?<! )-|[:,](?=\\d))*(?<!\\p{L})(?:${CALLED_OFF_AT_END})${AT_END}`, 'iu');
/** "Continue telemetry until discontinued" is in force. */
export const CONDITION =
  /(?<!\p{L})(?:until|till|when|if|once|unless|after|bis|falls|wenn|sobald|nachdem|tot|wanneer|si|jusqu|hasta|cuando|quando|hvis|om(?! \d))(?!\p{L})/iu;
/** Of the bladder, "void" is what is examined: "Urine, voided". */
const OF_BLADDER = /urin|bladder|resid|\bpvr\b|uroflow|cysto|vcug|volume/i;

/** Does a service say of itself that it is over, or was never meant, although its status may not say so? */
export function isOver(service: string): boolean {
  const text = OF_BLADDER.test(service) ? service.replaceAll(/void/gi, '') : service;
  return SET_OFF.test(text) || ((BEGINS_OVER.test(text) || ENDS_OVER.test(text)) && !CONDITION.test(text));
}
