/** Settings of a fictitious organization for the tests of this folder. */
import { type OrganizationSettings, readStoredSettings } from '#src/organizations/organization.ts';

/** Valid settings with these changes. */
export function organizationSettings(change: Partial<OrganizationSettings> = {}): OrganizationSettings {
  const base = { id: 'general', name: 'General Hospital', fhirBaseUrl: 'https://ehr.example/fhir', clientId: 'abc' };
  return readStoredSettings({ ...base, ...change });
}
