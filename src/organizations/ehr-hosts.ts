/** The hosts an organization's EHR is known to have. */
import { readStoredConfiguration } from '#src/smart/documents/smart-configuration.ts';
import type { Organization } from './organization.ts';

/** Host names, without ports, of the FHIR server and the last discovered token endpoint. */
export function ehrHosts({ fhirBaseUrl, discovered }: Pick<Organization, 'fhirBaseUrl' | 'discovered'>): string[] {
  const configuration = discovered && readStoredConfiguration(discovered.configuration);
  const urls = [fhirBaseUrl, configuration?.tokenEndpoint ?? ''];
  return [...new Set(urls.flatMap((url) => URL.parse(url)?.hostname ?? []))];
}
