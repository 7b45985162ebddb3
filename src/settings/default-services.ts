/** The services of an organization that has not changed them. They have no codes, because those differ between EHRs. */
export const DEFAULT_SERVICES = `service,name,system,code,sections,field,label,kind,choices,required,shown
transport,Transport,,,where clinical contact insurance,,,,,
transport,,,,,mobility,How the patient travels,choice,On foot|On foot with help|In a wheelchair|On a stretcher,
transport,,,,,oxygen,Oxygen on the way,yes/no,,
transport,,,,,oxygen-flow,Liters per minute,number,,always,oxygen=yes
transport,,,,,isolation,Isolation precautions,text,,
transport,,,,,escort,Companion or escort,text,,
transport,,,,,return-trip,Return trip needed,yes/no,,
transport,,,,,return-at,Return pick-up,date-time,,always,return-trip=yes
home-care,Home care,,,where clinical contact insurance,,,,,
home-care,,,,,care,Kind of care,choice,Nursing|Therapy|Aide|Social work,
home-care,,,,,isolation,Isolation precautions,text,,
home-care,,,,,lives-alone,Lives alone,yes/no,,
home-care,,,,,access,How to enter the home,text,,
equipment,Equipment,,,where clinical contact insurance,,,,,
equipment,,,,,quantity,How many,whole number,,
equipment,,,,,rental,Rent or buy,choice,Rent|Buy,
equipment,,,,,training,Training needed,yes/no,,
infusion,Infusion,,,where clinical contact insurance,,,,,
infusion,,,,,access-line,Venous access,choice,Peripheral|PICC|Midline|Port|None,
infusion,,,,,first-dose,First dose given before,yes/no,,
infusion,,,,,pharmacy,Pharmacy,text,,
referral,Referral,,,clinical contact insurance,,,,,
referral,,,,,specialty,Specialty,text,,
referral,,,,,visit,Kind of visit,choice,In person|Video|eConsult,
referral,,,,,question,Question for the consultant,long text,,always,visit=eConsult`;
