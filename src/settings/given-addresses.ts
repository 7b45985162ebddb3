/** What an administrator gave by hand instead of a SMART configuration, for people (DI-23). */
import { type GivenEndpoints, givenFields, isGiven } from '#src/smart/documents/given-endpoints.ts';
import { settings } from './registry.ts';

/** Each address under the label of its field, the issuer last; nothing where none is given. */
export function givenAddresses(values: GivenEndpoints): { label: string; address: string }[] {
  if (!isGiven(values)) return [];
  const addresses = givenFields.map((field) => ({ label: settings[field].label, address: values[field] }));
  const issuer = { label: 'Issuer', address: values.issuers.join(', ') };
  return [...addresses, issuer].filter(({ address }) => address !== '');
}
