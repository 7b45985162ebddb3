/** The vendor presets as data: one row per vendor, with the reason and the source of each value. */
import type { PresetField, SettingValues } from '#src/settings/derived.ts';
import type { Vendor } from '#src/settings/vendor-names.ts';

/** Why a preset sets a value, in words for an administrator. */
export interface PresetRow<Value = SettingValues[PresetField]> {
  value: Value;
  why: string;
  source: string;
  /** The source is an issue thread or another integrator's guide, not the vendor, so the value is to be confirmed. */
  confirm?: true;
}

/** Only values that differ from the defaults, and defaults that the vendor insists on. */
export type Preset = { [Field in PresetField]?: PresetRow<SettingValues[Field]> };

const IDENTITY = 'openid fhirUser profile';
const RESOURCES =
  'Patient ServiceRequest Practitioner PractitionerRole Organization Location Encounter Coverage Condition AllergyIntolerance Observation'
    .split(' ')
    .map((type) => `patient/${type}.read`)
    .join(' ');

const ENUMERATED = `launch launch/patient launch/encounter ${IDENTITY} online_access ${RESOURCES}`;

export const vendorRows: Record<Vendor, Preset> = {
  generic: {},
  'generic-v2': {
    scopes: {
      value: 'launch/patient launch/encounter patient/*.rs openid fhirUser launch profile online_access',
      why: 'The string of the guide in the syntax of SMART 2: .rs is read and search.',
      source: 'Implementation guide of this app; SMART App Launch 2.2.0, Scopes',
    },
    scopeVersion: {
      value: 'v2',
      why: 'Sent as v2 even if the server does not announce a syntax.',
      source: 'SMART App Launch 2.2.0, Scopes',
    },
  },
  epic: {
    scopes: {
      value: ENUMERATED,
      why: 'The resources this app uses, one by one: the least that is needed. Epic lists five scopes only; what counts is what it grants.',
      source: 'smart-configuration of the Epic sandbox, August 2026; SMART App Launch 2.2.0, wildcard scopes',
    },
    assertionAlg: {
      value: 'RS384',
      why: 'Always accepted. ES384 works only where the JWKS URI is registered, not an uploaded key.',
      source: 'Guides of other integrators',
      confirm: true,
    },
  },
  oracle: {
    scopes: {
      value: `launch ${IDENTITY} online_access ${RESOURCES}`,
      why: 'Wildcards are not supported and are left out of the grant without an error. launch/patient and launch/encounter are not among the 303 advertised scopes; launch alone gives the patient.',
      source: 'fhir.cerner.com, Authorization; its smart-configuration, August 2026',
    },
  },
  athenahealth: {
    scopes: {
      value: ENUMERATED,
      why: 'Wildcards are not supported.',
      source: 'Guide of another integrator',
      confirm: true,
    },
  },
  meditech: {
    scopes: {
      value: ENUMERATED,
      why: 'The wildcard works in Greenfield only; production is limited to the approved minimum.',
      source: 'MEDITECH Greenfield OAuth documentation',
    },
    assertionAlg: {
      value: 'RS384',
      why: 'RS256, RS384 and RS512 are accepted, no elliptic curves.',
      source: 'openid-configuration of MEDITECH Greenfield, August 2026',
    },
  },
  eclinicalworks: {
    scopes: {
      value: `launch ${IDENTITY} ${RESOURCES}`,
      why: 'online_access and launch/encounter do not exist there. offline_access would outlive the clinician’s session, which is yours to decide. Resources are listed as .r, not .read: confirm which syntax your practice was approved for.',
      source: 'smart-configuration of eClinicalWorks, August 2026',
      confirm: true,
    },
    assertionAlg: {
      value: 'RS384',
      why: 'Nothing else is accepted.',
      source: 'eClinicalWorks developer documentation, authentication',
    },
    requestsPerMinute: {
      value: 200,
      why: '250 a minute are allowed per practice, sign-in included, and calls beyond that are refused without a waiting time. 50 are left for the sign-in pages, which the browser opens, and for other apps.',
      source: 'eClinicalWorks developer documentation, conventions',
    },
  },
  'nextgen-enterprise': {
    scopes: {
      value: `launch launch/patient launch/encounter ${IDENTITY} ${RESOURCES}`,
      why: 'online_access is not offered; offline_access would outlive the clinician’s session, which is yours to decide. Seven scopes are listed, patient/*.* among them; what counts is what is granted.',
      source: 'smart-configuration of NextGen Enterprise, August 2026',
    },
  },
  'nextgen-office': {
    scopes: {
      value: ENUMERATED,
      why: 'All of them are listed, in the OpenID document of its realm.',
      source: 'openid-configuration of NextGen Office, August 2026',
    },
    clientIdInTokenBody: {
      value: true,
      why: 'A refresh without client_id beside the assertion is refused (Keycloak).',
      source: 'client-js, issue 175',
      confirm: true,
    },
  },
  veradigm: {
    scopes: {
      value: `launch launch/patient ${IDENTITY} online_access ${RESOURCES}`,
      why: 'launch/encounter is not among the 238 advertised scopes.',
      source: 'smart-configuration of Veradigm, August 2026',
    },
  },
};
