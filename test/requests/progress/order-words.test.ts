/** Names of ordinary orders of several countries, beside those that end something or say that they are over. */
import { expect, test } from 'vitest';
import { isOver, isStop } from '#src/requests/progress/asks-no-provider.ts';
import { saysOver } from '#src/requests/progress/note-words.ts';

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
])('an order whose name says that it is over: %s', (name) => {
  expect(isOver(name)).toBe(true);
});

test.for([
  ...['Please cancel', 'Pls cancel this order', 'Cancel per MD', 'Discontinue.', 'Spoke to daughter. Please cancel.'],
  ...['No longer needed', 'Not needed anymore', 'Service no longer needed - home with family', 'Duplicate, see other'],
  ...['Order cancelled 11/20', 'This request was cancelled by the ward', 'Was cancelled yesterday', 'DC’d', 'Void'],
  ...['Discontinued by Dr. Smith', 'Pt. declined', 'Family declined service', 'Patient refused.', 'Pt expired 11/20'],
  ...['Cancelled - patient discharged', 'Niet meer nodig', 'N’est plus nécessaire', 'Ya no es necesario'],
  ...[
    'Behövs inte längre',
    'Ikke lenger nødvendig',
    'Ikke længere nødvendig',
    'Bitte stornieren',
    'Patient verstorben',
  ],
])('a note that says that its order is over: %s', (note) => {
  expect(saysOver(note)).toBe(true);
});

test.for([
  ...['Do not cancel', 'Not cancelled', 'If not needed, cancel', 'Cancel if Hgb > 8', 'Cancel if not done by Friday'],
  ...['Cancelled in error, reinstated', 'Cancelled by mistake, please proceed', 'Was cancelled, now active again'],
  ...['Un-cancelled', 'Previous order cancelled', 'Old order discontinued, this replaces it', 'No cancelado'],
  ...['Patient declined stretcher, wants wheelchair', 'Family declined Careline, try Acme', 'Pt declined interpreter'],
  ...['Patient cancelled her appointment, rebook', 'Oxygen no longer needed at night', 'Interpreter not needed'],
  ...[
    'Heparin discontinued',
    'Isolation discontinued',
    'Foley discontinued, needs bladder scan',
    'Prior auth not required',
  ],
  ...['Discontinue when able to ambulate', 'Void before exam', 'Wrong patient address corrected', 'Nicht storniert'],
  ...['Cancel as needed', 'Not needed on weekends', 'Stop at pharmacy on the way', 'Duplicate keys at front desk'],
  ...['Begleitung nicht erforderlich', 'Termin abgesagt, neuer Termin 3.12.', 'RDV annulé, à reprogrammer'],
])('a note that leaves its order in force: %s', (note) => {
  expect(saysOver(note)).toBe(false);
});
