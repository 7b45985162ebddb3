/** Names of ordinary orders of several countries, beside those that end something or say that they are over. */
import { expect, test } from 'vitest';
import { isOver, isStop } from '#src/requests/progress/asks-no-provider.ts';

test.for([
  ...[
    'Hold red top tube',
    'Hold blue top',
    'Hold SST',
    'Hold stool specimen',
    'Hold extra tube',
    'Hold blood cultures',
  ],
  ...[
    'Hold bed for transfer',
    'Hold blood',
    'D/C ride home',
    'D/C SNF',
    'D/C meds to bed',
    'Do not resuscitate review',
  ],
  ...[
    'Do not attempt resuscitation education',
    'No added salt diet',
    'No salt diet',
    'No red meat diet',
    'No concentrated sweets diet',
  ],
  ...['Nicht dringender Krankentransport', 'Nicht qualifizierter Krankentransport', 'Nicht gehfähig: Tragestuhl'],
  ...['Niet dringend liggend ziekenvervoer', 'Niet spoedeisend vervoer', 'Stoppen met roken begeleiding'],
  ...['Ikke akutt pasienttransport', 'Ikke øyeblikkelig hjelp', 'Ikke hastende kørsel', 'Inte akut sjuktransport'],
  ...['Inte brådskande transport', 'Pas urgent : transport', 'Pas à pas rééducation', 'Arrêter de fumer : suivi'],
  ...[
    'PAS stain',
    'Roken stoppen',
    'One-stop transport',
    'Insulin einstellen',
    'Full stop',
    'PAS Färbung',
    'Anular ligament repair',
    'Anular izquierdo: radiografía',
    'Suspender el tabaco: taller',
  ],
  ...['NO therapy', 'NO therapy, 20 ppm', 'NO inhalation (20 ppm)', 'NO therapy trial'],
  ...['HOLD: blue top', 'Stop: smoking cessation', 'D/C: home oxygen', 'No: 12 catheter', 'Terminate pregnancy'],
  ...['Withdrawal assessment', 'Withdraw drain 2 cm', 'Defer to cardiology: consult', 'Deferred action: visit'],
  ...['Transport: no stairs', 'Walker: stop at door', 'Suspension sling', 'Terminal care', 'Ceased valve evaluation'],
  ...['D/C teaching', 'D/C - home with services', 'D/C: follow-up visit', 'DC cardioversion', 'DC planning'],
  ...['Cease smoking: referral', 'Cease-smoking programme', 'Postpone-able visit', 'STOP-BANG questionnaire'],
  ...[
    'Stop nicotine programme',
    'Stop met roken begeleiding',
    'Stoppen roken',
    'Stopp røyking kurs',
    'NO: inhalation 20 ppm',
  ],
  ...[
    'HOLD – blood bank sample',
    'No-slip socks',
    'No slip socks',
    'No-rinse shampoo',
    'No. 3 walker',
    'No urgente: ambulancia',
  ],
  ...[
    'Ingen hast: transport',
    'Ingen brådska: sjuktransport',
    'Inget brådskande transport',
    'Inga hinder',
    'Ingen smitte',
  ],
  ...['Seponere suturer', 'Seponer kateter', 'Seponer dren', 'Inte bråttom transport', 'Ikke haster: transport'],
  ...['Ikke smittsom: transport', 'Nicht ansteckend: Transport', 'Niet infectieus vervoer', 'Nicht gehend: Tragestuhl'],
  ...['Geen spoed: vervoer', 'Geen bijzonderheden', 'Keine Eile, Transport', 'Kein Notfall: Transport'],
  ...['Sospendere il fumo: corso', 'Rauchen beenden', 'Non-emergency transport', 'Ceased valve evaluation'],
])('an order of something: %s', (name) => {
  expect(isStop(name)).toBe(false);
});

