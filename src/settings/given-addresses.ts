/** Lists for a page the endpoints that an administrator gave by hand instead of a SMART configuration (DI-23). */
import { type GivenEndpoints, givenFields, isGiven } from '#src/smart/documents/given-endpoints.ts';
import { settings } from './registry.ts';

/** Each address with the label of its field, the issuer last; empty when no endpoints are given by hand. */
export function givenAddresses(values: GivenEndpoints): { label: string; address: string }[] {
  if (!isGiven(values)) return [];
  const addresses = givenFields.map((field) => ({ label: settings[field].label, address: values[field] }));
  const issuer = { label: 'Issuer', address: values.issuers.join(', ') };
  return [...addresses, issuer].filter(({ address }) => address !== '');
}
