/** Where vendors host their EHR for hospitals: pages that may show the app in a frame, to be confirmed by the EHR team. */
import { type Vendor, vendorNames } from '#src/settings/vendor-names.ts';
import { suggestVendor } from './suggestion.ts';

/** Only vendors that host under a domain of their own; the others' EHRs are at the hospital's address. */
const HOSTED: Partial<Record<Vendor, string>> = {
  athenahealth: 'https://*.athenahealth.com',
  eclinicalworks: 'https://*.ecwcloud.com',
  'nextgen-office': 'https://*.meditouchehr.com',
};

/** Of the chosen vendor, or of the one that the FHIR URL looks like. */
export function hostedAt(vendor: Vendor, fhirUrl: string): { origin: string; vendor: string } | undefined {
  const likely = vendor === 'generic' ? suggestVendor(fhirUrl)?.vendor : vendor;
  const origin = likely && HOSTED[likely];
  return likely && origin ? { origin, vendor: vendorNames[likely] } : undefined;
}
