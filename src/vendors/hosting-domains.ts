/** The domains where vendors host their EHRs. Their pages may frame the app, once the EHR team has confirmed them. */
import { type Vendor, vendorNames } from '#src/settings/vendor-names.ts';
import { suggestVendor } from './suggestion.ts';

/** Only vendors that host under their own domain; other EHRs are at the hospital's address. */
const HOSTED: Partial<Record<Vendor, string>> = {
  athenahealth: 'https://*.athenahealth.com',
  eclinicalworks: 'https://*.ecwcloud.com',
  'nextgen-office': 'https://*.meditouchehr.com',
};

/** The domain of the chosen vendor, or of the vendor that the FHIR URL suggests. */
export function hostedAt(vendor: Vendor, fhirUrl: string): { origin: string; vendor: string } | undefined {
  const likely = vendor === 'generic' ? suggestVendor(fhirUrl)?.vendor : vendor;
  const origin = likely && HOSTED[likely];
  return likely && origin ? { origin, vendor: vendorNames[likely] } : undefined;
}
