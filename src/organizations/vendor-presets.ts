/** What an EHR vendor's servers are known to want, as starting values an administrator may change. */

/** Vendors with a preset; `generic` is the implementation guide's own word. */
export const vendors = [
  'generic',
  'epic',
  'oracle',
  'athenahealth',
  'meditech',
  'eclinicalworks',
  'nextgen',
  'veradigm',
] as const;

export type Vendor = (typeof vendors)[number];

/** The full string of the implementation guide, in its order. */
const GUIDE_SCOPES = 'launch/patient launch/encounter patient/*.read openid fhirUser launch profile online_access';

const IDENTITY = 'openid fhirUser profile';
const RESOURCES = [
  'Patient',
  'ServiceRequest',
  'Practitioner',
  'PractitionerRole',
  'Organization',
  'Location',
  'Encounter',
  'Coverage',
  'Condition',
  'AllergyIntolerance',
  'Observation',
]
  .map((type) => `patient/${type}.read`)
  .join(' ');

const enumerated = `launch launch/patient launch/encounter ${IDENTITY} online_access ${RESOURCES}`;

/** Resources one by one, because wildcards are refused by some vendors and frowned on by most (SCO-06). */
const scopes: Record<Vendor, string> = {
  generic: GUIDE_SCOPES,
  epic: enumerated,
  // Oracle does not know launch/patient and launch/encounter; an EHR launch gives the context with `launch` alone.
  oracle: `launch ${IDENTITY} online_access ${RESOURCES}`,
  athenahealth: enumerated,
  meditech: enumerated,
  // These two grant refresh tokens by offline_access only, which is an administrator's own decision (SCO-11).
  eclinicalworks: `launch ${IDENTITY} ${RESOURCES}`,
  nextgen: `launch launch/patient launch/encounter ${IDENTITY} ${RESOURCES}`,
  veradigm: `launch launch/patient ${IDENTITY} online_access ${RESOURCES}`,
};

/** The scope string to begin with at this vendor (design: the guide's full string for `generic`). */
export function presetScopes(vendor: Vendor): string {
  return scopes[vendor];
}
