/** The EHR vendors with a preset, and what people call them; the two generic ones follow the implementation guide. */
export const vendorNames = {
  generic: 'Any other, v1 scopes (the implementation guide)',
  'generic-v2': 'Any other, v2 scopes',
  epic: 'Epic',
  oracle: 'Oracle Health (Cerner)',
  athenahealth: 'athenahealth',
  meditech: 'MEDITECH',
  eclinicalworks: 'eClinicalWorks',
  'nextgen-enterprise': 'NextGen Enterprise',
  'nextgen-office': 'NextGen Office',
  veradigm: 'Veradigm (Allscripts)',
} as const;

export type Vendor = keyof typeof vendorNames;

export const vendors = Object.keys(vendorNames) as Vendor[];
