/** Lists the known hosts of an organization's EHR. */
import { readStoredConfiguration } from '#src/smart/documents/smart-configuration.ts';
import type { Organization } from './organization.ts';

/** Host names, without ports, of the FHIR server and of the token endpoint given by hand or last discovered. */
export function ehrHosts({
  fhirBaseUrl,
  tokenEndpoint,
  discovered,
}: Pick<Organization, 'fhirBaseUrl' | 'tokenEndpoint' | 'discovered'>): string[] {
  const configuration = discovered && readStoredConfiguration(discovered.configuration);
  const urls = [fhirBaseUrl, tokenEndpoint, configuration?.tokenEndpoint ?? ''];
  return [...new Set(urls.flatMap((url) => URL.parse(url)?.hostname ?? []))];
}