test.for([
  ...[
    'Hold red blood cells',
    'Hold blood glucose checks',
    'Hold blood transfusion',
    'Hold tubefeeds',
    'Hold tube-feeding',
  ],
  ...['Hold bed rest', 'Hold bed alarm', 'Hold extra fluids', 'Hold yellow fever vaccine', 'D/C Foley', 'D/C needle'],
  ...['Do not give blood', 'Don’t transport', 'Do not intervene', 'No additional imaging', 'No salt'],
  ...[
    'Nicht transportieren',
    'Nicht mehr geben',
    'Nicht vor Montag',
    'Niet vervoeren',
    'Niet plannen',
    'Nicht Medikamente geben',
    'Ikke bære',
    'Ikke transporter',
    'Inte röra',
  ],
  ...['Stoppen met vervoer', 'Arrêter le traitement', 'Ne pas transporter', 'Pas de transfusion', 'Anular ambulancia'],
  ...['Suspender ambulancia', 'NO therapy at this time', 'NO therapy on weekends', 'NO delivery on Sunday'],
  ...['NO ventilation per family', 'NO gas, per anesthesia'],
  ...['HOLD: transport', 'Stop: home oxygen', 'Discontinue – walker', 'Cancel :wheelchair van', 'D/C: Foley'],
  ...['Terminate home care services', 'Rescind DME order', 'Cease tube feeding', 'Suspend meals on wheels'],
  ...['Postpone transport', 'Defer PT', 'Withdraw referral', 'Cancelar transporte', 'Sospendere trasporto'],
  ...['Seponer hjemmehjelp', 'Avbryt transport', 'Avsluta hemsjukvård'],
  ...[
    'Sauerstoff absetzen',
    'Rollstuhl abbestellen',
    'Vervoer annuleren',
    'Oxygen: stop',
    'Bed - cancel',
    'No solid food',
  ],
  ...['Interrompre perfusion', 'Aflys kørsel', 'Avboka resa', 'Abbestellen Rollstuhl'],
  ...['Please cancel wheelchair van', 'Pls hold transport', '[CANCEL] van', '*HOLD* transport', '"Stop oxygen"'],
  ...['CANCEL, wheelchair van', 'Cancel; van', 'On hold: transport', 'On hold - PT', 'DC oxygen', 'DC Foley', 'D/C IV'],
  ...['Transport absagen', 'Sauerstoff absetzen', 'Zuurstof staken', 'Vervoer annuleren', 'Stornierung Taxi'],
  ...[
    'Avbestill transport',
    'Aflys transport',
    'Avboka resa',
    'Ställ in transport',
    'Stopp oksygen',
    'Annulla trasporto',
  ],
  ...[
    'Ingen transport',
    'Inget besök',
    'Seponer oksygen',
    'Sospendi ossigeno',
    'Annuller transport',
    'Bitte stornieren Taxi',
  ],
])('an order to end something, or not to do it: %s', (name) => {
  expect(isStop(name)).toBe(true);
});

test.for([
  ...[
    'Urine, voided',
    'Cytology, urine, voided',
    'Urine culture (voided)',
    'Bladder scan post-void',
    'Straight catheter post-void',
    'Marcumar-Dosis herabgesetzt',
    'VCUG - void',
  ],
  ...['US bladder pre- and post-void', 'Post-void residual', 'Void - residual', 'Volume: voided', 'Uroflow (void)'],
  ...['INR check, warfarin discontinued', 'INR (warfarin discontinued)', 'Dressing change; drain discontinued'],
  ...['Transport home, surgery cancelled', 'Rebook: appointment canceled', 'Return transport - dialysis cancelled'],
  ...['Cancelled surgical visit', 'Cancelled dialysis make-up session', 'Cancelled ride to be rebooked, rebook'],
  ...['INR-Kontrolle, Marcumar abgesetzt', 'Krankentransport nach Hause, OP abgesagt', 'Taxi, Begleitung entfällt'],
  ...['Vervoer, begeleiding vervalt', 'Avlyst operasjon, hjemtransport', 'Inställd operation, hemtransport'],
  ...['Transport retour, consultation annulée', 'Pacemakerkontroll, inställd på VVI', 'Monitor until discontinued'],
  ...[
    'Void trial',
    'Voiding diary',
    'Errorless learning',
    'Duplicate key',
    'Hospice care',
    'Aftercare, order reviewed',
  ],
])('an order that is in force: %s', (name) => {
  expect(isOver(name)).toBe(false);
});

test.for([
  ...['Urine culture, voided (cancelled)', 'MRI, knee - void', 'Walker – voided', 'VOID: MRI', 'MRI (void)'],
  ...['Transport after dialysis - cancelled', 'Oxygen if needed (discontinued)', 'CT thorax, abdomen (storniert)'],
  ...[
    'Wheelchair-van cancelled',
    'Non-emergency transport cancelled',
    'Cancelled flight transport',
    'CANCELLED: home visit',
    'Canceled - appointment',
    'Storniert, Taxi',
    'Cancelled: bed, rail',
  ],
  ...['Krankentransport nach Hause storniert', 'Storniert: Taxi, Rollstuhl', 'Avbestilt syketransport'],
  ...['Vervoer om 10:00 geannuleerd', 'Rit vervalt.', 'Kørsel aflyst!', 'Transport [annulé]', 'Walker, not needed'],
  ...['VOID', 'Duplicate', '(Cancelled) wheelchair van', '[CANCELLED] van', 'Wheelchair van *cancelled*', 'STORNO'],
  ...['Van - duplicate', 'Referral withdrawn', 'Order rescinded', 'Home care terminated', 'Transport - on hold'],
  ...['MRI - postponed', 'Resa avbokat', 'Kørsel afbestilt'],
])('an order whose name says that it is over: %s', (name) => {
  expect(isOver(name)).toBe(true);
});
