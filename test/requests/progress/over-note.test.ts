/** Notes of nurses, desks and vendors of several countries: those that say that their order is over, and the others. */
import { expect, test } from 'vitest';
import { saysOver } from '#src/requests/progress/over-note.ts';

const lines = (text: string) => text.trim().split(/\s*\n\s*/);
const says = (note: string) => saysOver(note, 'Wheelchair van');

test.for(
  lines(`
    Previous order cancelled
    Prior van cancelled by vendor due to weather. Please find another.
    Old order cancelled, use this one
    Other order discontinued
    Imaging order discontinued
    Diet order cancelled
    Duplicate order cancelled, keep this one
    Duplicate order removed
    Replaces order entered in error
    Replaces cancelled order
    Vendor cancelled
    Driver cancelled
    Cancelled by driver, find another
    Delivery cancelled by the store
    Cancelled on 11/18 by vendor, still needs ride
    Insurance cancelled
    Insurance discontinued
    Warfarin discontinued
    Pt was on 2L O2, discontinued
    MD discontinued warfarin
    Isolation discontinued 11/20
    Discontinue when stable
    84F s/p hip fx, foley discontinued 11/18, ambulating. Needs van home.
    Cancelled in error
    Cancelled by mistake, still needed
    Was cancelled, now reinstated
    Cancelled yesterday, rescheduled for today
    No longer cancelled
    Un-cancelled
    May be cancelled
    Do not cancel
    Call daughter if cancelled
    Patient often cancels
    Pt cancelled last visit
    Cancel fee applies
    Please cancel the 2pm ride, 4pm stands
    Last ride was cancelled
    Oxygen: not needed
    Escort, not needed
    Interpreter - no longer needed
    Lift assist (not needed)
    Not needed until 11/25
    Patient no longer needs stretcher
    Patient declined stretcher
    Patient refused lunch
    Husband deceased
    HOLD transport until 5pm
    On hold music, call back
    Voided: 300 ml
    Void - 300 ml
    Voided (300 ml)
    Error: fax failed, resent
    Wrong patient address, corrected to 12 Elm St
    Wrong patient weight
    Disregard previous message
    D/C'd from ICU, to floor
    D/C planning started
    Begleitung entfällt
    Marcumar abgesetzt
    Isolation nicht mehr nötig
    Alter Auftrag storniert
    Vorherige Fahrt wurde abgesagt
    Bitte nicht stornieren
    Falls storniert bitte anrufen
    Vorige rit geannuleerd
    Bellen indien geannuleerd
    Begeleiding vervalt
    Ancienne commande annulée
    Appeler si annulé
    Forrige transport avbestilt
    Oksygen ikke lenger nødvendig
    Tidigare resa avbokad
    Inställd på hemgång
    Väl inställd
    Orden anterior cancelada
    No cancelado
    Não cancelado
    Ordine precedente annullato
    Avvisare se annullato
    Not cancelled
    If not needed, cancel
    Cancel if Hgb > 8
    Cancel if not done by Friday
    Cancelled in error, reinstated
    Cancelled by mistake, please proceed
    Was cancelled, now active again
    Old order discontinued, this replaces it
    Patient declined stretcher, wants wheelchair
    Family declined Careline, try Acme
    Pt declined interpreter
    Patient cancelled her appointment, rebook
    Oxygen no longer needed at night
    Interpreter not needed
    Heparin discontinued
    Isolation discontinued
    Foley discontinued, needs bladder scan
    Prior auth not required
    Discontinue when able to ambulate
    Void before exam
    Wrong patient address corrected
    Nicht storniert
    Cancel as needed
    Not needed on weekends
    Stop at pharmacy on the way
    Duplicate keys at front desk
    Begleitung nicht erforderlich
    Termin abgesagt, neuer Termin 3.12.
    RDV annulé, à reprogrammer
  `),
)('a note that leaves its order in force: %s', (note) => {
  expect(says(note)).toBe(false);
});

test.for(
  lines(`
    Cancelled
    CANCELLED!!
    *** CANCELLED ***
    [Cancelled]
    Cancelled 11/20 JS
    11/20: cancelled
    11/20/26 08:15 RN Smith: Cancelled per family
    Cancelled by ordering provider
    Cancelled today
    Cancelled in Epic
    Cancelled until further notice
    Cancelled - not in hospital
    Cancelled: patient does not want it
    Cancelled and reordered
    Cancelled/duplicate
    Cancelled pt discharged
    Cancelled wheelchair van
    Cancelled this order
    Cancelled - will reschedule
    Order cancelled per MD
    Order was cancelled by family
    Order discontinued 11/20
    Order d/c'd
    Order voided - duplicate
    Order is a duplicate
    Dr. Hall cancelled
    MD discontinued order
    Transport cancelled 11/20
    Ride cancelled by patient
    Wheelchair van was cancelled per MD
    Family cancelled transport
    Please cancel
    Pls cancel
    Please cancel wheelchair van
    Please cancel, thank you
    Cancel it
    Family will transport. Cancel van.
    Pt left AMA, cancelled
    Disregard this order
    Do not send van
    Discontinued per MD
    No longer needed
    Not needed - family will drive
    Not needed anymore
    Transport no longer needed
    Patient walks now, not needed
    Patient no longer needs transport
    Patient refused
    Declined by patient
    Patient deceased
    VOID
    Void - reordered
    Void order
    Duplicate
    Duplicate of earlier order
    Possible duplicate
    Order placed in error
    Entered in wrong chart
    Wrong pt, cancel
    Error - wrong patient
    Referral withdrawn
    Order rescinded
    Superseded by order 4712
    On hold
    Hold per MD
    Storniert am 20.11.
    Storniert, nicht nötig
    Auftrag wurde storniert
    Fahrt bitte stornieren
    Krankentransport entfällt
    Wird nicht mehr benötigt
    Pat. entlassen - entfällt
    Falscher Patient
    Doppelt angelegt
    Rit geannuleerd door familie
    Niet meer nodig
    Graag annuleren
    Plus nécessaire
    Demande annulée
    À annuler
    Doublon
    Transport ikke lenger nødvendig
    Feil pasient
    Avbokat
    Resan inställd
    Behövs inte längre
    Kørsel afbestilt
    Cancelado por familia
    Ya no es necesario
    Paciente equivocado
    Não é mais necessário
    Annullato dal medico
    Non più necessario
    Pls cancel this order
    Cancel per MD
    Discontinue.
    Spoke to daughter. Please cancel.
    Service no longer needed - home with family
    Duplicate, see other
    Order cancelled 11/20
    This request was cancelled by the ward
    Was cancelled yesterday
    Void
    Discontinued by Dr. Smith
    Pt. declined
    Family declined service
    Patient refused.
    Pt expired 11/20
    Cancelled - patient discharged
    N’est plus nécessaire
    Ikke lenger nødvendig
    Ikke længere nødvendig
    Bitte stornieren
    Patient verstorben
  `),
)('a note that says that its order is over: %s', (note) => {
  expect(says(note)).toBe(true);
});

test('a note that names the service speaks of its order', () => {
  expect(['Home oxygen', 'Walker'].map((service) => saysOver('Oxygen no longer needed', service))).toEqual([
    true,
    false,
  ]);
});
