import { expect, test } from 'vitest';
import { mayBeOff, saysUnwanted } from '#src/requests/progress/off-in-note.ts';
import { isStatement } from '#src/requests/progress/statements.ts';

test.for([
  'Ride no longer needed, daughter drives',
  'Ride on 11/24 at 10:30 is no longer needed.',
  'Appointment cancelled',
  'Appt. has been canceled by clinic',
  'Pt cancelled',
  'Family called 11/20, wants to cancel hospital bed',
  'Please cancel',
  'Spoke to facility 11/19. Please cancel this order, entered in error.',
  'PLEASE DISREGARD, duplicate order',
  'Duplicate request, see 4711',
  'Walker no longer needed',
  'Transport not required anymore: discharged home with family',
  'Patient expired 11/20',
  'pt deceased',
  "Transfer cx'd per Dr. Kim",
  'This order was placed in error',
  'No longer needed',
  'Cancellation requested by ward',
  'Discharge cancelled, pt stays until Monday',
  'Entered on wrong patient',
  'Trip will not take place',
  'Fahrt storniert',
  'Rit niet meer nodig',
])('“%s” may say that a walker’s request is off', (text) => {
  expect(mayBeOff([{ text }], 'Walker')).toBe(true);
});

test.for([
  'Patient no longer needs oxygen',
  'Will provide report',
  'Oxygen no longer needed. Ride with wheelchair.',
  'Ride booked. Oxygen no longer needed',
  'Interpreter not needed',
  'Wheelchair not required for transport',
  'Do not cancel',
  'Ride has not been cancelled',
  'If cancelled, call 555-0100',
  'Call 24 h ahead to cancel',
  'To reschedule or cancel, please call the desk',
  'Cancellation policy: 24 h',
  'Put on the cancellation list',
  'Patient cancelled last visit, please rebook',
  'Previous ride was cancelled, new time please',
  'Order reinstated after it was cancelled',
  'Husband passed away last year',
  'Authorization expired 11/01',
  'Discontinued smoking in 2019',
  'Foley discontinued',
  'Refused flu shot',
  'Patient needs longer ramp',
  'This replaces the cancelled order of 11/10',
  'Authorization for this order is not required.',
  'Escort for the ride not needed',
  'Ride cancel fee $20 applies',
  'Pt cannot cancel by phone',
  'Return equipment when no longer needed',
  'Fax error, resent',
  'Signature not needed on delivery',
])('“%s” does not', (text) => {
  expect(mayBeOff([{ text }], 'Walker')).toBe(false);
});

test.for<[string, boolean]>([
  ['Client declined services', true],
  ['Patient refused', true],
  ['Declined by patient', true],
  ['Member is no longer interested', true],
  ['Client opted out', true],
  ['Patient deceased', true],
  ['Duplicate referral', true],
  ['Already enrolled in the program', true],
  ['Facility declined: no beds', false],
  ['Out of service area', false],
  ['No capacity for this patient', false],
])('whether “%s” is the patient’s own wish: %s', ([text, expected]) => {
  expect(saysUnwanted(text)).toBe(expected);
});

test.for<[string, boolean]>([
  ['Not for resuscitation', true],
  ['DNR', true],
  ['DNR/DNI', true],
  ['Do not attempt CPR', true],
  ['Code status: Full code', true],
  ['Full Code', true],
  ['No known drug allergies', true],
  ['NKDA', true],
  ['NPO after midnight', true],
  ['Fall precautions', true],
  ['Weight bearing as tolerated', true],
  ['Comfort measures only', true],
  ['Allergies: NKDA', true],
  ['POLST: selective treatment', true],
  ['Vital signs every 4 hours', true],
  ['Code status discussion', false],
  ['Hip precautions teaching', false],
  ['Dnipro transfer', false],
  ['Vital signs monitoring at home', false],
  ['DNR bracelet', false],
  ['DNR transport to hospice', false],
  ['Allergy testing', false],
  ['DNA analysis', false],
  ['For resuscitation training', false],
  ['Full body scan', false],
  ['Bed rest aids delivery', false],
])('whether “%s” asks no provider: %s', ([service, expected]) => {
  expect(isStatement(service, [])).toBe(expected);
});

test('a code says it where the words are of a language that is not read', () => {
  expect(isStatement('心肺蘇生を行わない', ['http://snomed.info/sct|304253006'])).toBe(true);
});
