/** Settings of a made-up organization for the tests of this folder. */
import { type OrganizationSettings, readStoredSettings } from '#src/organizations/organization.ts';

/** Valid settings with the given ones changed. */
export function organizationSettings(change: Partial<OrganizationSettings> = {}): OrganizationSettings {
  const base = { id: 'general', name: 'General Hospital', fhirBaseUrl: 'https://ehr.example/fhir', clientId: 'abc' };
  return readStoredSettings({ ...base, ...change });
}
